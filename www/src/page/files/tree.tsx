// The tree: virtual, folders asked for as they are opened, by keyboard as the ARIA tree pattern says.
import { useEffect, useMemo, useRef, useState } from 'preact/hooks';
import type { FileNode, TreeView } from '../../shared/files';
import type { Model } from '../../shared/protocol';
import { Icon, type IconName } from '../components/icon';
import { useBoxWindow } from '../components/virtual';
import { bytes, count } from '../format';
import { S } from '../strings';

export const KIND_ICON: Record<FileNode['kind'], IconName> = {
  file: 'file', directory: 'folder', symlink: 'link', hardlink: 'link', charDevice: 'device', blockDevice: 'device', fifo: 'device',
};
const CHANGE_ICON: Record<FileNode['change'], IconName | null> = { same: null, added: 'plus', changed: 'delta', removed: 'minus' };
const ROW = 28;

export type TreeSort = 'name' | 'size';

interface Line {
  node: FileNode;
  depth: number;
}

interface Props {
  model: Model;
  view: TreeView;
  version: unknown;
  sort: TreeSort;
  onlyChanges: boolean;
  selected: string | null;
  onSelect: (node: FileNode) => void;
}

const viewId = (view: TreeView): string => (view.kind === 'merged' ? 'merged' : `${view.kind}${view.layer}`);

export function sortNodes(nodes: readonly FileNode[], sort: TreeSort): FileNode[] {
  if (sort === 'size') return [...nodes].sort((a, b) => b.size - a.size || (a.name < b.name ? -1 : 1));
  return [...nodes].sort((a, b) => Number(b.kind === 'directory') - Number(a.kind === 'directory') || (a.name < b.name ? -1 : 1));
}

