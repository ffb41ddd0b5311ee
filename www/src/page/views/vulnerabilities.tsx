// Known vulnerabilities: one row per advisory and source package, the evidence beside it.
import type { VulnRow } from '../../shared/report';
import type { Column } from '../components/list';
import { List } from '../components/list';
import { Digest, LayerMark, OriginMark, SeverityMark } from '../components/marks';
import { Facts, Panel, Section } from '../components/panel';
import { command, count, date, percent } from '../format';
import { href, route, withItem } from '../route';
import { S } from '../strings';
import type { ViewProps } from './context';
import { useItem } from './item';
import { Icon } from '../components/icon';

const epss = (value: number | null): string => (value === null ? '' : value < 0.001 ? '< 0.1 %' : `${(value * 100).toFixed(1)} %`);

const columns: Column<VulnRow>[] = [
  { id: 'severity', title: 'Severity', track: '7.25rem', cell: (row) => <SeverityMark severity={row.first.severity} />, plain: (row) => row.first.severity },
  {
    id: 'id', title: 'Advisory', track: 'minmax(10.5rem, 1fr)', plain: (row) => row.id,
    cell: (row) => (
      <a class={`row-link${row.first.suppressed || row.first.informational ? ' set-aside' : ''}`} tabIndex={-1} href={withItem(row.key)}>
        {row.id}{row.first.kev && <span class="tag exploited"><Icon name="fire" />exploited</span>}
      </a>
    ),
  },
  { id: 'package', title: 'Package', track: 'minmax(8rem, 1.2fr)', cell: (row) => <span class="truncate">{row.source}{row.findings.length > 1 && <span class="muted"> +{row.findings.length - 1}</span>}</span>, plain: (row) => row.source },
  { id: 'installed', title: 'Installed', track: 'minmax(7rem, 1fr)', cell: (row) => <span class="truncate mono">{row.first.installed}</span>, plain: (row) => row.first.installed, from: 860 },
  { id: 'fixed', title: 'Fixed in', track: 'minmax(7rem, 1fr)', cell: (row) => row.first.fixed ? <span class="truncate mono good">{row.first.fixed}</span> : <span class="muted">{S.fixState[row.first.fixState]}</span>, plain: (row) => row.first.fixed ?? S.fixState[row.first.fixState] },
  { id: 'score', title: 'CVSS', track: '4.25rem', numeric: true, cell: (row) => row.first.score?.toFixed(1) ?? '', plain: (row) => row.first.score ?? '', from: 1100 },
  { id: 'epss', title: 'EPSS', track: '4.75rem', numeric: true, cell: (row) => epss(row.first.epss), plain: (row) => row.first.epss ?? '', from: 1280 },
  { id: 'layer', title: 'Layer', track: '4.25rem', numeric: true, cell: (row) => <LayerMark layer={row.first.layer} />, plain: (row) => row.first.layer, from: 1024 },
  { id: 'origin', title: 'From', track: '7rem', cell: (row) => <OriginMark origin={row.first.origin} />, plain: (row) => S.origin[row.first.origin], from: 1180 },
];

const facets = {
  severity: { title: 'Severity', value: (v: string) => S.severity[v as keyof typeof S.severity] ?? v, order: Object.keys(S.severity) },
  fix: { title: 'Fix', value: (v: string) => S.fixState[v as keyof typeof S.fixState] ?? v, order: Object.keys(S.fixState) },
  state: { title: 'State', value: (v: string) => S.state[v as keyof typeof S.state] ?? v, order: Object.keys(S.state) },
  origin: { title: 'From', value: (v: string) => S.origin[v as keyof typeof S.origin] ?? v, order: Object.keys(S.origin) },
  ecosystem: { title: 'Ecosystem' },
  layer: { title: 'Layer' },
  package: { title: 'Package' },
};

const preset = { state: ['open'] };

