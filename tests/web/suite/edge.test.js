// With a server behind the page that reads images by reference: a field, progress, a report, an address that stays.
import assert from 'node:assert/strict';
import { createServer } from 'node:http';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { after, before, test } from 'node:test';
import { dist, drop, goTo, launch, openPage, serve, settled } from '../harness.js';
import { sampleImage } from '../../../www/sample/image.mjs';

const PINNED = 'example.com/harbour/tide-table@sha256:2c26b46b68ffc68ff99b453c1d30413413422d706483bfa0f98a5e886266e7ae';

let browser;
let plain;
let edge;
before(async () => {
  plain = await serve();
  browser = await launch();
  edge = await pretendEdge(await reportOf());
});
after(async () => {
  await browser?.close();
  await plain?.close();
  await edge?.close();
});

/** The report that an edge would send: the page's own, saved, of an image that came from a registry. */
async function reportOf() {
  const { page, context } = await openPage(browser, plain.url, { acceptDownloads: true });
  await drop(page, 'tide-table.tar', sampleImage());
  await settled(page);
  await goTo(page, '#/raw');
  const waiting = page.waitForEvent('download');
  await page.locator('.export', { hasText: 'Porthole JSON' }).click();
  const report = JSON.parse(readFileSync(await (await waiting).path(), 'utf8'));
  await context.close();
  return JSON.stringify({ ...report, image: { ...report.image, kind: 'registry' } });
}

/** A server that keeps the contract between page and edge, for one image. */
async function pretendEdge(report) {
  const asked = [];
  const types = { js: 'text/javascript', css: 'text/css', svg: 'image/svg+xml', wasm: 'application/wasm' };
  const server = createServer((request, response) => {
    const url = new URL(request.url, 'http://localhost');
    asked.push(`${url.pathname}${url.search}`);
    const image = url.searchParams.get('image') ?? '';
    if (url.pathname === '/v1/progress') {
      response.writeHead(200, { 'content-type': 'text/event-stream' });
      const say = (event, data) => response.write(`event: ${event}\ndata: ${JSON.stringify(data)}\n\n`);
      if (!image.startsWith('example.com/')) {
        say('problem', { type: '/problems#not-found', title: 'Not found', status: 404, detail: `${image}: the registry has no such image` });
        response.end();
        return;
      }
      say('image', { image, pinned: PINNED, platform: 'linux/amd64', layers: [{ digest: 'sha256:1', size: 1000 }, { digest: 'sha256:2', size: 3000 }] });
      say('layer', { index: 1, read: 1500, size: 3000, state: 'reading' });
      setTimeout(() => {
        say('layer', { index: 0, read: 1000, size: 1000, state: 'cached' });
        say('done', { report: `v1/report?image=${PINNED}`, pinned: PINNED });
        response.end();
      }, 400);
    } else if (url.pathname === '/v1/report') response.writeHead(200, { 'content-type': 'application/json' }).end(report);
    else if (url.pathname === '/' || url.pathname === '/index.html') response.writeHead(200, { 'content-type': 'text/html' }).end(readFileSync(join(dist, 'index.html'), 'utf8').replace('<title>', '<meta name="porthole-edge" content="v1">\n<title>'));
    else {
      try {
        const bytes = readFileSync(join(dist, url.pathname));
        response.writeHead(200, { 'content-type': types[url.pathname.split('.').at(-1)] ?? 'application/octet-stream' }).end(bytes);
      } catch {
        response.writeHead(404).end();
      }
    }
  });
  await new Promise((done) => { server.listen(0, '127.0.0.1', done); });
  return { url: `http://127.0.0.1:${server.address().port}/`, asked, close: () => new Promise((done) => { server.closeAllConnections(); server.close(done); }) };
}

test('without an edge there is no field, and an address with an image asks nobody', async () => {
  const { page, context, requests } = await openPage(browser, `${plain.url}?image=example.com/a`);
  assert.equal(await page.locator('.reference').count(), 0);
  assert.equal(requests.filter((url) => url.includes('v1/')).length, 0);
  assert.match(await page.locator('.promise').innerText(), /^Nothing leaves this tab\./);
  await context.close();
});

