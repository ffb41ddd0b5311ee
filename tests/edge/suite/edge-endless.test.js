// Requests without end on one worker: memory stands still, WebAssembly's and the runtime's.
// PORTHOLE_EDGE_REQUESTS says how many; ten thousand are the figure in worker/README.md.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { missing, runtimes, startEdge } from '../edge.js';
import { smallImage } from '../fixture.js';
import { startRegistry } from '../registry.js';

const MIB = 1 << 20;
const REQUESTS = Number(process.env.PORTHOLE_EDGE_REQUESTS ?? 1500);
/** Clients at once. */
const CLIENTS = 16;
/** Looks at memory on the way. */
const PARTS = 6;
/** Tags of the repository, each an image with a layer of its own. */
const TAGS = 40;

test(`${REQUESTS} requests leave memory as it was`, { skip: missing }, async () => {
  const store = smallImage();
  for (let tag = 0; tag < TAGS; tag += 1) store.image({ layers: [{ 'etc/os-release': 'ID=alpine\nVERSION_ID=3.20.3\n', 'srv/own.txt': `${tag}\n`.repeat(2000) }] }, `t${tag}`);
  const registry = await startRegistry({ repositories: { app: store } });
  // Without the Cache API: Miniflare's stand-in for it keeps everything, in the same process.
  const edge = await startEdge({ trusted: [registry.host], cache: false });
  const formats = ['json', 'sarif', 'cyclonedx', 'html', 'csv', 'table', 'badge'];
  const image = (n) => registry.reference('app', `t${n % TAGS}`);
  const toml = { method: 'POST', headers: { 'content-type': 'application/toml' } };
  const kinds = [
    (n) => [edge.address(image(n)), 200],
    (n) => [edge.address(image(n), { format: formats[n % formats.length] }), 200],
    (n) => [edge.address(image(n), {}, 'badge.svg'), 200],
    (n) => [edge.address(image(n), {}, 'v1/progress'), 200],
    // A new policy each time: nothing of it is known, all of the image is.
    (n) => [edge.address(image(n), {}, 'v1/policy'), 200, { ...toml, body: `[size]\nmax-bytes = ${n + 1}\n` }],
    (n) => [edge.address(registry.reference('nothing-here', `t${n}`)), 404],
    () => [edge.address('not a reference'), 400],
    () => ['healthz', 200],
  ];
  const wrong = [];
  const drive = async (from, to) => {
    let next = from;
    const client = async () => {
      while (next < to) {
        const n = next;
        next += 1;
        const [path, wanted, options] = kinds[n % kinds.length](Math.floor(n / kinds.length));
        const response = await edge.get(path, options);
        const body = await response.arrayBuffer();
        if (response.status !== wanted || body.byteLength === 0) wrong.push(`${path}: ${response.status}, ${body.byteLength} bytes`);
      }
    };
    await Promise.all(Array.from({ length: CLIENTS }, client));
    return { wasm: (await edge.health()).memoryBytes, resident: runtimes()?.resident ?? 0 };
  };
  try {
    const mib = (bytes) => (bytes / MIB).toFixed(1);
    const seen = [];
    for (let part = 0; part < PARTS; part += 1) {
      seen.push(await drive(Math.round((REQUESTS * part) / PARTS), Math.round((REQUESTS * (part + 1)) / PARTS)));
      console.log(`  after ${Math.round((REQUESTS * (part + 1)) / PARTS)}: WebAssembly ${mib(seen[part].wasm)} MiB, runtime ${mib(seen[part].resident)} MiB resident`);
    }
    assert.deepEqual(wrong, []);
    // The first half makes everything that is kept; from then on there is nothing to grow for.
    const [early, late] = [seen[PARTS / 2 - 1], seen[PARTS - 1]];
    assert.ok(late.wasm < 48 * MIB);
    assert.ok(late.wasm - early.wasm <= MIB, `WebAssembly grew by ${mib(late.wasm - early.wasm)} MiB`);
    // The runtime's own heap is collected as worker/workerd.capnp says: without that, each request leaves 25 kB until there are 800 MB.
    assert.ok(late.resident - early.resident < 64 * MIB, `the runtime grew by ${mib(late.resident - early.resident)} MiB`);
  } finally {
    await edge.close();
    await registry.close();
  }
});
