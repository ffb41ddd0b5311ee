// What differs between two reports.
import type { Image, Report, Severity } from './report';
import { rank } from './severity';
import { counts, groupFindings } from './vulns';

/** One difference; the side that has it. */
export interface Side {
  key: string;
  side: 'left' | 'right' | 'both';
  name: string;
  detail: string;
  severity?: Severity;
}

export interface Difference {
  numbers: { name: Measure; left: number; right: number; size: boolean }[];
  packages: Side[];
  findings: Side[];
  checks: Side[];
  config: Side[];
}

/** What is compared as numbers; how they are called is in `shared/strings.ts`. */
type Measure = 'stored' | 'unpacked' | 'wasted' | 'layers' | 'files' | 'packages' | 'vulnerabilities' | 'secrets' | 'checks';

/** Stands for a value that is not there. */
export const NONE = '\u2205';

const bySide = (a: Side, b: Side): number => (a.name < b.name ? -1 : a.name > b.name ? 1 : 0);

export function compareReports(left: Report, right: Report): Difference {
  const open = (report: Report) => groupFindings(report.vulnerabilities.findings).filter((row) => counts(row.first));
  const visible = (report: Report) => report.packages.filter((item) => item.visible);
  const number = (name: Measure, of: (report: Report) => number, size = false) => ({ name, left: of(left), right: of(right), size });
  return {
    numbers: [
      number('stored', (report) => report.image.storedSize, true),
      number('unpacked', (report) => report.image.uncompressedSize, true),
      number('wasted', (report) => report.efficiency.wastedBytes, true),
      number('layers', (report) => report.layers.length),
      number('files', (report) => report.image.visibleEntries),
      number('packages', (report) => visible(report).length),
      number('vulnerabilities', (report) => open(report).length),
      number('secrets', (report) => report.secrets.filter((one) => !one.harmless && !one.allowedBy).length),
      number('checks', (report) => report.checks.filter((one) => one.outcome === 'fail').length),
    ],
    packages: packages(visible(left), visible(right)),
    findings: findings(open(left), open(right)),
    checks: checks(left, right),
    config: config(left.image, right.image),
  };
}

function packages(left: Report['packages'], right: Report['packages']): Side[] {
  const group = (items: Report['packages']) => {
    const map = new Map<string, Set<string>>();
    for (const item of items) {
      const key = `${item.kind}:${item.name}`;
      map.set(key, (map.get(key) ?? new Set()).add(item.version));
    }
    return map;
  };
  const [a, b] = [group(left), group(right)];
  const text = (versions: Set<string> | undefined): string => [...(versions ?? [])].sort().join(', ');
  const out: Side[] = [];
  for (const key of new Set([...a.keys(), ...b.keys()])) {
    const [was, is] = [text(a.get(key)), text(b.get(key))];
    if (was === is) continue;
    const name = key.slice(key.indexOf(':') + 1);
    out.push({ key, name, side: !was ? 'right' : !is ? 'left' : 'both', detail: was && is ? `${was} → ${is}` : was || is });
  }
  return out.sort(bySide);
}

function findings(left: ReturnType<typeof groupFindings>, right: ReturnType<typeof groupFindings>): Side[] {
  const key = (row: { id: string; source: string }): string => `${row.id}~${row.source}`;
  const has = (rows: typeof left) => new Set(rows.map(key));
  const [a, b] = [has(left), has(right)];
  const side = (row: (typeof left)[number], which: 'left' | 'right'): Side => ({ key: key(row), side: which, name: row.id, detail: `${row.source} ${row.first.installed}`, severity: row.first.severity });
  return [...left.filter((row) => !b.has(key(row))).map((row) => side(row, 'left')), ...right.filter((row) => !a.has(key(row))).map((row) => side(row, 'right'))]
    .sort((x, y) => rank(y.severity ?? 'unknown') - rank(x.severity ?? 'unknown') || bySide(x, y));
}

function checks(left: Report, right: Report): Side[] {
  const failing = (report: Report) => new Map<string, Side>([
    ...report.checks.filter((one) => one.outcome === 'fail').map((one) => [one.code, { key: one.code, side: 'left', name: one.message, detail: one.title } satisfies Side] as const),
    ...report.secrets.filter((one) => !one.harmless && !one.allowedBy).map((one) => [one.fingerprint, { key: one.fingerprint, side: 'left', name: one.title, detail: one.path } satisfies Side] as const),
  ]);
  const [a, b] = [failing(left), failing(right)];
  return [...[...a].filter(([code]) => !b.has(code)).map(([, one]) => one), ...[...b].filter(([code]) => !a.has(code)).map(([, one]) => ({ ...one, side: 'right' as const }))].sort(bySide);
}

function config(left: Image, right: Image): Side[] {
  const flat = (image: Image): Map<string, string> => {
    const { config: c, platform } = image;
    const out = new Map<string, string>([
      ['platform', [platform.os, platform.architecture, platform.variant].filter(Boolean).join('/')], ['distribution', image.distribution?.prettyName ?? ''], ['base', image.base?.name ?? ''],
      ['user', c.user], ['entrypoint', c.entrypoint.join(' ')], ['command', c.cmd.join(' ')], ['folder', c.workingDir], ['ports', c.exposedPorts.join(' ')], ['volumes', c.volumes.join(' ')],
      ['stop', c.stopSignal ?? ''], ['health', c.healthcheck?.join(' ') ?? ''],
    ]);
    for (const line of c.env) out.set(`env:${line.split('=')[0] ?? ''}`, line.slice(line.indexOf('=') + 1));
    for (const [name, value] of Object.entries(c.labels)) out.set(`label:${name}`, value);
    return out;
  };
  const [a, b] = [flat(left), flat(right)];
  return [...new Set([...a.keys(), ...b.keys()])].filter((name) => (a.get(name) ?? '') !== (b.get(name) ?? ''))
    .map((name) => ({ key: name, side: 'both' as const, name, detail: `${a.get(name) || NONE} → ${b.get(name) || NONE}` }));
}
