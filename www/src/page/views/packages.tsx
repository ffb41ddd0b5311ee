// What is installed, what was removed later, and how each is known.
import type { Package } from '../../shared/report';
import { Icon } from '../components/icon';
import { type Column, List } from '../components/list';
import { LayerMark, OriginMark, Path } from '../components/marks';
import { Facts, Panel, Section } from '../components/panel';
import { bytes, command } from '../format';
import { href, route, withItem } from '../route';
import { S } from '../strings';
import type { ViewProps } from './context';
import { useItem } from './item';

const columns: Column<Package>[] = [
  { id: 'name', title: 'Name', track: 'minmax(10rem, 1.6fr)', plain: (row) => row.name, cell: (row) => <a class={`row-link truncate${row.visible ? '' : ' set-aside'}`} tabIndex={-1} href={withItem(keyOf(row))}>{row.name}</a> },
  { id: 'version', title: 'Version', track: 'minmax(8rem, 1.2fr)', cell: (row) => <span class="truncate mono">{row.version}</span>, plain: (row) => row.version },
  { id: 'kind', title: 'Type', track: '5.5rem', cell: (row) => row.kind, plain: (row) => row.kind },
  { id: 'license', title: 'Licence', track: 'minmax(7rem, 1fr)', cell: (row) => <span class="truncate" title={row.licenses.join(', ')}>{row.licenses.join(', ')}</span>, plain: (row) => row.licenses.join(', '), from: 1024 },
  { id: 'size', title: 'Size', track: '5rem', numeric: true, cell: (row) => row.installedSize === null ? '' : bytes(row.installedSize), plain: (row) => row.installedSize, from: 860 },
  { id: 'layer', title: 'Layer', track: '4.25rem', numeric: true, cell: (row) => <LayerMark layer={row.layer} />, plain: (row) => row.layer },
  { id: 'origin', title: 'From', track: '7rem', cell: (row) => <OriginMark origin={row.origin} />, plain: (row) => S.origin[row.origin], from: 1180 },
  { id: 'source', title: 'Source', track: 'minmax(7rem, 1fr)', optional: true, cell: (row) => <span class="truncate">{row.source?.name}</span>, plain: (row) => row.source?.name },
  { id: 'architecture', title: 'Architecture', track: '6rem', optional: true, cell: (row) => row.architecture, plain: (row) => row.architecture },
  { id: 'evidence', title: 'Known by', track: '8rem', optional: true, cell: (row) => S.evidence[row.evidence], plain: (row) => S.evidence[row.evidence] },
  { id: 'path', title: 'Path', track: 'minmax(9rem, 1.4fr)', optional: true, cell: (row) => <span class="truncate mono">{row.path}</span>, plain: (row) => row.path },
];

const keyOf = (row: Package): string => `${row.purl}~${row.path}~${row.layer}${row.visible ? '' : '~hidden'}`;

const facets = {
  kind: { title: 'Type' },
  state: { title: 'State' },
  origin: { title: 'From', value: (v: string) => S.origin[v as keyof typeof S.origin] ?? v },
  evidence: { title: 'Known by', value: (v: string) => S.evidence[v as keyof typeof S.evidence] ?? v },
  layer: { title: 'Layer' },
  license: { title: 'Licence' },
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
      {!row.visible && <p class="note"><Icon name="trash" />Removed or upgraded later: no longer seen, still shipped in its layer.{removed && <> By <LayerMark layer={row.removedIn} />: <code>{command(removed.createdBy)}</code></>}</p>}
      <Section title={S.panel.where}>
        <Facts of={[
          ['Layer', <LayerMark layer={row.layer} key="l" />], ['From', <OriginMark origin={row.origin} key="o" />],
          ['Command', layer?.createdBy && <code key="c">{command(layer.createdBy)}</code>], ['Named by', row.path && <Path path={row.path} layer={row.visible ? null : row.layer} key="p" />],
          ['Also at', row.alsoAt.length > 0 && <ul class="plain-list" key="a">{row.alsoAt.slice(0, 40).map((path) => <li key={path}><Path path={path} /></li>)}</ul>],
        ]} />
      </Section>
      <Section title={S.panel.evidence}>
        <Facts of={[
          ['Known by', S.evidence[row.evidence]], ['Found by', row.foundBy], ['Package URL', <code key="p">{row.purl}</code>],
          ['Source package', row.source && `${row.source.name} ${row.source.version}`], ['Architecture', row.architecture], ['Licences', row.licenses.join(', ')],
          ['Installed size', row.installedSize !== null && bytes(row.installedSize)], ['Owned by', row.ownedBy && <code key="o">{row.ownedBy}</code>],
          ['Changelog claims fixes of', row.changelogFixes.join(', ')],
        ]} />
      </Section>
      <Section title={S.tabs.vulns}><p><a href={href('vulns', null, { q: row.source?.name ?? row.name })}>Findings that name {row.source?.name ?? row.name}</a></p></Section>
    </Panel>
  );
}
