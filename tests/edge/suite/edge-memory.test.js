// Memory of the edge: flat, whatever the size of the image.
import assert from 'node:assert/strict';
import { createHash } from 'node:crypto';
import { test } from 'node:test';
import { createGzip } from 'node:zlib';
import { startBadRegistry } from '../bad-registry.js';
import { missing, startEdge } from '../edge.js';
import { digestOf, Store, TYPES } from '../fixture.js';

const MIB = 1 << 20;

/** A layer of one file of `size` bytes, compressed as it is made: text that compresses a hundredfold. */
async function bigLayer(size) {
  const header = Buffer.alloc(512);
  header.write('srv/big.txt', 0);
  header.write('0000644\0', 100);
  header.write('0000000\0', 108);
  header.write('0000000\0', 116);
  header.write(`${size.toString(8).padStart(11, '0')}\0`, 124);
  header.write('00000000000\0', 136);
  header.write('        ', 148);
  header.write('0', 156);
  header.write('ustar\0', 257);
  header.write('00', 263);
  header.write(`${header.reduce((sum, byte) => sum + byte, 0).toString(8).padStart(6, '0')}\0 `, 148);
  const gzip = createGzip({ level: 1 });
  const plain = createHash('sha256');
  const parts = [];
  const whole = new Promise((done) => { gzip.on('data', (part) => parts.push(part)).on('end', () => done(Buffer.concat(parts))); });
  const write = (chunk) => {
    plain.update(chunk);
    return new Promise((done) => { if (gzip.write(chunk)) done(); else gzip.once('drain', done); });
  };
  await write(header);
  const chunk = Buffer.from('a line of text that says nothing in particular\n'.repeat(Math.ceil(MIB / 47))).subarray(0, MIB);
  for (let written = 0; written < size; written += MIB) await write(chunk);
  await write(Buffer.alloc(1024));
  gzip.end();
  return { bytes: await whole, diffId: `sha256:${plain.digest('hex')}` };
}

async function image(size) {
  const store = new Store();
  const { bytes, diffId } = await bigLayer(size);
  const config = { os: 'linux', architecture: 'amd64', config: {}, rootfs: { type: 'layers', diff_ids: [diffId] }, history: [{ created_by: 'COPY big /' }] };
  store.manifest({ schemaVersion: 2, mediaType: TYPES.manifest, config: store.blob(TYPES.config, Buffer.from(JSON.stringify(config))), layers: [store.blob(TYPES.gzip, bytes)] }, 'v1');
  assert.equal(store.blobs.has(digestOf(bytes)), true);
  return store;
}

test('a layer of a gibibyte takes no more memory than one of a mebibyte', { skip: missing }, async () => {
  const seen = [];
  for (const size of [MIB, 1024 * MIB]) {
    const registry = await startBadRegistry({ store: await image(size) });
    const edge = await startEdge({ trusted: [registry.host] });
    try {
      const report = JSON.parse(await edge.report(registry.reference('good')));
      assert.equal(report.layers[0].uncompressedSize, size + 512 + 1024);
      assert.equal(report.layers[0].diffIdState.state, 'verified');
      seen.push((await edge.health()).memoryBytes);
    } finally {
      await edge.close();
      await registry.close();
    }
  }
  console.log(`  WebAssembly memory: ${seen.map((bytes) => (bytes / MIB).toFixed(1)).join(' and ')} MiB`);
  assert.ok(seen[1] < 48 * MIB);
  assert.ok(seen[1] - seen[0] <= MIB, `${(seen[1] - seen[0]) / MIB} MiB more`);
});
