// The edge's addresses: what each answers, with which headers; the page beside it; progress; plans and caps.
import assert from 'node:assert/strict';
import { execFile } from 'node:child_process';
import { existsSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { after, before, test } from 'node:test';
import { promisify } from 'node:util';
import { dist, events, missing, startEdge } from '../edge.js';
import { digestOf, multiArch, PACKAGES, smallImage, TYPES } from '../fixture.js';
import { startRegistry } from '../registry.js';
import { temporary } from '../../temporary.mjs';

const run = promisify(execFile);
const skip = missing;
const withPage = skip || (existsSync(join(dist, 'index.html')) ? false : 'the page is not built: cargo xtask build');

/** The small image in an index that carries an SBOM attestation, as BuildKit writes it. */
function attested() {
  const store = smallImage();
  const [subject] = [...store.tags.values()];
  const { mediaType, bytes } = store.manifests.get(subject);
  const statement = Buffer.from(JSON.stringify({
    _type: 'https://in-toto.io/Statement/v0.1', predicateType: 'https://spdx.dev/Document', subject: [{ name: '_', digest: { sha256: subject.slice(7) } }],
    predicate: {
      spdxVersion: 'SPDX-2.3', name: 'app', SPDXID: 'SPDXRef-DOCUMENT',
      packages: [{ SPDXID: 'SPDXRef-x', name: 'attested-only', versionInfo: '1', externalRefs: [{ referenceCategory: 'PACKAGE-MANAGER', referenceType: 'purl', referenceLocator: 'pkg:npm/attested-only@1' }] }],
    },
  }));
  const layer = { ...store.blob('application/vnd.in-toto+json', statement), annotations: { 'in-toto.io/predicate-type': 'https://spdx.dev/Document' } };
  const config = store.blob(TYPES.config, Buffer.from(JSON.stringify({ architecture: 'unknown', os: 'unknown', config: {}, rootfs: { type: 'layers', diff_ids: [digestOf(statement)] } })));
  const about = store.manifest({ schemaVersion: 2, mediaType: TYPES.manifest, config, layers: [layer] });
  store.index([
    { mediaType, digest: subject, size: bytes.length, platform: { os: 'linux', architecture: 'amd64' } },
    { ...about, platform: { os: 'unknown', architecture: 'unknown' }, annotations: { 'vnd.docker.reference.type': 'attestation-manifest', 'vnd.docker.reference.digest': subject } },
  ], 'attested');
  return store;
}

let registry;
let edge;
let image;
before(async () => {
  if (skip) return;
  registry = await startRegistry({ repositories: { small: attested(), multi: multiArch() } });
  edge = await startEdge({ trusted: [registry.host] });
  image = registry.reference('small');
});
after(async () => {
  if (skip) return;
  await edge.close();
  await registry.close();
});
const ask = (parameters = {}, path, options) => edge.get(edge.address(image, parameters, path), options);
const packages = (text) => JSON.parse(text).packages.map(({ name }) => name).sort();

test('a report says which image it is on, for how long it holds, and to everybody', { skip }, async () => {
  const response = await ask();
  const report = await response.json();
  assert.equal(response.headers.get('content-type'), 'application/json');
  assert.equal(report.image.source, image);
  assert.match(response.headers.get('porthole-image'), new RegExp(`^${registry.host}/small@sha256:[0-9a-f]{64}$`));
  assert.match(response.headers.get('porthole-now'), /^\d{4}-\d\d-\d\dT00:00:00Z$/);
  assert.equal(response.headers.get('access-control-allow-origin'), '*');
  assert.match(response.headers.get('access-control-expose-headers'), /ETag.*Porthole-Image/);
  assert.equal(response.headers.get('x-content-type-options'), 'nosniff');
  assert.match(response.headers.get('link'), /\/\?image=[^>]+@sha256:[0-9a-f]{64}>; rel="canonical"$/);
  assert.match(response.headers.get('cache-control'), /max-age=60$/);

  const etag = response.headers.get('etag');
  const again = await ask({}, undefined, { headers: { 'if-none-match': `"other", W/${etag}` } });
  assert.equal(again.status, 304);
  assert.equal((await again.arrayBuffer()).byteLength, 0);
  const head = await ask({}, undefined, { method: 'HEAD' });
  assert.equal(head.status, 200);
  assert.equal(head.headers.get('etag'), etag);

  const pinned = await edge.get(edge.address(response.headers.get('porthole-image')));
  assert.equal(pinned.status, 200);
  assert.notEqual(pinned.headers.get('etag'), etag, 'a report names its reference as written');
  assert.match(pinned.headers.get('cache-control'), /max-age=3600$/);
  assert.deepEqual((await pinned.json()).layers, report.layers);
});

test('every format is served under its own media type, and documents get an origin of their own', { skip }, async () => {
  for (const [format, type] of [['cyclonedx', 'application/vnd.cyclonedx+json'], ['spdx', 'application/spdx+json'], ['sarif', 'application/sarif+json'], ['csv', 'text/csv'], ['html', 'text/html'], ['junit', 'application/xml'], ['table', 'text/plain']]) {
    const response = await ask({ format });
    assert.equal(response.status, 200, format);
    assert.ok(response.headers.get('content-type').startsWith(type), `${format}: ${response.headers.get('content-type')}`);
    assert.match(response.headers.get('content-security-policy'), /sandbox/, format);
    assert.ok((await response.text()).length > 100, format);
  }
});

test('the platform is chosen', { skip }, async () => {
  const multi = registry.reference('multi');
  const arm = JSON.parse(await edge.report(multi, { platform: 'linux/arm64' }));
  assert.equal(arm.image.platform.architecture, 'arm64');
  assert.equal(JSON.parse(await edge.report(multi)).image.platform.architecture, 'amd64');
  const none = await edge.get(edge.address(multi, { platform: 'windows/amd64' }));
  assert.equal(none.status, 404);
  assert.equal((await none.json()).type, '/problems#platform-not-found');
});

test('what cannot be understood is a problem with a sentence', { skip }, async () => {
  for (const [path, status, type] of [
    ['v1/report', 400, 'bad-parameter'], ['v1/report?image=', 400, 'bad-parameter'], ['v1/report?image=UPPER/Case', 400, 'bad-parameter'],
    [`${edge.address(image)}&image=${encodeURIComponent(image)}`, 400, 'bad-parameter'], [edge.address(image, { format: 'docx' }), 400, 'bad-parameter'],
    [edge.address(image, { mode: 'slow' }), 400, 'bad-parameter'], [edge.address(image, { platform: 'a/b/c/d/e' }), 400, 'bad-parameter'],
    [edge.address(`${'a'.repeat(800)}/x`), 400, 'bad-parameter'], [edge.address('quay.io/a/b'), 403, 'registry-not-allowed'],
    [edge.address(registry.reference('none')), 404, 'image-not-found'], ['v1/nothing', 404, 'not-found'], ['../../etc/passwd', 404, 'not-found'],
  ]) {
    const response = await edge.get(path);
    const problem = await response.json();
    assert.equal(response.status, status, `${path}: ${JSON.stringify(problem)}`);
    assert.equal(problem.type, `/problems#${type}`, path);
    assert.ok(problem.title && problem.detail, path);
    assert.equal(response.headers.get('access-control-allow-origin'), '*', path);
  }
  for (const method of ['POST', 'PUT', 'DELETE', 'PATCH']) {
    const response = await ask({}, undefined, { method });
    assert.equal(response.status, 405, method);
    assert.equal(response.headers.get('allow'), 'GET, HEAD, OPTIONS');
    await response.arrayBuffer();
  }
  const preflight = await ask({}, undefined, { method: 'OPTIONS', headers: { origin: 'https://elsewhere.example' } });
  assert.equal(preflight.status, 204);
  assert.equal(preflight.headers.get('access-control-allow-methods'), 'GET, HEAD, OPTIONS');
  const list = await (await edge.get('problems')).text();
  assert.match(list, /#digest-mismatch +502/);
});

test('a badge is a picture, also when there is nothing to say', { skip }, async () => {
  const badge = await ask({}, 'badge.svg');
  assert.equal(badge.headers.get('content-type'), 'image/svg+xml');
  assert.match(await badge.text(), /^<svg [^>]*aria-label="porthole: [^"]+"/);
  const failed = await edge.get(edge.address(registry.reference('none'), {}, 'badge.svg'));
  assert.equal(failed.status, 404);
  assert.equal(failed.headers.get('content-type'), 'image/svg+xml');
  assert.match(await failed.text(), /there is no such image/);
});

test('progress is told as it happens, and ends with where the report is', { skip }, async () => {
  const fresh = await startEdge({ trusted: [registry.host], fanOut: false });
  try {
    const response = await fresh.get(fresh.address(image, {}, 'v1/progress'));
    assert.match(response.headers.get('content-type'), /^text\/event-stream/);
    const told = await events(response);
    assert.equal(told[0].event, 'image');
    assert.equal(told[0].data.platform, 'linux/amd64');
    assert.equal(told[0].data.layers.length, 3);
    for (const index of [0, 1, 2]) {
      const last = told.filter(({ event, data }) => event === 'layer' && data.index === index).at(-1);
      assert.deepEqual([last.data.state, last.data.read], ['done', last.data.size]);
    }
    const { event, data } = told.at(-1);
    assert.equal(event, 'done');
    assert.match(data.pinned, /@sha256:[0-9a-f]{64}$/);
    const report = await fresh.get(data.report);
    assert.equal(report.status, 200);
    assert.deepEqual(packages(await report.text()), PACKAGES.map(([name]) => name).sort());
    const warm = await events(await fresh.get(fresh.address(image, {}, 'v1/progress')));
    assert.deepEqual(warm.map((told) => told.event), ['done']);
    const problem = await events(await fresh.get(fresh.address(registry.reference('none'), {}, 'v1/progress')));
    assert.equal(problem.at(-1).event, 'problem');
    assert.equal(problem.at(-1).data.status, 404);
  } finally {
    await fresh.close();
  }
});

test('a client that asks too often is told when to come back', { skip }, async () => {
  const strict = await startEdge({ trusted: [registry.host], variables: { REQUESTS_PER_MINUTE: '3', CLIENT_HEADER: 'x-client' } });
  try {
    const status = async (client) => {
      const response = await strict.get(strict.address(image), { headers: { 'x-client': client } });
      await response.arrayBuffer();
      return [response.status, response.headers.get('retry-after')];
    };
    // A minute may end meanwhile: four requests in eight are too many in any case.
    const seen = [];
    for (let n = 0; n < 8; n += 1) seen.push(await status('a'));
    assert.equal(seen[0][0], 200);
    const [, after] = seen.find(([status]) => status === 429);
    assert.ok(Number(after) >= 1 && Number(after) <= 60);
    assert.equal((await status('b'))[0], 200);
    assert.equal((await strict.get('healthz')).status, 200);
  } finally {
    await strict.close();
  }
});

test('where a limiter is bound, it counts and not the isolate', { skip }, async () => {
  // The isolate alone would let a single request through.
  const bound = await startEdge({ trusted: [registry.host], limit: 4, variables: { REQUESTS_PER_MINUTE: '1', CLIENT_HEADER: 'x-client' } });
  try {
    const ask = async (client, path = bound.address(image)) => {
      const response = await bound.get(path, { headers: { 'x-client': client } });
      return [response.status, response.headers.get('retry-after'), JSON.parse(await response.text())];
    };
    const seen = [];
    for (let n = 0; n < 10; n += 1) seen.push(await ask('a'));
    const passed = seen.filter(([status]) => status === 200).length;
    // A minute may end meanwhile.
    assert.ok(passed >= 4 && passed <= 8, `${passed} of 10`);
    const [, after, problem] = seen.find(([status]) => status === 429);
    assert.equal(problem.type, '/problems#too-many-requests');
    assert.ok(Number(after) >= 1 && Number(after) <= 60);
    assert.equal((await ask('b'))[0], 200);
    assert.equal((await bound.get('healthz')).status, 200);
  } finally {
    await bound.close();
  }
});

test('without time for layers it answers with what it knows, and says so', { skip }, async () => {
  const free = await startEdge({ trusted: [registry.host], variables: { PLAN: 'free' } });
  try {
    assert.equal((await free.health()).plan, 'free');
    const report = JSON.parse(await free.report(registry.reference('multi')));
    assert.deepEqual(report.packages, []);
    assert.equal(report.image.config.cmd[0], '/bin/app');
    assert.equal(report.image.history.length, report.layers.length);
    const gaps = report.gaps.filter(({ layer }) => layer !== null);
    assert.equal(gaps.length, report.layers.length);
    assert.match(gaps[0].message, /no time for layers; open the image in your browser instead: docker save/);
    // An SBOM that its builder attested is better than nothing, and is called what it is.
    const attested = JSON.parse(await free.report(registry.reference('small', 'attested')));
    assert.deepEqual(attested.packages.map(({ name }) => name), ['attested-only']);
    assert.ok(attested.gaps.some(({ message }) => message.includes('as the image\'s own SBOM attestation lists them')));
  } finally {
    await free.close();
  }
});

test('over its caps it leaves layers out, and says which and why', { skip }, async () => {
  const capped = await startEdge({ trusted: [registry.host], variables: { MAX_LAYERS: '1' } });
  try {
    const report = JSON.parse(await capped.report(image));
    assert.deepEqual(report.packages.map(({ name }) => name).sort(), PACKAGES.map(([name]) => name).sort());
    assert.deepEqual(report.gaps.filter(({ layer }) => layer !== null).map(({ layer, kind }) => [layer, kind]), [[1, 'overBudget'], [2, 'overBudget']]);
  } finally {
    await capped.close();
  }
});

test('the fast mode reads an attested SBOM and no layer; without one it reads layers', { skip }, async () => {
  const own = await startRegistry({ repositories: { small: attested() } });
  const fresh = await startEdge({ trusted: [own.host] });
  try {
    const fast = JSON.parse(await fresh.report(own.reference('small', 'attested'), { mode: 'fast' }));
    assert.deepEqual(fast.packages.map(({ name }) => name), ['attested-only']);
    assert.ok(fast.gaps.some(({ message }) => message.includes('SBOM attestation was asked for instead')));
    const layers = new Set(fast.layers.map(({ digest }) => digest));
    assert.deepEqual(Object.keys(await own.pulls()).filter((path) => layers.has(path.split('/').at(-1))), []);
    assert.deepEqual(packages(await fresh.report(own.reference('small', 'v1'), { mode: 'fast' })), PACKAGES.map(([name]) => name).sort());
  } finally {
    await fresh.close();
    await own.close();
  }
});

test('a layer that is known is never pulled again, and a bucket keeps facts and no blob', { skip }, async () => {
  const store = smallImage();
  store.image({ layers: [{ 'etc/only-here': 'x' }] }, 'other');
  const own = await startRegistry({ repositories: { base: store } });
  const fresh = await startEdge({ trusted: [own.host], bucket: true, cache: false });
  try {
    await fresh.report(own.reference('base'));
    const first = await own.pulls();
    await fresh.report(own.reference('base', store.tags.get('v1')));
    const layers = JSON.parse(store.manifests.get(store.tags.get('v1')).bytes).layers;
    const pulls = await own.pulls();
    for (const { digest } of layers) assert.equal(pulls[`/v2/base/blobs/${digest}`], first[`/v2/base/blobs/${digest}`], digest);
    const bucket = await fresh.runtime.getR2Bucket('FACTS');
    const kept = (await bucket.list()).objects.map(({ key }) => key);
    assert.equal(kept.filter((key) => key.startsWith('facts/')).length, 3);
    assert.equal(kept.filter((key) => !key.startsWith('facts/')).length, 0, 'facts and nothing else: no blob is kept');
  } finally {
    await fresh.close();
    await own.close();
  }
});

test('the page is served with its policy, and told that there is an edge', { skip: withPage }, async () => {
  const response = await edge.get('?image=nginx');
  const page = await response.text();
  assert.equal(response.status, 200);
  assert.match(response.headers.get('content-type'), /^text\/html/);
  assert.match(page, /<meta name="porthole-edge" content="v1">/);
  assert.match(response.headers.get('content-security-policy'), /^default-src 'none'.*frame-ancestors 'none'$/);
  const own = /http-equiv="Content-Security-Policy" content="([^"]+)"/.exec(page)[1];
  assert.equal(response.headers.get('content-security-policy'), `${own}; frame-ancestors 'none'`);
  for (const [name, value] of [['x-content-type-options', 'nosniff'], ['referrer-policy', 'no-referrer'], ['cross-origin-opener-policy', 'same-origin']]) {
    assert.equal(response.headers.get(name), value);
  }
  const script = /src="\.?\/?([^"]+\.js)"/.exec(page)[1];
  const file = await edge.get(script);
  assert.match(file.headers.get('content-type'), /^text\/javascript/);
  assert.match(file.headers.get('cache-control'), /immutable/);
  assert.match(file.headers.get('content-security-policy'), /frame-ancestors 'none'/);
  assert.equal((await edge.get('assets/')).status, 404);
  assert.equal((await edge.get('assets')).status, 404);
});

