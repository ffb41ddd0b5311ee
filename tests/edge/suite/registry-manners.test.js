// `porthole scan docker://…` against a registry with bad manners: each gets one clear sentence, and no credential leaves home.
import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { startBadRegistry, TOKEN, TRICKS } from '../bad-registry.js';
import { PACKAGES } from '../fixture.js';
import { NOW, porthole } from '../porthole.js';

const AN_HOUR = 'HOST: too many requests, try again in 3600 seconds';
const DENIED = 'HOST: access to manifest of REF is denied: private images are out of scope, or the image does not exist';
const HALF = 'broke off after 200155 bytes of 400310';

/** What is said of each; nothing where the image is scanned all the same. */
const SAID = {
  good: undefined,
  stalls: `HOST: layer 1 ${HALF}: it took longer than 1 seconds`,
  silent: 'HOST: no answer to the request for manifest of REF: it took longer than 1 seconds',
  truncates: `HOST: layer 1 ${HALF}: the connection was cut`,
  short: 'HOST: layer 1 has 200155 bytes, its descriptor states 400310',
  'breaks-once': undefined,
  'no-range': undefined,
  'wrong-range': undefined,
  closes: 'HOST: no answer to the request for manifest of REF: the connection was cut',
  'lies-about-layer': /^HOST: layer 1 does not match its digest: expected sha256:[0-9a-f]{64}, found sha256:[0-9a-f]{64}$/,
  'lies-about-config': /^HOST: configuration does not match its digest: expected sha256:[0-9a-f]{64}, found sha256:[0-9a-f]{64}$/,
  'lies-about-manifest': /^HOST: manifest does not match its digest: expected sha256:[0-9a-f]{64}, found sha256:[0-9a-f]{64}$/,
  'longer-layer': 'HOST: layer 1 has 401310 bytes, its descriptor states 400310',
  'endless-layer': /^HOST: layer 1 has \d+ bytes, its descriptor states 400310$/,
  loops: 'HOST: more than 5 redirects for manifest of REF',
  'loops-at-layer': 'HOST: more than 5 redirects for layer 1',
  'redirects-inside': 'HOST: sends to http://169.254.169.254, which is inside the network that asks',
  'redirects-to-file': 'HOST: layer 1: sent to what is no usable address: "file:///etc/passwd": its scheme is neither https nor http',
  'realm-inside': 'HOST: sends to http://169.254.169.254, which is inside the network that asks',
  'realm-elsewhere': undefined,
  'realm-silly': 'HOST: manifest of REF: sent to what is no usable address: "ldap://directory/token": its scheme is neither https nor http',
  'realm-without-token': 'HOST: token for manifest of REF: the answer has no token',
  'blobs-elsewhere': undefined,
  'challenge-elsewhere': 'ELSEWHERE: answered 401 for configuration of REF',
  private: DENIED,
  'private-for-strangers': DENIED,
  missing: 'HOST: no such image: manifest of REF',
  busy: AN_HOUR,
  'busy-once': undefined,
  limited: 'HOST: too many requests: 0 of 100 pulls left in 6 hours',
  counting: undefined,
  broken: 'HOST: answered 503 for manifest of REF',
  'broken-once': undefined,
  gigantic: 'HOST: manifest of REF is longer than 4194304 bytes',
  'endless-manifest': 'HOST: manifest of REF is longer than 4194304 bytes',
  html: 'HOST: manifest: a web page came instead: is something between us and the registry?',
  'wrong-type': 'HOST: manifest: it is served as application/vnd.oci.image.index.v1+json and says it is application/vnd.oci.image.manifest.v1+json',
  'plain-type': undefined,
  ambiguous: 'HOST: manifest: it is a manifest and an index at once',
  schema1: 'HOST: manifest: it is of Docker\'s schema 1, which names layers without sizes and is no longer served by most registries',
  'no-platforms': 'no image for any platform; there is none',
};

