// What is installed, what was removed later, and how each is known.
import type { Package } from '../../shared/report';
import { Icon } from '../components/icon';
import { layerFacet } from '../components/facets';
import { type Column, List } from '../components/list';
import { LayerMark, OriginMark, Path } from '../components/marks';
import { Facts, Panel, Section } from '../components/panel';
import { bytes, command } from '../../shared/format';
import { href, route, withItem } from '../route';
import { S } from '../../shared/strings';
import type { ViewProps } from './context';
import { useItem } from './item';

const columns: Column<Package>[] = [
  { id: 'name', title: S.columns.name, track: 'minmax(10rem, 1.6fr)', plain: (row) => row.name, cell: (row) => <a class={`row-link truncate${row.visible ? '' : ' set-aside'}`} tabIndex={-1} href={withItem(keyOf(row))}>{row.name}</a> },
  { id: 'version', title: S.columns.version, track: 'minmax(8rem, 1.2fr)', cell: (row) => <span class="truncate mono">{row.version}</span>, plain: (row) => row.version },
  { id: 'kind', title: S.columns.kind, track: '5.5rem', cell: (row) => row.kind, plain: (row) => row.kind },
  { id: 'license', title: S.columns.licence, track: 'minmax(7rem, 1fr)', cell: (row) => <span class="truncate" title={row.licenses.join(', ')}>{row.licenses.join(', ')}</span>, plain: (row) => row.licenses.join(', '), from: 1024 },
  { id: 'size', title: S.columns.size, track: '5rem', numeric: true, cell: (row) => row.installedSize === null ? '' : bytes(row.installedSize), plain: (row) => row.installedSize, from: 860 },
  { id: 'layer', title: S.columns.layer, track: '4.25rem', numeric: true, cell: (row) => <LayerMark layer={row.layer} />, plain: (row) => row.layer },
  { id: 'origin', title: S.columns.from, track: '7rem', cell: (row) => <OriginMark origin={row.origin} />, plain: (row) => S.origin[row.origin], from: 1180 },
  { id: 'source', title: S.columns.source, track: 'minmax(7rem, 1fr)', optional: true, cell: (row) => <span class="truncate">{row.source?.name}</span>, plain: (row) => row.source?.name },
  { id: 'architecture', title: S.columns.architecture, track: '6rem', optional: true, cell: (row) => row.architecture, plain: (row) => row.architecture },
  { id: 'evidence', title: S.columns.knownBy, track: '8rem', optional: true, cell: (row) => S.evidence[row.evidence], plain: (row) => S.evidence[row.evidence] },
  { id: 'path', title: S.columns.path, track: 'minmax(9rem, 1.4fr)', optional: true, cell: (row) => <span class="truncate mono">{row.path}</span>, plain: (row) => row.path },
];

const keyOf = (row: Package): string => `${row.purl}~${row.path}~${row.layer}${row.visible ? '' : '~hidden'}`;

const facets = {
  kind: { title: S.columns.kind },
  state: { title: S.columns.state, value: (v: string) => S.packageState[v as keyof typeof S.packageState] ?? v },
  origin: { title: S.columns.from, value: (v: string) => S.origin[v as keyof typeof S.origin] ?? v },
  evidence: { title: S.columns.knownBy, value: (v: string) => S.evidence[v as keyof typeof S.evidence] ?? v },
  layer: layerFacet,
  license: { title: S.columns.licence, value: (v: string) => (v === 'none' ? S.columns.noLicence : v) },
};
const preset = { state: ['installed'] };

export function Packages({ model, head, scanning }: ViewProps) {
  const { item } = route.value;
  const row = useItem(model, 'packages', item, head);
  return (
    <div class={item ? 'with-panel' : ''}>
      <List list="packages" title={S.tabs.packages} model={model} version={head} columns={columns} facets={facets} sort="name" preset={preset}
        empty={<><Icon name="box" /><p>{scanning ? S.empty.packagesScanning : S.empty.packages}</p></>}
        phone={(one) => (
          <>
            <span class="line"><strong class="truncate">{one.name}</strong><span class="tag">{one.kind}</span></span>
            <span class="line mono truncate">{one.version}</span>
            <span class="line small muted truncate">{S.layers.number(one.layer)} · {S.origin[one.origin]}{one.licenses.length > 0 && ` · ${one.licenses.join(', ')}`}</span>
          </>
        )} />
      {item && (row ? <PackagePanel row={row} head={head} /> : row === null && <Panel title={item}><p>{S.panel.gone}</p></Panel>)}
    </div>
  );
}

function PackagePanel({ row, head }: { row: Package; head: ViewProps['head'] }) {
  const layer = head.report.layers[row.layer];
  const removed = row.removedIn === null ? undefined : head.report.layers[row.removedIn];
  return (
    <Panel title={row.name} kicker={<>{row.kind} <code>{row.version}</code></>}>
      {!row.visible && <p class="note"><Icon name="trash" /><span>{S.package.removed}{removed && <> {S.package.by} <LayerMark layer={row.removedIn} />: <code>{command(removed.createdBy)}</code></>}</span></p>}
      <Section title={S.panel.where}>
        <Facts of={[
          [S.facts.layer, <LayerMark layer={row.layer} key="l" />], [S.facts.from, <OriginMark origin={row.origin} key="o" />],
          [S.facts.command, layer?.createdBy && <code key="c">{command(layer.createdBy)}</code>], [S.facts.namedBy, row.path && <Path path={row.path} layer={row.visible ? null : row.layer} key="p" />],
          [S.facts.alsoAt, row.alsoAt.length > 0 && <ul class="plain-list" key="a">{row.alsoAt.slice(0, 40).map((path) => <li key={path}><Path path={path} /></li>)}</ul>],
        ]} />
      </Section>
      <Section title={S.panel.evidence}>
        <Facts of={[
          [S.facts.knownBy, S.evidence[row.evidence]], [S.facts.foundBy, row.foundBy], [S.facts.purl, <code key="p">{row.purl}</code>],
          [S.facts.source, row.source && `${row.source.name} ${row.source.version}`], [S.facts.architecture, row.architecture], [S.facts.licences, row.licenses.join(', ')],
          [S.facts.installedSize, row.installedSize !== null && bytes(row.installedSize)], [S.facts.ownedBy, row.ownedBy && <code key="o">{row.ownedBy}</code>],
          [S.facts.claims, row.changelogFixes.join(', ')],
        ]} />
      </Section>
      <Section title={S.tabs.vulns}><p><a href={href('vulns', null, { q: row.source?.name ?? row.name })}>{S.package.findings(row.source?.name ?? row.name)}</a></p></Section>
    </Panel>
  );
}
