// Columns to show, copy, and export of exactly what is shown: the same rows in the same order, the same columns.
import { useState } from 'preact/hooks';
import type { ListName, Rows } from '../../shared/lists';
import type { Model } from '../../shared/protocol';
import type { RowsPage } from '../../shared/query';
import { copyText } from '../clipboard';
import { go, withParams } from '../route';
import { save } from '../save';
import { S } from '../../shared/strings';
import { Icon } from './icon';
import type { Column } from './list';
import { Menu } from './menu';
import type { Query } from './rows';

interface Props<L extends ListName> {
  list: L;
  title: string;
  model: Model;
  query: Query;
  columns: Column<Rows[L]>[];
  shown: Column<Rows[L]>[];
  total: number;
}

// A cell that begins like a formula is one, to a spreadsheet: the apostrophe makes it text again.
const csvCell = (value: string): string => {
  const safe = /^[=+\-@\t\r]/.test(value) && Number.isNaN(Number(value)) ? `'${value}` : value;
  return /[",\n\r]/.test(safe) ? `"${safe.replaceAll('"', '""')}"` : safe;
};
const markdownCell = (value: string): string => value.replace(/[\\|`*_<>]/g, '\\$&').replace(/\s+/g, ' ');

export function ListTools<L extends ListName>({ list, title, model, query, columns, shown, total }: Props<L>) {
  const [copied, setCopied] = useState(false);
  const all = async (): Promise<Rows[L][]> => (await model.ask('rows', { list, ...query, offset: 0, limit: total }) as RowsPage<L>).rows;
  const cells = (row: Rows[L]): string[] => shown.map((column) => String(column.plain(row) ?? ''));
  const copy = async (): Promise<void> => {
    const line = (parts: string[]): string => `| ${parts.map(markdownCell).join(' | ')} |`;
    const text = [line(shown.map((column) => column.title)), `|${shown.map((column) => (column.numeric ? ' ---: ' : ' --- ')).join('|')}|`, ...(await all()).map((row) => line(cells(row)))].join('\n');
    if (!await copyText(text)) return;
    setCopied(true);
    setTimeout(() => setCopied(false), 1500);
  };
  const csv = async (): Promise<void> => {
    const lines = [shown.map((column) => column.title), ...(await all()).map(cells)].map((parts) => parts.map(csvCell).join(','));
    save(`${list}.csv`, 'text/csv', lines.join('\r\n'));
  };
  const json = async (): Promise<void> => save(`${list}.json`, 'application/json', JSON.stringify(await all(), null, 2));
  const toggle = (id: string): void => {
    const next = columns.filter((column) => (column.id === id) !== shown.includes(column)).map((column) => column.id);
    go(withParams({ cols: next.join(',') || null }), true);
  };
  return (
    <div class="tools" role="group" aria-label={title}>
      <button type="button" class="button" onClick={() => void copy()} disabled={total === 0}>
        <Icon name={copied ? 'check' : 'copy'} /><span class="wide-only">{copied ? S.table.copied : S.table.copy}</span><span class="visually-hidden narrow-only">{S.table.copy}</span>
      </button>
      <Menu label={S.exports.title} icon="download" disabled={total === 0}>
        <button type="button" onClick={() => void csv()}>{S.table.export}</button>
        <button type="button" onClick={() => void json()}>{S.table.json}</button>
      </Menu>
      <Menu label={S.table.columns} icon="columns" class="wide-only" stay>
        {columns.map((column) => (
          <label key={column.id}><input type="checkbox" checked={shown.includes(column)} onChange={() => toggle(column.id)} />{column.title}</label>
        ))}
      </Menu>
    </div>
  );
}
