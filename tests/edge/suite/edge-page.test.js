// Page and edge together, in a browser: an address with an image in it opens the report.
import assert from 'node:assert/strict';
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { dist, missing, startEdge } from '../edge.js';
import { smallImage } from '../fixture.js';
import { repository, startRegistry } from '../registry.js';

const browser = process.env.PORTHOLE_CHROMIUM ?? '/usr/bin/chromium';
const skip = missing
  || (existsSync(join(dist, 'index.html')) ? false : 'the page is not built: cargo xtask build')
  || (existsSync(browser) && existsSync(join(repository, 'tests/web/node_modules')) ? false : 'no browser: cargo xtask test browser');

test('an address with an image opens its report, and asks nobody but the edge', { skip }, async () => {
  const { launch, openPage, settled, shot } = await import('../../web/harness.js');
  const registry = await startRegistry({ repositories: { small: smallImage() } });
  const edge = await startEdge({ trusted: [registry.host] });
  const chromium = await launch();
  try {
    const { page, requests, problems } = await openPage(chromium, edge.url(`?image=${encodeURIComponent(registry.reference('small'))}`));
    await settled(page);
    const text = await page.locator('body').innerText();
    assert.match(text, /Alpine/);
    assert.match(page.url(), /[?&]image=/);
    await shot(page, 'edge');
    assert.deepEqual(requests.filter((url) => !url.startsWith(edge.url('')) && !url.startsWith('blob:') && !url.startsWith('data:')), []);
    assert.ok(requests.some((url) => url.includes('/v1/progress?image=')));
    assert.deepEqual(problems, []);
    const pinned = await page.evaluate(async (path) => (await fetch(path)).headers.get('porthole-image'), edge.address(registry.reference('small')));
    await page.goto(edge.url(`?image=${encodeURIComponent(pinned)}`));
    await settled(page);
    assert.match(await page.locator('body').innerText(), /Alpine/);
  } finally {
    await chromium.close();
    await edge.close();
    await registry.close();
  }
});
