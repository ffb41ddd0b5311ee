// Where the bytes are: one folder as rectangles, and what is in them as smaller ones. Folders can be entered.
import { useEffect, useLayoutEffect, useRef, useState } from 'preact/hooks';
import type { FileNode, FolderPage, TreeView } from '../../shared/files';
import type { Model } from '../../shared/protocol';
import { bytes, percent } from '../../shared/format';
import { S } from '../../shared/strings';
import { type Rect, squarify } from './squarify';

/** Rectangles of one folder; the rest is drawn as one. */
const MOST = 48;
const DEEPEST = 3;
const LABEL = 27;

interface Props {
  model: Model;
  view: TreeView;
  version: unknown;
  path: string;
  onEnter: (path: string) => void;
  onSelect: (node: FileNode) => void;
}

const NOTHING: FolderPage = { path: '', nodes: [], total: 0, bytes: 0 };

function useLargest({ model, view, version, path }: Props): FolderPage {
  const [page, setPage] = useState(NOTHING);
  useEffect(() => {
    let stale = false;
    void model.ask('children', { path, view, largest: true, limit: MOST }).then((answer) => { if (!stale) setPage(answer); }, () => undefined);
    return () => { stale = true; };
  }, [model, path, JSON.stringify(view), version]);
  return page;
}

export function Treemap(props: Props) {
  const { path, onEnter } = props;
  const box = useRef<HTMLDivElement>(null);
  const [size, setSize] = useState({ width: 0, height: 0 });
  useLayoutEffect(() => {
    const element = box.current;
    if (!element) return undefined;
    const observer = new ResizeObserver(() => setSize({ width: element.clientWidth, height: element.clientHeight }));
    observer.observe(element);
    return () => observer.disconnect();
  }, []);
  const page = useLargest(props);
  const parts = path.split('/').filter(Boolean);
  return (
    <section class="treemap-box" aria-label={S.files.treemap}>
      <nav class="crumbs mono small" aria-label={S.files.treemapPath}>
        <button type="button" class="text-button" onClick={() => onEnter('/')}>/</button>
        {parts.map((part, index) => (
          <span key={index}><button type="button" class="text-button" aria-current={index === parts.length - 1 ? 'location' : undefined} onClick={() => onEnter(`/${parts.slice(0, index + 1).join('/')}`)}>{part}/</button></span>
        ))}
        <span class="muted number">{bytes(page.bytes)}</span>
      </nav>
      <div class="treemap" ref={box}>
        {size.width > 0 && <Level {...props} key={path} page={page} into={{ x: 0, y: 0, ...size }} depth={0} />}
        {page.nodes.length === 0 && <p class="muted pad">{S.empty.files}</p>}
      </div>
    </section>
  );
}

function Level({ page, into, depth, ...props }: Props & { page: FolderPage; into: Rect; depth: number }) {
  const all = page.bytes;
  const shown = page.nodes.filter((node) => (node.size / Math.max(1, all)) * into.width * into.height > 12);
  const restSize = all - shown.reduce((sum, node) => sum + node.size, 0);
  const rects = squarify([...shown.map((node) => node.size), ...(restSize > 0 ? [restSize] : [])], into);
  const last = rects[shown.length];
  return (
    <>
      {shown.map((node, index) => {
        const rect = rects[index];
        return rect && rect.width >= 1 && rect.height >= 1 ? <Tile {...props} key={node.path} node={node} rect={rect} all={all} depth={depth} /> : null;
      })}
      {last && restSize > 0 && <span class="tile rest" title={S.files.other(page.total - shown.length)} style={place(last)} />}
    </>
  );
}

const place = (rect: Rect) => ({ left: `${rect.x}px`, top: `${rect.y}px`, width: `${rect.width}px`, height: `${rect.height}px` });

function Tile({ node, rect, all, depth, ...props }: Props & { node: FileNode; rect: Rect; all: number; depth: number }) {
  const folder = node.kind === 'directory';
  const label = `${node.path}, ${bytes(node.size)}, ${percent(node.size, all)}`;
  const shade = `tile ${folder ? 'folder' : 'leaf'} depth-${depth} change-${node.change}`;
  // Too small to be hit: seen, and reached through the tree.
  if (rect.width < 24 || rect.height < 24) return <span class={shade} title={label} style={place(rect)} />;
  const open = folder && depth + 1 < DEEPEST && rect.width > 90 && rect.height > 60;
  const wide = rect.width > 54;
  return (
    <div class={shade} style={place(rect)}>
      <button type="button" class="tile-face" title={label} aria-label={label} onClick={() => props.onSelect(node)}>
        {wide && <span class="truncate">{node.name}{folder && '/'} <small>{bytes(node.size)}</small></span>}
      </button>
      {open && <Inner {...props} path={node.path} into={{ x: 2, y: LABEL, width: rect.width - 6, height: rect.height - LABEL - 4 }} depth={depth + 1} />}
    </div>
  );
}

function Inner(props: Props & { into: Rect; depth: number }) {
  return <Level {...props} page={useLargest(props)} />;
}
