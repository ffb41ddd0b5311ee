// A list as a product shows it: filter, facets, sort, columns, keyboard, copy and export; virtual, with its state in the address.
import type { ComponentChild, JSX, RefObject, TargetedInputEvent } from 'preact';
import { useEffect, useLayoutEffect, useMemo, useRef, useState } from 'preact/hooks';
import type { ListName, Rows } from '../../shared/lists';
import type { Model } from '../../shared/protocol';
import { count } from '../../shared/format';
import { go, route, withItem, withParams } from '../route';
import { MOST_PRINTED } from '../print';
import { announcement, printing } from '../store';
import { S } from '../../shared/strings';
import { type FacetLabels, Facets } from './facets';
import { Icon } from './icon';
import { ListTools } from './list-tools';
import { useRows } from './rows';
import { useMedia, useWindowed } from './virtual';

export interface Column<R> {
  id: string;
  title: string;
  /** A CSS grid track. */
  track: string;
  cell: (row: R) => ComponentChild;
  /** The same as plain text, for copy and export. */
  plain: (row: R) => string | number | null | undefined;
  numeric?: boolean;
  /** Shown only when chosen. */
  optional?: boolean;
  /** May be left out where room is short; the larger, the sooner. */
  from?: number;
  sortable?: boolean;
}

export interface ListProps<L extends ListName> {
  list: L;
  title: string;
  model: Model;
  version: unknown;
  columns: Column<Rows[L]>[];
  facets: Record<string, FacetLabels>;
  sort: string;
  /** Facets chosen when the address says nothing. */
  preset?: Record<string, readonly string[]>;
  phone: (row: Rows[L]) => ComponentChild;
  /** Why the list is empty when it has no rows at all. */
  empty: ComponentChild;
  above?: ComponentChild;
}

const ROW = 38;
const PHONE_ROW = 84;

/** Facets from the address; `f.state=` with nothing behind it undoes a preset. */
function chosenFacets(params: URLSearchParams, names: string[], preset: Record<string, readonly string[]>): Record<string, readonly string[]> {
  return Object.fromEntries(names.map((name) => {
    const value = params.get(`f.${name}`);
    return [name, value === null ? (preset[name] ?? []) : value.split('|').filter(Boolean)];
  }));
}

