// Secrets, masked where they were found: the value is nowhere in this page.
import { secretState } from '../../shared/lists';
import type { Secret } from '../../shared/report';
import { Icon } from '../components/icon';
import { layerFacet } from '../components/facets';
import { type Column, List } from '../components/list';
import { LayerMark, OriginMark, Path, SeverityMark } from '../components/marks';
import { Facts, Panel, Section } from '../components/panel';
import { command, sentence } from '../../shared/format';
import { route, withItem } from '../route';
import { S } from '../../shared/strings';
import { isList, NotListed } from './cards';
import type { ViewProps } from './context';
import { useItem } from './item';

const keyOf = (row: Secret): string => `${row.fingerprint}~${row.path}~${row.layer ?? 'config'}~${row.line ?? 0}`;
const where = (row: Secret): string => `${row.path}${row.innerPath ? `!/${row.innerPath}` : ''}${row.line ? `:${row.line}` : ''}`;
const state = (row: Secret): string => S.secretState[secretState(row)];

const columns: Column<Secret>[] = [
  { id: 'severity', title: S.columns.severity, track: '7.25rem', cell: (row) => <SeverityMark severity={row.severity} />, plain: (row) => row.severity },
  { id: 'title', title: S.columns.what, track: 'minmax(12rem, 1.4fr)', plain: (row) => row.title, cell: (row) => <a class={`row-link truncate${row.harmless || row.allowedBy ? ' set-aside' : ''}`} tabIndex={-1} href={withItem(keyOf(row))}>{sentence(row.title)}</a> },
  { id: 'path', title: S.columns.where, track: 'minmax(10rem, 1.8fr)', cell: (row) => <span class="truncate mono" title={where(row)}>{where(row)}</span>, plain: where },
  { id: 'masked', title: S.columns.looks, track: 'minmax(7rem, 0.8fr)', sortable: true, cell: (row) => <code class="truncate">{row.masked}</code>, plain: (row) => row.masked, from: 1024 },
  { id: 'state', title: S.columns.state, track: 'minmax(8rem, 0.8fr)', sortable: false, cell: (row) => <span class="truncate">{state(row)}</span>, plain: state, from: 900 },
  { id: 'layer', title: S.columns.layer, track: '5.75rem', numeric: true, cell: (row) => <LayerMark layer={row.layer} />, plain: (row) => (row.layer === null ? S.layers.config : row.layer) },
  { id: 'origin', title: S.columns.from, track: '7rem', optional: true, cell: (row) => <OriginMark origin={row.origin} />, plain: (row) => S.origin[row.origin] },
];

const facets = {
  severity: { title: S.columns.severity, value: (v: string) => S.severity[v as keyof typeof S.severity] ?? v, order: Object.keys(S.severity) },
  state: { title: S.columns.state, value: (v: string) => S.secretState[v as keyof typeof S.secretState] ?? v, order: Object.keys(S.secretState) },
  title: { title: S.columns.what },
  place: { title: S.columns.place, value: (v: string) => S.secretPlace[v] ?? v },
  origin: { title: S.columns.from, value: (v: string) => S.origin[v as keyof typeof S.origin] ?? v },
  layer: layerFacet,
};

/** What counts; what is thought to be harmless or was accepted is one click away. */
const preset = { state: ['visible', 'buried'] };

export function Secrets({ model, head, scanning }: ViewProps) {
  const { item } = route.value;
  const row = useItem(model, 'secrets', item, head);
  return (
    <div class={item ? 'with-panel' : ''}>
      <List list="secrets" title={S.tabs.secrets} model={model} version={head} columns={columns} facets={facets} sort="-severity" preset={preset}
        empty={isList(head) ? <NotListed /> : <><Icon name={scanning ? 'clock' : 'check'} /><p>{scanning ? S.empty.secretsScanning : S.empty.secrets}</p></>}
        phone={(one) => (
          <>
            <span class="line"><SeverityMark severity={one.severity} /><strong class="truncate">{sentence(one.title)}</strong></span>
            <span class="line mono truncate">{where(one)}</span>
            <span class="line small muted truncate">{one.layer === null ? S.layers.config : S.layers.number(one.layer)} · {state(one)}</span>
          </>
        )} />
      {item && (row ? <SecretPanel row={row} head={head} /> : row === null && <Panel title={item}><p>{S.panel.gone}</p></Panel>)}
    </div>
  );
}

function SecretPanel({ row, head }: { row: Secret; head: ViewProps['head'] }) {
  const layer = row.layer === null ? undefined : head.report.layers[row.layer];
  return (
    <Panel title={sentence(row.title)} kicker={<SeverityMark severity={row.severity} />}>
      {row.harmless && <p class="note"><Icon name="info" />{S.secret.harmless(row.harmless)}</p>}
      {row.allowedBy && <p class="note"><Icon name="info" />{S.secret.allowed(row.allowedBy)}</p>}
      {!row.visible && <p class="note bad"><Icon name="trash" />{S.secret.buried}</p>}
      <Section title={S.panel.fix}>
        <ol class="steps">
          <li>{S.secret.revoke}</li>
          <li>{row.place === 'file' ? S.secret.mount : S.secret.atStart}</li>
          <li>{S.secret.again}</li>
        </ol>
      </Section>
      <Section title={S.panel.where}>
        <Facts of={[
          [S.facts.place, S.secretPlace[row.place] ?? row.place], [S.facts.path, row.place === 'file' ? <Path path={row.path} layer={row.visible ? null : row.layer} key="p" /> : row.path], [S.facts.inside, row.innerPath],
          [S.facts.line, row.line], [S.facts.layer, <LayerMark layer={row.layer} key="l" />], [S.facts.removedIn, row.removedIn !== null && <LayerMark layer={row.removedIn} key="r" />],
          [S.facts.from, <OriginMark origin={row.origin} key="o" />], [S.facts.command, layer?.createdBy && <code key="c">{command(layer.createdBy)}</code>],
        ]} />
      </Section>
      <Section title={S.panel.evidence}>
        <Facts of={[[S.facts.looks, <code key="m">{row.masked}</code>], [S.facts.rule, <code key="r">{row.rule}</code>], [S.facts.fingerprint, <code key="f">{row.fingerprint}</code>]]} />
      </Section>
    </Panel>
  );
}
