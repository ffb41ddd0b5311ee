// `porthole scan docker://…` against Debian's docker-registry, with a token realm in front: the same reports as from archives.
import assert from 'node:assert/strict';
import { generateKeyPairSync } from 'node:crypto';
import { readdirSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { after, before, describe, test } from 'node:test';
import { multiArch, PACKAGES, smallImage } from '../fixture.js';
import { NOW, porthole, scan, withoutPlace } from '../porthole.js';
import { images, noRegistry, realImages, startRegistry } from '../registry.js';
import { temporary } from '../../temporary.mjs';

const skip = noRegistry && `not here, skipped: ${noRegistry}`;
const blobs = (pulls) => Object.entries(pulls).filter(([path]) => path.includes('/blobs/'));
const layersOf = (report) => report.layers.map(({ digest }) => digest);

describe('images that skopeo pushed', { skip: skip || (realImages().length === 0 && `not here, skipped: ${images}`) }, () => {
  let registry;
  before(async () => { registry = await startRegistry({ real: true, auth: true }); });
  after(() => registry?.close());

  // The biggest takes a minute in an unoptimised program, and shows nothing that the others do not.
  for (const name of realImages().filter((each) => each !== 'debian-app')) {
    test(`${name}: the report is the archive's, whichever way it was pushed`, async () => {
      const [local, remote] = [await scan(join(images, name, 'layout')), await scan(`docker://${registry.reference(name)}`)];
      assert.equal(remote.image.kind, 'registry');
      assert.equal(remote.image.source, registry.reference(name));
      assert.deepEqual(withoutPlace(remote), withoutPlace(local));
      assert.ok(remote.signatures.integrity.every(({ verification }) => verification.state === 'verified'));

      const zstd = await scan(`docker://${registry.reference(name, 'zstd')}`);
      assert.deepEqual(withoutPlace(zstd), withoutPlace(await scan(join(images, name, 'zstd.tar'))));
      assert.ok(zstd.layers.every(({ compression }) => compression === 'zstd'));

      const docker = await scan(`docker://${registry.reference(name, 'docker')}`);
      assert.match(docker.layers[0].mediaType, /^application\/vnd\.docker\./);
      for (const part of ['packages', 'secrets', 'efficiency', 'application', 'vulnerabilities']) assert.deepEqual(docker[part], remote[part], part);
      assert.deepEqual(layersOf(docker), layersOf(remote));
    });
  }
});

describe('a registry of our own', { skip }, () => {
  const key = generateKeyPairSync('ec', { namedCurve: 'P-256' });
  const other = generateKeyPairSync('ec', { namedCurve: 'P-256' });
  let registry;
  let folder;
  const reference = (name, target) => `docker://${registry.reference(name, target)}`;
  const publicKey = (pair, name) => {
    const file = join(folder, name);
    writeFileSync(file, pair.publicKey.export({ type: 'spki', format: 'pem' }));
    return file;
  };

  before(async () => {
    folder = temporary('edge');
    const signed = smallImage();
    const digest = signed.tags.get('v1');
    const manifest = signed.manifests.get(digest);
    signed.sign(digest, key.privateKey, 'example.org/signed');
    const sbom = signed.attachSbom({ mediaType: manifest.mediaType, digest, size: manifest.bytes.length }, PACKAGES);
    // This registry has no referrers API: the tag that stands in for it is what clients write then.
    signed.listReferrers(digest, [sbom]);
    registry = await startRegistry({ repositories: { signed, 'org/team/app': smallImage(), multi: multiArch() }, auth: true });
  });
  after(async () => {
    await registry?.close();
  });

  test('one token serves a whole pull, and every blob is fetched once', async () => {
    const [tokens, before_] = [registry.realm.requests.length, await registry.pulls()];
    const report = await scan(reference('org/team/app'));
    assert.deepEqual(report.packages.map(({ name }) => name).sort(), ['busybox', 'musl']);
    assert.equal(registry.realm.requests.length, tokens + 1);
    const asked = new URL(registry.realm.requests.at(-1).url, 'http://realm').searchParams;
    assert.deepEqual([asked.get('service'), asked.getAll('scope')], ['registry', ['repository:org/team/app:pull']]);
    assert.equal(registry.realm.requests.at(-1).authorization, undefined);
    const after_ = await registry.pulls();
    const fetched = blobs(after_).filter(([path, count]) => count !== (before_[path] ?? 0));
    assert.equal(fetched.length, 4, 'three layers and the configuration');
    assert.ok(fetched.every(([path, count]) => count === (before_[path] ?? 0) + 1));
  });

  test('a tag and the digest that it names give one report', async () => {
    const byTag = await scan(reference('org/team/app'));
    const byDigest = await scan(reference('org/team/app', byTag.image.manifestDigest));
    assert.deepEqual(withoutPlace(byDigest), withoutPlace(byTag));
    const { err } = await porthole(['scan', reference('org/team/app'), '--now', NOW]);
    assert.ok(err.includes(registry.reference('org/team/app', byTag.image.manifestDigest)), err);
  });

  test('of an index the wanted platform is read, and nothing of the others', async () => {
    for (const [wanted, is] of [[undefined, 'amd64'], ['linux/amd64', 'amd64'], ['linux/arm64', 'arm64'], ['arm64', 'arm64']]) {
      const before_ = await registry.pulls();
      const report = await scan(reference('multi'), ...(wanted ? ['--platform', wanted] : []));
      assert.equal(report.image.platform.architecture, is);
      const fetched = blobs(await registry.pulls()).filter(([path, count]) => count !== (before_[path] ?? 0));
      assert.equal(fetched.length, 3, `${wanted}: two layers and the configuration`);
    }
    const { code, err } = await porthole(['scan', reference('multi'), '--platform', 'linux/s390x']);
    assert.equal(code, 2);
    assert.equal(err, 'porthole: no image for linux/s390x; there is linux/arm64, linux/amd64\n');
  });

  test('signatures and attached documents are verified as in an archive', async () => {
    const trusting = await scan(reference('signed'), '--key', publicKey(key, 'key.pub'));
    assert.deepEqual(trusting.signatures.signatures.map(({ state, format }) => [format, state]), [['cosign', 'verified']]);
    assert.equal(trusting.signatures.attestations.length, 1);
    assert.deepEqual(trusting.gaps, []);
    const distrusting = await scan(reference('signed'), '--key', publicKey(other, 'other.pub'));
    assert.deepEqual(distrusting.signatures.signatures.map(({ state }) => state === 'verified'), [false]);
    const unsigned = await scan(reference('org/team/app'), '--key', publicKey(key, 'key.pub'));
    assert.deepEqual(unsigned.signatures.signatures, []);
  });

  test('two images of a registry are compared', async () => {
    const { code, out, err } = await porthole(['diff', '-q', reference('org/team/app'), reference('multi', 'v1'), '--format', 'json']);
    assert.equal(code, 0, err);
    assert.ok(out.includes(registry.reference('org/team/app')) && out.includes(registry.reference('multi')), out);
  });

  test('with a cache no layer is fetched twice, and the report is the same bytes', async () => {
    const cache = join(folder, 'cache');
    const run = () => porthole(['scan', reference('org/team/app'), '-q', '-f', 'json', '--now', NOW], { env: { PORTHOLE_CACHE: cache } });
    const cold = await run();
    assert.equal(cold.code, 0, cold.err);
    const before_ = await registry.pulls();
    const warm = await run();
    assert.equal(warm.out, cold.out);
    const fetched = blobs(await registry.pulls()).filter(([path, count]) => count !== (before_[path] ?? 0));
    assert.equal(fetched.length, 1, 'the configuration alone');
    assert.equal(statSync(join(cache, readdirSync(cache)[0])).mode & 0o077, 0, 'some files of the image are in it');
    // Kept facts that were damaged are as good as none.
    const [kept] = readdirSync(cache);
    for (const file of readdirSync(join(cache, kept))) writeFileSync(join(cache, kept, file), 'damaged');
    assert.equal((await run()).out, cold.out);
  });

  test('an image that is not there is told in one sentence', async () => {
    for (const [name, target, said] of [
      ['org/team/app', 'v2', 'no such image: manifest of REF'],
      // The realm gives strangers a token for it; the registry has no such repository.
      ['org/nobody/app', 'v1', 'no such image: manifest of REF'],
    ]) {
      const { code, out, err } = await porthole(['scan', reference(name, target)]);
      assert.equal(code, 2);
      assert.equal(out, '');
      assert.equal(err.replace(registry.reference(name, target), 'REF'), `porthole: ${registry.host}: ${said}\n`);
    }
  });
});

test('whoever names an image where a file is wanted is told how', async () => {
  for (const [written, said] of [
    ['nginx', 'nginx: No such file or directory (os error 2); an image in a registry is docker://nginx'],
    ['ghcr.io/org/app:1.2', 'ghcr.io/org/app:1.2: No such file or directory (os error 2); an image in a registry is docker://ghcr.io/org/app:1.2'],
    ['https://hub.docker.com/_/nginx', 'https://hub.docker.com/_/nginx: No such file or directory (os error 2); an image in a registry is docker://nginx:latest'],
    ['image.tar', 'image.tar: No such file or directory (os error 2)'],
    ['docker://UPPER', /^not an image reference: "UPPER": /],
  ]) {
    const { code, err } = await porthole(['scan', written]);
    assert.equal(code, 2);
    const sentence = err.trim().replace('porthole: ', '');
    if (said instanceof RegExp) assert.match(sentence, said);
    else assert.equal(sentence, said);
  }
});
