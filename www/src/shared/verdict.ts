// The answer to "is it safe to ship?", counted from the report. Presentation only: what is a finding was decided in Rust.
import type { Head, PolicyResult, Report, Verdict } from './report';
import { WORST_FIRST } from './severity';
import { counts, groupFindings } from './vulns';

/** Upgrades that one screen holds. */
const UPGRADES = 8;

export function verdict(report: Report): Verdict {
  const rows = groupFindings(report.vulnerabilities.findings);
  const open = rows.filter((row) => counts(row.first));
  const plan = (report.vulnerabilities.upgrades ?? []).filter((upgrade) => upgrade.to !== null && upgrade.closes.length > 0);
  const layers = report.layers.map(() => ({ vulnerabilities: 0, secrets: 0, packages: 0 }));
  const bump = (layer: number | null, what: 'vulnerabilities' | 'secrets' | 'packages'): void => {
    const slot = layer === null ? undefined : layers[layer];
    if (slot) slot[what] += 1;
  };
  for (const row of open) bump(row.first.layer, 'vulnerabilities');
  for (const item of report.packages) bump(item.layer, 'packages');
  const real = report.secrets.filter((secret) => !secret.harmless && !secret.allowedBy);
  for (const secret of real) bump(secret.layer ?? null, 'secrets');
  const kinds = new Map<string, number>();
  const visible = report.packages.filter((item) => item.visible);
  for (const item of visible) kinds.set(item.kind, (kinds.get(item.kind) ?? 0) + 1);
  const outcome = (word: string): number => report.checks.filter((check) => check.outcome === word).length;
  const { signatures, attestations, integrity } = report.signatures;
  const states = [...signatures, ...attestations.flatMap((item) => (item.signature ? [item.signature] : []))].map((s) => s.state);
  return {
    vulnerabilities: {
      database: report.vulnerabilities.database.length > 0,
      total: open.length,
      suppressed: rows.filter((row) => row.first.suppressed).length,
      informational: rows.filter((row) => row.first.informational && !row.first.suppressed).length,
      fixable: open.filter((row) => row.first.fixed).length,
      exploited: open.filter((row) => row.first.kev).length,
      own: open.filter((row) => row.first.origin === 'own').length,
      bySeverity: WORST_FIRST.map((severity) => {
        const of = open.filter((row) => row.first.severity === severity);
        return { severity, total: of.length, fixable: of.filter((row) => row.first.fixed).length };
      }),
      packages: new Set(open.map((row) => row.source)).size,
      upgrades: plan.slice(0, UPGRADES),
      firstThree: plan.slice(0, 3).reduce((sum, upgrade) => sum + upgrade.closes.length, 0),
      ageDays: report.vulnerabilities.ageDays ?? null,
      stale: report.vulnerabilities.stale ?? false,
    },
    secrets: {
      total: real.length,
      visible: real.filter((secret) => secret.visible).length,
      buried: real.filter((secret) => !secret.visible).length,
      harmless: report.secrets.length - real.length,
    },
    checks: { fail: outcome('fail'), warn: outcome('warn'), pass: outcome('pass'), notApplicable: outcome('notApplicable') },
    packages: {
      total: visible.length,
      hidden: report.packages.length - visible.length,
      byKind: [...kinds].sort((a, b) => b[1] - a[1] || a[0].localeCompare(b[0])),
    },
    layers,
    signatures: {
      // Green says that the image is signed: an attestation that is verified says something else.
      verified: signatures.filter((one) => one.state === 'verified').length,
      attested: attestations.filter((one) => one.signature?.state === 'verified').length,
      refused: states.filter((state) => state === 'refused').length,
      unjudged: states.filter((state) => state === 'unjudged').length,
      unchecked: states.filter((state) => state === 'unchecked').length,
      mismatches: integrity.filter((item) => item.verification.state === 'mismatch').length,
      compared: integrity.filter((item) => item.verification.state === 'verified').length,
      pending: integrity.filter((item) => item.verification.state === 'pending').length,
    },
  };
}

export function head(report: Report, judged: PolicyResult | null, saved: boolean): Head {
  const { packages: _packages, secrets: _secrets, vulnerabilities, ...rest } = report;
  const { findings: _findings, upgrades: _upgrades, ...data } = vulnerabilities;
  // Reports of older versions lack what newer ones say.
  const complete = { ageDays: null, stale: false, leftToDistribution: 0, pastEndOfLife: [], ...data };
  return { report: { ...rest, vulnerabilities: complete }, verdict: verdict(report), judged, saved };
}
