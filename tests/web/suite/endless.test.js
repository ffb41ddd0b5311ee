// The same tab, again and again: what one scan took, the next one has. 2,000 scans with `PORTHOLE_LONG=1`, else a part. Before every
// fifth another one is cancelled, which leaves nothing either.
import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { after, before, test } from 'node:test';
import { drop, launch, openPage, serve, settled } from '../harness.js';
import { dockerArchive } from '../../../www/sample/tar.mjs';

const SCANS = process.env.PORTHOLE_LONG ? 2000 : 60;

let browser;
let site;
before(async () => {
  const entries = [{ path: 'srv/long', content: Buffer.alloc(96 << 20, 'all work and no play\n') }];
  site = await serve({ 'long.tar': dockerArchive({ name: 'long:1', layers: [{ command: 'COPY long', entries }] }) });
  browser = await launch();
});
after(async () => {
  await browser?.close();
  await site?.close();
});

/** An image with something for every list: packages, a secret, files, two layers. */
const image = (number) => dockerArchive({
  name: `again:${number}`,
  layers: [
    { command: 'COPY base', entries: [{ path: 'etc/os-release', content: 'ID=alpine\nVERSION_ID=3.20.1\n' }, { path: 'lib/apk/db/installed', content: 'P:busybox\nV:1.36.1-r0\nA:x86_64\n\n'.repeat(50) }] },
    { command: 'COPY app', entries: [{ path: 'app/package-lock.json', content: '{"lockfileVersion":3,"packages":{"node_modules/x":{"version":"1.0.0"}}}' }, { path: 'app/data', content: Buffer.alloc(300_000, number % 251) }] },
  ],
});

test(`${SCANS} scans in one tab leave nothing behind`, async (t) => {
  const { page, context, problems } = await openPage(browser, site.url);
  const client = await context.newCDPSession(page);
  const whole = await browser.newBrowserCDPSession();
  /** Megabytes: JavaScript's heap after a collection, and what the renderers hold. */
  const held = async () => {
    await client.send('HeapProfiler.collectGarbage');
    const { usedSize } = await client.send('Runtime.getHeapUsage');
    const { processInfo } = await whole.send('SystemInfo.getProcessInfo');
    const resident = processInfo.filter((one) => one.type === 'renderer').reduce((sum, { id }) => {
      try {
        return sum + Number(/VmRSS:\s+(\d+)/.exec(readFileSync(`/proc/${id}/status`, 'utf8'))?.[1] ?? 0);
      } catch {
        return sum;
      }
    }, 0);
    return { heap: usedSize / 2 ** 20, resident: resident / 1024, workers: page.workers().length };
  };
  // Neither `setInputFiles` nor `waitForSelector`: they hold elements for the test, and with them all of the page that was there.
  await page.evaluate(async () => { window.long = new File([await (await fetch('long.tar')).blob()], 'long.tar'); });
  const cancel = async () => {
    await page.evaluate(() => {
      const transfer = new DataTransfer();
      transfer.items.add(window.long);
      dispatchEvent(new DragEvent('drop', { dataTransfer: transfer, bubbles: true, cancelable: true }));
    });
    await page.getByRole('button', { name: 'Cancel' }).click();
    await page.locator('.start').waitFor();
  };
  const scan = async (number) => {
    if (number % 5 === 4) await cancel();
    await drop(page, 'again.tar', image(number));
    await page.waitForFunction((title) => document.title.includes(title), `again:${number}`);
    await settled(page);
    await page.getByRole('button', { name: 'Open another' }).click();
    await page.locator('.start').waitFor();
  };
  // What is made once is made in the first tenth.
  const first = SCANS / 10;
  for (let number = 0; number < first; number += 1) await scan(number);
  const before = await held();
  for (let number = first; number < SCANS; number += 1) await scan(number);
  await cancel();
  for (let tries = 0; tries < 100 && page.workers().length > before.workers; tries += 1) await page.waitForTimeout(100);
  const after = await held();
  t.diagnostic(`after ${first} scans: heap ${before.heap.toFixed(1)} MiB, resident ${before.resident.toFixed(0)} MiB, ${before.workers} workers; after ${SCANS}: ${after.heap.toFixed(1)} MiB, ${after.resident.toFixed(0)} MiB, ${after.workers} workers`);
  assert.ok(after.heap < before.heap + 4, `JavaScript's heap grew from ${before.heap} to ${after.heap} MiB`);
  // A leak of one scan's smallest memory (two workers of 2 MiB each) would be seen many times over.
  assert.ok(after.resident < before.resident + 96, `the tab grew from ${before.resident} to ${after.resident} MiB`);
  assert.ok(after.workers <= before.workers, `${after.workers} workers are left`);
  assert.deepEqual(problems, []);
  await context.close();
});
