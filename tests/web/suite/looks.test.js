// Every view at three widths in two themes: a screenshot, nothing that scrolls sideways, nothing that axe objects to.
import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { after, before, test } from 'node:test';
import { databaseFiles, drop, launch, openPage, serve, settled, shot } from '../harness.js';
import { sampleImage } from '../../../www/sample/image.mjs';

const axe = readFileSync(createRequire(import.meta.url).resolve('axe-core/axe.min.js'), 'utf8');
const WIDTHS = [1440, 1024, 390];
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

const sideways = (page) => page.evaluate(() => {
  const wide = document.documentElement.scrollWidth - document.documentElement.clientWidth;
  if (wide <= 0) return null;
  const worst = [...document.querySelectorAll('body *')].filter((one) => one.getBoundingClientRect().right > innerWidth + 1).slice(-3).map((one) => `${one.tagName}.${one.className}`);
  return `${wide}px: ${worst.join(', ')}`;
});

for (const theme of ['light', 'dark']) {
  for (const width of WIDTHS) {
    test(`${width} px, ${theme}: every view fits and is accessible`, async () => {
      const { page, context } = await openPage(browser, site.url, { viewport: { width, height: width < 500 ? 844 : 900 }, colorScheme: theme, bypassCSP: true, reducedMotion: 'reduce' });
      const wrong = [];
      const look = async (name) => {
        const wide = await sideways(page);
        if (wide) wrong.push(`${name} scrolls sideways by ${wide}`);
        for (const one of await violations(page)) wrong.push(`${name}: ${one}`);
        await shot(page, `${name.replaceAll('/', '-')}-${width}-${theme}`);
      };
      await look('start');
      await drop(page, 'tide-table.tar', sampleImage());
      await settled(page);
      for (const view of VIEWS) {
        await page.evaluate((hash) => { location.hash = hash; }, `#/${view}`);
        await page.waitForTimeout(150);
        await look(view);
      }
      assert.deepEqual(wrong, []);
      await context.close();
    });
  }
}
