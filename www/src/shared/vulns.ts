// One row per advisory and source package: a distribution files one advisory against `openssl`, and it hits three binaries.
import type { Vulnerability, VulnRow } from './report';

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