export function Vulnerabilities({ model, head, scanning }: ViewProps) {
  const { item } = route.value;
  const row = useItem(model, 'vulns', item, head);
  const { database, missing } = head.report.vulnerabilities;
  const empty = scanning ? <p>{S.empty.vulnsScanning}</p> : database.length === 0
    ? <><Icon name="info" /><p>{S.empty.vulnsNoDatabase}</p><p class="muted">{S.empty.vulnsNoDatabaseHow}</p></>
    : <><Icon name="check" /><p>{S.empty.vulnsNone}</p>{missing.length > 0 && <p class="muted">{S.empty.vulnsMissing(missing.join(', '))}</p>}</>;
  return (
    <div class={item ? 'with-panel' : ''}>
      <List list="vulns" title={S.tabs.vulns} model={model} version={head} columns={columns} facets={facets} sort="-severity" preset={preset} empty={empty}
        above={database.length > 0 && (
          <p class="source small muted">
            {database.map((shard) => `${shard.ecosystem} (${count(shard.rows)} rows, data of ${date(shard.snapshot) ?? shard.snapshot}, ${shard.source}, ${shard.license})`).join(' · ')}
            {missing.length > 0 && <> · <strong>{S.empty.vulnsMissing(missing.join(', '))}</strong></>}
          </p>
        )}
        phone={(one) => (
          <>
            <span class="line"><SeverityMark severity={one.first.severity} /><strong class="truncate">{one.id}</strong>{one.first.kev && <Icon name="fire" label="exploited" class="exploited" />}</span>
            <span class="line truncate">{one.source} <span class="mono muted">{one.first.installed}</span></span>
            <span class="line truncate small">{one.first.fixed ? <>{S.fixState.fixed}: <span class="mono good">{one.first.fixed}</span></> : <span class="muted">{S.fixState[one.first.fixState]}</span>}</span>
          </>
        )} />
      {item && (row ? <VulnPanel row={row} head={head} /> : row === null && <Panel title={item}><p>{S.panel.gone}</p></Panel>)}
    </div>
  );
}

function VulnPanel({ row, head }: { row: VulnRow; head: ViewProps['head'] }) {
  const { first } = row;
  const layer = head.report.layers[first.layer];
  return (
    <Panel title={row.id} kicker={<SeverityMark severity={first.severity} />}>
      {first.suppressed && <p class="note"><strong>{S.state.suppressed}</strong> by {first.suppressed.by}: {first.suppressed.status}. {first.suppressed.reason} <span class="muted">({first.suppressed.source}{first.suppressed.expires && `, until ${first.suppressed.expires}`})</span></p>}
      {first.informational && <p class="note">A notice ({first.informational}), not a vulnerability.</p>}
      {first.kev && <p class="note bad"><Icon name="fire" />Known to be exploited: it is in CISA’s catalogue.</p>}
      {first.uncertain && <p class="note"><strong>Uncertain:</strong> {first.uncertain}.</p>}
      {first.changelogClaimsFix && <p class="note">The package’s own changelog in this image claims the fix.</p>}
      <Section title={S.panel.fix}>
        {first.fixed
          ? <p>Upgrade <strong>{row.source}</strong> from <code>{first.installed}</code> to <code class="good">{first.fixed}</code>{first.origin === 'base' ? ', best by taking a newer base image.' : '.'}</p>
          : <p>{S.fixState[first.fixState]}.</p>}
      </Section>
      <Section title={S.panel.why}>
        <p>{first.matchedSource && first.matchedSource !== first.package
          ? <>The advisory names the source package <strong>{first.matchedSource}</strong>; these binaries were built from it:</>
          : <>The advisory names <strong>{first.package}</strong>, and its range holds the installed version.</>}</p>
        <ul class="plain-list">
          {row.findings.map((finding) => (
            <li key={`${finding.purl}~${finding.advisory}`}>
              <a href={href('packages', null, { q: finding.package })}>{finding.package}</a> <code>{finding.installed}</code> <span class="muted">{S.layers.number(finding.layer)}</span>
            </li>
          ))}
        </ul>
      </Section>
      <Section title={S.panel.where}>
        <Facts of={[
          ['Layer', <LayerMark layer={first.layer} key="l" />], ['From', <OriginMark origin={first.origin} key="o" />],
          ['Command', layer?.createdBy && <code key="c">{command(layer.createdBy)}</code>], ['Digest', layer?.digest && <Digest digest={layer.digest} key="d" />],
        ]} />
      </Section>
      <Section title={S.panel.evidence}>
        <Facts of={[
          ['Advisory', first.advisory], ['Also known as', first.aliases.join(', ')], ['CVSS', first.score !== null && `${first.score.toFixed(1)}${first.vector ? ` (${first.vector})` : ''}`],
          ['EPSS', first.epss !== null && `${epss(first.epss)}${first.epssPercentile !== null ? `, above ${percent(first.epssPercentile, 1)} of all` : ''}`],
          ['Distribution says', first.urgency], ['Package URL', <code key="p">{first.purl}</code>],
        ]} />
      </Section>
      <References links={first.references} />
    </Panel>
  );
}

export function References({ links }: { links: readonly string[] }) {
  const safe = links.filter((link) => /^https?:\/\//i.test(link));
  if (safe.length === 0) return null;
  return (
    <Section title={S.panel.more}>
      <ul class="plain-list">{safe.map((link) => <li key={link}><a href={link} rel="noreferrer noopener" target="_blank">{link.replace(/^https?:\/\//i, '')}<Icon name="open" class="inline" /></a></li>)}</ul>
      <p class="small muted">{S.panel.links}</p>
    </Section>
  );
}