export function List<L extends ListName>(props: ListProps<L>) {
  const { list, model, columns, facets: labels, preset = {} } = props;
  const { params, item } = route.value;
  const phone = useMedia('(max-width: 719px)');
  const section = useRef<HTMLElement>(null);
  const width = useWidth(section);
  const body = useRef<HTMLDivElement>(null);
  const filter = useRef<HTMLInputElement>(null);
  const [active, setActive] = useState(0);
  const [text, setText] = useState(params.get('q') ?? '');
  const sort = params.get('sort') ?? props.sort;
  const facetKey = Object.keys(labels).map((name) => params.get(`f.${name}`)).join(' ');
  const chosen = useMemo(() => chosenFacets(params, Object.keys(labels), preset), [facetKey, list]);
  const query = useMemo(() => ({ text: params.get('q') ?? '', facets: chosen, sort }), [params.get('q'), chosen, sort]);
  const [rowCount, setRowCount] = useState(0);
  const rowHeight = phone ? PHONE_ROW : ROW;
  const onScreen = useWindowed(body, rowCount, rowHeight);
  const paper = printing.value;
  const span = paper ? { first: 0, last: Math.min(rowCount, MOST_PRINTED) } : onScreen;
  const data = useRows(model, list, query, span, props.version);
  useEffect(() => setRowCount(data.total), [data.total]);
  // The address of now, not of the drawing: whoever types fast is a letter ahead of it.
  useEffect(() => setText(route.peek().params.get('q') ?? ''), [params.get('q')]);
  useEffect(() => {
    if (data.ready && (query.text || Object.values(chosen).some((one) => one.length))) announcement.value = `${S.table.of(data.total, data.all)} ${props.title}`;
  }, [data.total, data.ready]);

  const cols = params.get('cols')?.split(',');
  const railed = width >= 820;
  const shown = fitting(columns.filter((column) => (cols ? cols.includes(column.id) : !column.optional)), width - (railed ? 232 : 0));
  const filtered = query.text !== '' || Object.values(chosen).some((one) => one.length > 0);
  const focusWanted = useRef(false);

  useEffect(() => {
    if (!focusWanted.current) return;
    const row = body.current?.querySelector<HTMLElement>(`[data-index="${active}"]`);
    if (row) {
      focusWanted.current = false;
      row.focus({ preventScroll: true });
    }
  });

  const moveTo = (index: number): void => {
    const next = Math.max(0, Math.min(data.total - 1, index));
    setActive(next);
    // A row that is drawn takes the focus now; one that scrolling brings takes it when it is drawn.
    const drawn = body.current?.querySelector<HTMLElement>(`[data-index="${next}"]`);
    if (drawn) drawn.focus({ preventScroll: true });
    else focusWanted.current = true;
    const top = (body.current?.getBoundingClientRect().top ?? 0) + next * rowHeight;
    const above = 150;
    if (top < above) scrollBy({ top: top - above });
    else if (top + rowHeight > innerHeight - 16) scrollBy({ top: top + rowHeight - innerHeight + 16 });
    const key = data.row(next)?.key;
    // An open panel follows the arrows.
    if (key && item) go(withItem(key), true);
  };
  const onKey = (event: KeyboardEvent): void => {
    const page = Math.floor((innerHeight - 200) / rowHeight);
    const steps: Record<string, number> = { ArrowDown: active + 1, ArrowUp: active - 1, PageDown: active + page, PageUp: active - page, Home: 0, End: data.total - 1 };
    const step = steps[event.key];
    if (step !== undefined) {
      event.preventDefault();
      moveTo(step);
    } else if (event.key === 'Enter') {
      const key = data.row(active)?.key;
      if (key) {
        event.preventDefault();
        go(withItem(key));
      }
    }
  };
  const onFilterKey = (event: KeyboardEvent): void => {
    if (event.key === 'Escape') {
      event.stopPropagation();
      if (text) go(withParams({ q: null }), true);
      else filter.current?.blur();
    } else if (event.key === 'ArrowDown' || event.key === 'Enter') {
      event.preventDefault();
      moveTo(0);
    }
  };
  const type = (event: TargetedInputEvent<HTMLInputElement>): void => {
    setText(event.currentTarget.value);
    setActive(0);
    go(withParams({ q: event.currentTarget.value || null }), true);
  };

  const tracks = phone ? '1fr' : shown.map((column) => column.track).join(' ');
  const rows: JSX.Element[] = [];
  for (let index = span.first; index < Math.min(span.last, data.total); index += 1) {
    const entry = data.row(index);
    rows.push(
      <div key={entry?.key ?? index} role="row" aria-rowindex={index + 2} data-index={index} class={`row${entry && entry.key === item ? ' chosen' : ''}`}
        aria-selected={entry?.key === item} tabIndex={index === active ? 0 : -1} style={{ top: `${index * rowHeight}px`, height: `${rowHeight}px` }}
        onFocus={() => setActive(index)}
        onClick={(event) => {
          if (!entry || (event.target as Element).closest('a[href]:not(.row-link)') || getSelection()?.type === 'Range') return;
          event.preventDefault();
          setActive(index);
          go(withItem(entry.key));
        }}>
        {!entry ? <div role="gridcell" class="muted loading" aria-colspan={shown.length}>{S.table.loading}</div>
          : phone ? <div role="gridcell" class="phone-cell">{props.phone(entry.row)}</div>
            : shown.map((column) => <div key={column.id} role="gridcell" class={column.numeric ? 'cell number' : 'cell'}>{column.cell(entry.row)}</div>)}
      </div>,
    );
  }
  const facetCount = Object.entries(chosen).filter(([name, values]) => values.length && params.has(`f.${name}`)).length;
  const rail = <Facets labels={labels} counts={data.facets} chosen={chosen} presets={Object.keys(preset)} />;

  return (
    <section class="list-view" aria-label={props.title} ref={section}>
      <header class="list-head">
        <h1>{props.title} <span class="count">{data.ready ? S.table.of(data.total, data.all) : ''}</span></h1>
        <div class="list-bar">
          <label class="field search">
            <Icon name="search" />
            <span class="visually-hidden">{S.table.filter}</span>
            <input ref={filter} type="search" id="filter" placeholder={S.table.filter} title={S.table.filterHint} value={text} onInput={type} onKeyDown={onFilterKey}
              autocomplete="off" spellcheck={false} />
            <kbd aria-hidden="true">/</kbd>
          </label>
          <ListTools list={list} model={model} query={query} columns={columns} shown={shown} total={data.total} title={props.title} />
        </div>
      </header>
      {props.above}
      {data.ready && data.all === 0 ? <div class="empty">{props.empty}</div> : (
        <div class={railed ? 'list-body railed' : 'list-body'}>
          {railed ? <aside class="rail" aria-label={S.table.filters}>{rail}{filtered && <ClearFilters names={Object.keys(labels)} />}</aside> : (
            <details class="rail-fold">
              <summary><Icon name="filter" />{S.table.filters}{facetCount > 0 && <span class="badge">{count(facetCount)}</span>}<Icon name="down" class="turn" /></summary>
              {rail}{filtered && <ClearFilters names={Object.keys(labels)} />}
            </details>
          )}
          <div class="grid" role="grid" aria-label={props.title} aria-rowcount={data.total + 1} aria-colcount={phone ? 1 : shown.length} style={{ '--tracks': tracks }}>
            <div role="rowgroup" class={`grid-head${phone ? ' visually-hidden' : ''}`}>
              <div role="row" aria-rowindex={1} class="row head">
                {(phone ? shown.slice(0, 1) : shown).map((column) => <HeadCell key={column.id} column={column} sort={sort} />)}
              </div>
            </div>
            <div role="rowgroup" ref={body} class="grid-body" style={{ height: `${Math.max(1, data.total) * rowHeight}px` }} onKeyDown={onKey}>
              {data.ready && data.total === 0 ? <div role="row" class="nothing"><div role="gridcell">{S.table.nothing}</div></div> : rows}
            </div>
            {paper && data.total > MOST_PRINTED && <p class="pad">{S.print.more(data.total - MOST_PRINTED)}</p>}
          </div>
        </div>
      )}
    </section>
  );
}

