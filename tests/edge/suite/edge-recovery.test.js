// After a trap: an isolate whose WebAssembly ran out of memory answers the next request from a new instance.
import assert from 'node:assert/strict';
import { copyFileSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { built, missing, startEdge } from '../edge.js';
import { PACKAGES, smallImage } from '../fixture.js';
import { startRegistry } from '../registry.js';
import { temporary } from '../../temporary.mjs';

/** A number as WebAssembly writes it (LEB128), and where it ends. */
function number(bytes, at) {
  let [value, shift] = [0, 0];
  for (;;) {
    const byte = bytes[at];
    at += 1;
    value += (byte & 127) * 2 ** shift;
    shift += 7;
    if (byte < 128) return [value, at];
  }
}
function written(value) {
  const bytes = [];
  do {
    bytes.push((value % 128) | (value >= 128 ? 128 : 0));
    value = Math.floor(value / 128);
  } while (value > 0);
  return Buffer.from(bytes);
}

/** The worker as it was built, with a memory that grows no further than by `more` pages of 64 KiB. */
function shortOfMemory(more) {
  const folder = temporary('short');
  copyFileSync(join(built, 'index.js'), join(folder, 'index.js'));
  const module = readFileSync(join(built, 'porthole_worker_bg.wasm'));
  const parts = [module.subarray(0, 8)];
  let found = false;
  for (let at = 8; at < module.length;) {
    const [size, body] = number(module, at + 1);
    const end = body + size;
    // Section 5, memories: one, without or with a maximum.
    if (module[at] === 5) {
      const [start] = number(module, body + 2);
      const memory = Buffer.concat([Buffer.from([1, 1]), written(start), written(start + more)]);
      parts.push(Buffer.from([5]), written(memory.length), memory);
      found = true;
    } else parts.push(module.subarray(at, end));
    at = end;
  }
  assert.ok(found);
  writeFileSync(join(folder, 'porthole_worker_bg.wasm'), Buffer.concat(parts));
  return folder;
}

/** An image with a file that a cataloger wants whole, too large for that memory. */
function largeFile() {
  const store = smallImage();
  const lock = JSON.stringify({ name: 'a', lockfileVersion: 3, packages: Object.fromEntries(Array.from({ length: 90_000 }, (_, at) => [`node_modules/p${at}`, { version: `1.0.${at}`, license: 'MIT' }])) });
  store.image({ layers: [{ 'srv/package-lock.json': lock }] }, 'large');
  return store;
}

for (const fanOut of [true, false]) {
  test(`a request that needs more memory than there is fails, the next one does not, ${fanOut ? 'each layer in its own invocation' : 'all in one isolate'}`, { skip: missing }, async () => {
    const build = shortOfMemory(96);
    const registry = await startRegistry({ repositories: { app: largeFile() } });
    const edge = await startEdge({ trusted: [registry.host], build, page: false, fanOut });
    try {
      const packages = async () => JSON.parse(await edge.report(registry.reference('app'))).packages.map(({ name }) => name).sort();
      for (let round = 0; round < 3; round += 1) {
        const begun = performance.now();
        const failed = await edge.get(edge.address(registry.reference('app', 'large')));
        const problem = await failed.json();
        assert.equal(failed.status, 500, JSON.stringify(problem));
        assert.equal(problem.type, '/problems#internal');
        assert.ok(performance.now() - begun < 20_000, 'nobody waits for work that will never end');
        assert.deepEqual(await packages(), PACKAGES.map(([name]) => name).sort());
      }
      assert.equal((await edge.health()).status, 'ok');
    } finally {
      await edge.close();
      await registry.close();
    }
  });
}
