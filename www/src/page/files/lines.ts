// The lines of the tree, fetched by window from the model: never more than what is near the screen.
import { useEffect, useRef, useState } from 'preact/hooks';
import type { FileOrder, LinesPage, TreeLine, TreeView } from '../../shared/files';
import type { Model } from '../../shared/protocol';
import type { Span } from '../components/virtual';

const PAGE = 200;

export interface Asked {
  model: Model;
  view: TreeView;
  order: FileOrder;
  changesOnly: boolean;
  open: readonly string[];
  /** A path to be found. */
  at: string | null;
  version: unknown;
}

export interface Lines {
  total: number;
  largest: number;
  /** Line of the path that was asked for. */
  at: number | null;
  line(index: number): TreeLine | null;
  ready: boolean;
}

interface Cache {
  id: string;
  head: LinesPage;
  pages: Map<number, LinesPage>;
}

export function useLines({ model, view, order, changesOnly, open, at, version }: Asked, span: Span): Lines {
  const ask = { view, order, changesOnly, open };
  const id = JSON.stringify(ask);
  const [cache, setCache] = useState<Cache | null>(null);
  const asked = useRef(ask);
  const underway = useRef<{ head: LinesPage | null; pages: Set<number> }>({ head: null, pages: new Set() });
  asked.current = ask;
  const first = Math.floor(span.first / PAGE);
  const last = Math.floor(Math.max(span.first, span.last - 1) / PAGE);

  // Other folders open, another layer, more layers read: the page on screen first, the old lines until it comes.
  useEffect(() => {
    let stale = false;
    void model.ask('lines', { ...asked.current, offset: first * PAGE, limit: PAGE, at }).then((page) => {
      if (!stale) setCache({ id, head: page, pages: new Map([[first, page]]) });
    }, () => undefined);
    return () => { stale = true; };
  }, [model, id, at, version]);

  useEffect(() => {
    if (!cache || cache.id !== id) return;
    const { head } = cache;
    // Pages that are on their way are not asked for again; an answer counts as long as the first page is the one it followed.
    if (underway.current.head !== head) underway.current = { head, pages: new Set() };
    const { pages } = underway.current;
    for (let page = first; page <= last; page += 1) {
      if (cache.pages.has(page) || pages.has(page) || page * PAGE >= head.total) continue;
      pages.add(page);
      void model.ask('lines', { ...asked.current, offset: page * PAGE, limit: PAGE, at: null }).then((answer) => {
        setCache((old) => (old?.head === head ? { ...old, pages: new Map(old.pages).set(page, answer) } : old));
      }, () => { pages.delete(page); });
    }
  }, [cache, first, last, id, model]);

  return {
    total: cache?.head.total ?? 0,
    largest: Math.max(1, cache?.head.largest ?? 1),
    at: cache?.id === id ? cache.head.at : null,
    line: (index) => cache?.pages.get(Math.floor(index / PAGE))?.lines[index % PAGE] ?? null,
    ready: cache !== null,
  };
}
