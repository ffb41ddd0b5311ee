// One row per advisory and source package: a distribution files one advisory against `openssl`, and it hits three binaries.
import type { Report, Upgrade, Vulnerability, VulnRow } from './report';
import { rank } from './severity';

const source = (finding: Vulnerability): string => finding.matchedSource ?? finding.package;

export function groupFindings(findings: readonly Vulnerability[]): VulnRow[] {
  const groups = new Map<string, VulnRow>();
  for (const finding of findings) {
    const key = `${finding.id}~${source(finding)}~${finding.installed}`;
    const group = groups.get(key);
    if (!group) {
      groups.set(key, { key, id: finding.id, source: source(finding), first: finding, findings: [finding] });
    } else {
      group.findings.push(finding);
      if (counts(finding) && !counts(group.first)) group.first = finding;
    }
  }
  return [...groups.values()];
}

/** True for what counts: neither suppressed nor a mere notice. */
export const counts = (finding: Vulnerability): boolean => !finding.suppressed && !finding.informational;

/** The upgrades that remove most, those with the worst findings first among equals. */
export function upgrades(rows: readonly VulnRow[], report: Report): Upgrade[] {
  const kinds = new Map(report.packages.map((item) => [item.purl, item.kind]));
  const bySource = new Map<string, Upgrade & { versions: Set<string> }>();
  for (const row of rows) {
    const { first } = row;
    if (!counts(first) || !first.fixed) continue;
    const key = `${row.source}~${first.installed}`;
    const known = bySource.get(key);
    if (!known) {
      bySource.set(key, {
        source: row.source, kind: kinds.get(first.purl) ?? first.purl.slice(4).split('/')[0] ?? '', from: first.installed,
        to: first.fixed, removes: 1, worst: first.severity, origin: first.origin, keys: [row.key], versions: new Set([first.fixed]),
      });
      continue;
    }
    known.removes += 1;
    known.keys.push(row.key);
    known.versions.add(first.fixed);
    if (rank(first.severity) > rank(known.worst)) known.worst = first.severity;
  }
  return [...bySource.values()]
    .map(({ versions, ...upgrade }) => ({ ...upgrade, to: newest(versions) }))
    .sort((a, b) => b.removes - a.removes || rank(b.worst) - rank(a.worst) || a.source.localeCompare(b.source));
}

/** The largest by runs of digits compared as numbers: good enough to name a target; the match itself is made in Rust. */
function newest(versions: Set<string>): string {
  const compare = new Intl.Collator('en', { numeric: true }).compare;
  return [...versions].sort(compare).at(-1) ?? '';
}
