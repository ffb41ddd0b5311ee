// 300,000 files without a stutter: the page never holds more of them than what is near the screen.
import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { gzipSync } from 'node:zlib';
import { choose, goTo, launch, noLongTasks, openPage, serve, settled, watchTasks } from '../harness.js';
import { sha256, tar } from '../../../www/sample/tar.mjs';

const IN_ONE = 200_000;
const FOLDERS = 1_000;
const EACH = 100;

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

/** One layer with many empty files and some that weigh, as a tar: one header, written over and over. */
function manyFiles() {
  const header = tar([{ path: 'x' }]).subarray(0, 512);
  const out = Buffer.alloc((IN_ONE + FOLDERS * EACH) * 512);
  let at = 0;
  const add = (path) => {
    header.copy(out, at);
    out.fill(0, at, at + 100);
    out.write(path, at, 'latin1');
    out.fill(0x20, at + 148, at + 156);
    let sum = 0;
    for (let index = at; index < at + 512; index += 1) sum += out[index];
    out.write(`${sum.toString(8).padStart(6, '0')}\0 `, at + 148, 'latin1');
    at += 512;
  };
  for (let index = 0; index < IN_ONE; index += 1) add(`srv/data/record-${String(index).padStart(6, '0')}.json`);
  for (let folder = 0; folder < FOLDERS; folder += 1) for (let index = 0; index < EACH; index += 1) add(`opt/tree/part-${folder}/file-${index}.txt`);
  const heavy = tar(Array.from({ length: 60 }, (_, index) => ({ path: `var/lib/heavy/block-${index}`, content: Buffer.alloc(1000 * (index + 1), 65) })));
  return Buffer.concat([out, heavy]);
}

function image(layer) {
  const config = Buffer.from(JSON.stringify({ architecture: 'amd64', os: 'linux', config: {}, rootfs: { type: 'layers', diff_ids: [`sha256:${sha256(layer)}`] }, history: [{ created_by: 'COPY many /' }] }));
  return tar([
    { path: 'layer.tar.gz', content: gzipSync(layer, { level: 1 }) }, { path: 'config.json', content: config },
    { path: 'manifest.json', content: JSON.stringify([{ Config: 'config.json', RepoTags: ['many:1'], Layers: ['layer.tar.gz'] }]) },
  ]);
}

test('300,000 files are browsed, sorted, searched and drawn without a stutter', async (t) => {
  const { page, context, problems } = await openPage(browser, site.url);
  const archive = image(manyFiles());
  t.diagnostic(`the archive has ${Math.round(archive.length / 1e6)} MB`);
  await choose(page, { name: 'many.tar', mimeType: 'application/x-tar', buffer: archive });
  await watchTasks(browser, page);
  await settled(page);
  const drawn = () => page.locator('.tree-line').count();
  const line = (path) => page.locator(`.tree-line[data-path="${path}"]`);

  await goTo(page, '#/files');
  await line('/srv').click();
  await line('/srv/data').click();
  await line('/srv/data/record-000000.json').waitFor();
  assert.equal(await page.locator('[role="tree"]').evaluate((tree) => Math.round(tree.getBoundingClientRect().height / 28)), IN_ONE + 4);
  assert.ok(await drawn() < 120, `${await drawn()} lines drawn`);

  // To the end by one key, and back; into the middle by the scroll bar.
  await line('/srv/data').focus();
  await page.keyboard.press('End');
  await line('/var').waitFor();
  await page.locator('.tree').evaluate((tree) => { tree.scrollTop = 28 * 100_000; });
  await line('/srv/data/record-100000.json').waitFor();
  assert.ok(await drawn() < 120, `${await drawn()} lines drawn`);

  // A link into the middle of it comes into view.
  await goTo(page, '#/files/srv/data/record-150000.json');
  await line('/srv/data/record-150000.json').waitFor();
  await page.waitForSelector('.file-details');

  await page.getByRole('button', { name: 'Size' }).click();
  await page.locator('.tree').evaluate((tree) => { tree.scrollTop = 0; });
  await line('/var').waitFor();
  assert.equal(await page.locator('.tree-line').first().getAttribute('data-path'), '/var');

  await page.fill('#filter', '*-19999?.json');
  await page.waitForFunction(() => document.querySelectorAll('.result').length === 10);
  await page.fill('#filter', 'file-');
  await page.waitForFunction((all) => document.querySelector('.results [role="status"]')?.textContent?.includes(all), '100,000');
  assert.ok(await page.locator('.result').count() <= 200);

  // The treemap draws what weighs and says how much the rest is.
  await page.fill('#filter', '');
  await page.locator('.crumbs button').first().click();
  await page.getByRole('button', { name: /^\/var, / }).first().click({ position: { x: 20, y: 10 } });
  await page.waitForFunction(() => document.querySelector('.crumbs')?.textContent?.includes('var/'));
  await page.waitForSelector('.tile');
  assert.ok(await page.locator('.tile').count() < 400);
  await noLongTasks(t, browser, page);
  assert.deepEqual(problems.filter((one) => !/404/.test(one)), []);
  await context.close();
});
