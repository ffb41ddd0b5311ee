// The tree: virtual, its lines asked for by window, by keyboard as the ARIA tree pattern says.
import { useEffect, useRef, useState } from 'preact/hooks';
import type { FileNode, FileOrder, TreeView } from '../../shared/files';
import type { Model } from '../../shared/protocol';
import { Icon, type IconName } from '../components/icon';
import { useBoxWindow } from '../components/virtual';
import { bytes } from '../../shared/format';
import { S } from '../../shared/strings';
import { useLines } from './lines';

export const KIND_ICON: Record<FileNode['kind'], IconName> = {
  file: 'file', directory: 'folder', symlink: 'link', hardlink: 'link', charDevice: 'device', blockDevice: 'device', fifo: 'device',
};
const CHANGE_ICON: Record<FileNode['change'], IconName | null> = { same: null, added: 'plus', changed: 'delta', removed: 'minus' };
const ROW = 28;
/** Deeper folders are indented no further. */
const DEEPEST = 16;

interface Props {
  model: Model;
  view: TreeView;
  version: unknown;
  order: FileOrder;
  changesOnly: boolean;
  selected: string | null;
  onSelect: (node: FileNode) => void;
}

/** Folders above a path, the topmost first, the root left out. */
function above(path: string): string[] {
  const parts = path.split('/').slice(1, -1);
  return parts.map((_, index) => `/${parts.slice(0, index + 1).join('/')}`);
}

export function Tree({ model, view, version, order, changesOnly, selected, onSelect }: Props) {
  const box = useRef<HTMLDivElement>(null);
  const [open, setOpen] = useState<readonly string[]>([]);
  const [active, setActive] = useState(0);
  const focusWanted = useRef(false);
  // A path from a link or the treemap is looked for, once; the rows that the person goes to need no search.
  const [wanted, setWanted] = useState<string | null>(null);
  const known = useRef<string | null>(null);
  useEffect(() => {
    if (!selected || known.current === selected) return;
    known.current = selected;
    setWanted(selected);
    setOpen((old) => [...new Set([...old, ...above(selected)])]);
  }, [selected]);
  const [total, setTotal] = useState(0);
  const span = useBoxWindow(box, total, ROW);
  const lines = useLines({ model, view, order, changesOnly, open, at: wanted, version }, span);
  useEffect(() => setTotal(lines.total), [lines.total]);

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
  useEffect(() => {
    if (wanted === null || lines.at === null) return;
    setActive(lines.at);
    reveal(lines.at);
    setWanted(null);
  }, [wanted, lines.at]);

  const moveTo = (index: number): void => {
    const next = Math.max(0, Math.min(lines.total - 1, index));
    setActive(next);
    const drawn = box.current?.querySelector<HTMLElement>(`[data-index="${next}"]`);
    if (drawn) drawn.focus({ preventScroll: true });
    else focusWanted.current = true;
    reveal(next);
  };
  const toggle = (node: FileNode, to = !open.includes(node.path)): void => {
    setOpen(to ? [...open, node.path] : open.filter((path) => path !== node.path));
  };
  const choose = (node: FileNode): void => {
    known.current = node.path;
    onSelect(node);
  };
  const toParent = (path: string): void => {
    const parent = path.slice(0, path.lastIndexOf('/'));
    for (let index = active - 1; index >= 0; index -= 1) {
      const line = lines.line(index);
      if (line?.node.path === parent) {
        moveTo(index);
        return;
      }
      // Far above, in lines that were not fetched: the model knows where.
      if (!line) break;
    }
    focusWanted.current = true;
    setWanted(parent);
  };
  const onKey = (event: KeyboardEvent): void => {
    const line = lines.line(active);
    if (!line) return;
    const { node, depth } = line;
    const isOpen = node.kind === 'directory' && open.includes(node.path);
    const handled: Record<string, () => void> = {
      ArrowDown: () => moveTo(active + 1),
      ArrowUp: () => moveTo(active - 1),
      Home: () => moveTo(0),
      End: () => moveTo(lines.total - 1),
      ArrowRight: () => { if (node.kind === 'directory') { if (isOpen) moveTo(active + 1); else toggle(node, true); } },
      ArrowLeft: () => {
        if (isOpen) toggle(node, false);
        else if (depth > 0) toParent(node.path);
      },
      Enter: () => { choose(node); if (node.kind === 'directory') toggle(node); },
      ' ': () => choose(node),
    };
    const act = handled[event.key];
    if (!act) return;
    event.preventDefault();
    act();
  };

  const rows = [];
  for (let index = span.first; index < Math.min(span.last, lines.total); index += 1) {
    const line = lines.line(index);
    if (!line) {
      rows.push(<div key={index} class="tree-line muted" style={{ top: `${index * ROW}px`, '--depth': 0 }}>{S.table.loading}</div>);
      continue;
    }
    const { node, depth } = line;
    const folder = node.kind === 'directory';
    const expanded = folder && open.includes(node.path);
    const change = CHANGE_ICON[node.change];
    rows.push(
      <div key={node.path} role="treeitem" data-index={index} data-path={node.path} aria-level={depth + 1} aria-selected={node.path === selected} {...(folder ? { 'aria-expanded': expanded } : {})}
        tabIndex={index === active ? 0 : -1} class={`tree-line change-${node.change}`} style={{ top: `${index * ROW}px`, '--depth': Math.min(depth, DEEPEST) }} onFocus={() => setActive(index)}
        onClick={() => { setActive(index); choose(node); if (folder) toggle(node); }}>
        <span class="tree-twist">{folder && <Icon name="chevron" class={expanded ? 'turned' : ''} />}</span>
        <Icon name={KIND_ICON[node.kind]} class={`kind-${node.kind}`} />
        <span class="truncate tree-name">{node.name}{node.link !== null && <span class="muted"> → {node.link}</span>}</span>
        {change && <span class={`change ${node.change}`}><Icon name={change} label={S.change[node.change]} /></span>}
        <span class="tree-bar" aria-hidden="true"><span style={{ inlineSize: `${Math.min(100, (node.size / lines.largest) * 100)}%` }} /></span>
        <span class="number tree-size" title={folder ? S.files.entries(node.entries) : undefined}>{bytes(node.size)}</span>
      </div>,
    );
  }
  return (
    <div class="tree" ref={box}>
      <div role="tree" aria-label={S.files.tree} class="tree-body" style={{ height: `${lines.total * ROW}px` }} onKeyDown={onKey}>{rows}</div>
      {lines.ready && lines.total === 0 && <p class="muted pad">{S.empty.files}</p>}
    </div>
  );
}
