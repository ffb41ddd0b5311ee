// Memory of the layer workers: the same for a layer of 100 MiB and for one of 10 GiB. And while so much is still hashed behind
// the report, no layer is called verified.
import assert from 'node:assert/strict';
import { writeFileSync } from 'node:fs';
import { rm } from 'node:fs/promises';
import { join } from 'node:path';
import { after, before, test } from 'node:test';
import { gzipSync } from 'node:zlib';
import { choose, launch, openPage, serve, settled } from '../harness.js';
import { tar } from '../../../www/sample/tar.mjs';
import { temporary } from '../../temporary.mjs';

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

const MIB = 1 << 20;
const FILE = 50 * MIB;

/** A gzip layer of so many files of 50 MiB, every third of them text; a member of gzip each, since a thousand times the same costs nothing to make. */
function layer(files) {
  const text = gzipSync(Buffer.alloc(FILE, 'const token = process.env.TOKEN; // as code has it\n'));
  const zeros = gzipSync(Buffer.alloc(FILE));
  const parts = [];
  for (let index = 0; index < files; index += 1) {
    // The header alone: a tar of an empty file, with the size put in and the sum made again.
    const header = Buffer.from(tar([{ path: `srv/data/file-${index}.txt` }]).subarray(0, 512));
    header.write(FILE.toString(8).padStart(11, '0'), 124, 'latin1');
    header.fill(' ', 148, 156);
    header.write(`${header.reduce((all, byte) => all + byte, 0).toString(8).padStart(6, '0')}\0 `, 148, 'latin1');
    parts.push(gzipSync(header), index % 3 === 0 ? text : zeros);
  }
  parts.push(gzipSync(Buffer.alloc(1024)));
  return Buffer.concat(parts);
}

/** Scans an image of one such layer; the most WebAssembly memory of a worker, and what the page says of its size. */
async function scanned(files) {
  const folder = temporary('memory');
  const { page, context } = await openPage(browser, site.url);
  try {
    const file = join(folder, 'big.tar');
    const config = { architecture: 'amd64', os: 'linux', config: {}, rootfs: { type: 'layers', diff_ids: [`sha256:${'0'.repeat(64)}`] } };
    writeFileSync(file, tar([
      { path: 'layer.tar', content: layer(files) }, { path: 'config.json', content: JSON.stringify(config) },
      { path: 'manifest.json', content: JSON.stringify([{ Config: 'config.json', RepoTags: ['big:1'], Layers: ['layer.tar'] }]) },
    ]));
    await choose(page, file);
    await settled(page, 600_000);
    const said = async (name) => Number(await page.locator('.top').getAttribute(name));
    return { memory: await said('data-memory'), pending: await said('data-pending'), cards: await page.locator('.cards').innerText() };
  } finally {
    // What is still hashed behind the report ends with the page.
    await context.close();
    await rm(folder, { recursive: true });
  }
}

test('a layer of 10 GiB takes no more memory than one of 100 MiB, and less than 64 MiB', async (t) => {
  const small = await scanned(2);
  const large = await scanned(205);
  t.diagnostic(`WebAssembly memory of a worker: ${small.memory / MIB} MiB for 100 MiB, ${large.memory / MIB} MiB for 10 GiB`);
  assert.match(small.cards, /100(\.\d+)? MiB|105 MB/);
  assert.match(large.cards, /10(\.\d+)? GiB|10\.7\d? GB/);
  assert.equal(large.pending, 1);
  assert.match(large.cards, /1 digest still being recomputed/);
  assert.doesNotMatch(large.cards, /recomputed and equal/);
  assert.ok(small.memory > 0 && large.memory < 64 * MIB, `${large.memory}`);
  assert.ok(large.memory <= small.memory + MIB, `${small.memory} and ${large.memory}`);
});
