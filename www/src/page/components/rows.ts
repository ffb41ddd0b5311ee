// Rows of a list, fetched by page from the model as they come into view.
import { useEffect, useRef, useState } from 'preact/hooks';
import type { ListName, Rows } from '../../shared/lists';
import type { Model } from '../../shared/protocol';
import type { FacetCount, RowsPage } from '../../shared/query';
import type { Span } from './virtual';

const PAGE = 100;

export interface Query {
  text: string;
  facets: Record<string, readonly string[]>;
  sort: string;
}

export interface Fetched<L extends ListName> {
  all: number;
  total: number;
  facets: Record<string, FacetCount[]>;
  row(index: number): { row: Rows[L]; key: string } | null;
  /** False until the first answer. */
  ready: boolean;
}

interface Cache<L extends ListName> {
  id: string;
  head: RowsPage<L>;
  pages: Map<number, RowsPage<L>>;
}

export function useRows<L extends ListName>(model: Model, list: L, query: Query, span: Span, version: unknown): Fetched<L> {
  const id = JSON.stringify([list, query]);
  const [cache, setCache] = useState<Cache<L> | null>(null);
  const underway = useRef<{ head: RowsPage<L> | null; pages: Set<number> }>({ head: null, pages: new Set() });

  // A new question, or new data: ask for the first page, and keep the old rows on screen until it answers.
  useEffect(() => {
    let stale = false;
    void model.ask('rows', { list, ...query, offset: 0, limit: PAGE }).then((answer) => {
      const page = answer as RowsPage<L>;
      if (!stale) setCache({ id, head: page, pages: new Map([[0, page]]) });
    }, () => undefined);
    return () => { stale = true; };
  }, [id, model, version]);

  const first = Math.floor(span.first / PAGE);
  const last = Math.floor(Math.max(span.first, span.last - 1) / PAGE);
  useEffect(() => {
    if (!cache || cache.id !== id) return;
    const { head } = cache;
    // Pages that are on their way are not asked for again; an answer counts as long as the first page is the one it followed.
    if (underway.current.head !== head) underway.current = { head, pages: new Set() };
    const { pages } = underway.current;
    for (let page = first; page <= last; page += 1) {
      if (cache.pages.has(page) || pages.has(page) || page * PAGE >= head.total) continue;
      pages.add(page);
      void model.ask('rows', { list, ...query, offset: page * PAGE, limit: PAGE }).then((answer) => {
        setCache((old) => (old?.head === head ? { ...old, pages: new Map(old.pages).set(page, answer as RowsPage<L>) } : old));
      }, () => { pages.delete(page); });
    }
  }, [cache, first, last, id, model]);

  return {
    all: cache?.head.all ?? 0,
    total: cache?.head.total ?? 0,
    facets: cache?.head.facets ?? {},
    ready: cache !== null,
    row: (index) => {
      const page = cache?.pages.get(Math.floor(index / PAGE));
      const row = page?.rows[index % PAGE];
      const key = page?.keys[index % PAGE];
      return row !== undefined && key !== undefined ? { row, key } : null;
    },
  };
}
