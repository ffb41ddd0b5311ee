// Files of two images, folder by folder as they are opened: nothing is compared that nobody looks at.
import { useEffect, useState } from 'preact/hooks';
import type { FileNode } from '../../shared/files';
import type { Model } from '../../shared/protocol';
import { Icon } from '../components/icon';
import { KIND_ICON } from '../files/tree';
import { bytes } from '../format';
import { S } from '../strings';

interface Pair {
  name: string;
  path: string;
  left: FileNode | null;
  right: FileNode | null;
}

const same = (a: FileNode, b: FileNode): boolean =>
  a.kind === b.kind && a.size === b.size && a.entries === b.entries && a.mode === b.mode && a.link === b.link && (a.kind === 'directory' || a.mtime === b.mtime);

function useFolder(left: Model, right: Model, path: string): Pair[] | null {
  const [pairs, setPairs] = useState<Pair[] | null>(null);
  useEffect(() => {
    let stale = false;
    const ask = (model: Model): Promise<FileNode[]> => model.ask('children', { path, view: { kind: 'merged' } }).then(({ nodes }) => nodes, () => []);
    void Promise.all([ask(left), ask(right)]).then(([a, b]) => {
      if (stale) return;
      const byName = new Map<string, Pair>();
      for (const node of a) byName.set(node.name, { name: node.name, path: node.path, left: node, right: null });
      for (const node of b) byName.set(node.name, { name: node.name, path: node.path, left: byName.get(node.name)?.left ?? null, right: node });
      setPairs([...byName.values()].sort((x, y) => (x.name < y.name ? -1 : 1)));
    });
    return () => { stale = true; };
  }, [left, right, path]);
  return pairs;
}

export function FilesCompared({ left, right }: { left: Model; right: Model }) {
  return <section class="box"><h2>{S.tabs.files}</h2><Folder left={left} right={right} path="/" /></section>;
}

function Folder({ left, right, path }: { left: Model; right: Model; path: string }) {
  const pairs = useFolder(left, right, path);
  if (!pairs) return <p class="muted">{S.table.loading}</p>;
  const different = pairs.filter((pair) => !pair.left || !pair.right || !same(pair.left, pair.right));
  const alike = pairs.length - different.length;
  return (
    <ul class="compare-tree">
      {different.map((pair) => <Line key={pair.path} left={left} right={right} pair={pair} />)}
      {alike > 0 && <li class="muted small">{alike} the same by size, time and mode</li>}
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
