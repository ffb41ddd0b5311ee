// With an advisory database beside the page: findings, their evidence, what was fetched, and what it told a server.
import assert from 'node:assert/strict';
import { readdirSync } from 'node:fs';
import { join } from 'node:path';
import { after, before, test } from 'node:test';
import { database, databaseFiles, drop, launch, needs, openPage, serve, settled } from '../harness.js';
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

test('an image is matched with the shards of its release and its languages, and no others are fetched', async (t) => {
  if (!needs(t, join(database, 'index.json'))) return;
  const { page, context, problems } = await openPage(browser, site.url);
  await drop(page, 'tide-table.tar', sampleImage());
  await settled(page);
  const fetched = site.asked.filter((path) => path.includes('/db/')).map((path) => path.slice(path.lastIndexOf('/') + 1));
  assert.ok(fetched.includes('index.json'));
  for (const name of fetched) assert.match(name, /^(index\.json|alpine-v3\.17-.*|npm-.*)$/);
  assert.ok(fetched.length < readdirSync(database).length);
  assert.match(await page.locator('.cards').innerText(), /with a fix/);
  // What is most worth doing, what no longer gets fixes, and how old the data is: said before anybody asks.
  const overview = await page.locator('main').innerText();
  assert.match(overview, /Fix these three and \d+ findings go\./);
  assert.match(overview, /Alpine Linux v3\.17 has had no security updates since Nov 22, 2024/);
  assert.match(overview, /Advisory data (of today|up to [\d,]+ days? old)/);
  await page.evaluate(() => { location.hash = '#/vulns?f.layer=1'; });
  await page.waitForSelector('.grid-body .row');
  assert.match(await page.locator('.sources').innerText(), /rows of .*Alpine/);
  // Findings by layer are findings by command.
  assert.match(await page.locator('.facet label', { hasText: 'RUN apk add nodejs curl' }).innerText(), /1 · RUN apk add nodejs curl/);
  await page.evaluate(() => { location.hash = '#/vulns?q=lodash'; });
  await page.waitForSelector('.grid-body .row');
  const id = (await page.locator('.grid-body .row .row-link').first().innerText()).split('\n')[0];
  // A finding can be linked by its advisory alone.
  await page.evaluate((advisory) => { location.hash = `#/vulns/${advisory}`; }, id);
  await page.waitForSelector('.panel');
  const panel = await page.locator('.panel').innerText();
  for (const word of ['lodash', '4.17.20', 'Layer', 'COPY . /srv/app', 'Upgrade']) assert.ok(panel.includes(word), `${word} in ${panel}`);
  assert.deepEqual(problems, []);
  await context.close();
});
