// With the keyboard alone, and for who listens instead of looking.
import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { drop, launch, openPage, serve, settled } from '../harness.js';
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

/** Waits until what has the focus looks like this: focus follows a render. */
const focus = (page, part) => page.waitForFunction((wanted) => document.activeElement?.outerHTML.slice(0, 300).includes(wanted), part);

test('a finding is reached, read and left with the keyboard alone', async () => {
  const { page, context } = await openPage(browser, site.url);
  await drop(page, 'tide-table.tar', sampleImage());
  await settled(page);
  await page.keyboard.press('3');
  await page.waitForSelector('.grid-body .row');
  await page.keyboard.press('/');
  assert.equal(await page.evaluate(() => document.activeElement?.id), 'filter');
  await page.keyboard.type('lib');
  await page.waitForFunction(() => [...document.querySelectorAll('.grid-body .row')].every((row) => /lib/i.test(row.textContent ?? '')));
  assert.match(page.url(), /q=lib/);
  await page.keyboard.press('ArrowDown');
  await focus(page, 'role="row"');
  await page.keyboard.press('ArrowDown');
  await page.keyboard.press('Enter');
  await page.waitForSelector('.panel');
  const first = await page.locator('.panel h2').innerText();
  assert.match(decodeURIComponent(page.url()), new RegExp(`packages/pkg:[^?]*${first}`));
  await page.keyboard.press('[');
  await page.waitForFunction((old) => document.querySelector('.panel h2')?.textContent !== old, first);
  await page.keyboard.press('Escape');
  await page.waitForSelector('.panel', { state: 'detached' });
  await focus(page, 'role="row"');
  await page.keyboard.press('?');
  await page.waitForSelector('dialog[open]');
  await page.keyboard.press('Escape');
  await page.waitForSelector('dialog[open]', { state: 'detached' });
  await context.close();
});

test('the tree follows the arrows', async () => {
  const { page, context } = await openPage(browser, site.url);
  await drop(page, 'tide-table.tar', sampleImage());
  await settled(page);
  await page.goto(`${site.url}#/files`);
  await page.waitForSelector('.tree-line');
  await page.locator('.tree-line[data-path="/etc"]').focus();
  await page.keyboard.press('ArrowRight');
  await page.waitForSelector('.tree-line[data-path="/etc/os-release"]');
  await page.keyboard.press('ArrowRight');
  await page.keyboard.press('End');
  await page.keyboard.press('Home');
  await focus(page, 'data-index="0"');
  await page.locator('.tree-line[data-path="/etc/passwd"]').focus();
  await page.keyboard.press('Enter');
  await page.waitForSelector('.file-details');
  assert.match(page.url(), /files\/etc\/passwd/);
  await page.locator('.tree-line[data-path="/etc/passwd"]').focus();
  await page.keyboard.press('ArrowLeft');
  await focus(page, 'data-path="/etc"');
  await context.close();
});

test('the slider goes through the layers, and files come and go', async () => {
  const { page, context } = await openPage(browser, site.url);
  await drop(page, 'tide-table.tar', sampleImage());
  await settled(page);
  await page.evaluate(() => { location.hash = '#/files/srv/app'; });
  await page.waitForSelector('.tree-line[data-path="/srv/app"]');
  await page.locator('.tree-line[data-path="/srv/app"]').focus();
  await page.keyboard.press('ArrowRight');
  const marked = (name, mark) => page.locator(`.tree-line[data-path="/srv/app/${name}"] [aria-label="${mark}"]`).waitFor();
  await page.locator('.tree-line[data-path="/srv/app/server.js"]').waitFor();
  assert.equal(await page.locator('.tree-line[data-path="/srv/app/README.md"]').count(), 0);
  await page.locator('#layer-slider').focus();
  await page.keyboard.press('ArrowLeft');
  await marked('server.js', 'Changed');
  await page.keyboard.press('ArrowLeft');
  await marked('README.md', 'Removed');
  await page.keyboard.press('ArrowLeft');
  await marked('README.md', 'Added');
  assert.match(page.url(), /layer=2/);
  assert.equal(await page.locator('#layer-slider').getAttribute('aria-valuetext'), 'After layer 2');
  await context.close();
});

