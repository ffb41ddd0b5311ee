// Filter, facet, sort and page one list. Pure; the same answers in the worker and in a saved report.
import { LISTS, type ListName, type ListSpec, type Rows, type Value } from './lists';
import type { Report } from './report';

export interface RowsQuery<L extends ListName = ListName> {
  list: L;
  text: string;
  /** Facet → chosen values; within one facet any matches, across facets all must. */
  facets: Record<string, readonly string[]>;
  /** Column, with a minus in front for descending. */
  sort: string;
  offset: number;
  limit: number;
}

export interface FacetCount {
  value: string;
  count: number;
}

export interface RowsPage<L extends ListName = ListName> {
  /** Rows of the whole list. */
  all: number;
  /** Rows that match. */
  total: number;
  offset: number;
  rows: Rows[L][];
  keys: string[];
  facets: Record<string, FacetCount[]>;
}

interface Matched<R> {
  rows: readonly R[];
  facets: Record<string, FacetCount[]>;
  all: number;
}

const collator = new Intl.Collator('en', { numeric: true, sensitivity: 'base' });

function compare(a: Value, b: Value): number {
  if (a === b) return 0;
  if (a === null || a === '') return -1;
  if (b === null || b === '') return 1;
  return typeof a === 'number' && typeof b === 'number' ? a - b : collator.compare(String(a), String(b));
}

/** Words that must all occur; a word after a minus must not. */
export function textFilter(text: string): (haystack: string) => boolean {
  const words = text.toLowerCase().split(/\s+/).filter(Boolean);
  const wanted = words.filter((word) => !word.startsWith('-') || word === '-');
  const refused = words.filter((word) => word.startsWith('-') && word !== '-').map((word) => word.slice(1));
  return (haystack) => {
    const lower = haystack.toLowerCase();
    return wanted.every((word) => lower.includes(word)) && !refused.some((word) => lower.includes(word));
  };
}

const asList = (value: string | readonly string[]): readonly string[] => (typeof value === 'string' ? [value] : value);

function match<R>(spec: ListSpec<R>, rows: readonly R[], query: RowsQuery): Matched<R> {
  const accepts = textFilter(query.text);
  const byText = query.text.trim() ? rows.filter((row) => accepts(spec.text(row))) : rows;
  const chosen = Object.entries(query.facets).filter(([name, values]) => values.length > 0 && spec.facets[name]);
  // A row counts for a facet when every other facet accepts it: so the counts say what one more click would show.
  const counters = new Map(Object.keys(spec.facets).map((name) => [name, new Map<string, number>()]));
  const matched: R[] = [];
  for (const row of byText) {
    const failed = chosen.filter(([name, values]) => !asList(spec.facets[name]?.(row) ?? []).some((value) => values.includes(value)));
    if (failed.length === 0) matched.push(row);
    if (failed.length > 1) continue;
    for (const [name, value] of Object.entries(spec.facets)) {
      if (failed.length === 1 && failed[0]?.[0] !== name) continue;
      const counter = counters.get(name);
      for (const one of asList(value(row))) counter?.set(one, (counter.get(one) ?? 0) + 1);
    }
  }
  const column = spec.columns[query.sort.replace(/^-/, '')];
  if (column) {
    const sign = query.sort.startsWith('-') ? -1 : 1;
    const decorated = matched.map((row, index) => ({ row, index, value: column(row) }));
    decorated.sort((a, b) => sign * compare(a.value, b.value) || a.index - b.index);
    decorated.forEach(({ row }, index) => { matched[index] = row; });
  }
  const facets: Record<string, FacetCount[]> = {};
  for (const [name, counter] of counters) {
    for (const value of query.facets[name] ?? []) if (!counter.has(value)) counter.set(value, 0);
    facets[name] = [...counter].map(([value, count]) => ({ value, count })).sort((a, b) => b.count - a.count || collator.compare(a.value, b.value));
  }
  return { rows: matched, facets, all: rows.length };
}

/** Answers queries over one report, and keeps the last match so that paging through it is cheap. */
export class Query {
  readonly #report: Report;
  readonly #sources = new Map<ListName, readonly unknown[]>();
  #last: { id: string; matched: Matched<unknown> } | undefined;

  constructor(report: Report) {
    this.#report = report;
  }

  #source<L extends ListName>(list: L): readonly Rows[L][] {
    let rows = this.#sources.get(list) as readonly Rows[L][] | undefined;
    if (!rows) {
      rows = LISTS[list].rows(this.#report);
      this.#sources.set(list, rows);
    }
    return rows;
  }

  #match<L extends ListName>(query: RowsQuery<L>): Matched<Rows[L]> {
    const id = JSON.stringify([query.list, query.text, query.facets, query.sort]);
    if (this.#last?.id !== id) {
      this.#last = { id, matched: match(LISTS[query.list] as ListSpec<Rows[L]>, this.#source(query.list), query) };
    }
    return this.#last.matched as Matched<Rows[L]>;
  }

  page<L extends ListName>(query: RowsQuery<L>): RowsPage<L> {
    const matched = this.#match(query);
    const rows = matched.rows.slice(query.offset, query.offset + query.limit);
    const spec = LISTS[query.list] as ListSpec<Rows[L]>;
    return { all: matched.all, total: matched.rows.length, offset: query.offset, rows, keys: rows.map((row) => spec.key(row)), facets: matched.facets };
  }

  /** The row with this key, or the first whose key begins with it (a link names the advisory alone). */
  row<L extends ListName>(list: L, key: string): Rows[L] | null {
    const spec = LISTS[list] as ListSpec<Rows[L]>;
    const rows = this.#source(list);
    return rows.find((row) => spec.key(row) === key) ?? rows.find((row) => spec.key(row).startsWith(`${key}~`)) ?? null;
  }
}
