// Workers that fall silent, hang, or get no memory: replaced, tried once more, and in the end a gap, never a page that waits for ever.
import assert from 'node:assert/strict';
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { after, before, test } from 'node:test';
import { choose, goTo, hear, inWorkers, launch, openPage, repository, serve, settled, shot, slowReads, withSettings } from '../harness.js';
import { dockerArchive } from '../../../www/sample/tar.mjs';
import { temporary } from '../../temporary.mjs';

let browser;
let site;
let folder;
let file;
before(async () => {
  site = await serve();
  browser = await launch();
  folder = temporary('workers');
  file = join(folder, 'big.tar');
  writeFileSync(file, dockerArchive({ name: 'big:1', layers: [
    { command: 'COPY base', entries: [{ path: 'etc/os-release', content: 'ID=alpine\nVERSION_ID=3.20.1\n' }] },
    // Some pieces long.
    { command: 'COPY big', entries: [{ path: 'srv/big', content: Buffer.alloc(16 << 20, 'all work and no play\n') }] },
  ] }));
});
after(async () => {
  await browser?.close();
  await site?.close();
});

const gaps = async (page) => (await page.locator('.gaps li').allInnerTexts()).join('\n');

/**
 * In a worker, before its own code, so that no test has to be quick enough to meet one at work. Layer workers have `patience` milliseconds
 * instead of the two minutes that nobody waits for here, and so many of them as `count` says are spoilt once they have the big layer.
 */
const spoilt = (patience, count = 0, spoil = '') => `
  let left = ${count};
  const post = Worker.prototype.postMessage;
  Worker.prototype.postMessage = function (message, ...rest) {
    post.call(this, message, ...rest);
    if (message?.type !== 'scan' || message.layer !== 1 || left === 0) return;
    left -= 1;
    new BroadcastChannel('spoilt').postMessage(null);
    ${spoil};
  };
  addEventListener('message', ({ data }) => {
    while (data.type === 'hang');
  });${withSettings({ patience })}`;
const hangs = "post.call(this, { type: 'hang' })";
/** As a browser ends a worker. */
const ends = 'this.terminate()';

/** Opens the archive in such a page, and tells how many workers were spoilt until its report was there. */
async function scanned(t, ...source) {
  const { page, context } = await openPage(browser, site.url, { first: [inWorkers, source.join('')] });
  t.after(() => context.close());
  const heard = await hear(page, 'spoilt');
  await choose(page, file);
  await settled(page);
  return { page, count: (await heard()).length };
}

for (const [what, spoil] of [['hangs', hangs], ['ends without a word', ends]]) {
  test(`a layer worker that ${what} is replaced, and its layer is read all the same`, async (t) => {
    const { page, count } = await scanned(t, spoilt(3000, 1, spoil));
    assert.equal(count, 1);
    assert.equal(await gaps(page), '');
    await goTo(page, '#/files/srv/big');
    await page.waitForSelector('.content pre');
  });
}

test('a layer whose workers end again and again is a gap, and the rest of the report is there', async (t) => {
  const { page, count } = await scanned(t, spoilt(3000, 2, ends));
  assert.equal(count, 2);
  assert.match(await gaps(page), /layer 1[\s\S]*the layer was not read: the worker that read it fell silent/i);
  assert.match(await page.locator('.cards').innerText(), /alpine:3\.20\.1/);
});

/** In a worker: the first two pieces come after twice the patience. */
const slow = slowReads("() => (self.waits = (self.waits ?? 2) - 1) >= 0 ? new Promise((done) => { setTimeout(done, 2400); }) : undefined");

test('a slow disk is no silence', async (t) => {
  const began = Date.now();
  const { page } = await scanned(t, spoilt(1200), slow);
  assert.ok(Date.now() - began > 4800, `${Date.now() - began} ms`);
  assert.equal(await gaps(page), '');
});

/** Opens the archive in a browser, for the time of a test, whose WebAssembly memories may grow to so many MiB. */
async function within(t, mebibytes, archive) {
  const small = await launch([`--js-flags=--wasm-max-mem-pages=${mebibytes * 16}`]);
  t.after(() => small.close());
  const { page } = await openPage(small, site.url);
  await choose(page, archive);
  await settled(page);
  return page;
}

