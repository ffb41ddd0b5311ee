// How long a person waits: until the page can be used, and while it is busy.
import assert from 'node:assert/strict';
import { join } from 'node:path';
import { after, before, test } from 'node:test';
import { choose, goTo, hear, images, inWorkers, isQuiet, launch, needs, noLongTasks, openPage, serve, settled, watchTasks } from '../harness.js';

/** A laptop of the middle has about half the speed of a machine that builds. */
const SLOWER = 2;

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

/** In a worker: what layer workers say, and in theirs when one is ended, and how often a turn was given up before. */
const told = `
  const say = (what) => new BroadcastChannel('warm').postMessage(what);
  const post = self.postMessage;
  self.postMessage = (message, ...rest) => {
    if (/facts|hashed|failed/.test(message.type)) say(message.type);
    post.call(self, message, ...rest);
  };
  const later = self.setTimeout;
  self.setTimeout = (run, delay, ...rest) => {
    if (delay === undefined) say('report');
    return later.call(self, run, delay, ...rest);
  };
  const end = Worker.prototype.terminate;
  Worker.prototype.terminate = function () {
    say('end');
    end.call(this);
  };`;

test('while somebody looks for their file, a made-up image is read to its end, up to the report', async () => {
  const { page, context, problems } = await openPage(browser, site.url, { first: [inWorkers, told] });
  const heard = await hear(page, 'warm');
  const dialogue = page.waitForEvent('filechooser');
  await page.locator('.start-actions button').first().click();
  await dialogue;
  await page.waitForFunction(() => globalThis.warm.includes('end'));
  const warm = await heard();
  const count = (what) => warm.filter((one) => one === what).length;
  assert.ok(count('facts') > 1 && count('hashed') > 1 && count('report') > 5, warm.join(' '));
  assert.equal(count('failed'), 0);
  assert.deepEqual(problems, []);
  await context.close();
});

test('the page can be used within a second, also where the processor is slow', async (t) => {
  const context = await browser.newContext({ viewport: { width: 1440, height: 900 } });
  const page = await context.newPage();
  const client = await context.newCDPSession(page);
  await client.send('Emulation.setCPUThrottlingRate', { rate: SLOWER });
  // The button is there and answers: a click reaches it.
  await page.addInitScript(() => {
    new MutationObserver((_, observer) => {
      const button = document.querySelector('.start-actions button');
      if (!button) return;
      observer.disconnect();
      // What was set up after the first picture (keys, drop) is there two frames later.
      requestAnimationFrame(() => requestAnimationFrame(() => { window.usableAt = performance.now(); }));
    }).observe(document, { childList: true, subtree: true });
  });
  await page.goto(site.url);
  await page.waitForFunction(() => window.usableAt !== undefined);
  const usable = await page.evaluate(() => window.usableAt);
  t.diagnostic(`usable after ${Math.round(usable)} ms, the processor ${SLOWER} times slower`);
  if (isQuiet(t)) assert.ok(usable < 1000, `${usable} ms`);
  await context.close();
});

/** Scans an archive while a person looks around; milliseconds of the tasks that the long-task API calls too long. */
async function lookAround(t, archive) {
  const { page, context } = await openPage(browser, site.url);
  await watchTasks(browser, page);
  await choose(page, archive);
  // A person looks around while it goes on.
  await page.waitForSelector('.cards');
  for (const view of ['packages', 'layers', 'files', 'checks', 'config', 'overview']) {
    await goTo(page, `#/${view}`);
    await page.waitForTimeout(200);
  }
  await settled(page, 240_000);
  for (const view of ['vulns', 'packages', 'secrets', 'checks', 'layers', 'files', 'config', 'raw', 'overview']) {
    await goTo(page, `#/${view}`);
    await page.waitForTimeout(250);
  }
  const tasks = await noLongTasks(t, browser, page);
  await context.close();
  return tasks;
}

/** Layers are read on every processor that there is: now and then the page's thread waits for one, in one run and not in the next. */
const RUNS = 3;

for (const name of ['debian-slim', 'debian-app']) {
  test(`scanning ${name} never keeps the page from answering`, async (t) => {
    const archive = join(images, name, 'oci.tar');
    if (!needs(t, archive)) return;
    let tasks = await lookAround(t, archive);
    for (let run = 1; run < RUNS && tasks.length > 0 && isQuiet(t); run += 1) tasks = await lookAround(t, archive);
    if (isQuiet(t)) assert.deepEqual(tasks, []);
  });
}
