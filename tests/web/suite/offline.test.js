// Without a network: from the second visit on, and as a saved report in one file.
import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { readdirSync, readFileSync } from 'node:fs';
import { copyFile, mkdir } from 'node:fs/promises';
import { join } from 'node:path';
import { after, before, test } from 'node:test';
import { brotliCompressSync, gzipSync } from 'node:zlib';
import { database, databaseFiles, dist, drop, launch, needs, openPage, repository, serve, settled, shot } from '../harness.js';
import { sampleImage } from '../../../www/sample/image.mjs';
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

test('after a second visit the formats of a report are there without a network too', async () => {
  const own = await serve();
  const { page, context } = await openPage(browser, own.url, { acceptDownloads: true });
  await page.waitForFunction(async () => (await navigator.serviceWorker.ready) && navigator.serviceWorker.controller !== null);
  const kept = () => page.evaluate(async () => {
    const [name] = (await caches.keys()).filter((one) => one.startsWith('porthole-page-'));
    return (await (await caches.open(name)).keys()).filter(({ url }) => /\/exports_bg[^/]*\.wasm$/.test(url)).length;
  });
  assert.equal(await kept(), 0);
  await page.reload();
  await page.waitForSelector('.start');
  for (let tries = 0; tries < 100 && await kept() === 0; tries += 1) await page.waitForTimeout(100);
  assert.equal(await kept(), 1);
  await context.setOffline(true);
  await own.close();
  await page.reload();
  await page.waitForSelector('.start');
  await drop(page, 'tide-table.tar', sampleImage());
  await settled(page);
  await page.evaluate(() => { location.hash = '#/raw'; });
  const waiting = page.waitForEvent('download');
  await page.getByRole('button', { name: /CycloneDX/ }).last().click();
  assert.equal(JSON.parse(readFileSync(await (await waiting).path(), 'utf8')).bomFormat, 'CycloneDX');
  await context.close();
});

test('advisories that were fetched once are there without a network, with their age', async (t) => {
  if (!needs(t, join(database, 'index.json'))) return;
  const own = await serve(databaseFiles());
  const { page, context } = await openPage(browser, own.url);
  await page.waitForFunction(async () => (await navigator.serviceWorker.ready) && navigator.serviceWorker.controller !== null);
  await drop(page, 'tide-table.tar', sampleImage());
  await settled(page);
  const found = () => page.locator('.tabs a', { hasText: 'Vulnerabilities' }).locator('.tab-count').innerText();
  const before = await found();
  assert.ok(Number(before) > 10);
  await context.setOffline(true);
  await own.close();
  await page.reload();
  await page.waitForSelector('.start');
  await drop(page, 'tide-table.tar', sampleImage());
  await settled(page);
  assert.equal(await found(), before);
  assert.match(await page.locator('.cards').innerText(), /Advisory data (of today|(up to )?\d[\d,]* days? old)/);
  await context.close();
});

test('the page can be installed', async () => {
  const { page, context } = await openPage(browser, site.url);
  await page.evaluate(() => navigator.serviceWorker.ready);
  const client = await context.newCDPSession(page);
  const { manifest } = await client.send('Page.getAppManifest').then(({ data, errors }) => ({ manifest: JSON.parse(data), errors }));
  const { installabilityErrors } = await client.send('Page.getInstallabilityErrors');
  // A window without a profile is refused for being one; anything else would be ours.
  assert.deepEqual(installabilityErrors.map((one) => one.errorId).filter((id) => id !== 'in-incognito'), []);
  assert.equal(manifest.name, 'Porthole');
  await context.close();
});

test('the HTML report is one file that needs nothing else', async () => {
  const { page, context } = await openPage(browser, site.url, { acceptDownloads: true });
  await drop(page, 'tide-table.tar', sampleImage());
  await settled(page);
  await page.goto(`${site.url}#/raw`);
  const waiting = page.waitForEvent('download');
  await page.getByRole('button', { name: /HTML report/ }).last().click();
  const download = await waiting;
  const path = join(temporary('offline'), download.suggestedFilename());
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
  const path = join(temporary('offline'), 'report.json');
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

test('one file with chosen advisories finds the same as the page, without a network', async (t) => {
  if (!needs(t, join(database, 'index.json'))) return;
  const folder = temporary('offline');
  const chosen = join(folder, 'db');
  await mkdir(chosen);
  for (const name of readdirSync(database).filter((one) => /^(index\.json|alpine-v3\.17-|npm-)/.test(one))) await copyFile(join(database, name), join(chosen, name));
  const file = join(folder, 'porthole.html');
  execFileSync(process.execPath, [join(repository, 'www/standalone.mjs'), dist, file, chosen]);
  const alone = await browser.newContext({ offline: true, viewport: { width: 1440, height: 900 } });
  const page = await alone.newPage();
  await page.goto(`file://${file}`);
  await page.waitForSelector('.start');
  assert.match(await page.locator('.promise').innerText(), /connect to nothing at all/);
  await page.click('.sample');
  await settled(page);
  await page.evaluate(() => { location.hash = '#/vulns?q=lodash'; });
  await page.waitForSelector('.grid-body .row');
  assert.match(await page.locator('.grid-body').innerText(), /CVE-/);
  await alone.close();
});

test('one file holds the whole page, and works from disk without a network', async () => {
  const folder = temporary('offline');
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
  // What a page on a server fetches when it is needed is inside too.
  await drop(page, 'policy.rego', Buffer.from('package porthole\nallow if input.image.config.user == "nobody at all"\n'));
  await page.evaluate(() => { location.hash = '#/overview'; });
  await page.waitForSelector('.judged.failed');
  await page.evaluate(() => { location.hash = '#/raw'; });
  const waiting = page.waitForEvent('download');
  await page.getByRole('button', { name: /CycloneDX/ }).last().click();
  assert.equal(JSON.parse(readFileSync(await (await waiting).path(), 'utf8')).bomFormat, 'CycloneDX');
  assert.deepEqual(requests.filter((url) => !/^(file|blob|data):/.test(url)), []);
  assert.deepEqual(problems, []);
  await alone.close();
});
