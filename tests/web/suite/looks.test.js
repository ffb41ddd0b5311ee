// Every view at three widths in two themes: a screenshot, nothing that scrolls sideways, nothing that axe objects to.
import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { after, before, test } from 'node:test';
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';
import { choose, databaseFiles, drop, goTo, launch, openPage, serve, settled, shot } from '../harness.js';
import { sampleImage } from '../../../www/sample/image.mjs';
import { dockerArchive, tar } from '../../../www/sample/tar.mjs';
import { temporary } from '../../temporary.mjs';

const axe = readFileSync(createRequire(import.meta.url).resolve('axe-core/axe.min.js'), 'utf8');
const WIDTHS = [1440, 1024, 390];
const LISTS = ['vulns', 'packages', 'secrets', 'checks'];
const VIEWS = ['overview', 'vulns', 'packages', 'secrets', 'checks', 'layers', 'layers/2', 'files', 'files/etc/os-release', 'config', 'raw', 'compare'];

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

async function violations(page) {
  // axe is handed over by the test, not loaded by the page: the page's policy allows no foreign script.
  const found = await page.evaluate(async (source) => {
    if (!window.axe) (0, eval)(source);
    return (await window.axe.run(document, { runOnly: ['wcag2a', 'wcag2aa', 'wcag21a', 'wcag21aa', 'wcag22aa'] })).violations
      .map((one) => `${one.id}: ${one.nodes.slice(0, 3).map((node) => `${node.target.join(' ')} (${node.failureSummary?.split('\n')[1]?.trim() ?? ''})`).join('; ')}`);
  }, axe);
  return found;
}

/** An image of which one layer is damaged and one is not there. */
function withHoles() {
  const whole = tar([{ path: 'etc/motd', content: 'hello' }]);
  const config = Buffer.from(JSON.stringify({ architecture: 'arm64', os: 'linux', config: {}, rootfs: { type: 'layers', diff_ids: [1, 2, 3].map((at) => `sha256:${String(at).repeat(64)}`) }, history: [1, 2, 3].map((at) => ({ created_by: `COPY part-${at} /` })) }));
  return tar([
    { path: 'a/layer.tar', content: whole }, { path: 'b/layer.tar.gz', content: gzipSync(whole).subarray(0, 60) }, { path: 'config.json', content: config },
    { path: 'manifest.json', content: JSON.stringify([{ Config: 'config.json', RepoTags: ['holes:1'], Layers: ['a/layer.tar', 'b/layer.tar.gz', 'c/layer.tar'] }]) },
  ]);
}

const sideways = (page) => page.evaluate(() => {
  const wide = document.documentElement.scrollWidth - document.documentElement.clientWidth;
  if (wide <= 0) return null;
  const worst = [...document.querySelectorAll('body *')].filter((one) => one.getBoundingClientRect().right > innerWidth + 1).slice(-3).map((one) => `${one.tagName}.${one.className}`);
  return `${wide}px: ${worst.join(', ')}`;
});

/** Controls whose words stand out of them, and over what is beside them. */
const standingOut = (page) => page.evaluate(() => [...document.querySelectorAll('button, a, label, .card, .tag, .badge')]
  .filter((one) => one.clientHeight > 0 && one.scrollHeight > one.clientHeight + 2 && getComputedStyle(one).overflowY === 'visible')
  .slice(0, 3).map((one) => `${one.tagName}.${one.className} "${one.textContent.slice(0, 30)}"`));

/** Looks at one state: it fits, axe has nothing to say, and a screenshot is kept. */
async function look(page, name, wrong, suffix) {
  const wide = await sideways(page);
  if (wide) wrong.push(`${name} scrolls sideways by ${wide}`);
  for (const one of await standingOut(page)) wrong.push(`${name}: words stand out of ${one}`);
  // Between the widest and the narrowest the same elements are only narrower.
  if (!suffix.startsWith('1024')) for (const one of await violations(page)) wrong.push(`${name}: ${one}`);
  if (suffix) await shot(page, `${name.replaceAll('/', '-')}-${suffix}`);
}

const open = (width, colorScheme, more = {}) =>
  openPage(browser, site.url, { viewport: { width, height: width < 500 ? 844 : 900 }, colorScheme, bypassCSP: true, reducedMotion: 'reduce', ...more });

/** Goes to a view and waits until it has drawn what it shows. */
async function show(page, view) {
  await goTo(page, `#/${view}`);
  await page.waitForFunction(() => !document.querySelector('.loading'));
  await page.waitForTimeout(150);
}

