import assert from 'node:assert/strict';
import { test } from 'node:test';
import { Query, textFilter } from './query';
import type { Package, Report, Vulnerability } from './report';
import { groupFindings } from './vulns';

const item = (name: string, kind: string, visible = true): Package => ({
  purl: `pkg:${kind}/${name}@1`, kind, name, version: '1', architecture: null, licenses: kind === 'npm' ? ['MIT'] : [], source: null, evidence: 'installed', path: `/${name}`, layer: 0,
  origin: 'own', visible, removedIn: null, foundBy: kind, ownedBy: null, installedSize: null, alsoAt: [], changelogFixes: [],
} as unknown as Package);

const report = { packages: [item('b10', 'deb'), item('b9', 'deb'), item('lodash', 'npm'), item('old', 'npm', false)], secrets: [], checks: [], vulnerabilities: { findings: [] } } as unknown as Report;
const ask = (changes: Partial<Parameters<Query['page']>[0]>) => new Query(report).page({ list: 'packages', text: '', facets: {}, sort: 'name', offset: 0, limit: 10, ...changes });

test('numbers inside names sort as numbers, both ways', () => {
  assert.deepEqual(ask({}).rows.map((row) => (row as Package).name), ['b9', 'b10', 'lodash', 'old']);
  assert.deepEqual(ask({ sort: '-name' }).rows.map((row) => (row as Package).name), ['old', 'lodash', 'b10', 'b9']);
});

test('a facet counts what one more click would show', () => {
  const page = ask({ facets: { state: ['installed'], kind: ['npm'] } });
  assert.equal(page.total, 1);
  assert.equal(page.all, 4);
  assert.deepEqual(page.facets['kind'], [{ value: 'deb', count: 2 }, { value: 'npm', count: 1 }]);
  assert.deepEqual(page.facets['state'], [{ value: 'installed', count: 1 }, { value: 'removed', count: 1 }]);
});

test('a chosen value stays to be unchosen when nothing matches it', () => {
  assert.deepEqual(ask({ text: 'lodash', facets: { kind: ['deb'] } }).facets['kind'], [{ value: 'npm', count: 1 }, { value: 'deb', count: 0 }]);
});

test('paging gives the same rows as the whole', () => {
  const whole = ask({}).keys;
  assert.deepEqual([...ask({ limit: 3 }).keys, ...ask({ offset: 3, limit: 3 }).keys], whole);
});

test('words must all occur, and a word after a minus must not', () => {
  const cases: [string, string, boolean][] = [['open ssl', 'OpenSSL 3', true], ['openssl -3', 'openssl 3', false], ['-', 'a-b', true], ['-', 'ab', false], ['', 'x', true]];
  for (const [filter, text, want] of cases) assert.equal(textFilter(filter)(text), want, `${filter} in ${text}`);
});

const finding = (id: string, name: string, source: string, fixed: string | null, severity = 'high'): Vulnerability => ({
  id, package: name, matchedSource: source, installed: '3.0', fixed, severity, purl: `pkg:deb/debian/${name}@3.0`, aliases: [], suppressed: null, informational: null, origin: 'base', layer: 0, score: null, kev: false,
} as unknown as Vulnerability);

test('an advisory that hits three binaries of one source is one row', () => {
  const rows = groupFindings([finding('CVE-1', 'libssl3', 'openssl', '3.1'), finding('CVE-1', 'openssl', 'openssl', '3.1'), finding('CVE-2', 'openssl', 'openssl', null)]);
  assert.deepEqual(rows.map((row) => [row.id, row.source, row.findings.length]), [['CVE-1', 'openssl', 2], ['CVE-2', 'openssl', 1]]);
});
