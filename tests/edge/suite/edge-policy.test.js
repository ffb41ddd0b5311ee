// A policy at the edge: the verdict of `porthole scan --policy`, for the same file and the same image.
import assert from 'node:assert/strict';
import { generateKeyPairSync } from 'node:crypto';
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { after, before, test } from 'node:test';
import { setTimeout as sleep } from 'node:timers/promises';
import { midnight, missing, startEdge } from '../edge.js';
import { smallImage } from '../fixture.js';
import { porthole, program } from '../porthole.js';
import { repository, startRegistry } from '../registry.js';
import { temporary } from '../../temporary.mjs';

const skip = missing || (program ? false : 'no command line: cargo xtask test edge-tests');
const KEY = generateKeyPairSync('rsa', { modulusLength: 2048 }).privateKey.export({ type: 'pkcs1', format: 'pem' });
const TOML = 'application/toml';
const REGO = 'application/rego';

/** Policies, each with its media type, and whether the image below passes. */
const POLICIES = {
  'nothing that it has': [TOML, '[size]\nmax-bytes = 1\n', false],
  'a check that fails': [TOML, '[checks]\nrequired = ["no-secrets"]\n', undefined],
  'secrets': [TOML, '[secrets]\nseverity = "low"\n', false],
  'secrets, one of them accepted': [TOML, '[secrets]\nseverity = "low"\n[[allow]]\npath = "/srv/id_rsa"\nreason = "of a test"\n', true],
  'vulnerabilities without a database': [TOML, '[vulnerabilities]\nseverity = "low"\n', false],
  'a signature': [TOML, '[signatures]\nrequired = true\nsigners = ["*@example.org"]\n', false],
  'the example': [TOML, readFileSync(join(repository, 'docs/examples/policy.toml'), 'utf8'), undefined],
  'rules that deny': [REGO, 'package porthole\ndeny contains msg if {\n  some one in input.packages\n  one.name == "musl"\n  msg := sprintf("%s %s", [one.name, one.version])\n}\n', false],
  'rules that allow': [REGO, 'package porthole\nallow if count(input.layers) == 2\n', true],
  'the example in Rego': [REGO, readFileSync(join(repository, 'docs/examples/policy.rego'), 'utf8'), undefined],
};

let registry;
let edge;
let image;
let scratch;
before(async () => {
  if (skip) return;
  const store = smallImage();
  store.image({ layers: [{ 'etc/os-release': 'ID=alpine\nVERSION_ID=3.20.3\n', 'lib/apk/db/installed': 'P:musl\nV:1.2.5-r0\nA:x86_64\n\n' }, { 'srv/id_rsa': KEY }] }, 'secret');
  registry = await startRegistry({ repositories: { small: store } });
  edge = await startEdge({ trusted: [registry.host], page: false });
  image = registry.reference('small', 'secret');
  scratch = temporary('policy');
});
after(async () => {
  if (skip) return;
  await edge.close();
  await registry.close();
});

const ask = (policy, { type = TOML, reference = image, parameters, ...options } = {}) => edge.get(edge.address(reference, parameters, 'v1/policy'), { method: 'POST', body: policy, headers: { 'content-type': type }, ...options });

/** What the command line says: whether it passed, and its reasons as it prints them. */
async function command(type, policy) {
  const file = join(scratch, type === REGO ? 'policy.rego' : 'policy.toml');
  writeFileSync(file, policy);
  const { code, err } = await porthole(['scan', `docker://${image}`, '--quiet', '--plain-http', '--platform', 'linux/amd64', '--now', midnight(), '--policy', file]);
  assert.ok(code === 0 || code === 1, err);
  return { passed: code === 0, lines: err.split('\n').filter((line) => line.startsWith('policy: ')) };
}

