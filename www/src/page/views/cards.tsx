// The verdict first: one row of cards, each a link to its list. Words, not only colours.
import type { ComponentChildren } from 'preact';
import { Icon, type IconName } from '../components/icon';
import type { Head } from '../../shared/report';
import { ago, bytes, count, date, percent } from '../../shared/format';
import { href } from '../route';
import { S } from '../../shared/strings';

type Tone = 'good' | 'warn' | 'bad' | 'quiet';

interface CardProps {
  to: string;
  icon: IconName;
  tone: Tone;
  title: string;
  value: ComponentChildren;
  children?: ComponentChildren;
}

function Card({ to, icon, tone, title, value, children }: CardProps) {
  return (
    <li>
      <a class={`card tone-${tone}`} href={to}>
        <span class="card-title"><Icon name={icon} />{title}</span>
        <span class="card-value">{value}</span>
        <span class="card-lines">{children}</span>
      </a>
    </li>
  );
}

export function Cards({ head, scanning }: { head: Head; scanning: boolean }) {
  const { report } = head;
  return (
    <section aria-labelledby="verdict-title">
      <h2 id="verdict-title" class="section-title">{S.cards.title}</h2>
      <ul class="cards">
        <VulnCard head={head} scanning={scanning} />
        {isList(head) ? <Unlisted /> : (
          <>
            <SecretCard head={head} scanning={scanning} />
            <CheckCard head={head} scanning={scanning} />
            <SignatureCard head={head} />
            <BaseCard head={head} scanning={scanning} />
            <SizeCard report={report} scanning={scanning} />
          </>
        )}
      </ul>
    </section>
  );
}

/** An SBOM: packages without an image around them. */
export const isList = (head: Head): boolean => head.report.image.kind === 'sbom';

/** Why a view of a list is empty. */
export const NotListed = () => <><Icon name="info" /><p>{S.empty.list}</p></>;

/** What a list of packages says nothing about; silence is no good news. */
function Unlisted() {
  const cards: [string, IconName, string][] = [['secrets', 'key', S.cards.secrets], ['checks', 'check', S.cards.checks], ['config', 'seal', S.cards.signature], ['layers', 'weight', S.cards.size]];
  return <>{cards.map(([view, icon, title]) => <Card key={view} to={`#/${view}`} icon={icon} tone="quiet" title={title} value={S.cards.notListed}><span>{S.cards.notListedWhy}</span></Card>)}</>;
}

function VulnCard({ head, scanning }: { head: Head; scanning: boolean }) {
  const { vulnerabilities: v } = head.verdict;
  const to = href('vulns');
  if (scanning) return <Card to={to} icon="shield" tone="quiet" title={S.cards.vulns} value="…"><span>{S.cards.pending}</span></Card>;
  if (nothingToCheck(head)) return <Card to={to} icon="shield" tone="quiet" title={S.cards.vulns} value={S.cards.nothingToCheck}><span>{S.cards.nothingToCheckWhy}</span></Card>;
  if (!v.database) return <Card to={to} icon="shield" tone="quiet" title={S.cards.vulns} value={S.cards.noDatabase}><span>{S.cards.noDatabaseWhy}</span></Card>;
  const rows = head.report.vulnerabilities.database.reduce((sum, shard) => sum + shard.rows, 0);
  const ended = head.report.image.distribution?.endOfLifeReached === true;
  const age = <DataAge head={head} />;
  if (v.total === 0) return <Card to={to} icon="shield" tone={v.stale || ended || head.report.vulnerabilities.missing.length > 0 || head.report.gaps.length > 0 ? 'warn' : 'good'} title={S.cards.vulns} value={S.cards.noVulns}><span>{S.cards.noVulnsWhy(rows)}</span><Unread head={head} />{v.suppressed > 0 && <span>{S.cards.noVulnsLeft(v.suppressed)}</span>}{age}</Card>;
  const worst = v.bySeverity.filter((one) => one.total > 0);
  const bad = worst[0]?.severity === 'critical' || worst[0]?.severity === 'high' || v.exploited > 0;
  return (
    <Card to={to} icon="shield" tone={bad ? 'bad' : 'warn'} title={S.cards.vulns} value={count(v.total)}>
      <span class="stack" role="presentation">{worst.map((one) => <span key={one.severity} class={`fill-${one.severity}`} style={{ flexGrow: one.total }} />)}</span>
      <span>{worst.slice(0, 3).map((one) => `${count(one.total)} ${S.severity[one.severity].toLowerCase()}`).join(', ')}</span>
      <span>{S.cards.withFix(v.fixable)}</span>
      {v.exploited > 0 && <span class="bad"><Icon name="fire" />{S.cards.exploited(v.exploited)}</span>}
      {v.own > 0 && v.own < v.total && <span>{S.cards.inYours(v.own)}</span>}
      {age}
    </Card>
  );
}

