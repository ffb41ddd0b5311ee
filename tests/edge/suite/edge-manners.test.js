// The edge against a registry with bad manners: each gets its own kind of problem and one clear sentence, and nothing is sent astray.
import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { startBadRegistry, TOKEN, TRICKS } from '../bad-registry.js';
import { missing, startEdge } from '../edge.js';
import { PACKAGES, smallImage } from '../fixture.js';

const BUSY = ['registry-rate-limit', 429];
const PRIVATE = ['private-image', 403];
const REFUSED = ['redirect-refused', 502];
const MISMATCH = ['digest-mismatch', 502];
const SIZE = ['size-mismatch', 502];
const MALFORMED = ['malformed-answer', 502];
const LONG = ['answer-too-long', 502];

/** Type and status of the problem, and what its sentence says; nothing where there is a report all the same. */
const ANSWERS = {
  good: undefined,
  stalls: ['registry-stalled', 504, /layer 1 broke off after \d+ bytes of \d+: nothing came for 1 seconds/],
  silent: ['registry-stalled', 504, /manifest of .*: nothing came for 1 seconds/],
  truncates: ['truncated', 502, /layer 1 broke off after \d+ bytes of \d+/],
  short: [...SIZE, /layer 1 has \d+ bytes, its descriptor states \d+/],
  'breaks-once': undefined,
  'no-range': undefined,
  'wrong-range': undefined,
  closes: ['registry-unreachable', 502, /no answer to the request for manifest of/],
  'lies-about-layer': [...MISMATCH, /layer 1 does not match its digest: expected sha256:[0-9a-f]{64}, found sha256:/],
  'lies-about-config': [...MISMATCH, /configuration does not match its digest/],
  'lies-about-manifest': [...MISMATCH, /manifest does not match its digest/],
  'longer-layer': [...SIZE, /layer 1 has \d+ bytes, its descriptor states \d+/],
  'endless-layer': [...SIZE, /layer 1 has \d+ bytes, its descriptor states \d+/],
  loops: ['redirect-loop', 502, /more than 5 redirects for manifest of/],
  'loops-at-layer': ['redirect-loop', 502, /more than 5 redirects for layer 1/],
  'redirects-inside': [...REFUSED, /169\.254\.169\.254/],
  'redirects-to-file': [/redirect-refused|malformed-answer/, 502, /file:\/\/\/etc\/passwd/],
  'realm-inside': [...REFUSED, /169\.254\.169\.254/],
  'realm-elsewhere': undefined,
  'realm-silly': [/redirect-refused|malformed-answer/, 502, /ldap:\/\/directory/],
  'realm-without-token': [...MALFORMED, /the answer has no token/],
  'blobs-elsewhere': undefined,
  'challenge-elsewhere': [/registry-failed|private-image/, undefined, /ELSEWHERE|denied/],
  private: PRIVATE,
  'private-for-strangers': PRIVATE,
  missing: ['image-not-found', 404],
  busy: [...BUSY, /try again in 3600 seconds/],
  'busy-once': undefined,
  limited: [...BUSY, /0 of 100 pulls left in 6 hours/],
  counting: undefined,
  broken: ['registry-failed', 502, /answered 503/],
  'broken-once': undefined,
  gigantic: LONG,
  'endless-manifest': LONG,
  html: [...MALFORMED, /a web page came instead/],
  'wrong-type': MALFORMED,
  'plain-type': undefined,
  ambiguous: [...MALFORMED, /a manifest and an index at once/],
  schema1: [...MALFORMED, /schema 1/],
  'no-platforms': ['platform-not-found', 404],
};

/** A registry for each trick, each with a layer of its own: what one of them told truly would be known for all. */
const registries = {};
let edge;
before(async () => {
  if (missing) return;
  for (const [at, trick] of Object.keys(ANSWERS).entries()) registries[trick] = await startBadRegistry({ store: smallImage({ size: 400_000 + at }) });
  const trusted = Object.values(registries).flatMap(({ host, elsewhere }) => [host, elsewhere.host]);
  edge = await startEdge({ trusted, variables: { STALL_SECONDS: '1', MAX_SECONDS: '30' } });
});
after(async () => {
  if (missing) return;
  await edge.close();
  for (const registry of Object.values(registries)) await registry.close();
});

test('every trick is here', () => {
  assert.deepEqual(Object.keys(ANSWERS).sort(), Object.keys(TRICKS).sort());
});

test('bad manners get a problem each, all asked at once', { skip: missing }, async (context) => {
  const asked = Object.keys(ANSWERS).map(async (trick) => [trick, await edge.get(edge.address(registries[trick].reference(trick)))]);
  for (const [trick, response] of await Promise.all(asked)) {
    await context.test(`${trick}: ${TRICKS[trick].does}`, async () => {
      const text = await response.text();
      const expected = ANSWERS[trick];
      if (!expected) {
        assert.equal(response.status, 200, text);
        const report = JSON.parse(text);
        assert.deepEqual(report.packages.map(({ name }) => name).sort(), PACKAGES.map(([name]) => name).sort());
        assert.ok(report.layers.every(({ digestState, diffIdState }) => digestState.state === 'verified' && diffIdState.state === 'verified'), JSON.stringify(report.layers, null, 1));
        return;
      }
      const [kind, status, sentence] = expected;
      const problem = JSON.parse(text);
      assert.equal(response.headers.get('content-type'), 'application/problem+json');
      assert.equal(problem.status, response.status);
      if (status) assert.equal(response.status, status, text);
      const slug = problem.type.replace('/problems#', '');
      assert.ok(kind instanceof RegExp ? kind.test(slug) : kind === slug, text);
      assert.match(problem.detail.replace(registries[trick].elsewhere.host, 'ELSEWHERE'), sentence ?? /./);
      assert.ok(!text.includes(TOKEN), 'a token is told to nobody');
    });
  }
});

test('credentials never cross origins', { skip: missing }, () => {
  const strangers = Object.values(registries).flatMap(({ elsewhere }) => elsewhere.requests).filter(({ path }) => !path.startsWith('/token'));
  assert.ok(strangers.length > 0);
  assert.deepEqual(strangers.filter(({ authorization }) => authorization), []);
  assert.ok(registries['blobs-elsewhere'].requests.some(({ authorization }) => authorization === `Bearer ${TOKEN}`));
});

test('a rate limit is handed on as one', { skip: missing }, async () => {
  const response = await edge.get(edge.address(registries.busy.reference('busy', 'v2')));
  assert.equal(response.status, 429);
  assert.equal(response.headers.get('retry-after'), '3600');
});

test('addresses inside are never asked, whoever names them', { skip: missing }, async () => {
  const strict = await startEdge({ variables: { REGISTRIES: '', TRUSTED: '' } });
  try {
    for (const image of [
      'localhost/app', 'localhost:5000/app', '127.0.0.1/app', '127.1/app', '0x7f.1/app', '[::1]/app', '[::ffff:7f00:1]/app',
      '10.0.0.1/app', '169.254.169.254/app', '192.168.1.1:443/app', '100.64.0.1/app', 'metadata.google.internal/app', 'registry.local/app',
      'a.localhost/app', 'registry.svc/app', registries.good.reference('good'), 'ghcr.io:22/app', '0177.0.0.1/app',
    ]) {
      const begun = performance.now();
      const response = await strict.get(strict.address(image));
      const problem = await response.json();
      assert.ok([400, 403].includes(response.status), `${image}: ${JSON.stringify(problem)}`);
      assert.ok(performance.now() - begun < 2000, `${image}: nothing was waited for`);
    }
  } finally {
    await strict.close();
  }
});
