// Checks of the configuration and the build, passed ones included.
import type { Check } from '../../shared/report';
import { Icon } from '../components/icon';
import { type Column, List } from '../components/list';
import { OriginMark, OutcomeMark, Path, SeverityMark } from '../components/marks';
import { Facts, Panel, Section } from '../components/panel';
import { bytes, count, sentence } from '../../shared/format';
import { route, withItem } from '../route';
import { S } from '../../shared/strings';
import { isList, NotListed } from './cards';
import type { ViewProps } from './context';
import { useItem } from './item';
import { References } from './vulnerabilities';

const columns: Column<Check>[] = [
  { id: 'outcome', title: S.columns.outcome, track: '9rem', cell: (row) => <OutcomeMark outcome={row.outcome} />, plain: (row) => S.outcome[row.outcome] },
  { id: 'title', title: S.columns.check, track: 'minmax(12rem, 1.3fr)', plain: (row) => row.title, cell: (row) => <a class="row-link truncate" tabIndex={-1} href={withItem(row.code)}>{sentence(row.title)}</a> },
  { id: 'message', title: S.columns.found, track: 'minmax(10rem, 1.6fr)', sortable: false, cell: (row) => <span class="truncate muted" title={row.message}>{row.message}</span>, plain: (row) => row.message, from: 900 },
  { id: 'severity', title: S.columns.severity, track: '7.25rem', cell: (row) => row.outcome === 'fail' || row.outcome === 'warn' ? <SeverityMark severity={row.severity} /> : '', plain: (row) => row.severity },
  { id: 'saves', title: S.columns.saves, track: '5rem', numeric: true, cell: (row) => (row.saves ? bytes(row.saves) : ''), plain: (row) => row.saves, from: 1100 },
  { id: 'evidence', title: S.columns.evidence, track: '5.5rem', numeric: true, cell: (row) => (row.evidenceTotal ? count(row.evidenceTotal) : ''), plain: (row) => row.evidenceTotal, from: 1180 },
  { id: 'code', title: S.columns.code, track: 'minmax(9rem, 1fr)', optional: true, cell: (row) => <code class="truncate">{row.code}</code>, plain: (row) => row.code },
];

const facets = {
  outcome: { title: S.columns.outcome, value: (v: string) => S.outcome[v as keyof typeof S.outcome] ?? v, order: Object.keys(S.outcome) },
  severity: { title: S.columns.severity, value: (v: string) => S.severity[v as keyof typeof S.severity] ?? v, order: Object.keys(S.severity) },
  catalogue: { title: S.columns.catalogue, value: (v: string) => (v === 'none' ? S.columns.oursOnly : v) },
};

export function Checks({ model, head, scanning }: ViewProps) {
  const { item } = route.value;
  const row = useItem(model, 'checks', item, head);
  return (
    <div class={item ? 'with-panel' : ''}>
      <List list="checks" title={S.tabs.checks} model={model} version={head} columns={columns} facets={facets} sort="-outcome"
        empty={isList(head) ? <NotListed /> : <><Icon name="clock" /><p>{scanning ? S.empty.secretsScanning : S.empty.checks}</p></>}
        phone={(one) => (
          <>
            <span class="line"><OutcomeMark outcome={one.outcome} />{one.outcome !== 'pass' && one.outcome !== 'notApplicable' && <SeverityMark severity={one.severity} />}</span>
            <span class="line truncate"><strong>{sentence(one.title)}</strong></span>
            <span class="line small muted truncate">{one.message}</span>
          </>
        )} />
      {item && (row ? <CheckPanel row={row} /> : row === null && <Panel title={item}><p>{S.panel.gone}</p></Panel>)}
    </div>
  );
}

function CheckPanel({ row }: { row: Check }) {
  return (
    <Panel title={sentence(row.title)} kicker={<OutcomeMark outcome={row.outcome} />}>
      <p class="lead">{sentence(row.message)}</p>
      {row.outcome !== 'pass' && row.fix && <Section title={S.panel.fix}><p>{sentence(row.fix)}</p>{row.saves ? <p class="good">{S.overview.saves(bytes(row.saves))}</p> : null}</Section>}
      {row.why && <Section title={S.panel.matters}><p>{sentence(row.why)}</p></Section>}
      {row.evidence.length > 0 && (
        <Section title={`${S.panel.evidence} (${count(row.evidenceTotal)})`}>
          <ul class="evidence">
            {row.evidence.map((one, index) => (
              <li key={index}>
                {one.path && <Path path={one.path} layer={one.layer} />}
                <span>{one.text}</span>
                <span class="small muted">{one.layer !== null && `${S.layers.number(one.layer)} · `}<OriginMark origin={one.origin} /></span>
              </li>
            ))}
          </ul>
          {row.evidenceTotal > row.evidence.length && <p class="muted">{S.gaps.more(row.evidenceTotal - row.evidence.length)}</p>}
        </Section>
      )}
      <Section title={S.panel.rule}>
        <Facts of={[[S.facts.code, <code key="c">{row.code}</code>], [S.facts.also, row.alsoKnownAs.join(', ')]]} />
      </Section>
      <References links={row.reference ? [row.reference] : []} />
    </Panel>
  );
}
