// The whole path: drop an image, read the page.
import assert from 'node:assert/strict';
import { mkdirSync, readFileSync, readdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { after, before, test } from 'node:test';
import { gunzipSync, gzipSync } from 'node:zlib';
import { choose, drop, fixtures, images, isQuiet, launch, needs, noLongTasks, openPage, serve, settled, shot, verified, watchTasks } from '../harness.js';
import { sampleImage } from '../../../www/sample/image.mjs';
import { dockerArchive, sha256, tar } from '../../../www/sample/tar.mjs';
import { temporary } from '../../temporary.mjs';

let browser;
let site;
before(async () => {
  site = await serve();
  browser = await launch();
});
after(async () => {
  await browser?.close();
  await site?.close();
});

const text = (page, selector) => page.locator(selector).first().innerText();

test('a dropped archive becomes a report, and not one request leaves for another origin', async () => {
  const { page, context, requests, problems } = await openPage(browser, site.url);
  await drop(page, 'tide-table.tar', sampleImage());
  await settled(page);
  assert.match(await text(page, '.top'), /example\.com\/harbour\/tide-table:1\.4\.0/);
  assert.match(await text(page, '.cards'), /Not checked/);
  assert.match(await text(page, '.cards'), /Alpine Linux v3\.17/);
  await page.goto(`${site.url}#/packages`);
  await page.waitForSelector('.grid-body .row');
  const names = await page.locator('.grid-body .row .row-link').allInnerTexts();
  for (const name of ['busybox', 'libcrypto3', 'curl', 'express', 'lodash']) assert.ok(names.includes(name), `${name} in ${names}`);
  await page.goto(`${site.url}#/layers`);
  await page.waitForSelector('.layer-row');
  assert.equal(await page.locator('.layer-row').count(), 5);
  assert.match(await text(page, '.layer-list'), /apk add nodejs curl/);
  assert.deepEqual(requests.filter((url) => !url.startsWith(site.origin) && !url.startsWith('blob:')), []);
  assert.deepEqual(problems.filter((line) => !/db\/index\.json|404/.test(line)), []);
  await context.close();
});

test('the sample image opens with one click', async () => {
  const { page, context } = await openPage(browser, site.url);
  await page.click('.sample');
  await settled(page);
  assert.match(await text(page, '.top'), /tide-table/);
  await context.close();
});

test('a file dialogue readies the engine, and leaves no worker behind', async () => {
  const { page, context, problems } = await openPage(browser, site.url);
  const picker = page.locator('[data-picker="files"]').locator('xpath=preceding-sibling::button');
  const dialogue = page.waitForEvent('filechooser');
  await picker.click();
  const chooser = await dialogue;
  // The model worker and the one that reads the made-up layer; when that is read, it ends.
  await page.waitForFunction(() => performance.getEntriesByType('resource').some(({ name }) => name.endsWith('.wasm')));
  const until = async (count) => {
    for (let tries = 0; page.workers().length !== count; tries += 1) {
      assert.ok(tries < 300, `${page.workers().length} workers, ${count} expected`);
      await page.waitForTimeout(100);
    }
  };
  await until(1);
  await chooser.setFiles({ name: 'tide-table.tar', mimeType: 'application/x-tar', buffer: Buffer.from(sampleImage()) });
  await settled(page);
  await verified(page);
  assert.match(await text(page, '.top'), /tide-table/);
  // The model that was ready is the one that answers.
  await until(1);
  assert.deepEqual(problems.filter((line) => !/db\/index\.json|404/.test(line)), []);
  await context.close();
});

test('an archive that is compressed as a whole gives the same packages', async () => {
  const { page, context } = await openPage(browser, site.url);
  await choose(page, { name: 'tide-table.tar.gz', mimeType: 'application/gzip', buffer: gzipSync(sampleImage()) });
  await settled(page);
  await page.goto(`${site.url}#/packages`);
  await page.waitForSelector('.grid-body .row');
  const names = await page.locator('.grid-body .row .row-link').allInnerTexts();
  for (const name of ['busybox', 'curl', 'express']) assert.ok(names.includes(name), name);
  await context.close();
});

test('files are browsed, found and read again from the archive', async () => {
  const { page, context } = await openPage(browser, site.url);
  await drop(page, 'tide-table.tar', sampleImage());
  await settled(page);
  await page.goto(`${site.url}#/files/etc/os-release`);
  await page.waitForSelector('.content pre');
  assert.match(await text(page, '.content pre'), /PRETTY_NAME="Alpine Linux v3\.17"/);
  await page.goto(`${site.url}#/files/bin/busybox`);
  await page.getByRole('button', { name: 'ELF' }).click();
  assert.match(await text(page, '.content'), /x86-64/);
  // A deleted file is still in its layer, and can be opened there.
  await page.goto(`${site.url}#/files/srv/app/README.md?layer=3`);
  await page.waitForSelector('.file-details .note');
  await page.waitForSelector('.content pre');
  assert.match(await text(page, '.content pre'), /When the water is high/);
  await page.goto(`${site.url}#/files?q=*.json`);
  await page.waitForSelector('.result');
  const found = await page.locator('.result').allInnerTexts();
  assert.equal(found.filter((line) => line.includes('package.json')).length, 4);
  await context.close();
});

const bad = [
  ['nothing.tar', Buffer.alloc(0), /empty/i],
  ['photo.tar', Buffer.from([0xff, 0xd8, 0xff, 0xe0, ...Buffer.alloc(2000, 7)]), /jpeg|not an image archive/i],
  ['notes.txt', Buffer.from('These are only notes.\n'.repeat(100)), /not an image archive|text/i],
  ['zeros.tar', Buffer.alloc(4096), /zeros/i],
  ['random.tar', Buffer.from(Array.from({ length: 5000 }, (_, index) => (index * 197 + 13) % 251)), /./],
  ['files.json', Buffer.from('{"a": 1}'), /neither CycloneDX nor SPDX/],
];
for (const [name, bytes, sentence] of bad) {
  test(`a bad input gets one clear sentence: ${name}`, async () => {
    const { page, context } = await openPage(browser, site.url);
    await choose(page, { name, mimeType: 'application/octet-stream', buffer: bytes });
    await page.waitForSelector('.refusal');
    const said = await text(page, '.refusal p');
    assert.match(said, sentence);
    assert.ok(said.length < 240 && !said.includes('\n'), said);
    await context.close();
  });
}

test('a truncated archive says what is missing and still shows the rest', async () => {
  const whole = sampleImage();
  const { page, context } = await openPage(browser, site.url);
  await choose(page, { name: 'cut.tar', mimeType: 'application/x-tar', buffer: whole.subarray(0, 90_000) });
  await settled(page);
  const shown = await text(page, 'main');
  assert.match(shown, /could not be (read|opened)/i);
  await context.close();
});

test('a layer whose bytes do not match its digest is a loud finding', async () => {
  const image = dockerArchive({ name: 'a:1', layers: [{ command: 'COPY a b', entries: [{ path: 'etc/motd', content: 'hello' }] }] });
  const at = image.indexOf('hello');
  image.write('jello', at, 'latin1');
  const { page, context } = await openPage(browser, site.url);
  await choose(page, { name: 'a.tar', mimeType: 'application/x-tar', buffer: image });
  await settled(page);
  await verified(page);
  assert.match(await text(page, '.cards'), /DO NOT match/);
  await context.close();
});

test('a layer whose gzip checksum is wrong is read as far as it is right, as by the command line', async () => {
  const content = tar([{ path: 'etc/os-release', content: 'ID=alpine\nVERSION_ID=3.17.0\n' }, { path: 'srv/behind', content: 'x'.repeat(4096) }]);
  // Two members; the CRC-32 stands eight bytes before the end of the first.
  const [first, second] = [gzipSync(content.subarray(0, 1024)), gzipSync(content.subarray(1024))];
  first[first.length - 8] ^= 1;
  const archive = tar([
    { path: 'a/layer.tar', content: Buffer.concat([first, second]) },
    { path: 'config.json', content: JSON.stringify({ architecture: 'amd64', os: 'linux', rootfs: { type: 'layers', diff_ids: [`sha256:${sha256(content)}`] } }) },
    { path: 'manifest.json', content: JSON.stringify([{ Config: 'config.json', RepoTags: ['a:1'], Layers: ['a/layer.tar'] }]) },
  ]);
  const { page, context } = await openPage(browser, site.url);
  await choose(page, { name: 'checksum.tar', mimeType: 'application/x-tar', buffer: archive });
  await settled(page);
  await verified(page);
  assert.match(await text(page, '.gaps'), /gzip: bad crc/);
  // What stands behind the damage is not listed.
  await page.goto(`${site.url}#/files`);
  await page.waitForSelector('.tree-line[data-path="/etc"]');
  assert.equal(await page.locator('.tree-line[data-path="/srv"]').count(), 0);
  await context.close();
});

test('an SBOM is read in place of an image', async () => {
  const { page, context } = await openPage(browser, site.url);
  const sbom = { bomFormat: 'CycloneDX', specVersion: '1.5', version: 1, components: [{ type: 'library', name: 'lodash', version: '4.17.20', purl: 'pkg:npm/lodash@4.17.20' }] };
  await drop(page, 'app.cdx.json', Buffer.from(JSON.stringify(sbom)));
  await settled(page);
  await page.evaluate(() => { location.hash = '#/packages'; });
  await page.waitForSelector('.grid-body .row');
  assert.deepEqual(await page.locator('.grid-body .row .row-link').allInnerTexts(), ['lodash']);
  // What a list says nothing about is not given as good news.
  await page.evaluate(() => { location.hash = '#/overview'; });
  await page.waitForSelector('.cards');
  assert.doesNotMatch(await text(page, '.cards'), /None found|All passed|Not signed/);
  for (const view of ['secrets', 'checks', 'layers', 'files', 'config']) {
    await page.evaluate((hash) => { location.hash = hash; }, `#/${view}`);
    await page.waitForFunction(() => /SBOM/.test(document.querySelector('.empty')?.textContent ?? ''));
  }
  await context.close();
});

test('cancelling returns to the start at once', async () => {
  const { page, context } = await openPage(browser, site.url);
  const big = dockerArchive({ name: 'big:1', layers: [{ command: 'COPY big', entries: [{ path: 'big', content: Buffer.alloc(512 << 20, 65) }] }] });
  const file = join(temporary('scan'), 'big.tar');
  writeFileSync(file, big);
  await choose(page, file);
  await page.waitForSelector('.scanning');
  const asked = Date.now();
  await page.getByRole('button', { name: 'Cancel' }).click();
  await page.waitForSelector('.start');
  assert.ok(Date.now() - asked < 1000, `took ${Date.now() - asked} ms`);
  await context.close();
});

test('a dropped folder with an OCI layout is read like an archive of it', async () => {
  const { sha256 } = await import('../../../www/sample/tar.mjs');
  const folder = join(temporary('scan'), 'layout');
  const layer = gzipSync(tar([{ path: 'etc/os-release', content: 'ID=alpine\nVERSION_ID=3.20.3\nPRETTY_NAME="Alpine Linux v3.20"\n' }]));
  const blobs = join(folder, 'blobs/sha256');
  mkdirSync(blobs, { recursive: true });
  const blob = (mediaType, bytes) => {
    writeFileSync(join(blobs, sha256(bytes)), bytes);
    return { mediaType, digest: `sha256:${sha256(bytes)}`, size: bytes.length };
  };
  const config = blob('application/vnd.oci.image.config.v1+json', Buffer.from(JSON.stringify({ architecture: 'arm64', os: 'linux', rootfs: { type: 'layers', diff_ids: [`sha256:${sha256(gunzipSync(layer))}`] } })));
  const layers = [blob('application/vnd.oci.image.layer.v1.tar+gzip', layer)];
  const manifest = blob('application/vnd.oci.image.manifest.v1+json', Buffer.from(JSON.stringify({ schemaVersion: 2, config, layers })));
  writeFileSync(join(folder, 'index.json'), JSON.stringify({ schemaVersion: 2, manifests: [{ ...manifest, annotations: { 'org.opencontainers.image.ref.name': 'latest' } }] }));
  writeFileSync(join(folder, 'oci-layout'), '{"imageLayoutVersion":"1.0.0"}');
  const { page, context } = await openPage(browser, site.url);
  await page.setInputFiles('[data-picker="folder"]', folder);
  await settled(page);
  assert.match(await text(page, '.top'), /linux\/arm64/);
  assert.match(await text(page, '.cards'), /Alpine Linux v3\.20/);
  await verified(page);
  // Manifest, configuration, layer, diff_id.
  assert.match(await text(page, '.cards'), /4 digests recomputed and equal/);
  await context.close();
});

test('several images in one archive can be chosen from', async () => {
  const one = tar([{ path: 'etc/one', content: '1' }]);
  const two = tar([{ path: 'etc/two', content: '2' }]);
  const { sha256 } = await import('../../../www/sample/tar.mjs');
  const config = (layer, arch) => JSON.stringify({ architecture: arch, os: 'linux', config: {}, rootfs: { type: 'layers', diff_ids: [`sha256:${sha256(layer)}`] }, history: [{ created_by: 'COPY' }] });
  const archive = tar([
    { path: 'one/layer.tar', content: one }, { path: 'two/layer.tar', content: two }, { path: 'one.json', content: config(one, 'amd64') }, { path: 'two.json', content: config(two, 'arm64') },
    { path: 'manifest.json', content: JSON.stringify([{ Config: 'one.json', RepoTags: ['first:1'], Layers: ['one/layer.tar'] }, { Config: 'two.json', RepoTags: ['second:2'], Layers: ['two/layer.tar'] }]) },
  ]);
  const { page, context } = await openPage(browser, site.url);
  await choose(page, { name: 'both.tar', mimeType: 'application/x-tar', buffer: archive });
  await settled(page);
  assert.deepEqual((await page.locator('.image-choice option').allInnerTexts()).map((line) => line.split(' · ').slice(0, 2).join(' ')), ['first:1 linux/amd64', 'second:2 linux/arm64']);
  await page.selectOption('.image-choice', '1');
  await settled(page);
  await page.waitForFunction(() => document.querySelector('.subject-facts')?.textContent?.includes('arm64'));
  await context.close();
});

test('every fixture archive opens', async (t) => {
  const folder = join(fixtures, 'images');
  if (!needs(t, folder)) return;
  const { page, context } = await openPage(browser, site.url);
  for (const name of readdirSync(folder).filter((one) => /\.tar(\.gz)?$/.test(one))) {
    await page.evaluate(() => { document.title = ''; });
    await drop(page, name, readFileSync(join(folder, name)));
    await page.waitForFunction((file) => document.querySelector('.refusal') || (document.title.includes('·') && document.querySelector('.cards') && !document.querySelector('.scanning') && [document.title, file]), name);
    assert.equal(await page.locator('.refusal').count(), 0, `${name}: ${await page.locator('.refusal').allInnerTexts()}`);
    assert.ok(await page.locator('.tabs a', { hasText: 'Layers' }).locator('.tab-count').innerText() !== '0', name);
  }
  await context.close();
});

test('a real image: names at once, no long task, the packages that it says it has', async (t) => {
  const archive = join(images, 'debian-slim/oci.tar');
  if (!needs(t, archive)) return;
  const { page, context, requests } = await openPage(browser, site.url);
  await page.evaluate(() => {
    new MutationObserver(() => { if (!window.namesAt && document.querySelector('.card')) window.namesAt = performance.now(); }).observe(document.body, { childList: true, subtree: true });
    document.querySelector('[data-picker="files"]').addEventListener('change', () => { window.droppedAt = performance.now(); }, { capture: true });
  });
  await watchTasks(browser, page);
  await choose(page, archive);
  await settled(page);
  const names = await page.evaluate(() => window.namesAt - window.droppedAt);
  t.diagnostic(`names, platform, layers after ${Math.round(names)} ms`);
  if (isQuiet(t)) assert.ok(names < 500, `${names} ms`);
  await noLongTasks(t, browser, page);
  const witness = join(images, 'debian-slim/witness');
  if (needs(t, witness)) {
    const list = readdirSync(witness).find((name) => /dpkg|packages/.test(name));
    if (list) {
      const stated = readFileSync(join(witness, list), 'utf8').trim().split('\n').length;
      await page.goto(`${site.url}#/packages?f.kind=deb`);
      await page.waitForSelector('.grid-body .row');
      assert.match(await text(page, '.list-head .count'), new RegExp(`^${stated}\\b`));
    }
  }
  assert.deepEqual(requests.filter((url) => !url.startsWith(site.origin) && !url.startsWith('blob:')), []);
  await shot(page, 'real-packages');
  await context.close();
});
