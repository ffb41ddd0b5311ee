// What servers learn when an image is matched: the release and the languages, by the names of static files, and nothing of the image itself.
import assert from 'node:assert/strict';
import { join } from 'node:path';
import { after, before, test } from 'node:test';
import { database, databaseFiles, drop, launch, needs, openPage, serve, settled } from '../harness.js';
import { dockerArchive } from '../../../www/sample/tar.mjs';

/** An Alpine 3.17 with npm packages, all of whose other names are given. */
const image = ({ name, registry, system, files }) => dockerArchive({
  name,
  config: { Env: [`REGISTRY=${registry}`], Cmd: ['node'], Labels: { 'org.opencontainers.image.source': `https://${registry}/x` } },
  layers: [{
    command: `ADD ${registry} /`,
    entries: [
      { path: 'etc/os-release', content: 'ID=alpine\nVERSION_ID=3.17.3\nPRETTY_NAME="Alpine Linux v3.17"\n' },
      { path: 'lib/apk/db/installed', content: `P:${system}\nV:1.0.0-r0\nA:x86_64\nL:MIT\no:${system}\n\n` },
      ...files.map((file) => ({ path: `srv/node_modules/${file}/package.json`, content: JSON.stringify({ name: file, version: '1.0.0' }) })),
    ],
  }],
});

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

/** Every request of a page that reads an image: method, whole address, body, where it came from. */
async function requests(file, bytes) {
  const { page, context } = await openPage(browser, site.url, { serviceWorkers: 'block' });
  // The page fetches its module when it has nothing else to do, which may be now or a moment ago.
  await page.waitForFunction(() => performance.getEntriesByType('resource').some((one) => one.name.endsWith('.wasm')));
  const all = [];
  // Workers that the page makes of its own text have addresses that lead to no server.
  context.on('request', (request) => request.url().startsWith('blob:') || all.push([request.method(), request.url(), request.postData() ?? '', request.headers().referer ?? '']));
  await drop(page, file, bytes);
  await settled(page);
  assert.match(await page.locator('.cards').innerText(), /Alpine Linux v3\.17/);
  await context.close();
  return all;
}

test('two images of one release and one language ask for exactly the same addresses', async (t) => {
  if (!needs(t, join(database, 'index.json'))) return;
  const plain = await requests('a.tar', image({ name: 'example.com/a:1', registry: 'a.example', system: 'zlib', files: ['left-pad'] }));
  const secret = await requests('merger.tar', image({
    name: 'registry.corp.example/secret/merger:2', registry: 'registry.corp.example', system: 'corp-secret-daemon', files: ['@corp/secret-merger', 'lodash', 'express'],
  }));
  const shards = plain.filter(([, url]) => url.includes('/db/'));
  assert.equal(shards.length, 3, 'the index, a shard of the release, a shard of the language');
  assert.deepEqual(secret.toSorted(), plain.toSorted());
  for (const [method, url, body, referrer] of plain) {
    const { origin, search, hash } = new URL(url);
    assert.deepEqual([method, body, search, hash], ['GET', '', '', ''], url);
    assert.equal(origin, site.origin, url);
    if (url.includes('/db/')) assert.equal(referrer, '', url);
    assert.doesNotMatch(url, /corp|secret|merger|lodash|express|left-pad|zlib|corp-secret-daemon/, url);
  }
});