function HeadCell<R>({ column, sort }: { column: Column<R>; sort: string }) {
  const by = sort.replace(/^-/, '') === column.id;
  const down = by && sort.startsWith('-');
  return (
    <div role="columnheader" class={column.numeric ? 'cell number' : 'cell'} aria-sort={by ? (down ? 'descending' : 'ascending') : 'none'}>
      {column.sortable === false ? <span class="plain-head">{column.title}</span> : (
        <button type="button" class={by ? 'sorted' : ''} onClick={() => go(withParams({ sort: by ? (down ? column.id : `-${column.id}`) : column.numeric ? `-${column.id}` : column.id }), true)}>
          {column.title}<Icon name="down" class={by ? (down ? 'sort-mark' : 'sort-mark up') : 'sort-mark none'} />
        </button>
      )}
    </div>
  );
}

function ClearFilters({ names }: { names: string[] }) {
  const clear = Object.fromEntries([['q', null], ...names.map((name) => [`f.${name}`, null])]) as Record<string, null>;
  return <button type="button" class="text-button" onClick={() => go(withParams(clear), true)}>{S.table.clear}</button>;
}

/** The columns that fit: those that want most room for themselves go first. */
function fitting<R>(columns: Column<R>[], width: number): Column<R>[] {
  const rem = 16;
  const least = (column: Column<R>): number => Number(/([\d.]+)rem/.exec(column.track)?.[1] ?? 6) * rem + 12;
  const kept = [...columns];
  const expendable = columns.filter((column) => column.from !== undefined).sort((a, b) => (b.from ?? 0) - (a.from ?? 0));
  for (const column of expendable) {
    if (kept.reduce((sum, one) => sum + least(one), 32) <= width) break;
    kept.splice(kept.indexOf(column), 1);
  }
  return kept;
}

function useWidth(of: RefObject<HTMLElement | null>): number {
  const [width, setWidth] = useState(Math.min(innerWidth, 1440));
  useLayoutEffect(() => {
    const element = of.current;
    if (!element) return undefined;
    const observer = new ResizeObserver(() => setWidth(element.clientWidth));
    observer.observe(element);
    setWidth(element.clientWidth);
    return () => observer.disconnect();
  }, [of]);
  return width;
}