test('a layer that takes more memory than there is becomes a gap that says so, and the rest of the report is there', async (t) => {
  const deep = join(folder, 'deep.tar');
  writeFileSync(deep, dockerArchive({ name: 'deep:1', layers: [
    { command: 'COPY base', entries: [{ path: 'etc/os-release', content: 'ID=alpine\nVERSION_ID=3.20.1\n' }] },
    // Read whole, since its pages point at each other.
    { command: 'COPY database', entries: [{ path: 'var/lib/rpm/rpmdb.sqlite', content: Buffer.alloc(40 << 20) }] },
  ] }));
  const page = await within(t, 24, deep);
  assert.match(await gaps(page), /layer 1[\s\S]*the layer was not read: memory ran out: the browser gave [0-9.]+ MB and no more/i);
  assert.match(await page.locator('.cards').innerText(), /alpine:3\.20\.1/);
});

test('layers that take more memory together than there is: one sentence, and what was known stays', async (t) => {
  const many = join(folder, 'many.tar');
  const entries = Array.from({ length: 200_000 }, (_, at) => ({ path: `srv/data/${at % 1000}/file-${at}`, content: '' }));
  writeFileSync(many, dockerArchive({ name: 'many:1', layers: [{ command: 'COPY many', entries }] }));
  const page = await within(t, 28, many);
  await page.waitForSelector('.refusal');
  assert.match(await page.locator('.refusal').innerText(), /^memory ran out: the browser gave [0-9.]+ MB and no more\.?$/i);
  assert.match(await page.locator('.top').innerText(), /many:1/);
  await goTo(page, '#/layers');
  await page.waitForSelector('.layer-row');
  // What ended the module is the answer to whatever is asked of it afterwards.
  await goTo(page, '#/files');
  await page.waitForFunction(() => /memory ran out/i.test(document.querySelector('main')?.textContent ?? ''));
});

test('limits are listed, changed for the next image, kept, and set back; what they cut off says so', async () => {
  const { page, context, problems } = await openPage(browser, site.url);
  const small = { name: 'small.tar', mimeType: 'application/x-tar', buffer: dockerArchive({ name: 'small:1', layers: [{ command: 'COPY all', entries: Array.from({ length: 50 }, (_, at) => ({ path: `f${at}`, content: 'x' })) }] }) };
  await page.getByRole('button', { name: 'Limits' }).click();
  await page.waitForSelector('dialog.limits .limit');
  const listed = await page.locator('dialog.limits .limit code').allInnerTexts();
  assert.deepEqual([listed.length, listed.includes('zstd-window'), listed.includes('facts')], [readFileSync(join(repository, 'LIMITS.md'), 'utf8').match(/^\| `/gm).length, true, true]);
  const entries = page.getByLabel('entries in one tar');
  await entries.fill('many');
  assert.match(await page.locator('dialog.limits .bad').innerText(), /whole number/);
  await entries.fill('20');
  await shot(page, 'limits');
  await page.keyboard.press('Escape');
  await page.getByRole('button', { name: '1 limit changed' }).waitFor();
  await choose(page, small);
  await settled(page);
  assert.match(await gaps(page), /over a limit[\s\S]*more than 20 entries/i);
  // From there too: another image, all limits back.
  await page.reload();
  await choose(page, small);
  await settled(page);
  await page.locator('.gaps').getByRole('button', { name: '1 limit changed' }).click();
  await page.getByRole('button', { name: 'Set all back' }).click();
  assert.equal(await entries.inputValue(), '');
  await page.locator('dialog.limits').getByRole('button', { name: 'Close' }).click();
  await page.getByRole('button', { name: 'Open another' }).click();
  await choose(page, small);
  await settled(page);
  await page.waitForFunction(() => !document.querySelector('.gaps') && document.querySelector('.cards'));
  assert.deepEqual(problems, []);
  await context.close();
});
