// What counts: the policy's answer, rules and VEX, and the documents they came from. Kept for every image of this visit.
import { useState } from 'preact/hooks';
import { FilePicker } from '../components/file-picker';
import { Icon } from '../components/icon';
import { consider, forget } from '../consider';
import { href } from '../route';
import { openFiles } from '../scan';
import { considered, expired } from '../store';
import { S } from '../../shared/strings';
import type { ViewProps } from './context';

const SHORT = 5;

/** On top, once there is something that judges. */
export function Counts({ head }: { head: ViewProps['head'] }) {
  const { judged, verdict } = head;
  const { suppressed } = verdict.vulnerabilities;
  // What was just taken away counts until everything is judged without it.
  if (considered.value.length === 0 && suppressed === 0 && !judged) return null;
  return (
    <section class="counts" aria-labelledby="counts-title">
      <h2 id="counts-title" class="visually-hidden">{S.consider.title}</h2>
      {judged && <Judged judged={judged} />}
      <div class="counts-line">
        <Documents />
        {suppressed > 0 && <a href={href('vulns', null, { 'f.state': 'suppressed' })}>{S.consider.silenced(suppressed)}</a>}
        <More />
      </div>
      {expired.value.length > 0 && <div class="note"><Icon name="clock" /><div><p>{S.consider.expired}</p><ul class="plain-list">{expired.value.map((line) => <li key={line}><code>{line}</code></li>)}</ul></div></div>}
    </section>
  );
}

const More = () => <FilePicker label={S.consider.choose} icon="plus" quiet onFiles={(files) => void openFiles(files)} />;

/** That there is such a thing, said once, where nothing judges yet. */
export function CountsHint() {
  if (considered.value.length > 0) return null;
  return <section class="box"><h2>{S.consider.title}</h2><p class="muted">{S.consider.hint}</p><More /></section>;
}

function Judged({ judged }: { judged: NonNullable<ViewProps['head']['judged']> }) {
  const [all, setAll] = useState(false);
  const shown = all ? judged.reasons : judged.reasons.slice(0, SHORT);
  return (
    <div class={judged.passed ? 'judged passed' : 'judged failed'} role="status">
      <p class="judged-word"><Icon name={judged.passed ? 'check' : 'cross'} /><strong>{judged.passed ? S.consider.passed : S.consider.failed(judged.reasons.length)}</strong>
        {judged.allowed > 0 && <span class="muted">{S.consider.allowed(judged.allowed)}</span>}</p>
      {shown.length > 0 && <ul class="reasons">{shown.map((one, index) => <li key={index}><code>{one.rule}</code> <span>{one.message}</span></li>)}</ul>}
      {judged.reasons.length > shown.length && <button type="button" class="text-button" onClick={() => setAll(true)}>{S.consider.more(judged.reasons.length - shown.length)}</button>}
    </div>
  );
}

/** The documents, each with its kind, what was wrong with it, and a way to take it away. */
export function Documents() {
  const documents = considered.value;
  if (documents.length === 0) return null;
  return (
    <ul class="documents">
      {documents.map((one) => (
        <li key={one.name} class={one.problem ? 'document bad' : 'document'}>
          <Icon name={one.problem ? 'alert' : 'file'} /><span><strong>{one.name}</strong> <small>{S.consider.kinds[one.kind]}</small>{one.problem && <span class="bad"> {one.problem}</span>}</span>
          <button type="button" class="button icon-button" aria-label={S.consider.remove(one.name)} title={S.consider.remove(one.name)} onClick={() => void forget(one)}><Icon name="close" /></button>
        </li>
      ))}
      {documents.length > 1 && <li><button type="button" class="text-button" onClick={() => void consider([])}>{S.table.clear}</button></li>}
    </ul>
  );
}
