// The report as data: a tree that opens where it is asked to, and every way to take it along.
import { useEffect, useState } from 'preact/hooks';
import type { Report } from '../../shared/report';
import { Icon } from '../components/icon';
import { count } from '../../shared/format';
import { LocalModel } from '../local-model';
import { formatsOf, takeAway } from '../take-away';
import { S } from '../../shared/strings';
import type { ViewProps } from './context';

export function Raw({ model, head }: ViewProps) {
  const [report, setReport] = useState<Report | null>(null);
  useEffect(() => {
    let stale = false;
    void model.ask('report', null).then((answer) => { if (!stale) setReport(answer); }, () => undefined);
    return () => { stale = true; };
  }, [model, head]);
  return (
    <div class="raw">
      <h1>{S.tabs.raw}</h1>
      <section class="box">
        <h2>{S.exports.title}</h2>
        <p class="muted small">{S.exports.hint}</p>
        <ul class="export-list">
          {formatsOf(model).map(([format, title, hint]) => (
            <li key={format}><button type="button" class="export" onClick={() => void takeAway(model, head, format)}><Icon name="download" /><span><strong>{title}</strong><small>{hint}</small></span></button></li>
          ))}
        </ul>
        {model instanceof LocalModel && <p class="muted small">{S.exports.notHere}</p>}
      </section>
      <section class="box">
        <h2>{S.exports.report}</h2>
        {report ? <div class="json"><Node name={null} value={report} open /></div> : <p class="muted">{S.table.loading}</p>}
      </section>
    </div>
  );
}

const CHUNK = 100;

export function Node({ name, value, open: initially = false }: { name: string | null; value: unknown; open?: boolean }) {
  const [open, setOpen] = useState(initially);
  const [shown, setShown] = useState(CHUNK);
  const label = name === null ? null : <span class="json-key">{name}</span>;
  if (value === null || typeof value !== 'object') {
    return <div class="json-leaf">{label}<span class={`json-${value === null ? 'null' : typeof value}`}>{typeof value === 'string' ? JSON.stringify(value) : String(value)}</span></div>;
  }
  const entries = Object.entries(value);
  const size = Array.isArray(value) ? `[${count(entries.length)}]` : `{${count(entries.length)}}`;
  return (
    <details open={open} onToggle={(event) => setOpen(event.currentTarget.open)}>
      <summary>{label}<span class="muted">{size}</span></summary>
      {open && <div class="json-children">
        {entries.slice(0, shown).map(([key, child]) => <Node key={key} name={key} value={child} />)}
        {entries.length > shown && <button type="button" class="text-button" onClick={() => setShown(shown + CHUNK * 5)}>{S.table.moreValues(entries.length - shown)}</button>}
      </div>}
    </details>
  );
}
