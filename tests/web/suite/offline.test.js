// Without a network: from the second visit on, and as a saved report in one file.
import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { mkdtemp } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, test } from 'node:test';
import { brotliCompressSync, gzipSync } from 'node:zlib';
import { dist, drop, launch, openPage, repository, serve, settled, shot } from '../harness.js';
import { sampleImage } from '../../../www/sample/image.mjs';

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

test('the second visit works with the network cut', async () => {
  const { page, context } = await openPage(browser, site.url);
  await page.evaluate(() => navigator.serviceWorker.ready);
  await page.waitForFunction(async () => (await caches.keys()).length > 0 && navigator.serviceWorker.controller !== null);
  await context.setOffline(true);
  await site.close();
  await page.reload();
  await page.waitForSelector('.start');
  await drop(page, 'tide-table.tar', sampleImage());
  await settled(page);
  assert.match(await page.locator('.top').innerText(), /tide-table/);
  await context.close();
  site = await serve();
});

test('the HTML report is one file that needs nothing else', async () => {
  const { page, context } = await openPage(browser, site.url, { acceptDownloads: true });
  await drop(page, 'tide-table.tar', sampleImage());
  await settled(page);
  await page.goto(`${site.url}#/raw`);
  const waiting = page.waitForEvent('download');
  await page.getByRole('button', { name: /HTML report/ }).last().click();
  const download = await waiting;
  const path = join(await mkdtemp(join(tmpdir(), 'porthole-')), download.suggestedFilename());
  await download.saveAs(path);
  await context.close();
  assert.match(download.suggestedFilename(), /\.porthole\.html$/);
  const alone = await browser.newContext({ offline: true, viewport: { width: 1440, height: 900 } });
  const report = await alone.newPage();
  const requests = [];
  const problems = [];
  report.on('request', (request) => requests.push(request.url()));
  report.on('console', (message) => { if (message.type() === 'error') problems.push(message.text()); });
  await report.goto(`file://${path}`);
  await report.waitForSelector('.cards');
  assert.match(await report.locator('.top').innerText(), /tide-table/);
  await report.evaluate(() => { location.hash = '#/packages'; });
  await report.waitForSelector('.grid-body .row');
  await shot(report, 'html-report');
  assert.deepEqual(requests.filter((url) => !url.startsWith('file:') && !url.startsWith('data:')), []);
  assert.deepEqual(problems, []);
  await alone.close();
});

test('a saved JSON report opens again with the same packages', async () => {
  const { page, context } = await openPage(browser, site.url, { acceptDownloads: true });
  await drop(page, 'tide-table.tar', sampleImage());
  await settled(page);
  await page.goto(`${site.url}#/packages`);
  await page.waitForSelector('.grid-body .row');
  const before = await page.locator('.list-head .count').innerText();
  await page.goto(`${site.url}#/raw`);
  const waiting = page.waitForEvent('download');
  await page.getByRole('button', { name: /Porthole JSON/ }).last().click();
  const path = join(await mkdtemp(join(tmpdir(), 'porthole-')), 'report.json');
  await (await waiting).saveAs(path);
  await page.evaluate(() => { location.hash = '#/packages'; });
  await drop(page, 'report.json', readFileSync(path));
  await page.waitForFunction(() => document.querySelector('.grid-body .row'));
  assert.equal(await page.locator('.list-head .count').innerText(), before);
  await context.close();
});

test('the page, its script and its WebAssembly are light as transferred', (t) => {
  const html = readFileSync(join(dist, 'index.html'), 'utf8');
  const named = [...html.matchAll(/(?:src|href)="\.\/(assets\/[^"]+)"/g)].map((match) => match[1]);
  const assets = JSON.parse(readFileSync(join(dist, 'sw.js'), 'utf8').match(/const FILES = (\[.*?\]);/)[1]).filter((path) => path.endsWith('.wasm'));
  const all = ['index.html', ...new Set([...named, ...assets.map((path) => path.replace('./', ''))])];
  const sizes = all.map((path) => ({ path, brotli: brotliCompressSync(readFileSync(join(dist, path))).length, gzip: gzipSync(readFileSync(join(dist, path)), { level: 9 }).length }));
  const sum = (how) => sizes.reduce((all, one) => all + one[how], 0);
  t.diagnostic(`as transferred: ${sizes.map(({ path, brotli }) => `${path} ${Math.round(brotli / 1000)} kB`).join(', ')}; together ${Math.round(sum('brotli') / 1000)} kB by brotli, ${Math.round(sum('gzip') / 1000)} kB by gzip`);
  assert.ok(sum('brotli') < 900_000, `${sum('brotli')} bytes`);
  for (const path of named) assert.match(html, new RegExp(`${path.replace(/[.]/g, '\\.')}"[^>]*integrity="sha384-`));
});

test('one file holds the whole page, and works from disk without a network', async () => {
  const folder = await mkdtemp(join(tmpdir(), 'porthole-'));
  const file = join(folder, 'porthole.html');
  execFileSync(process.execPath, [join(repository, 'www/standalone.mjs'), dist, file]);
  const alone = await browser.newContext({ offline: true, viewport: { width: 1440, height: 900 } });
  const page = await alone.newPage();
  const requests = [];
  const problems = [];
  page.on('request', (request) => requests.push(request.url()));
  page.on('console', (message) => { if (message.type() === 'error') problems.push(message.text()); });
  await page.goto(`file://${file}`);
  await page.waitForSelector('.start');
  await drop(page, 'tide-table.tar', sampleImage());
  await settled(page);
  assert.match(await page.locator('.cards').innerText(), /Alpine Linux v3\.17/);
  await page.evaluate(() => { location.hash = '#/files/etc/os-release'; });
  await page.waitForSelector('.content pre');
  assert.match(await page.locator('.content pre').innerText(), /PRETTY_NAME/);
  assert.deepEqual(requests.filter((url) => !/^(file|blob|data):/.test(url)), []);
  assert.deepEqual(problems, []);
  await alone.close();
});
