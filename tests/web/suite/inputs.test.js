// Many ways in: several files at once, folders, paste; and what happens when something goes wrong behind the page.
import assert from 'node:assert/strict';
import { mkdir, writeFile } from 'node:fs/promises';
import { readFileSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { after, before, test } from 'node:test';
import { choose, goTo, launch, openPage, serve, settled } from '../harness.js';
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

const archive = (name, entries) => ({ name: `${name}.tar`, mimeType: 'application/x-tar', buffer: dockerArchive({ name: `${name}:1`, layers: [{ command: `COPY ${name} /`, entries }] }) });
const title = (page) => page.locator('.subject').innerText();

async function folder(files) {
  const root = temporary('inputs');
  for (const [path, content] of Object.entries(files)) {
    await mkdir(dirname(join(root, path)), { recursive: true });
    await writeFile(join(root, path), content);
  }
  return root;
}

test('three archives at once can be looked into one after the other', async () => {
  const { page, context } = await openPage(browser, site.url);
  await choose(page, ['one', 'two', 'three'].map((name) => archive(name, [{ path: `etc/${name}`, content: name }])));
  await settled(page);
  assert.match(await title(page), /one:1|one\.tar/);
  await page.getByLabel('What was dropped').selectOption({ label: 'three.tar' });
  await page.waitForFunction(() => document.title.includes('three:1'));
  await goTo(page, '#/files/etc/three');
  await page.waitForSelector('.content pre');
  await context.close();
});

test('two archives at once are compared: packages, configuration, files, sizes', async () => {
  const { page, context } = await openPage(browser, site.url);
  const other = sampleImage();
  await choose(page, [archive('one', [{ path: 'etc/motd', content: 'hello' }, { path: 'etc/old', content: 'x' }]), { name: 'tide-table.tar', mimeType: 'application/x-tar', buffer: other }]);
  await page.waitForSelector('.numbers');
  const compared = await page.locator('.compare').innerText();
  assert.match(compared, /one:1/);
  assert.match(compared, /12 added/);
  assert.match(compared, /Environment: TIDE_STATION\s+\(none\) → brest/);
  await page.locator('.compare-line', { hasText: 'etc' }).first().click();
  await page.waitForFunction(() => /motd/.test(document.querySelector('.compare-tree')?.textContent ?? ''));
  assert.equal(await page.locator('.compare-line', { hasText: 'old' }).locator('[aria-label="Removed"]').count(), 1);
  await page.getByRole('button', { name: 'Swap' }).click();
  await page.waitForFunction(() => /12 removed/.test(document.querySelector('.compare')?.textContent ?? ''));
  await context.close();
});

test('a folder that is a layout is one image; a folder of archives is all of them', async () => {
  const { page, context } = await openPage(browser, site.url);
  const layer = tar([{ path: 'etc/motd', content: 'from a layout' }]);
  const config = Buffer.from(JSON.stringify({ architecture: 'amd64', os: 'linux', config: {}, rootfs: { type: 'layers', diff_ids: [`sha256:${sha256(layer)}`] }, history: [{ created_by: 'COPY' }] }));
  const blob = (bytes) => ({ digest: `sha256:${sha256(bytes)}`, size: bytes.length });
  const manifest = Buffer.from(JSON.stringify({
    schemaVersion: 2, mediaType: 'application/vnd.oci.image.manifest.v1+json', config: { mediaType: 'application/vnd.oci.image.config.v1+json', ...blob(config) },
    layers: [{ mediaType: 'application/vnd.oci.image.layer.v1.tar', ...blob(layer) }],
  }));
  const index = JSON.stringify({ schemaVersion: 2, manifests: [{ mediaType: 'application/vnd.oci.image.manifest.v1+json', ...blob(manifest), annotations: { 'org.opencontainers.image.ref.name': 'laid-out:1' } }] });
  const layout = await folder({ 'oci-layout': '{"imageLayoutVersion": "1.0.0"}', 'index.json': index, ...Object.fromEntries([layer, config, manifest].map((bytes) => [`blobs/sha256/${sha256(bytes)}`, bytes])) });
  await page.setInputFiles('[data-picker="folder"]', layout);
  await settled(page);
  await goTo(page, '#/files/etc/motd');
  await page.waitForSelector('.content pre');
  assert.match(await page.locator('.content pre').innerText(), /from a layout/);
  await page.getByRole('button', { name: 'Open another' }).click();
  const images = await folder({ 'a.tar': archive('a', [{ path: 'a', content: 'a' }]).buffer, 'b.tar': archive('b', [{ path: 'b', content: 'b' }]).buffer, 'c.tar': archive('c', [{ path: 'c', content: 'c' }]).buffer });
  await page.setInputFiles('[data-picker="folder"]', images);
  await settled(page);
  assert.deepEqual((await page.getByLabel('What was dropped').locator('option').allInnerTexts()).sort(), ['a.tar', 'b.tar', 'c.tar']);
  await context.close();
});

test('a file from the clipboard is opened', async () => {
  const { page, context } = await openPage(browser, site.url);
  await page.evaluate((content) => {
    const transfer = new DataTransfer();
    transfer.items.add(new File([Uint8Array.from(atob(content), (one) => one.charCodeAt(0))], 'pasted.tar'));
    dispatchEvent(new ClipboardEvent('paste', { clipboardData: transfer, bubbles: true }));
  }, sampleImage().toString('base64'));
  await settled(page);
  assert.match(await title(page), /tide-table/);
  await context.close();
});

test('a deleted file is opened by its path alone, with what happened to it', async () => {
  const { page, context } = await openPage(browser, site.url);
  await choose(page, [{ name: 'tide-table.tar', mimeType: 'application/x-tar', buffer: sampleImage() }]);
  await settled(page);
  await goTo(page, '#/files/srv/app/README.md');
  await page.waitForSelector('.content pre');
  const details = await page.locator('.file-details').innerText();
  assert.match(details, /Deleted by a later layer/);
  assert.match(details, /When the water is high/);
  assert.match(details, /2\s*Added[\s\S]*3\s*Removed/);
  const waiting = page.waitForEvent('download');
  await page.getByRole('button', { name: 'Save file' }).click();
  assert.match(readFileSync(await (await waiting).path(), 'utf8'), /^# Tide table/);
  await page.getByRole('button', { name: 'Hex' }).click();
  assert.match(page.url(), /as=hex/);
  assert.match(await page.locator('.hex').innerText(), /^00000000 {2}23 20 54 69/);
  await goTo(page, '#/files/no/such/file');
  await page.waitForFunction(() => /is in no layer of this image/.test(document.querySelector('.files-content')?.textContent ?? ''));
  await context.close();
});

/** An image whose scan takes a while. */
async function long(megabytes = 512) {
  const file = join(temporary('inputs'), 'big.tar');
  writeFileSync(file, dockerArchive({ name: 'big:1', layers: [{ command: 'COPY big', entries: [{ path: 'big', content: Buffer.alloc(megabytes << 20, 65) }] }] }));
  return file;
}

test('a worker that dies is started again, and the report comes all the same', async () => {
  const { page, context } = await openPage(browser, site.url);
  // The first model worker ends itself when it is told to open something; its script is the page's own.
  await page.evaluate(() => {
    const post = Worker.prototype.postMessage;
    window.opened = 0;
    Worker.prototype.postMessage = function (message, ...rest) {
      if (message?.type === 'open') {
        window.opened += 1;
        if (window.opened === 1) {
          this.dispatchEvent(new ErrorEvent('error', { message: 'out of memory', cancelable: true }));
          return undefined;
        }
      }
      return post.call(this, message, ...rest);
    };
  });
  await choose(page, [{ name: 'tide-table.tar', mimeType: 'application/x-tar', buffer: sampleImage() }]);
  await settled(page);
  assert.match(await title(page), /tide-table/);
  assert.equal(await page.evaluate(() => window.opened), 2);
  await context.close();
});

test('a worker that dies twice ends in one sentence', async () => {
  const { page, context } = await openPage(browser, site.url);
  await page.evaluate(() => {
    const post = Worker.prototype.postMessage;
    Worker.prototype.postMessage = function (message, ...rest) {
      if (message?.type !== 'open') return post.call(this, message, ...rest);
      this.dispatchEvent(new ErrorEvent('error', { message: 'out of memory', cancelable: true }));
      return undefined;
    };
  });
  await choose(page, [{ name: 'tide-table.tar', mimeType: 'application/x-tar', buffer: sampleImage() }]);
  await page.waitForSelector('.refusal');
  assert.match(await page.locator('.refusal p').innerText(), /stopped twice \(out of memory\)/);
  await context.close();
});

test('cancelling ends every worker and returns their memory', async (t) => {
  const { page, context } = await openPage(browser, site.url);
  const client = await browser.newBrowserCDPSession();
  // Resident memory of all of the browser's renderers, megabytes.
  const resident = async () => {
    const { processInfo } = await client.send('SystemInfo.getProcessInfo');
    return processInfo.filter((one) => one.type === 'renderer').reduce((sum, { id }) => {
      try {
        return sum + Number(/VmRSS:\s+(\d+)/.exec(readFileSync(`/proc/${id}/status`, 'utf8'))?.[1] ?? 0) / 1024;
      } catch {
        return sum;
      }
    }, 0);
  };
  const file = await long();
  // Once through, so that what is loaded once for all is there.
  await page.click('.sample');
  await settled(page);
  await page.getByRole('button', { name: 'Open another' }).click();
  const before = await resident();
  await choose(page, file);
  await page.waitForSelector('.scanning');
  await page.waitForFunction(() => /[1-9]/.test(document.querySelector('.scanning-head .muted')?.textContent ?? ''));
  const during = await resident();
  await page.getByRole('button', { name: 'Cancel' }).click();
  await page.waitForSelector('.start');
  for (let tries = 0; tries < 50 && page.workers().length > 0; tries += 1) await page.waitForTimeout(100);
  assert.equal(page.workers().length, 0);
  let after = await resident();
  for (let tries = 0; tries < 50 && after > before + 40; tries += 1) {
    await page.waitForTimeout(200);
    after = await resident();
  }
  t.diagnostic(`resident: ${Math.round(before)} MB before, ${Math.round(during)} MB while scanning, ${Math.round(after)} MB after cancelling`);
  assert.ok(after < before + 40, `${after} MB after, ${before} MB before`);
  await context.close();
});

test('a hidden tab goes on scanning', async () => {
  const { page, context } = await openPage(browser, site.url);
  const file = await long(64);
  await choose(page, file);
  await page.waitForSelector('.scanning');
  const client = await context.newCDPSession(page);
  await client.send('Emulation.setFocusEmulationEnabled', { enabled: false });
  const front = await context.newPage();
  await front.bringToFront();
  await page.evaluate(() => {
    // Where the browser keeps showing a covered page, it is told that it is hidden all the same.
    Object.defineProperty(document, 'visibilityState', { get: () => 'hidden' });
    Object.defineProperty(document, 'hidden', { get: () => true });
    document.dispatchEvent(new Event('visibilitychange'));
  });
  await page.waitForFunction(() => document.title.includes('big:1') && !document.querySelector('.scanning'), undefined, { timeout: 120_000, polling: 250 });
  await context.close();
});