export function Tree({ model, view, version, sort, onlyChanges, selected, onSelect }: Props) {
  const box = useRef<HTMLDivElement>(null);
  const [folders, setFolders] = useState<Map<string, FileNode[]>>(new Map());
  const [open, setOpen] = useState<Set<string>>(new Set(['/']));
  const [active, setActive] = useState(0);
  const id = viewId(view);
  const focusWanted = useRef(false);

  // Another layer, or more layers read: what is open is asked for again, the old tree stays until it comes.
  useEffect(() => {
    let stale = false;
    void Promise.all([...open].map(async (path) => [path, (await model.ask('children', { path, view })).nodes] as const)).then((all) => {
      if (!stale) setFolders(new Map(all));
    }, () => undefined);
    return () => { stale = true; };
  }, [model, id, version]);

  const load = (path: string): void => {
    if (folders.has(path)) return;
    void model.ask('children', { path, view }).then(({ nodes }) => setFolders((old) => new Map(old).set(path, nodes)), () => undefined);
  };
  // The selected path is shown: every folder above it opens.
  useEffect(() => {
    if (!selected) return;
    const parts = selected.split('/').slice(1, -1);
    const above = ['/', ...parts.map((_, index) => `/${parts.slice(0, index + 1).join('/')}`)];
    if (above.every((path) => open.has(path))) return;
    setOpen(new Set([...open, ...above]));
    above.forEach(load);
  }, [selected]);

  const lines = useMemo(() => {
    const out: Line[] = [];
    const visit = (path: string, depth: number): void => {
      for (const node of sortNodes(folders.get(path) ?? [], sort)) {
        if (onlyChanges && node.change === 'same' && node.kind !== 'directory') continue;
        out.push({ node, depth });
        if (node.kind === 'directory' && open.has(node.path)) visit(node.path, depth + 1);
      }
    };
    visit('/', 0);
    return out;
  }, [folders, open, sort, onlyChanges]);
  const span = useBoxWindow(box, lines.length, ROW);

  useEffect(() => {
    if (!focusWanted.current) return;
    const line = box.current?.querySelector<HTMLElement>(`[data-index="${active}"]`);
    if (line) {
      focusWanted.current = false;
      line.focus({ preventScroll: true });
    }
  });
  const reveal = (index: number): void => {
    const element = box.current;
    if (!element) return;
    if (index * ROW < element.scrollTop) element.scrollTop = index * ROW;
    else if ((index + 1) * ROW > element.scrollTop + element.clientHeight) element.scrollTop = (index + 1) * ROW - element.clientHeight;
  };
  // A path from a link or the treemap comes into view, once.
  const shown = useRef<string | null>(null);
  useEffect(() => {
    if (!selected || shown.current === selected) return;
    const index = lines.findIndex((line) => line.node.path === selected);
    if (index < 0) return;
    shown.current = selected;
    setActive(index);
    reveal(index);
  }, [selected, lines]);

  const moveTo = (index: number): void => {
    const next = Math.max(0, Math.min(lines.length - 1, index));
    setActive(next);
    const drawn = box.current?.querySelector<HTMLElement>(`[data-index="${next}"]`);
    if (drawn) drawn.focus({ preventScroll: true });
    else focusWanted.current = true;
    reveal(next);
  };
  const toggle = (node: FileNode, to?: boolean): void => {
    const next = new Set(open);
    const opening = to ?? !next.has(node.path);
    if (opening) {
      next.add(node.path);
      load(node.path);
    } else next.delete(node.path);
    setOpen(next);
  };
  const choose = (node: FileNode): void => {
    shown.current = node.path;
    onSelect(node);
  };
  const onKey = (event: KeyboardEvent): void => {
    const line = lines[active];
    if (!line) return;
    const { node, depth } = line;
    const isOpen = node.kind === 'directory' && open.has(node.path);
    const handled: Record<string, () => void> = {
      ArrowDown: () => moveTo(active + 1),
      ArrowUp: () => moveTo(active - 1),
      Home: () => moveTo(0),
      End: () => moveTo(lines.length - 1),
      ArrowRight: () => { if (node.kind === 'directory') { if (isOpen) moveTo(active + 1); else toggle(node, true); } },
      ArrowLeft: () => {
        if (isOpen) toggle(node, false);
        else for (let index = active - 1; index >= 0; index -= 1) if ((lines[index]?.depth ?? 0) < depth) { moveTo(index); break; }
      },
      Enter: () => { choose(node); if (node.kind === 'directory') toggle(node); },
      ' ': () => choose(node),
    };
    const act = handled[event.key];
    if (!act) return;
    event.preventDefault();
    act();
  };

  const largest = Math.max(1, ...lines.filter((line) => line.depth === 0).map((line) => line.node.size));
  return (
    <div class="tree" ref={box}>
      <div role="tree" aria-label={S.files.tree} class="tree-body" style={{ height: `${lines.length * ROW}px` }} onKeyDown={onKey}>
        {lines.slice(span.first, span.last).map(({ node, depth }, offset) => {
          const index = span.first + offset;
          const folder = node.kind === 'directory';
          const change = CHANGE_ICON[node.change];
          return (
            <div key={node.path} role="treeitem" data-index={index} data-path={node.path} aria-level={depth + 1} aria-selected={node.path === selected} {...(folder ? { 'aria-expanded': open.has(node.path) } : {})}
              tabIndex={index === active ? 0 : -1} class={`tree-line change-${node.change}`} style={{ top: `${index * ROW}px`, '--depth': depth }} onFocus={() => setActive(index)}
              onClick={() => { setActive(index); choose(node); if (folder) toggle(node); }}>
              <span class="tree-twist">{folder && <Icon name="chevron" class={open.has(node.path) ? 'turned' : ''} />}</span>
              <Icon name={KIND_ICON[node.kind]} class={`kind-${node.kind}`} />
              <span class="truncate tree-name">{node.name}{node.link !== null && <span class="muted"> → {node.link}</span>}</span>
              {change && <span class={`change ${node.change}`}><Icon name={change} label={S.change[node.change]} /></span>}
              <span class="tree-bar" aria-hidden="true"><span style={{ inlineSize: `${(node.size / largest) * 100}%` }} /></span>
              <span class="number tree-size" title={folder ? `${count(node.entries)} entries` : undefined}>{bytes(node.size)}</span>
            </div>
          );
        })}
      </div>
      {folders.has('/') && lines.length === 0 && <p class="muted pad">{S.empty.files}</p>}
    </div>
  );
}