/** True when no advisory could name anything in it: no database was asked, and none is missing. */
export const nothingToCheck = (head: Head): boolean => head.verdict.packages.total + head.verdict.packages.hidden === 0;

/** Good news of an image that was not read whole is no good news. */
function Unread({ head }: { head: Head }) {
  const gaps = head.report.gaps.length;
  return gaps > 0 ? <span class="bad"><Icon name="alert" />{S.cards.unread(gaps)}</span> : null;
}

/** How old the data is, always; what it lacks. */
function DataAge({ head }: { head: Head }) {
  const { missing, ageDays, stale } = head.report.vulnerabilities;
  return (
    <>
      {ageDays !== null && (stale ? <span class="bad"><Icon name="clock" />{S.cards.dataOld(ageDays)}</span> : <span>{S.cards.dataAge(ageDays)}</span>)}
      {missing.length > 0 && <span class="bad"><Icon name="alert" />{S.cards.dataMissing(missing.join(', '))}</span>}
    </>
  );
}

function SecretCard({ head, scanning }: { head: Head; scanning: boolean }) {
  const { secrets } = head.verdict;
  const to = href('secrets');
  if (scanning && secrets.total === 0) return <Card to={to} icon="key" tone="quiet" title={S.cards.secrets} value="…"><span>{S.cards.pending}</span></Card>;
  if (secrets.total === 0) return <Card to={to} icon="key" tone={head.report.gaps.length > 0 ? 'warn' : 'good'} title={S.cards.secrets} value={S.cards.noSecrets}><span>{secrets.harmless ? S.cards.harmless(secrets.harmless) : S.cards.noSecretsWhy}</span><Unread head={head} /></Card>;
  return (
    <Card to={to} icon="key" tone="bad" title={S.cards.secrets} value={count(secrets.total)}>
      {secrets.visible > 0 && <span>{S.cards.visibleSecrets(secrets.visible)}</span>}
      {secrets.buried > 0 && <span class="bad"><Icon name="trash" />{S.cards.buried(secrets.buried)}</span>}
      {secrets.harmless > 0 && <span>{S.cards.harmless(secrets.harmless)}</span>}
    </Card>
  );
}

function CheckCard({ head, scanning }: { head: Head; scanning: boolean }) {
  const { checks } = head.verdict;
  const to = href('checks');
  const all = checks.fail + checks.warn + checks.pass + checks.notApplicable;
  // What was not read yet cannot have passed.
  if (scanning) return <Card to={to} icon="check" tone="quiet" title={S.cards.checks} value={checks.fail ? S.cards.checksFailed(checks.fail) : '…'}><span>{S.cards.pending}</span></Card>;
  if (all === 0) return <Card to={to} icon="check" tone="quiet" title={S.cards.checks} value={S.cards.noChecks} />;
  return (
    <Card to={to} icon={checks.fail ? 'cross' : checks.warn ? 'alert' : 'check'} tone={checks.fail ? 'bad' : checks.warn ? 'warn' : 'good'} title={S.cards.checks}
      value={checks.fail ? S.cards.checksFailed(checks.fail) : checks.warn ? S.cards.lookAt(checks.warn) : S.cards.checksAll}>
      <span>{S.cards.checksRest(checks.warn, checks.pass)}</span>
    </Card>
  );
}

