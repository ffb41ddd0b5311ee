// Two images side by side: what came, what went, what changed. Each side is asked of its own model.
import type { ComponentChildren } from 'preact';
import { useEffect, useState } from 'preact/hooks';
import { FilePicker } from '../components/file-picker';
import { Icon, type IconName } from '../components/icon';
import { SeverityMark } from '../components/marks';
import { bytes, count, sentence } from '../../shared/format';
import { hasEdge } from '../edge';
import { openFiles, stopComparing, swap } from '../scan';
import { other, type Subject } from '../store';
import { S } from '../../shared/strings';
import { compareReports, NONE, type Difference, type Side } from '../../shared/compare';
import { nothingToCheck } from './cards';
import { FilesCompared } from './compare-files';
import { Reference } from './reference';
import { Scanning } from './scanning';

const title = (subject: Subject): string => subject.head?.report.image.names[0] ?? subject.name;

export function Compare({ subject }: { subject: Subject }) {
  const right = other.value;
  if (!right) {
    return (
      <div class="empty compare-empty">
        <Icon name="compare" /><h1>{S.compare.title}</h1><p>{S.compare.hint}</p>
        <FilePicker label={S.compare.choose} primary onFiles={(files) => void openFiles(files, other)} />
        {hasEdge && <Reference slot={other} />}
      </div>
    );
  }
  return (
    <div class="compare">
      <h1>{S.compare.title}</h1>
      <div class="compare-head">
        <p class="side removed"><Icon name="minus" /><strong>{title(subject)}</strong></p>
        <p class="side added"><Icon name="plus" /><strong>{title(right)}</strong></p>
        <button type="button" class="button" onClick={swap}><Icon name="compare" />{S.compare.swap}</button>
        <button type="button" class="button" onClick={stopComparing}><Icon name="close" />{S.compare.stop}</button>
      </div>
      {!right.finished && <Scanning subject={right} slot={other} />}
      {right.failed && <div class="refusal" role="alert"><Icon name="alert" /><p>{right.failed}</p></div>}
      {subject.finished && right.finished ? <Both left={subject} right={right} /> : <p class="muted">{S.compare.waiting(title(right.finished ? subject : right))}</p>}
    </div>
  );
}

/** Numbers of which fewer is better. */
const JUDGED: ReadonlySet<string> = new Set(['stored', 'unpacked', 'wasted', 'vulnerabilities', 'secrets', 'checks']);

const unchecked = ({ head }: Subject): boolean => head !== null && !head.verdict.vulnerabilities.database && !nothingToCheck(head);

/** The image's name where there is room, else which of the two it is. */
function Named({ subject, word }: { subject: Subject; word: string }) {
  return <th scope="col" title={title(subject)}><span class="wide-only">{title(subject)}</span><span class="narrow-only">{word}</span></th>;
}

