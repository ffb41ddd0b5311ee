// Files: tree on the left, treemap above, contents on the right; the layer slider goes through time.
import { useEffect, useState } from 'preact/hooks';
import type { FileNode, FileOrder, SearchPage, TreeView } from '../../shared/files';
import { Icon } from '../components/icon';
import { FileDetails } from '../files/content';
import { KIND_ICON, Tree } from '../files/tree';
import { Treemap } from '../files/treemap';
import { bytes, command, count } from '../../shared/format';
import { go, href, route, withParams } from '../route';
import { S } from '../../shared/strings';
import type { ViewProps } from './context';

export function Files({ model, head, saved, remote }: ViewProps) {
  const { item, params } = route.value;
  const { layers } = head.report;
  const [node, setNode] = useState<FileNode | null>(null);
  const [missing, setMissing] = useState<string | null>(null);
  const layer = params.has('layer') ? Math.min(Math.max(0, Number(params.get('layer')) || 0), layers.length - 1) : null;
  const alone = params.get('only') === 'layer' && layer !== null;
  const view: TreeView = layer === null ? { kind: 'merged' } : { kind: alone ? 'layer' : 'upTo', layer };
  const order: FileOrder = params.get('sort') === 'size' ? 'size' : 'name';
  const text = params.get('q') ?? '';
  const parent = (path: string): string => path.slice(0, path.lastIndexOf('/')) || '/';
  // The treemap shows the folder that was entered, or else the one of what is open.
  const folder = params.get('in') ?? (item === null ? '/' : node?.path === item && node.kind === 'directory' ? item : parent(item));
  const found = useSearch(model, text, view, head);

  // A link names a path; one that this view lacks is shown as it was in the layers below (deleted files).
  useEffect(() => {
    if (!item || saved || node?.path === item) return undefined;
    let stale = false;
    void model.ask('node', { path: item, view }).then((match) => {
      if (stale) return;
      setNode(match);
      setMissing(null);
    }, () => { if (!stale) setMissing(item); });
    return () => { stale = true; };
  }, [item, model, JSON.stringify(view), head]);

  if (saved) return <NoFiles image={remote} />;
  const open = (one: FileNode, entered: string | null): void => {
    setNode(one);
    const next = new URLSearchParams(route.value.params);
    if (entered === null) next.delete('in');
    else next.set('in', entered);
    go(href('files', one.path, next), route.value.item !== null);
  };
  const choose = (one: FileNode): void => open(one, null);
  const shownLayer = layer === null ? undefined : layers[layer];
  return (
    <div class="files">
      <h1 class="visually-hidden">{S.tabs.files}</h1>
      <div class="files-bar">
        <label class="field search">
          <Icon name="search" /><span class="visually-hidden">{S.files.search}</span>
          <input type="search" id="filter" placeholder={S.files.search} value={text} autocomplete="off" spellcheck={false}
            onInput={(event) => go(withParams({ q: event.currentTarget.value || null }), true)}
            onKeyDown={(event) => { if (event.key === 'Escape') { event.stopPropagation(); if (text) go(withParams({ q: null }), true); else event.currentTarget.blur(); } }} />
          <kbd aria-hidden="true">/</kbd>
        </label>
        {layers.length > 1 && (
          <div class="slider">
            <label for="layer-slider" class="visually-hidden">{S.files.slider}</label>
            <input id="layer-slider" type="range" min={0} max={layers.length} value={layer ?? layers.length}
              aria-valuetext={layer === null ? S.files.merged : S.files.upTo(layer)} title={S.files.slider}
              onInput={(event) => { const value = Number(event.currentTarget.value); go(withParams({ layer: value >= layers.length ? null : String(value), only: value >= layers.length ? null : params.get('only') }), true); }} />
            <span class="slider-label"><strong>{layer === null ? S.files.merged : S.files.upTo(layer)}</strong>
              {shownLayer && <code class="truncate" title={command(shownLayer.createdBy)}>{command(shownLayer.createdBy)}</code>}</span>
          </div>
        )}
        <div class="segments" role="group" aria-label={S.files.order}>
          <button type="button" aria-pressed={order === 'name'} onClick={() => go(withParams({ sort: null }), true)}>{S.files.sortName}</button>
          <button type="button" aria-pressed={order === 'size'} onClick={() => go(withParams({ sort: 'size' }), true)}>{S.files.sortSize}</button>
        </div>
        {layer !== null && <label class="check"><input type="checkbox" checked={alone} onChange={() => go(withParams({ only: alone ? null : 'layer' }), true)} />{S.files.onlyChanges}</label>}
      </div>
      {layer !== null && <p class="legend small"><span class="change added"><Icon name="plus" />{S.change.added}</span><span class="change changed"><Icon name="delta" />{S.change.changed}</span><span class="change removed"><Icon name="minus" />{S.change.removed}</span></p>}
      <Treemap model={model} view={view} version={head} path={folder} onEnter={(path) => go(withParams({ in: path }))} onSelect={(one) => open(one, one.kind === 'directory' ? null : folder)} />
      <div class="files-panes">
        {text ? <Results found={found} selected={item} onSelect={choose} /> : <Tree model={model} view={view} version={head} order={order} changesOnly={alone} selected={item} onSelect={choose} />}
        <section class="files-content" aria-live="polite">
          {node && node.path === item ? <FileDetails model={model} node={node} saved={saved} /> : <p class="muted pad">{item && missing === item ? S.files.gone(item) : S.files.notFile}</p>}
        </section>
      </div>
    </div>
  );
}

function NoFiles({ image }: { image: string | null }) {
  return (
    <div class="empty">
      <Icon name="folder" /><p>{image ? S.empty.filesRemote : S.empty.filesSaved}</p>
      {image && <pre class="code">docker pull {image} && docker save {image} -o image.tar</pre>}
    </div>
  );
}

function useSearch(model: ViewProps['model'], text: string, view: TreeView, version: unknown): SearchPage | null {
  const [found, setFound] = useState<SearchPage | null>(null);
  useEffect(() => {
    if (!text) {
      setFound(null);
      return undefined;
    }
    let stale = false;
    const timer = setTimeout(() => {
      void model.ask('search', { text, view, limit: 200 }).then((answer) => { if (!stale) setFound(answer); }, () => undefined);
    }, 80);
    return () => { stale = true; clearTimeout(timer); };
  }, [model, text, JSON.stringify(view), version]);
  return found;
}

function Results({ found, selected, onSelect }: { found: SearchPage | null; selected: string | null; onSelect: (node: FileNode) => void }) {
  return (
    <div class="tree results">
      <p class="small muted pad" role="status">{found ? S.files.results(found.total) : S.table.loading}</p>
      <ul>
        {found?.nodes.map((node) => (
          <li key={`${node.path}~${node.layer}`}>
            <button type="button" class="result" aria-current={node.path === selected ? 'true' : undefined} onClick={() => onSelect(node)}>
              <Icon name={KIND_ICON[node.kind]} /><span class="mono result-path"><span class="truncate muted">{node.path.slice(0, node.path.lastIndexOf('/') + 1)}</span><span class="truncate">{node.name}</span></span><span class="number">{bytes(node.size)}</span>
            </button>
          </li>
        ))}
      </ul>
      {found && found.total > found.nodes.length && <p class="small muted pad">{S.gaps.more(found.total - found.nodes.length)}: {count(found.total)}</p>}
      {found?.total === 0 && <p class="muted pad">{S.empty.search}</p>}
    </div>
  );
}
