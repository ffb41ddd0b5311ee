// Memory of the edge: flat, whatever the size of the image.
import assert from 'node:assert/strict';
import { createHash } from 'node:crypto';
import { test } from 'node:test';
import { createGzip, gzipSync } from 'node:zlib';
import { startBadRegistry } from '../bad-registry.js';
import { missing, startEdge } from '../edge.js';
import { digestOf, Store, TYPES } from '../fixture.js';

const MIB = 1 << 20;

/** A layer of one file of `size` bytes, compressed as it is made: text that compresses a hundredfold. */
async function bigLayer(size) {
  const gzip = createGzip({ level: 1 });
  const plain = createHash('sha256');
  const parts = [];
  const whole = new Promise((done) => { gzip.on('data', (part) => parts.push(part)).on('end', () => done(Buffer.concat(parts))); });
  const write = (chunk) => {
    plain.update(chunk);
    return new Promise((done) => { if (gzip.write(chunk)) done(); else gzip.once('drain', done); });
  };
  await write(sum(header('srv/big.txt', size)));
  const chunk = Buffer.from('a line of text that says nothing in particular\n'.repeat(Math.ceil(MIB / 47))).subarray(0, MIB);
  for (let written = 0; written < size; written += MIB) await write(chunk);
  await write(Buffer.alloc(1024));
  gzip.end();
  return { bytes: await whole, diffId: `sha256:${plain.digest('hex')}` };
}

/** A layer of so many empty files, in folders of a hundred, with names as long as real ones. */
function manyFiles(count) {
  const blocks = Buffer.alloc(512 * (count + 2));
  const plain = header('', 0);
  for (let at = 0; at < count; at += 1) {
    const name = `usr/lib/node_modules/package-${Math.floor(at / 100)}/dist/module-${at}.js`;
    const block = blocks.subarray(512 * at, 512 * (at + 1));
    plain.copy(block);
    block.write(name, 0);
    sum(block);
  }
  return { bytes: gzipSync(blocks, { level: 1 }), diffId: digestOf(blocks) };
}

function header(name, size) {
  const block = Buffer.alloc(512);
  block.write(name, 0);
  block.write('0000644\0', 100);
  block.write('0000000\0', 108);
  block.write('0000000\0', 116);
  block.write(`${size.toString(8).padStart(11, '0')}\0`, 124);
  block.write('00000000000\0', 136);
  block.write('0', 156);
  block.write('ustar\0', 257);
  block.write('00', 263);
  return block;
}

/** Writes a header's checksum. */
function sum(block) {
  block.write('        ', 148);
  block.write(`${block.reduce((sum, byte) => sum + byte, 0).toString(8).padStart(6, '0')}\0 `, 148);
  return block;
}

function imageOf(...layers) {
  const store = new Store();
  const config = { os: 'linux', architecture: 'amd64', config: {}, rootfs: { type: 'layers', diff_ids: layers.map(({ diffId }) => diffId) }, history: layers.map(() => ({ created_by: 'COPY big /' })) };
  store.manifest({ schemaVersion: 2, mediaType: TYPES.manifest, config: store.blob(TYPES.config, Buffer.from(JSON.stringify(config))), layers: layers.map(({ bytes }) => store.blob(TYPES.gzip, bytes)) }, 'v1');
  return store;
}

test('a layer of a gibibyte takes no more memory than one of a mebibyte', { skip: missing }, async () => {
  const seen = [];
  for (const size of [MIB, 1024 * MIB]) {
    const registry = await startBadRegistry({ store: imageOf(await bigLayer(size)) });
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

test('files without number: the list is cut, the report says so, and memory stays below 48 MiB', { skip: missing }, async () => {
  const [few, cap, many] = [manyFiles(1000), manyFiles(200_000), manyFiles(450_000)];
  for (const [name, layers, cut] of [['200,000 files and some', [few, cap], true], ['a layer of 450,000', [many], true], ['three of 200,000', [cap, few, cap], true], ['1,000', [few], false]]) {
    const registry = await startBadRegistry({ store: imageOf(...layers) });
    const edge = await startEdge({ trusted: [registry.host], page: false });
    try {
      const report = JSON.parse(await edge.report(registry.reference('good')));
      assert.equal(report.gaps.some(({ kind, message }) => kind === 'overBudget' && /more than 200000 paths/.test(message)), cut, `${name}: ${JSON.stringify(report.gaps)}`);
      assert.ok(report.layers.every(({ diffIdState }) => diffIdState.state === 'verified'));
      const { memoryBytes } = await edge.health();
      console.log(`  ${name}: WebAssembly memory ${(memoryBytes / MIB).toFixed(1)} MiB`);
      assert.ok(memoryBytes < 48 * MIB, `${name}: ${memoryBytes / MIB} MiB`);
    } finally {
      await edge.close();
      await registry.close();
    }
  }
});