test('an image is read by reference, with progress, and its address brings it back', async () => {
  const { page, context, requests, problems } = await openPage(browser, edge.url, { permissions: ['clipboard-read', 'clipboard-write'] });
  await page.fill('#reference', 'example.com/harbour/tide-table:1.4.0');
  await page.keyboard.press('Enter');
  await page.waitForFunction(() => document.querySelectorAll('.scan-layer').length === 2);
  assert.match(await page.locator('.scanning').innerText(), /of 4\.00 kB/);
  await settled(page);
  assert.match(await page.locator('.cards').innerText(), /Alpine Linux v3\.17/);
  assert.match(page.url(), /\?image=example\.com\/harbour\/tide-table:1\.4\.0#|\?image=example\.com\/harbour\/tide-table:1\.4\.0$/);
  await page.getByRole('button', { name: 'Copy permanent link' }).click();
  assert.equal(new URL(await page.evaluate(() => navigator.clipboard.readText())).search, `?image=${PINNED}`);
  // Files are not here, and the page says how to have them.
  await goTo(page, '#/files');
  assert.match(await page.locator('.empty').innerText(), /docker save example\.com\/harbour\/tide-table/);
  const again = await context.newPage();
  await again.goto(`${edge.url}?image=example.com/harbour/tide-table:1.4.0#/packages?q=curl`);
  await again.waitForFunction(() => document.querySelectorAll('.grid-body .row[data-index]').length === 1);
  // Only the name went to the server.
  assert.deepEqual(edge.asked.filter((path) => path.startsWith('/v1/progress')), Array(2).fill('/v1/progress?image=example.com%2Fharbour%2Ftide-table%3A1.4.0'));
  assert.deepEqual(requests.filter((url) => !url.startsWith(edge.url) && !url.startsWith('blob:')), []);
  assert.deepEqual(problems.filter((one) => !/404/.test(one)), []);
  await context.close();
});

test('what the server says is wrong is shown as it is, and something dropped takes its place', async () => {
  const { page, context } = await openPage(browser, edge.url);
  await page.fill('#reference', 'nowhere.example/a');
  await page.selectOption('.reference select', 'linux/arm64');
  await page.getByRole('button', { name: 'Read it' }).click();
  await page.waitForSelector('.refusal');
  assert.match(await page.locator('.refusal').innerText(), /nowhere\.example\/a: the registry has no such image/);
  assert.ok(edge.asked.at(-1).endsWith('image=nowhere.example%2Fa&platform=linux%2Farm64') || edge.asked.some((path) => path.endsWith('&platform=linux%2Farm64')));
  await drop(page, 'tide-table.tar', sampleImage());
  await settled(page);
  assert.equal(new URL(page.url()).search, '');
  await context.close();
});

test('two references are compared', async () => {
  const { page, context } = await openPage(browser, `${edge.url}?image=example.com/harbour/tide-table:1.4.0`);
  await settled(page);
  await goTo(page, '#/compare');
  await page.fill('#reference', 'example.com/harbour/tide-table:1.5.0');
  await page.keyboard.press('Enter');
  await page.waitForSelector('.numbers');
  assert.match(await page.locator('.compare').innerText(), /No difference/);
  await context.close();
});

test('a reference is cancelled at once', async () => {
  const { page, context } = await openPage(browser, edge.url);
  await page.fill('#reference', 'example.com/harbour/tide-table:1.4.0');
  await page.keyboard.press('Enter');
  await page.waitForSelector('.scanning');
  await page.getByRole('button', { name: 'Cancel' }).click();
  await page.waitForSelector('.start');
  await page.waitForTimeout(600);
  assert.equal(await page.locator('.start').count(), 1);
  await context.close();
});

test('what is said of this tab and of signatures is true of an image that a server read', async () => {
  const { page, context } = await openPage(browser, edge.url);
  assert.match(await page.locator('.promise').innerText(), /^What you drop here does not leave this tab\./);
  await drop(page, 'tide-table.tar', sampleImage());
  await settled(page);
  assert.match(await page.locator('.requests').innerText(), /What you drop here does not leave this tab\./);
  assert.match(await page.locator('.cards').innerText(), /No signature is in this archive/);
  await page.goto(`${edge.url}?image=example.com/harbour/tide-table:1.4.0`);
  await settled(page);
  assert.match(await page.locator('.requests').innerText(), /Only names of images left this tab/);
  assert.match(await page.locator('.cards').innerText(), /Its registry shows strangers no signature of this image\./);
  assert.doesNotMatch(await page.locator('body').innerText(), /Nothing leaves this tab|does not leave this tab|in this archive/);
  await context.close();
});
