// Secrets, masked where they were found: the value is nowhere in this page.
import type { Secret } from '../../shared/report';
import { Icon } from '../components/icon';
import { type Column, List } from '../components/list';
import { LayerMark, OriginMark, Path, SeverityMark } from '../components/marks';
import { Facts, Panel, Section } from '../components/panel';
import { command } from '../format';
import { route, withItem } from '../route';
import { S } from '../strings';
import type { ViewProps } from './context';
import { useItem } from './item';

const keyOf = (row: Secret): string => `${row.fingerprint}~${row.path}~${row.layer ?? 'config'}~${row.line ?? 0}`;
const where = (row: Secret): string => `${row.path}${row.innerPath ? `!/${row.innerPath}` : ''}${row.line ? `:${row.line}` : ''}`;
const state = (row: Secret): string => (row.allowedBy ? `Allowed by ${row.allowedBy}` : row.harmless ? 'Likely harmless' : row.visible ? 'In the final image' : 'Deleted, still shipped');

const columns: Column<Secret>[] = [
  { id: 'severity', title: 'Severity', track: '7.25rem', cell: (row) => <SeverityMark severity={row.severity} />, plain: (row) => row.severity },
  { id: 'title', title: 'What', track: 'minmax(12rem, 1.4fr)', plain: (row) => row.title, cell: (row) => <a class={`row-link truncate${row.harmless || row.allowedBy ? ' set-aside' : ''}`} tabIndex={-1} href={withItem(keyOf(row))}>{row.title}</a> },
  { id: 'path', title: 'Where', track: 'minmax(10rem, 1.8fr)', cell: (row) => <span class="truncate mono" title={where(row)}>{where(row)}</span>, plain: where },
  { id: 'masked', title: 'Looks like', track: 'minmax(7rem, 0.8fr)', sortable: true, cell: (row) => <code class="truncate">{row.masked}</code>, plain: (row) => row.masked, from: 1024 },
  { id: 'state', title: 'State', track: 'minmax(8rem, 0.8fr)', sortable: false, cell: (row) => <span class="truncate">{state(row)}</span>, plain: state, from: 900 },
  { id: 'layer', title: 'Layer', track: '5.75rem', numeric: true, cell: (row) => <LayerMark layer={row.layer} />, plain: (row) => (row.layer === null ? 'config' : row.layer) },
  { id: 'origin', title: 'From', track: '7rem', optional: true, cell: (row) => <OriginMark origin={row.origin} />, plain: (row) => S.origin[row.origin] },
];

const facets = {
  severity: { title: 'Severity', value: (v: string) => S.severity[v as keyof typeof S.severity] ?? v, order: Object.keys(S.severity) },
  state: { title: 'State' },
  title: { title: 'What' },
  place: { title: 'Place' },
  origin: { title: 'From', value: (v: string) => S.origin[v as keyof typeof S.origin] ?? v },
  layer: { title: 'Layer' },
};

export function Secrets({ model, head, scanning }: ViewProps) {
  const { item } = route.value;
  const row = useItem(model, 'secrets', item, head);
  return (
    <div class={item ? 'with-panel' : ''}>
      <List list="secrets" title={S.tabs.secrets} model={model} version={head} columns={columns} facets={facets} sort="-severity"
        empty={<><Icon name={scanning ? 'clock' : 'check'} /><p>{scanning ? S.empty.secretsScanning : S.empty.secrets}</p></>}
        phone={(one) => (
          <>
            <span class="line"><SeverityMark severity={one.severity} /><strong class="truncate">{one.title}</strong></span>
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
    <Panel title={row.title} kicker={<SeverityMark severity={row.severity} />}>
      {row.harmless && <p class="note"><Icon name="info" />Thought to be harmless: {row.harmless}.</p>}
      {row.allowedBy && <p class="note"><Icon name="info" />Allowed by {row.allowedBy}.</p>}
      {!row.visible && <p class="note bad"><Icon name="trash" />Deleted or replaced later, and still in its layer: anyone who can pull the image can read it.</p>}
      <Section title={S.panel.fix}>
        <ol class="steps">
          <li>Revoke it where it was issued: whoever had the image had it.</li>
          <li>{row.place === 'file' ? 'Keep it out of the build: mount it with RUN --mount=type=secret, or list the file in .dockerignore.' : 'Set it when the container starts, not while the image is built.'}</li>
          <li>Build again. Deleting it in a later layer does not remove it.</li>
        </ol>
      </Section>
      <Section title={S.panel.where}>
        <Facts of={[
          ['Place', row.place], ['Path', row.place === 'file' ? <Path path={row.path} layer={row.visible ? null : row.layer} key="p" /> : row.path], ['Inside', row.innerPath],
          ['Line', row.line], ['Layer', <LayerMark layer={row.layer} key="l" />], ['Removed in', row.removedIn !== null && <LayerMark layer={row.removedIn} key="r" />],
          ['From', <OriginMark origin={row.origin} key="o" />], ['Command', layer?.createdBy && <code key="c">{command(layer.createdBy)}</code>],
        ]} />
      </Section>
      <Section title={S.panel.evidence}>
        <Facts of={[['Looks like', <code key="m">{row.masked}</code>], ['Rule', <code key="r">{row.rule}</code>], ['Fingerprint', <code key="f">{row.fingerprint}</code>]]} />
      </Section>
    </Panel>
  );
}
