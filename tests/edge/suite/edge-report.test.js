// Reports of the edge: the same bytes as the command line's, as quickly as promised, from one pull, in little memory.
import assert from 'node:assert/strict';
import { mkdtempSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { after, before, test } from 'node:test';
import { database, median, midnight, missing, startEdge } from '../edge.js';
import { multiArch, smallImage } from '../fixture.js';
import { porthole } from '../porthole.js';
import { realImages, startRegistry } from '../registry.js';
import { temporary } from '../../temporary.mjs';

const MIB = 1 << 20;
let registry;
let behindTokens;
let edge;
let scratch;
const skip = missing;

before(async () => {
  if (skip) return;
  const real = realImages().length > 0;
  const options = real ? { real } : { repositories: { small: smallImage(), multi: multiArch() } };
  [registry, behindTokens] = [await startRegistry(options), await startRegistry({ ...options, auth: true })];
  edge = await startEdge({ trusted: [registry.host, behindTokens.host, behindTokens.realm.host] });
  scratch = temporary('edge');
});
after(async () => {
  if (skip) return;
  await edge.close();
  await registry.close();
  await behindTokens.close();
});

/** What the command line says of the same image. */
async function command(reference, ...options) {
  const { code, out, err } = await porthole([
    'scan', `docker://${reference}`, '--format', 'json', '--quiet', '--plain-http', '--platform', 'linux/amd64', '--now', midnight(),
    ...(database && !options.includes('--db') ? ['--db', database] : []), ...options,
  ]);
  assert.equal(code, 0, err);
  return out;
}

/** Where two texts part, for a message that can be read. */
function same(actual, expected, what) {
  if (actual === expected) return;
  const [a, b] = [actual.split('\n'), expected.split('\n')];
  const at = a.findIndex((line, index) => line !== b[index]);
  assert.fail(`${what}: line ${at + 1}: edge ${a.slice(at, at + 3).join(' ⏎ ')} | command line ${b.slice(at, at + 3).join(' ⏎ ')}`);
}

const references = () => {
  const names = realImages();
  return names.length > 0 ? [...names.flatMap((name) => [[name, 'v1'], [name, 'docker'], [name, 'zstd']]), ['multi', 'v1']] : [['small', 'v1'], ['multi', 'v1']];
};

test('the report is the command line\'s, byte for byte', { skip }, async () => {
  for (const [name, tag] of references()) {
    // Not every image was packed with zstd.
    if (tag === 'zstd' && (await fetch(`http://${registry.host}/v2/${name}/manifests/zstd`, { method: 'HEAD' })).status === 404) continue;
    const reference = registry.reference(name, tag);
    same(await edge.report(reference), await command(reference), reference);
  }
});

test('the same with an advisory database: findings are the command line\'s, byte for byte', { skip }, async () => {
  const page = mkdtempSync(join(scratch, 'page-'));
  const db = join(page, 'db');
  const record = (id, ecosystem, name, fixed) => ({
    id, modified: '2026-01-01T00:00:00Z', summary: `${name} before ${fixed}`,
    severity: [{ type: 'CVSS_V3', score: 'CVSS:3.1/AV:N/AC:L/PR:N/UI:N/S:U/C:H/I:H/A:H' }],
    affected: [{ package: { ecosystem, name }, ranges: [{ type: 'ECOSYSTEM', events: [{ introduced: '0' }, { fixed }] }] }],
  });
  const records = [
    record('ALPINE-CVE-2026-0001', 'Alpine:v3.20', 'musl', '1.2.5-r1'), record('ALPINE-CVE-2026-0002', 'Alpine:v3.20', 'busybox', '1.36.1-r30'),
    record('ALPINE-CVE-2026-0003', 'Alpine:v3.20', 'musl', '1.2.5-r0'), record('ALPINE-CVE-2026-0004', 'Alpine:v3.19', 'musl', '9-r0'),
  ];
  writeFileSync(join(scratch, 'records.jsonl'), records.map((one) => `${JSON.stringify(one)}\n`).join(''));
  const built = await porthole(['db', 'build', '--quiet', '--osv', join(scratch, 'records.jsonl'), '--out', db]);
  assert.equal(built.code, 0, built.err);
  const own = await startRegistry({ repositories: { small: smallImage() } });
  const beside = await startEdge({ trusted: [own.host], page });
  try {
    const text = await beside.report(own.reference('small'));
    assert.deepEqual(JSON.parse(text).vulnerabilities.findings.map(({ id }) => id).sort(), ['CVE-2026-0001', 'CVE-2026-0002']);
    same(text, await command(own.reference('small'), '--db', db), 'with a database');
  } finally {
    await beside.close();
    await own.close();
  }
});

test('a registry behind a token realm gives the same', { skip }, async () => {
  const name = realImages().includes('alpine') ? 'alpine' : references()[0][0];
  const reference = behindTokens.reference(name, 'v1');
  same(await edge.report(reference), await command(reference), reference);
  assert.ok(behindTokens.realm.requests.length > 0);
});

test('memory stays below 48 MiB after every image there is', { skip }, async () => {
  const { memoryBytes } = await edge.health();
  console.log(`  WebAssembly memory after ${references().length} images: ${(memoryBytes / MIB).toFixed(1)} MiB`);
  assert.ok(memoryBytes < 48 * MIB, `${memoryBytes / MIB} MiB`);
});

test('a warm report comes in less than 20 ms', { skip }, async () => {
  const names = realImages();
  const reference = registry.reference(names.includes('debian-slim') ? 'debian-slim' : references()[0][0]);
  await edge.report(reference);
  // A machine that is busy with something else gets three tries.
  let best = Infinity;
  for (let tries = 0; tries < 3 && best >= 20; tries += 1) {
    const took = [];
    for (let round = 0; round < 40; round += 1) {
      const begun = performance.now();
      // Compressing is the work of the network in front; Miniflare does it in its place.
      const response = await edge.get(edge.address(reference), { headers: { 'accept-encoding': 'identity' } });
      await response.arrayBuffer();
      took.push(performance.now() - begun);
    }
    best = Math.min(best, median(took));
    console.log(`  warm: ${median(took).toFixed(1)} ms in the median, ${Math.max(...took).toFixed(1)} ms at worst`);
  }
  assert.ok(best < 20, `${best} ms`);
});

for (const fanOut of [true, false]) {
  test(`200 requests at once for a cold image make one pull of each blob, ${fanOut ? 'each layer in its own invocation' : 'all in one isolate'}`, { skip }, async () => {
    const repositories = { crowd: smallImage({ size: 3_000_000 }) };
    const own = await startRegistry({ repositories });
    const fresh = await startEdge({ trusted: [own.host], fanOut });
    try {
      const texts = await Promise.all(Array.from({ length: 200 }, () => fresh.report(own.reference('crowd'))));
      assert.equal(new Set(texts).size, 1);
      const blobs = Object.entries(await own.pulls()).filter(([path]) => path.includes('/blobs/'));
      assert.equal(blobs.length, 4);
      assert.deepEqual(blobs.filter(([, count]) => count !== 1), []);
    } finally {
      await fresh.close();
      await own.close();
    }
  });
}

test('1,000 mixed requests lose none', { skip }, async () => {
  const known = references().slice(0, 4).map(([name, tag]) => registry.reference(name, tag));
  const kinds = [
    (n) => [edge.address(known[n % known.length]), 200],
    (n) => [edge.address(known[n % known.length], { format: ['sarif', 'cyclonedx', 'csv', 'table'][n % 4] }), 200],
    (n) => [edge.address(known[n % known.length], {}, 'badge.svg'), 200],
    (n) => [edge.address(known[n % known.length], {}, 'v1/progress'), 200],
    (n) => [edge.address(registry.reference('nothing-here', `t${n % 5}`)), 404],
    () => [edge.address('not a reference'), 400],
    () => [edge.address('registry.elsewhere.example/app'), 403],
    () => ['healthz', 200],
    () => ['openapi.json', 200],
    () => ['nowhere', 404],
  ];
  let next = 0;
  const wrong = [];
  const client = async () => {
    while (next < 1000) {
      const n = next;
      next += 1;
      const [path, wanted] = kinds[n % kinds.length](Math.floor(n / kinds.length));
      const response = await edge.get(path);
      const body = await response.arrayBuffer();
      if (response.status !== wanted || body.byteLength === 0) wrong.push(`${path}: ${response.status}, ${body.byteLength} bytes`);
    }
  };
  await Promise.all(Array.from({ length: 24 }, client));
  assert.deepEqual(wrong, []);
  const { memoryBytes } = await edge.health();
  console.log(`  WebAssembly memory after 1,000 requests: ${(memoryBytes / MIB).toFixed(1)} MiB`);
  assert.ok(memoryBytes < 48 * MIB, `${memoryBytes / MIB} MiB`);
});
