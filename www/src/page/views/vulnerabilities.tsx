// Known vulnerabilities: one row per advisory and source package, the evidence beside it.
import type { VulnRow } from '../../shared/report';
import { layerFacet } from '../components/facets';
import type { Column } from '../components/list';
import { List } from '../components/list';
import { Digest, LayerMark, OriginMark, SeverityMark } from '../components/marks';
import { Facts, Panel, Section } from '../components/panel';
import { command, date, rank } from '../../shared/format';
import { href, route, withItem } from '../route';
import { S } from '../../shared/strings';
import { nothingToCheck } from './cards';
import type { ViewProps } from './context';
import { useItem } from './item';
import { Icon } from '../components/icon';

const epss = (value: number | null): string => (value === null ? '' : value < 0.001 ? '< 0.1 %' : `${(value * 100).toFixed(1)} %`);

const columns: Column<VulnRow>[] = [
  { id: 'severity', title: S.columns.severity, track: '7.25rem', cell: (row) => <SeverityMark severity={row.first.severity} />, plain: (row) => row.first.severity },
  {
    id: 'id', title: S.columns.advisory, track: 'minmax(10.5rem, 1fr)', plain: (row) => row.id,
    cell: (row) => (
      <a class={`row-link${row.first.suppressed || row.first.informational ? ' set-aside' : ''}`} tabIndex={-1} href={withItem(row.key)}>
        {row.id}{row.first.kev && <span class="tag exploited"><Icon name="fire" />{S.columns.exploited}</span>}
      </a>
    ),
  },
  { id: 'package', title: S.columns.package, track: 'minmax(8rem, 1.2fr)', cell: (row) => <span class="truncate">{row.source}{row.findings.length > 1 && <span class="muted"> +{row.findings.length - 1}</span>}</span>, plain: (row) => row.source },
  { id: 'installed', title: S.columns.installed, track: 'minmax(7rem, 1fr)', cell: (row) => <span class="truncate mono">{row.first.installed}</span>, plain: (row) => row.first.installed, from: 860 },
  { id: 'fixed', title: S.columns.fixed, track: 'minmax(7rem, 1fr)', cell: (row) => row.first.fixed ? <span class="truncate mono good">{row.first.fixed}</span> : <span class="muted">{S.fixState[row.first.fixState]}</span>, plain: (row) => row.first.fixed ?? S.fixState[row.first.fixState] },
  { id: 'score', title: S.columns.cvss, track: '4.25rem', numeric: true, cell: (row) => row.first.score?.toFixed(1) ?? '', plain: (row) => row.first.score ?? '', from: 1100 },
  { id: 'epss', title: S.columns.epss, track: '4.75rem', numeric: true, cell: (row) => epss(row.first.epss), plain: (row) => row.first.epss ?? '', from: 1280 },
  { id: 'layer', title: S.columns.layer, track: '4.25rem', numeric: true, cell: (row) => <LayerMark layer={row.first.layer} />, plain: (row) => row.first.layer, from: 1024 },
  { id: 'origin', title: S.columns.from, track: '7rem', cell: (row) => <OriginMark origin={row.first.origin} />, plain: (row) => S.origin[row.first.origin], from: 1180 },
];

const facets = {
  severity: { title: S.columns.severity, value: (v: string) => S.severity[v as keyof typeof S.severity] ?? v, order: Object.keys(S.severity) },
  fix: { title: S.columns.fix, value: (v: string) => S.fixState[v as keyof typeof S.fixState] ?? v, order: Object.keys(S.fixState) },
  state: { title: S.columns.state, value: (v: string) => S.state[v as keyof typeof S.state] ?? v, order: Object.keys(S.state) },
  origin: { title: S.columns.from, value: (v: string) => S.origin[v as keyof typeof S.origin] ?? v, order: Object.keys(S.origin) },
  ecosystem: { title: S.columns.ecosystem },
  layer: layerFacet,
  package: { title: S.columns.package },
};

const preset = { state: ['open'] };

export function Vulnerabilities({ model, head, scanning }: ViewProps) {
  const { item } = route.value;
  const row = useItem(model, 'vulns', item, head);
  const { database, missing } = head.report.vulnerabilities;
  const empty = scanning ? <p>{S.empty.vulnsScanning}</p> : nothingToCheck(head) ? <><Icon name="box" /><p>{S.cards.nothingToCheckWhy}</p></> : database.length === 0
    ? <><Icon name="info" /><p>{S.empty.vulnsNoDatabase}</p><p class="muted">{S.empty.vulnsNoDatabaseHow}</p></>
    : <><Icon name="check" /><p>{S.empty.vulnsNone}</p>{missing.length > 0 && <p class="muted">{S.empty.vulnsMissing(missing.join(', '))}</p>}</>;
  return (
    <div class={item ? 'with-panel' : ''}>
      <List list="vulns" title={S.tabs.vulns} model={model} version={head} columns={columns} facets={facets} sort="-severity" preset={preset} empty={empty}
        above={<Source head={head} />}
        phone={(one) => (
          <>
            <span class="line"><SeverityMark severity={one.first.severity} /><strong class="truncate">{one.id}</strong>{one.first.kev && <Icon name="fire" label={S.columns.exploited} class="exploited" />}</span>
            <span class="line truncate">{one.source} <span class="mono muted">{one.first.installed}</span></span>
            <span class="line truncate small">{one.first.fixed ? <>{S.fixState.fixed}: <span class="mono good">{one.first.fixed}</span></> : <span class="muted">{S.fixState[one.first.fixState]}</span>}</span>
          </>
        )} />
      {item && (row ? <VulnPanel row={row} head={head} /> : row === null && <Panel title={item}><p>{S.panel.gone}</p></Panel>)}
    </div>
  );
}

