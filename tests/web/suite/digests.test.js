// Digests that are found in shares: by two workers, of which one may end, or begun by the scan and carried on behind the report.
import assert from 'node:assert/strict';
import { randomBytes } from 'node:crypto';
import { writeFileSync } from 'node:fs';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, test } from 'node:test';
import { gzipSync } from 'node:zlib';
import { choose, launch, openPage, serve, settled, verified } from '../harness.js';
import { sha256, tar } from '../../../www/sample/tar.mjs';

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
  folder = await mkdtemp(join(tmpdir(), 'porthole-digests-'));
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
  if (folder) await rm(folder, { recursive: true });
});

/** Runs code in every worker of a page, and in theirs, before their own: their scripts are blobs. */
function inWorkers(source) {
  const Own = self.Blob;
  self.Blob = class extends Own {
    static [Symbol.hasInstance](value) { return value instanceof Own; }
    constructor(parts = [], options = {}) { super(/javascript/.test(options.type) ? [`${source};(${inWorkers})(${JSON.stringify(source)});\n`, ...parts] : parts, options); }
  };
}

/** In a worker: the small layer is slow to come when it is read first, and the shares of a job are told. The worker that has the one named `end` ends. */
const spoilt = (end) => `
  const told = new BroadcastChannel('shares');
  const stream = Blob.prototype.stream;
  Blob.prototype.stream = function () {
    if (this.size < ${SMALL} || this.size > ${2 * SMALL} || self.slowed) return stream.call(this);
    self.slowed = true;
    const reader = stream.call(this).getReader({ mode: 'byob' });
    const later = new Promise((done) => { setTimeout(done, 1500); });
    return { getReader: () => ({ cancel: () => reader.cancel(), read: async (...all) => { await later; return reader.read(...all); } }) };
  };
  addEventListener('message', ({ data }) => {
    const share = data.type === 'tar' ? 'hashes' : data.type !== 'hash' ? null : data.partner ? (data.begun ? 'decodes and carries on' : 'decodes') : data.begun ? 'carries on' : null;
    if (!share) return;
    told.postMessage(share);
    if (share?.startsWith('${end}')) close();
  });`;

for (const [what, file, shares, end] of [
  ['what two workers make of a layer is its digest', () => compressed, ['decodes and carries on', 'hashes'], null],
  ['the worker that decodes ends without a word: one worker does all of it', () => compressed, ['decodes and carries on', 'hashes'], 'decodes'],
  ['the worker that hashes ends without a word: one worker does all of it', () => compressed, ['decodes and carries on', 'hashes'], 'hashes'],
  ['what the scan has begun to hash is carried on behind the report', () => plain, ['carries on'], null],
]) {
  test(what, async () => {
    const { page, context, problems } = await openPage(browser, site.url, { first: [inWorkers, spoilt(end)] });
    await page.evaluate(() => {
      globalThis.shares = [];
      new BroadcastChannel('shares').onmessage = ({ data }) => globalThis.shares.push(data);
      const post = Worker.prototype.postMessage;
      Worker.prototype.postMessage = function (message, ...rest) {
        if (message?.type === 'open') Object.assign(message.settings, { patience: 3000, workers: 2 });
        return post.call(this, message, ...rest);
      };
    });
    await choose(page, file());
    await settled(page);
    await verified(page);
    assert.deepEqual((await page.evaluate(() => globalThis.shares)).sort(), shares);
    assert.match(await page.locator('.cards').innerText(), /3 digests recomputed and equal/);
    assert.equal(await page.locator('.gaps li').count(), 0);
    assert.deepEqual(problems, []);
    await context.close();
  });
}
