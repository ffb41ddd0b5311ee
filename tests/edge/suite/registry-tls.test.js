// Registries over TLS: whom we believe, and that nothing leads from there into the clear. 127.0.0.2 is no address that is talked to
// without TLS by itself, as 127.0.0.1 is.
import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { startBadRegistry } from '../bad-registry.js';
import { certify } from '../ports.js';
import { porthole } from '../porthole.js';
import { noRegistry } from '../registry.js';

const ADDRESS = '127.0.0.2';
const skip = noRegistry === 'openssl' && `not here, skipped: ${noRegistry}`;
let certificate;
let secure;
let plain;
before(async () => {
  if (skip) return;
  certificate = certify(ADDRESS);
  secure = await startBadRegistry({ address: ADDRESS, certificate });
  plain = await startBadRegistry({ address: ADDRESS });
});
after(async () => {
  await secure?.close();
  await plain?.close();
});
const run = (registry, trick, ...options) => porthole(['scan', '-q', `docker://${registry.reference(trick)}`, ...options]);

test('an authority that was named is believed, another is not', { skip }, async () => {
  for (const trick of ['good', 'blobs-elsewhere']) {
    const { code, err } = await run(secure, trick, '--ca-cert', certificate.file);
    // What a registry behind TLS keeps in the clear is not fetched.
    assert.equal(code, trick === 'good' ? 0 : 2, err);
    if (code) assert.match(err, /sends to http:\/\/127\.0\.0\.1:\d+, which is not encrypted$/m);
  }
  const { code, err } = await run(secure, 'good');
  assert.equal(code, 2);
  assert.match(err, /^porthole: 127\.0\.0\.2:\d+: no answer to the request for manifest of \S+: .*certificate.*\n$/i);
  assert.equal(secure.requests.filter(({ path }) => path.startsWith('/v2/good/')).length > 0, true);
});

test('a realm in the clear is not asked', { skip }, async () => {
  const { code, err } = await run(secure, 'realm-elsewhere', '--ca-cert', certificate.file);
  assert.equal(code, 2);
  assert.match(err, /^porthole: 127\.0\.0\.2:\d+: sends to http:\/\/127\.0\.0\.1:\d+, which is not encrypted\n$/);
  assert.deepEqual(secure.elsewhere.requests, []);
});

test('a registry without TLS is talked to only when that is wanted', { skip }, async () => {
  const refused = await run(plain, 'good');
  assert.equal(refused.code, 2);
  assert.equal(refused.err.trim().split('\n').length, 1);
  assert.deepEqual(plain.requests, []);
  assert.equal((await run(plain, 'good', '--plain-http')).code, 0);
});

test('what holds no certificate is told', { skip }, async () => {
  const { code, err } = await run(secure, 'good', '--ca-cert', new URL(import.meta.url).pathname);
  assert.equal(code, 2);
  assert.match(err, /there is no certificate in it/);
});