test('it says that it is well, and logs nothing but references', { skip }, async () => {
  const health = await edge.health();
  assert.equal(health.status, 'ok');
  assert.equal(health.service, 'porthole-edge');
  assert.ok(health.memoryBytes > 0);
  const response = await edge.get(`${edge.address(registry.reference('multi'))}&secret=in-the-query`, { headers: { 'user-agent': 'secret-agent', 'x-secret': 'header' } });
  assert.equal(response.status, 200);
  await response.arrayBuffer();
  const printed = edge.lines.join('\n');
  assert.ok(!/secret|header/.test(printed), printed);
});

test('the description of the API is true', { skip: skip || (process.env.PORTHOLE_SCHEMATHESIS ? false : 'no schemathesis: cargo xtask test edge-tests') }, async () => {
  const folder = temporary('schemathesis');
  // Once with whatever it makes up for a reference, once with one that there is.
  for (const config of ['', `[parameters]\n"query.image" = ${JSON.stringify(image)}\n`]) {
    const file = join(folder, 'schemathesis.toml');
    writeFileSync(file, config);
    const arguments_ = ['--config-file', file, 'run', edge.url('openapi.json'), '--url', edge.url(''), '--phases', 'examples,coverage,fuzzing', '--max-examples', '10', '--seed', '1', '--workers', '2', '--no-color', '--exclude-checks', 'positive_data_acceptance'];
    const { stdout } = await run(process.env.PORTHOLE_SCHEMATHESIS, arguments_, { maxBuffer: 64 << 20, cwd: folder }).catch((error) => assert.fail(`${error.stdout}\n${error.stderr}`.slice(-6000)));
    console.log(`  ${stdout.split('\n').filter((line) => /generated|unique failures|No issues/i.test(line)).map((line) => line.trim()).join('; ')}`);
  }
});