test('a screen reader is told what happens', async () => {
  const { page, context } = await openPage(browser, site.url);
  await page.evaluate(() => {
    window.said = [];
    new MutationObserver(() => window.said.push(document.querySelector('[role="status"].visually-hidden')?.textContent)).observe(document.querySelector('[role="status"].visually-hidden'), { childList: true, characterData: true, subtree: true });
  });
  await drop(page, 'tide-table.tar', sampleImage());
  await settled(page);
  await page.waitForFunction(() => window.said.some((line) => /complete/.test(line)));
  const said = await page.evaluate(() => window.said);
  assert.ok(said.some((line) => /Scanning tide-table\.tar/.test(line)), JSON.stringify(said));
  await context.close();
});

test('every state of a list has an address that brings it back', async () => {
  const { page, context } = await openPage(browser, site.url);
  await drop(page, 'tide-table.tar', sampleImage());
  await settled(page);
  await page.evaluate(() => { location.hash = '#/packages?q=lib&sort=-name&f.kind=apk'; });
  await page.waitForFunction(() => document.querySelectorAll('.grid-body .row').length === 3);
  assert.deepEqual(await page.locator('.grid-body .row .row-link').allInnerTexts(), ['zlib', 'libssl3', 'libcrypto3']);
  assert.equal(await page.inputValue('#filter'), 'lib');
  await page.goBack();
  await page.waitForSelector('.cards');
  await context.close();
});

test('what a list chooses at first can be unchosen, and that has an address too', async () => {
  const { page, context } = await openPage(browser, site.url);
  await drop(page, 'tide-table.tar', sampleImage());
  await settled(page);
  await page.evaluate(() => { location.hash = '#/secrets'; });
  const rows = (want) => page.waitForFunction((count) => document.querySelectorAll('.grid-body .row[data-index]').length === count, want);
  const state = (name) => page.locator('.facet label', { hasText: name }).locator('input');
  await rows(3);
  assert.equal(await state('Deleted, still shipped').isChecked(), true);
  await state('In the final image').uncheck();
  await rows(1);
  assert.match(page.url(), /f\.state=buried$/);
  await state('Deleted, still shipped').uncheck();
  await rows(3);
  assert.match(page.url(), /f\.state=$/);
  await context.close();
});

test('the folder that the treemap shows has an address', async () => {
  const { page, context } = await openPage(browser, site.url);
  await drop(page, 'tide-table.tar', sampleImage());
  await settled(page);
  const shows = (folder) => page.waitForFunction((want) => (document.querySelector('.crumbs [aria-current]')?.textContent ?? '/') === want, folder);
  await page.evaluate(() => { location.hash = '#/files'; });
  await shows('/');
  await page.locator('.tile.folder.depth-0 > .tile-face').first().press('Enter');
  const folder = decodeURIComponent(new URL(page.url()).hash.replace('#/files/', ''));
  await shows(`${folder}/`);
  // A file that is chosen among its rectangles leaves the treemap where it is, also when the address is opened again.
  await page.locator('.tile.leaf > .tile-face').last().press('Enter');
  await page.waitForSelector('.files-content h2, .files-content .pad');
  await shows(`${folder}/`);
  const { hash } = new URL(page.url());
  assert.match(hash, /[?&]in=/);
  await page.locator('.crumbs button').first().click();
  await shows('/');
  await page.goBack();
  await shows(`${folder}/`);
  assert.equal(new URL(page.url()).hash, hash);
  await page.evaluate(() => { location.hash = '#/overview'; });
  await page.waitForSelector('.cards');
  await page.evaluate((to) => { location.hash = to; }, hash);
  await shows(`${folder}/`);
  await context.close();
});