let bad;
let ran;
before(async () => {
  bad = await startBadRegistry();
  // All at once: most of the time is spent waiting for a registry that will not answer. Only those have a short patience.
  const impatient = new Set(['stalls', 'silent']);
  const run = (trick) => porthole(['scan', `docker://${bad.reference(trick)}`, '-f', 'json', '--now', NOW, '--timeout', impatient.has(trick) ? '1' : '60']);
  ran = Object.fromEntries(await Promise.all(Object.keys(TRICKS).map(async (trick) => [trick, await run(trick)])));
});
after(() => bad.close());

test('every trick of the bad registry is expected here', () => {
  assert.deepEqual(Object.keys(SAID).sort(), Object.keys(TRICKS).sort());
});

for (const [trick, said] of Object.entries(SAID)) {
  test(`a registry that ${TRICKS[trick]?.does}: ${said === undefined ? 'the image is scanned' : 'one sentence says so'}`, () => {
    const { code, out, err } = ran[trick];
    const lines = err.trim().replaceAll(bad.reference(trick), 'REF').replaceAll(bad.host, 'HOST').replaceAll(bad.elsewhere.host, 'ELSEWHERE').split('\n');
    if (said === undefined) {
      assert.equal(code, 0, err);
      const report = JSON.parse(out);
      assert.deepEqual(report.packages.map(({ name, version }) => [name, version]).sort(), PACKAGES.map(([name, version]) => [name, version]).sort());
      assert.deepEqual(report.signatures.integrity.map(({ verification }) => verification.state), Array(8).fill('verified'));
      assert.equal(report.gaps.length, 0, JSON.stringify(report.gaps));
      return;
    }
    assert.equal(code, 2, err);
    assert.equal(out, '');
    // The line before says what the tag names, once that is known.
    const sentence = lines.filter((line) => !/ is \S+@sha256:[0-9a-f]{64}$/.test(line));
    assert.equal(sentence.length, 1, err);
    if (said instanceof RegExp) assert.match(sentence[0].replace(/^porthole: /, ''), said);
    else assert.equal(sentence[0], `porthole: ${said}`);
  });
}

test('a token is seen at home and nowhere else', () => {
  const homes = bad.requests.filter(({ authorization }) => authorization === `Bearer ${TOKEN}`);
  assert.ok(homes.some(({ path }) => path.startsWith('/v2/blobs-elsewhere/')), 'the token was used');
  assert.ok(bad.elsewhere.requests.some(({ path }) => path.startsWith('/v2/blobs-elsewhere/')), 'blobs came from elsewhere');
  assert.deepEqual(bad.elsewhere.requests.filter(({ authorization }) => authorization !== undefined), []);
  const realms = bad.requests.filter(({ path }) => path.startsWith('/token'));
  assert.deepEqual(realms.filter(({ authorization }) => authorization !== undefined), []);
});

test('a layer that broke off is gone on with, not fetched anew', () => {
  const ranges = (trick) => bad.requests.filter(({ path, range }) => path.startsWith(`/v2/${trick}/`) && range !== undefined).map(({ range }) => range);
  assert.deepEqual(ranges('breaks-once'), ['bytes=200155-']);
  assert.equal(ranges('good').length, 0);
});

test('a proxy of the environment is not asked for what is on this machine', async () => {
  const proxy = 'http://127.0.0.1:9';
  const { code, err } = await porthole(['scan', '-q', `docker://${bad.reference('good')}`], { env: { HTTP_PROXY: proxy, http_proxy: proxy, ALL_PROXY: proxy, all_proxy: proxy, NO_PROXY: '' } });
  assert.equal(code, 0, err);
});

test('how many pulls are left is told when they are few', () => {
  assert.match(ran.counting.err, /^127\.0\.0\.1:\d+: 3 of 100 pulls left in 6 hours$/m);
  assert.doesNotMatch(ran.good.err, /pulls left/);
});

test('a busy registry is waited for as long as it says, if that is soon', () => {
  assert.ok(ran['busy-once'].took >= 1000);
  assert.equal(bad.requests.filter(({ path }) => path.startsWith('/v2/busy/')).length, 1, 'one that says an hour is asked once');
});