/** The ecosystem whose data ends first: the age that is told is its. */
const oldest = (database: ViewProps['head']['report']['vulnerabilities']['database']): string => database.reduce((first, one) => (one.snapshot < first.snapshot ? one : first)).ecosystem;

/** What the list rests on: which data, how old, and what it cannot know. Always there, with or without rows. */
function Source({ head }: { head: ViewProps['head'] }) {
  const { database, missing, ageDays, stale } = head.report.vulnerabilities;
  const { distribution } = head.report.image;
  if (database.length === 0) return null;
  return (
    <div class="sources small">
      {distribution?.endOfLifeReached && distribution.endOfLife && <p class="note bad"><Icon name="clock" /><span>{S.empty.vulnsEnded(distribution.prettyName, date(distribution.endOfLife) ?? distribution.endOfLife)}</span></p>}
      {stale && ageDays !== null && <p class="note bad"><Icon name="clock" /><span>{S.empty.vulnsOld(oldest(database), ageDays)}</span></p>}
      {missing.length > 0 && <p class="note bad"><Icon name="alert" /><span>{S.empty.vulnsMissing(missing.join(', '))}</span></p>}
      <p class="muted">{!stale && ageDays !== null && `${S.cards.dataAge(ageDays)}. `}{database.map((shard) => S.empty.shard(shard.ecosystem, shard.rows, date(shard.snapshot) ?? shard.snapshot, shard.source, shard.license)).join(' · ')}</p>
    </div>
  );
}

function VulnPanel({ row, head }: { row: VulnRow; head: ViewProps['head'] }) {
  const { first } = row;
  const layer = head.report.layers[first.layer];
  return (
    <Panel title={row.id} kicker={<SeverityMark severity={first.severity} />}>
      {first.suppressed && <p class="note"><span><strong>{S.state.suppressed}</strong> {S.vuln.by(first.suppressed.by, first.suppressed.status)} {first.suppressed.reason} <span class="muted">{S.vuln.source(first.suppressed.source, first.suppressed.expires)}</span></span></p>}
      {first.informational && <p class="note">{S.vuln.notice(first.informational)}</p>}
      {first.kev && <p class="note bad"><Icon name="fire" />{S.vuln.exploited}</p>}
      {first.uncertain && <p class="note"><span><strong>{S.vuln.uncertain}</strong> {first.uncertain}.</span></p>}
      {first.changelogClaimsFix && <p class="note">{S.vuln.changelog}</p>}
      <Section title={S.panel.fix}>
        {first.fixed
          ? <p>{S.vuln.upgrade} <strong>{row.source}</strong> {S.vuln.upgradeFrom} <code>{first.installed}</code> {S.vuln.upgradeTo} <code class="good">{first.fixed}</code>{first.origin === 'base' ? S.vuln.newerBase : S.vuln.end}</p>
          : <p>{S.fixState[first.fixState]}.</p>}
      </Section>
      <Section title={S.panel.why}>
        <p>{first.matchedSource && first.matchedSource !== first.package
          ? <>{S.vuln.bySource} <strong>{first.matchedSource}</strong>{S.vuln.builtFrom}</>
          : <>{S.vuln.byName} <strong>{first.package}</strong>{S.vuln.inRange}</>}</p>
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
          [S.facts.layer, <LayerMark layer={first.layer} key="l" />], [S.facts.from, <OriginMark origin={first.origin} key="o" />],
          [S.facts.command, layer?.createdBy && <code key="c">{command(layer.createdBy)}</code>], [S.facts.digest, layer?.digest && <Digest digest={layer.digest} key="d" />],
        ]} />
      </Section>
      <Section title={S.panel.evidence}>
        <Facts of={[
          [S.facts.advisory, first.advisory], [S.facts.also, first.aliases.join(', ')], [S.facts.cvss, first.score !== null && `${first.score.toFixed(1)}${first.vector ? ` (${first.vector})` : ''}`],
          [S.facts.epss, first.epss !== null && (first.epssPercentile !== null ? S.facts.above(epss(first.epss), rank(first.epssPercentile)) : epss(first.epss))],
          [S.facts.urgency, first.urgency], [S.facts.purl, <code key="p">{first.purl}</code>],
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