for (const theme of ['light', 'dark']) {
  for (const width of WIDTHS) {
    test(`${width} px, ${theme}: every view fits and is accessible`, async () => {
      const { page, context } = await open(width, theme);
      const wrong = [];
      const suffix = `${width}-${theme}`;
      await look(page, 'start', wrong, suffix);
      await drop(page, 'tide-table.tar', sampleImage());
      await settled(page);
      for (const view of VIEWS) {
        await show(page, view);
        await look(page, view, wrong, suffix);
      }
      // The evidence behind the first row of each list.
      for (const list of LISTS) {
        await show(page, list);
        if (await page.locator('.grid-body .row[data-index]').count() === 0) continue;
        await page.locator('.grid-body .row[data-index]').first().click();
        await page.waitForSelector('.panel');
        await look(page, `panel-${list}`, wrong, suffix);
      }
      assert.deepEqual(wrong, []);
      await context.close();
    });
  }

  test(`${theme}: gaps, a refusal, a policy, the keys, menus, two images, and a scan that goes on`, async () => {
    const wrong = [];
    const width = theme === 'light' ? 1440 : 390;
    const suffix = `${width}-${theme}`;
    const { page, context } = await open(width, theme);
    await choose(page, { name: 'notes.tar', mimeType: 'text/plain', buffer: Buffer.from('These are only notes.\n'.repeat(100)) });
    await page.waitForSelector('.refusal');
    await look(page, 'refusal', wrong, suffix);
    await choose(page, { name: 'holes.tar', mimeType: 'application/x-tar', buffer: withHoles() });
    await page.waitForFunction(() => document.querySelector('.gaps') && !document.querySelector('.scanning'));
    await look(page, 'gaps', wrong, suffix);
    await drop(page, 'tide-table.tar', sampleImage());
    await page.waitForFunction(() => document.title.includes('tide-table') && document.querySelector('.cards') && !document.querySelector('.scanning'));
    await drop(page, 'policy.toml', Buffer.from('[secrets]\nseverity = "low"\n[checks]\nseverity = "low"\n'));
    await page.waitForSelector('.judged');
    await look(page, 'policy', wrong, suffix);
    await page.keyboard.press('?');
    await page.waitForSelector('dialog[open]');
    await look(page, 'keys', wrong, suffix);
    await page.keyboard.press('Escape');
    await page.locator('.top-actions').getByRole('button', { name: 'Take it away' }).click();
    await look(page, 'menu', wrong, suffix);
    await page.keyboard.press('Escape');
    await show(page, 'files/srv/app/server.js?layer=4');
    await page.waitForSelector('.content');
    await look(page, 'files-layer', wrong, suffix);
    await show(page, 'files?q=*.json');
    await page.waitForSelector('.result');
    await look(page, 'files-search', wrong, suffix);
    await show(page, 'compare');
    await drop(page, 'empty.tar', dockerArchive({ name: 'other:2', layers: [{ command: 'COPY motd /etc', entries: [{ path: 'etc/motd', content: 'hello' }] }] }));
    await page.waitForSelector('.numbers');
    await look(page, 'compare-two', wrong, suffix);
    await page.getByRole('button', { name: 'Open another' }).click();
    const big = dockerArchive({ name: 'big:1', layers: [{ command: 'COPY small /', entries: [{ path: 'etc/small', content: 'x' }] }, { command: 'COPY big /', entries: [{ path: 'big', content: Buffer.alloc(400 << 20, 65) }] }] });
    const file = join(temporary('looks'), 'big.tar');
    await writeFile(file, big);
    await choose(page, file);
    await page.waitForFunction(() => document.querySelector('.scanning') && document.querySelector('.cards'));
    await look(page, 'scanning', wrong, suffix);
    await page.getByRole('button', { name: 'Cancel' }).click();
    await page.waitForSelector('.start');
    assert.deepEqual(wrong, []);
    await context.close();
  });
}

// 1280 pixels at 200 % are 640, at 400 % are 320 (WCAG 1.4.4, 1.4.10).
for (const [zoom, width] of [[200, 640], [400, 320]]) {
  test(`at ${zoom} % nothing scrolls sideways`, async () => {
    const { page, context } = await open(width, 'light', { deviceScaleFactor: zoom / 100 });
    const wrong = [];
    const fits = async (name) => {
      const wide = await sideways(page);
      if (wide) wrong.push(`${name}: ${wide}`);
    };
    await fits('start');
    await drop(page, 'tide-table.tar', sampleImage());
    await settled(page);
    for (const view of [...VIEWS, 'packages/pkg:apk/alpine/busybox@1.35.0-r29', 'checks/runs-as-root']) {
      await show(page, view);
      await fits(view);
    }
    await shot(page, `zoom-${zoom}`);
    assert.deepEqual(wrong, []);
    await context.close();
  });
}