test('the verdict is the command line\'s', { skip }, async (context) => {
  for (const [name, [type, policy, passes]] of Object.entries(POLICIES)) {
    await context.test(name, async () => {
      const response = await ask(policy, { type });
      const text = await response.text();
      assert.equal(response.status, 200, text);
      assert.equal(response.headers.get('content-type'), 'application/json');
      assert.match(response.headers.get('porthole-image'), /@sha256:[0-9a-f]{64}$/);
      const verdict = JSON.parse(text);
      const theirs = await command(type, policy);
      assert.equal(verdict.passed, theirs.passed, `${text}\n${theirs.lines.join('\n')}`);
      if (passes !== undefined) assert.equal(verdict.passed, passes, text);
      const accepted = verdict.allowed ? ` (${verdict.allowed} findings accepted)` : '';
      assert.deepEqual([...verdict.reasons.map(({ rule, message }) => `policy: ${rule}: ${message}`), `policy: ${verdict.passed ? 'passed' : 'failed'}${accepted}`], theirs.lines);
      assert.equal(verdict.pinned, response.headers.get('porthole-image'));
    });
  }
});

test('a policy that has no verdict is a problem with a sentence', { skip }, async () => {
  for (const [policy, type, status, slug, sentence] of [
    ['[vulnerabilities]\nseveritee = "low"\n', TOML, 400, 'bad-policy', /severitee/],
    ['= nonsense', TOML, 400, 'bad-policy', /./],
    ['', TOML, 400, 'bad-policy', /no policy in its body/],
    [Buffer.from([0xff, 0xfe, 0x00]), TOML, 400, 'bad-policy', /no UTF-8/],
    ['package porthole\ndenny contains "x" if true\n', REGO, 400, 'bad-policy', /no rule named deny or allow/],
    ['package porthole\ndeny contains if {', REGO, 400, 'bad-policy', /policy: /],
    ['package porthole\ndeny contains "x" if {\n  some a in numbers.range(1, 100000)\n  some b in numbers.range(1, 100000)\n  a + b == 0\n}\n', REGO, 400, 'bad-policy', /more than 2000000 steps/],
    ['# '.repeat(40_000), TOML, 413, 'policy-too-long', /longer than 65536 bytes/],
    ['{}', 'application/json', 415, 'policy-type', /application\/toml or application\/rego, this is application\/json/],
  ]) {
    const response = await ask(policy, { type });
    const problem = await response.json();
    assert.equal(response.status, status, JSON.stringify(problem));
    assert.equal(response.headers.get('content-type'), 'application/problem+json');
    assert.equal(problem.type, `/problems#${slug}`);
    assert.match(problem.detail, sentence);
    assert.equal(response.headers.get('access-control-allow-origin'), '*');
  }
  const absent = await ask('[size]\n', { reference: registry.reference('none') });
  assert.equal(absent.status, 404);
  // A body that does not say how long it is: not read further than a policy may be long.
  async function* pieces() {
    for (let sent = 0; sent < 20; sent += 1) {
      yield Buffer.alloc(8 << 10, '#');
      await sleep(5);
    }
  }
  const cut = await ask(pieces(), { duplex: 'half' }).catch((error) => error);
  // The client may see the connection closed before it has sent everything.
  assert.ok(cut instanceof TypeError || cut.status === 413, `${cut.status}`);
  assert.equal((await edge.health()).status, 'ok');
});

test('its address takes a policy and nothing else, from any page', { skip }, async () => {
  const get = await edge.get(edge.address(image, {}, 'v1/policy'));
  assert.equal(get.status, 405);
  assert.equal(get.headers.get('allow'), 'POST, OPTIONS');
  await get.arrayBuffer();
  const preflight = await edge.get(edge.address(image, {}, 'v1/policy'), { method: 'OPTIONS', headers: { origin: 'https://elsewhere.example', 'access-control-request-headers': 'content-type' } });
  assert.equal(preflight.status, 204);
  assert.equal(preflight.headers.get('access-control-allow-methods'), 'POST, OPTIONS');
  assert.match(preflight.headers.get('access-control-allow-headers'), /Content-Type/);
});

test('judging pulls no layer that is known', { skip }, async () => {
  await (await ask('[size]\nmax-bytes = 7\n')).arrayBuffer();
  const before = await registry.pulls();
  await (await ask('[size]\nmax-bytes = 8\n')).arrayBuffer();
  const after = await registry.pulls();
  const layers = new Set(JSON.parse(await edge.report(image)).layers.map(({ digest }) => digest));
  const of = (pulls) => Object.entries(pulls).filter(([path]) => layers.has(path.split('/').at(-1)));
  assert.equal(of(before).length, 2);
  assert.deepEqual(of(after), of(before));
});