function Both({ left, right }: { left: Subject; right: Subject }) {
  const [found, setFound] = useState<Difference | null>(null);
  useEffect(() => {
    let stale = false;
    void Promise.all([left.model.ask('report', null), right.model.ask('report', null)]).then(([a, b]) => { if (!stale) setFound(compareReports(a, b)); }, () => undefined);
    return () => { stale = true; };
  }, [left.id, right.id, left.head, right.head]);
  if (!found) return <p class="muted">{S.table.loading}</p>;
  return (
    <>
      <table class="numbers">
        <thead><tr><th scope="col"><span class="visually-hidden">{S.compare.what}</span></th><Named subject={left} word={S.compare.first} /><Named subject={right} word={S.compare.second} /><th scope="col">{S.compare.change}</th></tr></thead>
        <tbody>{found.numbers.map((one) => (
          <tr key={one.name}><th scope="row">{S.compare.numbers[one.name]}</th><td>{one.size ? bytes(one.left) : count(one.left)}</td><td>{one.size ? bytes(one.right) : count(one.right)}</td>
            <td class={one.right === one.left ? 'muted' : !JUDGED.has(one.name) ? '' : one.right < one.left ? 'good' : 'bad'}>{change(one.left, one.right, one.size)}</td></tr>
        ))}</tbody>
      </table>
      <div class="columns">
        <Block name={S.tabs.vulns} instead={unchecked(left) || unchecked(right) ? S.cards.noDatabaseWhy : null} lists={[[S.compare.fixed, found.findings.filter((one) => one.side === 'left')], [S.compare.newWord, found.findings.filter((one) => one.side === 'right')]]}
          line={(one) => <><SeverityMark severity={one.severity ?? 'unknown'} /><span class="mono">{one.name}</span><span class="muted truncate">{one.detail}</span></>} />
        <Block name={S.tabs.packages} lists={[[S.compare.removed, found.packages.filter((one) => one.side === 'left')], [S.compare.added, found.packages.filter((one) => one.side === 'right')], [S.compare.changedWord, found.packages.filter((one) => one.side === 'both')]]}
          line={(one) => <><span class="truncate">{one.name}</span><span class="mono muted truncate">{one.detail}</span></>} />
        <Block name={S.tabs.config} lists={[['', found.config]]} line={(one) => <span class="two-part"><span>{fieldName(one.name)}</span><span class="mono muted small">{one.detail.replaceAll(NONE, S.compare.none)}</span></span>} />
        <Block name={S.compare.and(S.tabs.checks, S.tabs.secrets)} lists={[[S.compare.gone, found.checks.filter((one) => one.side === 'left')], [S.compare.newWord, found.checks.filter((one) => one.side === 'right')]]} line={(one) => <span class="two-part"><span>{sentence(one.name)}</span><span class="muted small">{one.detail}</span></span>} />
      </div>
      {!left.head?.saved && !right.head?.saved && <FilesCompared left={left.model} right={right.model} />}
    </>
  );
}

/** Fields of the configuration by their id, `env:NAME` and `label:NAME` by their name. */
function fieldName(id: string): string {
  const [kind, name] = [id.slice(0, id.indexOf(':')), id.slice(id.indexOf(':') + 1)];
  if (kind === 'env' || kind === 'label') return S.compare.fields[kind](name);
  return S.compare.fields[id as 'user'] ?? id;
}

function change(left: number, right: number, size: boolean): string {
  const by = right - left;
  if (by === 0) return S.compare.same;
  return `${by > 0 ? '+' : '−'}${size ? bytes(Math.abs(by)) : count(Math.abs(by))}`;
}

const SHORT = 12;
/** How a list is marked: files and packages by what happened, findings by whether that is good. */
const MARKS: Record<string, [string, IconName]> = {
  [S.compare.removed]: ['removed', 'minus'], [S.compare.added]: ['added', 'plus'], [S.compare.changedWord]: ['changed', 'delta'],
  [S.compare.fixed]: ['added', 'check'], [S.compare.gone]: ['added', 'check'], [S.compare.newWord]: ['removed', 'alert'],
};

function Block({ name, lists, line, instead = null }: { name: string; instead?: string | null; lists: [string, Side[]][]; line: (one: Side) => ComponentChildren }) {
  const nothing = lists.every(([, items]) => items.length === 0);
  return (
    <section class="box">
      <h2>{name}</h2>
      {instead !== null || nothing ? <p class="muted">{instead ?? S.compare.nothing}</p> : lists.map(([word, items]) => items.length > 0 && <SideList key={word} word={word} items={items} line={line} />)}
    </section>
  );
}

function SideList({ word, items, line }: { word: string; items: Side[]; line: (one: Side) => ComponentChildren }) {
  const [all, setAll] = useState(false);
  const [tone, icon] = MARKS[word] ?? ['changed', 'delta'];
  return (
    <>
      {word && <h3 class={`change ${tone}`}><Icon name={icon} />{count(items.length)} {word}</h3>}
      <ul class="plain-list sides">{(all ? items : items.slice(0, SHORT)).map((one) => <li key={one.key}>{line(one)}</li>)}</ul>
      {items.length > SHORT && <button type="button" class="text-button" onClick={() => setAll(!all)}>{all ? S.gaps.hide : S.table.moreValues(items.length - SHORT)}</button>}
    </>
  );
}

