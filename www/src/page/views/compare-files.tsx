// Files of two images, folder by folder as they are opened: nothing is compared that nobody looks at.
import { useEffect, useState } from 'preact/hooks';
import type { FileNode } from '../../shared/files';
import type { Model } from '../../shared/protocol';
import { Icon } from '../components/icon';
import { KIND_ICON } from '../files/tree';
import { bytes } from '../../shared/format';
import { S } from '../../shared/strings';

interface Pair {
  name: string;
  path: string;
  left: FileNode | null;
  right: FileNode | null;
}

const same = (a: FileNode, b: FileNode): boolean =>
  a.kind === b.kind && a.size === b.size && a.entries === b.entries && a.mode === b.mode && a.link === b.link && (a.kind === 'directory' || a.mtime === b.mtime);

/** Entries of one folder that are compared: beyond that nobody reads a list. */
const MOST = 5000;

function useFolder(left: Model, right: Model, path: string): { pairs: Pair[]; total: number } | null {
  const [found, setFound] = useState<{ pairs: Pair[]; total: number } | null>(null);
  useEffect(() => {
    let stale = false;
    const ask = (model: Model) => model.ask('children', { path, view: { kind: 'merged' }, largest: false, limit: MOST }).catch(() => ({ nodes: [], total: 0 }));
    void Promise.all([ask(left), ask(right)]).then(([a, b]) => {
      if (stale) return;
      const byName = new Map<string, Pair>();
      for (const node of a.nodes) byName.set(node.name, { name: node.name, path: node.path, left: node, right: null });
      for (const node of b.nodes) byName.set(node.name, { name: node.name, path: node.path, left: byName.get(node.name)?.left ?? null, right: node });
      setFound({ pairs: [...byName.values()].sort((x, y) => (x.name < y.name ? -1 : 1)), total: Math.max(a.total, b.total) });
    });
    return () => { stale = true; };
  }, [left, right, path]);
  return found;
}

export function FilesCompared({ left, right }: { left: Model; right: Model }) {
  return <section class="box"><h2>{S.tabs.files}</h2><Folder left={left} right={right} path="/" /></section>;
}

function Folder({ left, right, path }: { left: Model; right: Model; path: string }) {
  const found = useFolder(left, right, path);
  if (!found) return <p class="muted">{S.table.loading}</p>;
  const { pairs, total } = found;
  const different = pairs.filter((pair) => !pair.left || !pair.right || !same(pair.left, pair.right));
  const alike = pairs.length - different.length;
  return (
    <ul class="compare-tree">
      {different.map((pair) => <Line key={pair.path} left={left} right={right} pair={pair} />)}
      {alike > 0 && <li class="muted small">{S.compare.alike(alike)}</li>}
      {total > MOST && <li class="muted small">{S.compare.cut(MOST, total)}</li>}
      {pairs.length === 0 && <li class="muted small">{S.empty.files}</li>}
    </ul>
  );
}

function Line({ left, right, pair }: { left: Model; right: Model; pair: Pair }) {
  const [open, setOpen] = useState(false);
  const node = pair.right ?? pair.left;
  if (!node) return null;
  const word = !pair.left ? 'added' : !pair.right ? 'removed' : 'changed';
  const label = (
    <>
      <span class={`change ${word}`}><Icon name={word === 'added' ? 'plus' : word === 'removed' ? 'minus' : 'delta'} label={S.change[word]} /></span>
      <Icon name={KIND_ICON[node.kind]} /><span class="mono truncate">{pair.name}</span>
      <span class="muted small number">{pair.left ? bytes(pair.left.size) : '–'} → {pair.right ? bytes(pair.right.size) : '–'}</span>
    </>
  );
  return (
    <li>
      {node.kind === 'directory'
        ? <><button type="button" class="compare-line" aria-expanded={open} onClick={() => setOpen(!open)}>{label}</button>{open && <Folder left={left} right={right} path={pair.path} />}</>
        : <span class="compare-line">{label}</span>}
    </li>
  );
}
