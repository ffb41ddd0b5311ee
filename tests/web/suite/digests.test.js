// Digests that are found in shares: by two workers, of which one may end, or begun by the scan and carried on behind the report.
import assert from 'node:assert/strict';
import { randomBytes } from 'node:crypto';
import { writeFileSync } from 'node:fs';
import { copyFile, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { after, before, test } from 'node:test';
import { gzipSync } from 'node:zlib';
import { choose, goTo, hear, inWorkers, launch, openPage, serve, settled, shot, slowReads, verified, withSettings } from '../harness.js';
import { sha256, tar } from '../../../www/sample/tar.mjs';
import { temporary } from '../../temporary.mjs';

/** Of the smaller layer: it is hashed as it is scanned, while the other one is scanned by another worker. */
const SMALL = 10 << 20;

let browser;
let site;
let folder;
let compressed;
let plain;
before(async () => {
  site = await serve();
  browser = await launch();
  folder = temporary('digests');
  const tars = [4 * SMALL, SMALL].map((size, at) => tar([{ path: `srv/data-${at}`, content: randomBytes(size) }]));
  const config = JSON.stringify({ architecture: 'amd64', os: 'linux', rootfs: { type: 'layers', diff_ids: tars.map((one) => `sha256:${sha256(one)}`) } });
  const archive = (name, layers) => {
    const file = join(folder, name);
    const paths = layers.map((_, at) => `layer-${at}.tar`);
    writeFileSync(file, tar([
      ...layers.map((content, at) => ({ path: paths[at], content })),
      { path: `${sha256(config)}.json`, content: config },
      { path: 'manifest.json', content: JSON.stringify([{ Config: `${sha256(config)}.json`, RepoTags: ['large:1'], Layers: paths }]) },
    ]));
    return file;
  };
  plain = archive('plain.tar', tars);
  compressed = archive('compressed.tar', tars.map((one) => gzipSync(one, { level: 1 })));
});
after(async () => {
  await browser?.close();
  await site?.close();
});

/** In a worker: the small layer is slow to come when it is read first, and the shares of a job are told. The worker that has the one named `end` ends. */
const spoilt = (end) => `
  const told = new BroadcastChannel('shares');
  addEventListener('message', ({ data }) => {
    const share = data.type === 'tar' ? 'hashes' : data.type !== 'hash' ? null : data.partner ? (data.begun ? 'decodes and carries on' : 'decodes') : data.begun ? 'carries on' : null;
    if (!share) return;
    told.postMessage(share);
    if (share?.startsWith('${end}')) close();
  });${slowReads(`(blob) => blob.size < ${SMALL} || blob.size > ${2 * SMALL} ? undefined : self.later ??= new Promise((done) => { setTimeout(done, 1500); })`)}`;

for (const [what, file, shares, end] of [
  ['what two workers make of a layer is its digest', () => compressed, ['decodes and carries on', 'hashes'], null],
  ['the worker that decodes ends without a word: one worker does all of it', () => compressed, ['decodes and carries on', 'hashes'], 'decodes'],
  ['the worker that hashes ends without a word: one worker does all of it', () => compressed, ['decodes and carries on', 'hashes'], 'hashes'],
  ['what the scan has begun to hash is carried on behind the report', () => plain, ['carries on'], null],
]) {
  test(what, async () => {
    const { page, context, problems } = await openPage(browser, site.url, { first: [inWorkers, spoilt(end) + withSettings({ patience: 3000, workers: 2 })] });
    const heard = await hear(page, 'shares');
    await choose(page, file());
    await settled(page);
    await verified(page);
    assert.deepEqual((await heard()).sort(), shares);
    assert.match(await page.locator('.cards').innerText(), /3 digests recomputed and equal/);
    assert.equal(await page.locator('.gaps li').count(), 0);
    assert.deepEqual(problems, []);
    await context.close();
  });
}

/** In a worker: no digest is looked for until the archive is gone. */
const held = `
  const there = (blob) => blob.slice(0, 1).arrayBuffer().then(() => true, () => false);
  addEventListener('message', async (event) => {
    if (event.data.type !== 'hash' || event.data.blob.size < ${SMALL} || event.late) return;
    event.stopImmediatePropagation();
    while (await there(event.data.blob)) await new Promise((done) => { setTimeout(done, 50); });
    dispatchEvent(Object.assign(new MessageEvent('message', { data: event.data, ports: event.ports }), { late: true }));
  });`;

test('an archive that is gone before its digests are known: the report stays, and says which were not verified', async () => {
  const { page, context } = await openPage(browser, site.url, { first: [inWorkers, held] });
  const file = join(folder, 'gone.tar');
  await copyFile(plain, file);
  await choose(page, file);
  await settled(page);
  assert.match(await page.locator('.cards').innerText(), /1 digest still being recomputed/);
  await rm(file);
  await verified(page);
  const gaps = await page.locator('.gaps li').allInnerTexts();
  assert.equal(gaps.length, new Set(gaps).size);
  assert.match(gaps.join('\n'), /layer 0\s*the layer's digests were not verified: the file cannot be read any more/i);
  assert.doesNotMatch(await page.locator('.cards').innerText(), /still being|NOT match/);
  await shot(page, 'gone');
  await goTo(page, '#/files/srv/data-0');
  await page.waitForFunction(() => /cannot be read any more/.test(document.querySelector('main')?.textContent ?? ''));
  await page.getByRole('button', { name: 'Open another' }).click();
  await choose(page, compressed);
  await settled(page);
  assert.equal(await page.locator('.gaps li').count(), 0);
  await context.close();
});
