// Every way to take a report along: each format is saved and is what it says; on paper nothing is left out in silence.
import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { after, before, test } from 'node:test';
import { databaseFiles, drop, goTo, launch, openPage, serve, settled, shot } from '../harness.js';
import { sampleImage } from '../../../www/sample/image.mjs';

let browser;
let site;
before(async () => {
  site = await serve(databaseFiles());
  browser = await launch();
});
after(async () => {
  await browser?.close();
  await site?.close();
});

const json = (check) => (text) => check(JSON.parse(text));
/** Name in the list, ending, and what makes it that format. */
const FORMATS = [
  ['HTML report', 'html', (text) => assert.match(text, /^<!doctype html>[\s\S]*id="porthole-report"/)],
  ['Porthole JSON', 'json', json((report) => assert.equal(report.image.names[0], 'example.com/harbour/tide-table:1.4.0'))],
  ['CycloneDX 1.6', 'cdx.json', json((bom) => assert.deepEqual([bom.bomFormat, bom.specVersion], ['CycloneDX', '1.6']))],
  ['SPDX 2.3', 'spdx.json', json((document) => assert.equal(document.spdxVersion, 'SPDX-2.3'))],
  ['SPDX 3.0', 'spdx3.json', json((document) => assert.ok(document['@graph'].length > 10))],
  ['SARIF 2.1.0', 'sarif', json((log) => assert.equal(log.version, '2.1.0'))],
  ['JUnit XML', 'xml', (text) => assert.match(text, /^<\?xml[\s\S]*<testsuites/)],
  ['CSV', 'csv', (text) => assert.ok(text.split('\n').length > 10)],
  ['Markdown', 'md', (text) => assert.match(text, /^#/m)],
  ['Job summary', 'md', (text) => assert.match(text, /tide-table/)],
  ['Plain text', 'txt', (text) => assert.match(text, /tide-table/)],
  ['Badge', 'svg', (text) => assert.match(text, /^<svg/)],
];

test('every format is saved, and is what it says', async () => {
  const fresh = async () => {
    const opened = await openPage(browser, site.url, { acceptDownloads: true });
    await drop(opened.page, 'tide-table.tar', sampleImage());
    await settled(opened.page);
    await goTo(opened.page, '#/raw');
    await opened.page.waitForSelector('.export');
    return opened;
  };
  let { page, context, problems } = await fresh();
  assert.deepEqual(await page.locator('.export strong').allInnerTexts(), FORMATS.map(([name]) => name));
  for (const [index, [name, ending, check]] of FORMATS.entries()) {
    // A browser saves ten files of one page before it asks whether that is meant.
    if (index === 8) {
      await context.close();
      ({ page, context, problems } = await fresh());
    }
    const waiting = page.waitForEvent('download');
    await page.locator('.export', { has: page.locator('strong', { hasText: new RegExp(`^${name.replace(/[.]/g, '\\.')}$`) }) }).click();
    const download = await waiting;
    assert.equal(download.suggestedFilename(), `example.com-harbour-tide-table-1.4.0.porthole.${ending}`);
    check(readFileSync(await download.path(), 'utf8'));
  }
  assert.deepEqual(problems.filter((one) => !/404/.test(one)), []);
  await context.close();
});

test('a list is saved and copied exactly as it is shown', async () => {
  const { page, context } = await openPage(browser, site.url, { acceptDownloads: true, permissions: ['clipboard-read', 'clipboard-write'] });
  await drop(page, 'tide-table.tar', sampleImage());
  await settled(page);
  await goTo(page, '#/packages?q=lib&sort=-name&f.kind=apk&cols=name,version');
  await page.waitForFunction(() => document.querySelectorAll('.grid-body .row').length === 3);
  await page.getByRole('button', { name: 'Copy as Markdown' }).click();
  await page.getByRole('button', { name: 'Copied' }).waitFor();
  assert.deepEqual((await page.evaluate(() => navigator.clipboard.readText())).split('\n'), ['| Name | Version |', '| --- | --- |', '| zlib | 1.2.13-r0 |', '| libssl3 | 3.0.8-r3 |', '| libcrypto3 | 3.0.8-r3 |']);
  await page.locator('.tools').getByRole('button', { name: 'Take it away' }).click();
  const waiting = page.waitForEvent('download');
  await page.getByRole('button', { name: 'Save as CSV' }).click();
  assert.equal(readFileSync(await (await waiting).path(), 'utf8'), 'Name,Version\r\nzlib,1.2.13-r0\r\nlibssl3,3.0.8-r3\r\nlibcrypto3,3.0.8-r3');
  // The whole report as Markdown, from the menu on top.
  await page.locator('.top-actions').getByRole('button', { name: 'Take it away' }).click();
  await page.locator('.menu-panel').getByRole('button', { name: 'Copy as Markdown' }).click();
  await page.waitForFunction(async () => (await navigator.clipboard.readText()).startsWith('#'));
  await context.close();
});

test('a saved report gives every format again', async () => {
  const { page, context } = await openPage(browser, site.url, { acceptDownloads: true });
  await drop(page, 'tide-table.tar', sampleImage());
  await settled(page);
  await goTo(page, '#/raw');
  const save = async (name) => {
    const waiting = page.waitForEvent('download');
    await page.locator('.export', { hasText: name }).first().click();
    return readFileSync(await (await waiting).path());
  };
  const report = await save('Porthole JSON');
  const sarif = await save('SARIF');
  await drop(page, 'kept.json', report);
  await page.waitForFunction(() => document.title.includes('tide-table') && document.querySelectorAll('.export').length > 0);
  await goTo(page, '#/files');
  await page.waitForSelector('.empty');
  await goTo(page, '#/raw');
  assert.deepEqual(JSON.parse((await save('SARIF')).toString()).runs[0].results, JSON.parse(sarif.toString()).runs[0].results);
  await context.close();
});

test('on paper a list has all its rows and no controls', async () => {
  const { page, context } = await openPage(browser, site.url);
  await page.evaluate(() => { window.print = () => { window.printedRows = document.querySelectorAll('.grid-body .row').length; window.loading = document.querySelectorAll('.grid-body .loading').length; }; });
  const components = Array.from({ length: 400 }, (_, index) => ({ type: 'library', name: `part-${index}`, version: '1.0.0', purl: `pkg:npm/part-${index}@1.0.0` }));
  await drop(page, 'many.cdx.json', Buffer.from(JSON.stringify({ bomFormat: 'CycloneDX', specVersion: '1.5', version: 1, components })));
  await settled(page);
  await goTo(page, '#/packages');
  await page.waitForSelector('.grid-body .row');
  assert.ok(await page.locator('.grid-body .row').count() < 100);
  await page.keyboard.press('Control+p');
  await page.waitForFunction(() => window.printedRows !== undefined);
  assert.deepEqual(await page.evaluate(() => [window.printedRows, window.loading]), [400, 0]);
  await page.emulateMedia({ media: 'print' });
  for (const selector of ['.tabs', '.top-actions', '.rail', '.tools', '.search']) assert.equal(await page.locator(selector).first().isVisible(), false, selector);
  await goTo(page, '#/overview');
  await page.waitForSelector('.cards');
  await shot(page, 'print');
  await context.close();
});
