// The long lists: how each is keyed, searched, sorted and split into facets. Used by the model worker, and by the page for a saved report.
import type { Check, Package, Report, Secret, VulnRow } from './report';
import { rank } from './severity';
import { groupFindings } from './vulns';

export interface Rows {
  vulns: VulnRow;
  packages: Package;
  secrets: Secret;
  checks: Check;
}
export type ListName = keyof Rows;
export type Value = string | number | null;

export interface ListSpec<R> {
  rows(report: Report): readonly R[];
  key(row: R): string;
  /** What typing filters on. */
  text(row: R): string;
  /** Sortable columns; the first is the order the list comes in. */
  columns: Record<string, (row: R) => Value>;
  facets: Record<string, (row: R) => string | readonly string[]>;
}

/** Facets are ids that stand in addresses; what they are called is in `shared/strings.ts`. */
const layerId = (layer: number | null | undefined): string => String(layer ?? 'config');
const SYSTEM = new Set(['deb', 'apk', 'rpm', 'alpm', 'opkg']);
const outcomeRank: Record<Check['outcome'], number> = { fail: 3, warn: 2, pass: 1, notApplicable: 0 };

const vulns: ListSpec<VulnRow> = {
  rows: (report) => groupFindings(report.vulnerabilities.findings),
  key: (row) => row.key,
  text: (row) => [row.id, row.source, row.first.installed, row.first.fixed ?? '', ...row.first.aliases, ...row.findings.map((f) => f.package)].join(' '),
  columns: {
    severity: (row) => rank(row.first.severity) * 100 + (row.first.score ?? 0) * 9 + (row.first.kev ? 5 : 0),
    id: (row) => row.id,
    package: (row) => row.source,
    installed: (row) => row.first.installed,
    fixed: (row) => row.first.fixed ?? '',
    score: (row) => row.first.score ?? null,
    epss: (row) => row.first.epss ?? null,
    layer: (row) => row.first.layer,
    origin: (row) => row.first.origin,
  },
  facets: {
    severity: (row) => row.first.severity,
    fix: (row) => row.first.fixState,
    origin: (row) => row.first.origin,
    state: (row) => [
      row.first.suppressed ? 'suppressed' : row.first.informational ? 'notice' : 'open',
      ...(row.first.kev ? ['exploited'] : []), ...(row.first.uncertain ? ['uncertain'] : []),
    ],
    ecosystem: (row) => row.first.purl.slice(4).split('/')[0] ?? '',
    layer: (row) => layerId(row.first.layer),
    package: (row) => row.source,
  },
};

const packages: ListSpec<Package> = {
  rows: (report) => report.packages,
  key: (row) => `${row.purl}~${row.path}~${row.layer}${row.visible ? '' : '~hidden'}`,
  // The file that names a system package is the same for all of them: it says nothing about one.
  text: (row) => [row.name, row.version, row.purl, row.source?.name ?? '', SYSTEM.has(row.kind) ? '' : row.path, ...row.licenses].join(' '),
  columns: {
    name: (row) => row.name,
    version: (row) => row.version,
    kind: (row) => row.kind,
    license: (row) => row.licenses.join(', '),
    size: (row) => row.installedSize ?? null,
    layer: (row) => row.layer,
    origin: (row) => row.origin,
    source: (row) => row.source?.name ?? '',
    architecture: (row) => row.architecture ?? '',
    path: (row) => row.path,
    evidence: (row) => row.evidence,
  },
  facets: {
    kind: (row) => row.kind,
    state: (row) => (row.visible ? 'installed' : 'removed'),
    origin: (row) => row.origin,
    evidence: (row) => row.evidence,
    layer: (row) => layerId(row.layer),
    license: (row) => (row.licenses.length ? row.licenses : ['none']),
  },
};

export type SecretState = 'allowed' | 'harmless' | 'visible' | 'buried';
export const secretState = (row: Secret): SecretState => (row.allowedBy ? 'allowed' : row.harmless ? 'harmless' : row.visible ? 'visible' : 'buried');

const secrets: ListSpec<Secret> = {
  rows: (report) => report.secrets,
  key: (row) => `${row.fingerprint}~${row.path}~${row.layer ?? 'config'}~${row.line ?? 0}`,
  text: (row) => [row.title, row.rule, row.path, row.innerPath ?? '', row.masked].join(' '),
  columns: {
    severity: (row) => rank(row.severity) * 4 + (row.harmless ?? row.allowedBy ? 0 : 2) + (row.visible ? 1 : 0),
    title: (row) => row.title,
    path: (row) => row.path,
    line: (row) => row.line ?? null,
    masked: (row) => row.masked,
    layer: (row) => row.layer ?? null,
    origin: (row) => row.origin,
  },
  facets: {
    severity: (row) => row.severity,
    state: (row) => secretState(row),
    title: (row) => row.title,
    place: (row) => row.place,
    origin: (row) => row.origin,
    layer: (row) => layerId(row.layer),
  },
};

const checks: ListSpec<Check> = {
  rows: (report) => report.checks,
  key: (row) => row.code,
  text: (row) => [row.code, row.title, row.message, ...row.alsoKnownAs].join(' '),
  columns: {
    outcome: (row) => outcomeRank[row.outcome] * 10 + rank(row.severity),
    severity: (row) => rank(row.severity),
    title: (row) => row.title,
    code: (row) => row.code,
    saves: (row) => row.saves ?? null,
    evidence: (row) => row.evidenceTotal,
  },
  facets: {
    outcome: (row) => row.outcome,
    severity: (row) => row.severity,
    catalogue: (row) => (row.alsoKnownAs.length ? [...new Set(row.alsoKnownAs.map((id) => id.replace(/[-\s]?[\d.]+$/, '')))] : ['none']),
  },
};

export const LISTS: { [L in ListName]: ListSpec<Rows[L]> } = { vulns, packages, secrets, checks };