/** Green only for what was proven against what the person trusts. */
function SignatureCard({ head }: { head: Head }) {
  const { signatures: s } = head.verdict;
  const to = href('config', 'signatures');
  const refused = s.refused > 0 && <span class="bad"><Icon name="cross" />{S.cards.alsoRefused(s.refused)}</span>;
  const digests = s.mismatches > 0 ? <span class="bad"><Icon name="cross" />{S.cards.mismatches(s.mismatches)}</span>
    : s.pending > 0 ? <span>{S.cards.digestsPending(s.pending)}</span> : s.compared > 0 && <span>{S.cards.digests(s.compared)}</span>;
  if (s.mismatches > 0) return <Card to={to} icon="seal" tone="bad" title={S.cards.signature} value={S.cards.integrity}>{digests}{refused}</Card>;
  if (s.verified > 0) return <Card to={to} icon="seal" tone={s.refused > 0 ? 'warn' : 'good'} title={S.cards.signature} value={S.cards.signed}><span>{head.report.signatures.signatures.find((one) => one.state === 'verified')?.signer}</span>{refused}{digests}</Card>;
  if (s.refused > 0) return <Card to={to} icon="seal" tone="bad" title={S.cards.signature} value={S.cards.refused}>{refused}{digests}</Card>;
  if (s.unjudged + s.unchecked > 0) return <Card to={to} icon="seal" tone="warn" title={S.cards.signature} value={S.cards.unchecked}>{s.unjudged > 0 && <span>{S.cards.unjudged(s.unjudged)}</span>}{s.unchecked > 0 && <span>{S.cards.uncheckedWhy(s.unchecked)}</span>}{digests}</Card>;
  if (s.attested > 0) return <Card to={to} icon="seal" tone="quiet" title={S.cards.signature} value={S.cards.unsigned}><span>{S.cards.attested(s.attested)}</span>{digests}</Card>;
  return <Card to={to} icon="seal" tone="quiet" title={S.cards.signature} value={S.cards.unsigned}>{digests}<span>{head.report.image.kind === 'registry' ? S.cards.unsignedInRegistry : S.cards.unsignedWhy}</span></Card>;
}

function BaseCard({ head, scanning }: { head: Head; scanning: boolean }) {
  const { distribution, base, created } = head.report.image;
  const to = href('config', 'base');
  const age = ago(base?.newestContent) ?? ago(created);
  if (!base && (!distribution || distribution.flavour === 'scratch')) return <Card to={to} icon="base" tone="quiet" title={S.cards.base} value={scanning ? '…' : S.cards.noBase}><span>{scanning ? S.cards.pending : S.cards.scratch}</span></Card>;
  const ended = distribution?.endOfLifeReached;
  return (
    <Card to={to} icon="base" tone={ended ? 'bad' : 'good'} title={S.cards.base} value={<span class="card-name">{base?.name ?? distribution?.prettyName}</span>}>
      {distribution && base && base.name !== distribution.prettyName && <span>{distribution.prettyName}{distribution.flavour && `, ${distribution.flavour}`}</span>}
      {distribution?.endOfLife && <span class={ended ? 'bad' : ''}>{ended ? S.cards.eol(date(distribution.endOfLife) ?? '') : S.cards.supported(date(distribution.endOfLife) ?? '')}</span>}
      {age && <span>{S.cards.built(age)}</span>}
    </Card>
  );
}

function SizeCard({ report, scanning }: { report: Head['report']; scanning: boolean }) {
  const { image, efficiency, layers } = report;
  const share = efficiency.shippedBytes > 0 ? efficiency.wastedBytes / efficiency.shippedBytes : 0;
  return (
    <Card to={href('layers')} icon="weight" tone={share > 0.1 ? 'warn' : 'quiet'} title={S.cards.size} value={bytes(image.storedSize)}>
      <span>{S.cards.inLayers(layers.length)}</span>
      {!scanning && image.uncompressedSize > 0 && bytes(image.uncompressedSize) !== bytes(image.storedSize) && <span>{S.cards.unpacked(bytes(image.uncompressedSize))}</span>}
      {!scanning && image.visibleSize > 0 && <span>{S.cards.visible(bytes(image.visibleSize))}</span>}
      <span>{scanning ? S.cards.pending : efficiency.wastedBytes > 0 ? S.cards.waste(bytes(efficiency.wastedBytes), percent(efficiency.wastedBytes, efficiency.shippedBytes)) : S.cards.noWaste}</span>
    </Card>
  );
}
