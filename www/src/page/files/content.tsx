// What is in a file: text, hex, JSON or its ELF facts, re-read from the archive when it is asked for.
import { useEffect, useState } from 'preact/hooks';
import type { FileEvent, FileNode } from '../../shared/files';
import type { Model } from '../../shared/protocol';
import { Icon } from '../components/icon';
import { LayerMark } from '../components/marks';
import { Facts } from '../components/panel';
import { bytes, isoTime, permissions } from '../../shared/format';
import { go, route, withParams } from '../route';
import { save } from '../save';
import { S } from '../../shared/strings';
import { Node } from '../views/raw';
import { elfFacts } from './elf';
import { hexDump, looksLikeText } from './hex';

const LIMIT = 256 * 1024;

type Mode = 'text' | 'json' | 'elf' | 'hex';

export function FileDetails({ model, node, saved }: { model: Model; node: FileNode; saved: boolean }) {
  const [events, setEvents] = useState<FileEvent[]>([]);
  useEffect(() => {
    let stale = false;
    void model.ask('history', { path: node.path }).then((answer) => { if (!stale) setEvents(answer); }, () => undefined);
    return () => { stale = true; };
  }, [model, node.path]);
  const readable = (node.kind === 'file' || node.kind === 'hardlink') && !saved;
  return (
    <div class="file-details">
      <header>
        <h2 class="mono">{node.path}</h2>
        {node.change === 'removed' && <p class="note bad"><Icon name="trash" />{S.files.deleted}</p>}
      </header>
      <Facts of={[
        [S.facts.size, bytes(node.size)], [S.facts.layer, <LayerMark layer={node.layer} />], [S.facts.mode, <code>{permissions(node.mode)} ({(node.mode & 0o7777).toString(8).padStart(4, '0')})</code>],
        [S.facts.owner, `${node.uid}:${node.gid}`], [S.facts.modified, isoTime(node.mtime)], [S.files.linksTo, node.link !== null && <code>{node.link}</code>],
      ]} />
      {events.length > 0 && (
        <>
          <h3>{S.files.history}</h3>
          <ol class="file-history">
            {events.map((event) => (
              <li key={`${event.layer}${event.change}`}>
                <LayerMark layer={event.layer} /><span class={`change ${event.change}`}><Icon name={event.change === 'removed' ? 'minus' : event.change === 'changed' ? 'delta' : 'plus'} />{S.change[event.change]}</span>
                <span class="muted small">{event.change !== 'removed' && `${bytes(event.size)}, ${permissions(event.mode)}`}</span>
              </li>
            ))}
          </ol>
        </>
      )}
      {readable && <Content key={`${node.path}~${node.layer}`} model={model} node={node} />}
    </div>
  );
}

function Content({ model, node }: { model: Model; node: FileNode }) {
  const [content, setContent] = useState<Uint8Array<ArrayBuffer> | null>(null);
  const [problem, setProblem] = useState<string | null>(null);
  const mode = route.value.params.get('as') as Mode | null;
  useEffect(() => {
    let stale = false;
    model.ask('content', { path: node.path, layer: node.layer, limit: LIMIT }).then((answer) => { if (!stale) setContent(answer.bytes); }, (error: unknown) => {
      if (!stale) setProblem(error instanceof Error ? error.message : String(error));
    });
    return () => { stale = true; };
  }, [model, node.path, node.layer]);
  if (problem) return <p class="note bad">{problem}</p>;
  if (!content) return <p class="muted">{S.files.reading}</p>;
  if (content.length === 0) return <p class="muted">{S.files.emptyFile}</p>;
  const isText = looksLikeText(content);
  const elf = elfFacts(content);
  const json = isText && content.length < LIMIT && /\.json$|package-lock|composer\.lock/.test(node.name) ? parseJson(content) : undefined;
  const modes: Mode[] = [...(json !== undefined ? ['json' as const] : []), ...(isText ? ['text' as const] : []), ...(elf ? ['elf' as const] : []), 'hex'];
  const shown = mode && modes.includes(mode) ? mode : (modes[0] ?? 'hex');
  const saveAll = async (): Promise<void> => {
    const { bytes: whole } = await model.ask('content', { path: node.path, layer: node.layer, limit: node.size });
    save(node.name, 'application/octet-stream', whole);
  };
  return (
    <section class="content" aria-label={node.name}>
      <div class="content-bar">
        <div class="segments" role="group" aria-label={S.files.view}>
          {modes.map((one) => <button type="button" key={one} aria-pressed={one === shown} onClick={() => go(withParams({ as: one === modes[0] ? null : one }), true)}>{S.files[one]}</button>)}
        </div>
        {node.size > content.length && <span class="muted small">{S.files.cut(bytes(content.length), bytes(node.size))}</span>}
        <button type="button" class="button" onClick={() => void saveAll()}><Icon name="download" />{S.files.save}</button>
      </div>
      {shown === 'text' && <pre class="code" tabIndex={0} aria-label={S.files.text}>{new TextDecoder().decode(content)}</pre>}
      {shown === 'hex' && <pre class="code hex" tabIndex={0} aria-label={S.files.hex}>{hexDump(content.subarray(0, 16 * 1024))}</pre>}
      {shown === 'json' && <div class="json"><Node name={null} value={json} open /></div>}
      {shown === 'elf' && elf && <Facts of={elf} />}
    </section>
  );
}

function parseJson(content: Uint8Array): unknown {
  try {
    return JSON.parse(new TextDecoder().decode(content)) as unknown;
  } catch {
    return undefined;
  }
}
