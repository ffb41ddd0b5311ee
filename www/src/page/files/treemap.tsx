// Where the bytes are: one folder as rectangles, its folders can be entered.
import { useEffect, useLayoutEffect, useRef, useState } from 'preact/hooks';
import type { FileNode, TreeView } from '../../shared/files';
import type { Model } from '../../shared/protocol';
import { bytes, percent } from '../format';
import { S } from '../strings';
import { squarify } from './squarify';

const MOST = 60;

interface Props {
  model: Model;
  view: TreeView;
  version: unknown;
  path: string;
  onEnter: (path: string) => void;
  onSelect: (node: FileNode) => void;
}

export function Treemap({ model, view, version, path, onEnter, onSelect }: Props) {
  const box = useRef<HTMLDivElement>(null);
  const [size, setSize] = useState({ width: 0, height: 0 });
  const [nodes, setNodes] = useState<FileNode[]>([]);
  useLayoutEffect(() => {
    const element = box.current;
    if (!element) return undefined;
    const observer = new ResizeObserver(() => setSize({ width: element.clientWidth, height: element.clientHeight }));
    observer.observe(element);
    return () => observer.disconnect();
  }, []);
  useEffect(() => {
    let stale = false;
    void model.ask('children', { path, view }).then((answer) => { if (!stale) setNodes(answer.nodes); }, () => undefined);
    return () => { stale = true; };
  }, [model, path, JSON.stringify(view), version]);

  const present = nodes.filter((node) => node.size > 0 && node.change !== 'removed').sort((a, b) => b.size - a.size);
  const all = present.reduce((sum, node) => sum + node.size, 0);
  const shown = present.slice(0, MOST).filter((node) => node.size / Math.max(1, all) > 0.0005);
  const rest = present.length - shown.length;
  const restSize = all - shown.reduce((sum, node) => sum + node.size, 0);
  const rects = squarify([...shown.map((node) => node.size), ...(restSize > 0 ? [restSize] : [])], { x: 0, y: 0, ...size });
  const parts = path.split('/').filter(Boolean);
  const last = rects[shown.length];
  return (
    <section class="treemap-box" aria-label={S.files.treemap}>
      <nav class="crumbs mono small" aria-label={S.files.treemap}>
        <button type="button" class="text-button" onClick={() => onEnter('/')}>/</button>
        {parts.map((part, index) => (
          <span key={index}>{index > 0 && '/'}<button type="button" class="text-button" aria-current={index === parts.length - 1 ? 'location' : undefined} onClick={() => onEnter(`/${parts.slice(0, index + 1).join('/')}`)}>{part}</button></span>
        ))}
        <span class="muted number">{bytes(all)}</span>
      </nav>
      <div class="treemap" ref={box}>
        {shown.map((node, index) => {
          const rect = rects[index];
          if (!rect || rect.width < 1 || rect.height < 1) return null;
          const label = `${node.name}, ${bytes(node.size)}, ${percent(node.size, all)}`;
          const folder = node.kind === 'directory';
          const place = { left: `${rect.x}px`, top: `${rect.y}px`, width: `${rect.width}px`, height: `${rect.height}px` };
          // Too small to be hit: seen, and reached through the tree.
          if (rect.width < 24 || rect.height < 24) return <span key={node.path} class={`tile ${folder ? 'folder' : 'leaf'} shade-${index % 5} change-${node.change}`} title={label} style={place} />;
          return (
            <button type="button" key={node.path} class={`tile ${folder ? 'folder' : 'leaf'} shade-${index % 5} change-${node.change}`} title={label} aria-label={label}
              style={place} onClick={() => { onSelect(node); if (folder) onEnter(node.path); }}>
              {rect.width > 54 && rect.height > 22 && <span class="truncate">{node.name}{folder && '/'}</span>}
              {rect.width > 54 && rect.height > 42 && <small>{bytes(node.size)}</small>}
            </button>
          );
        })}
        {last && restSize > 0 && <span class="tile rest" title={S.files.other(rest)} style={{ left: `${last.x}px`, top: `${last.y}px`, width: `${last.width}px`, height: `${last.height}px` }} />}
        {present.length === 0 && <p class="muted pad">{S.empty.files}</p>}
      </div>
    </section>
  );
}
