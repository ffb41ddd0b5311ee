// The edge on workerd alone, by the configuration that is given to people.
import assert from 'node:assert/strict';
import { readdirSync } from 'node:fs';
import { hostname } from 'node:os';
import { join } from 'node:path';
import { test } from 'node:test';
import { missing } from '../edge.js';
import { smallImage } from '../fixture.js';
import { listen } from '../ports.js';
import { startRegistry } from '../registry.js';
import { openConfiguration, startWorkerd } from '../self-hosted.js';
import { temporary } from '../../temporary.mjs';

test('workerd alone answers with reports, and keeps facts in its folder', { skip: missing }, async () => {
  const kept = temporary('kept');
  const registry = await startRegistry({ repositories: { small: smallImage() } });
  const env = { PORTHOLE_TRUSTED: registry.host, PORTHOLE_REGISTRIES: registry.host };
  try {
    const texts = [];
    for (let round = 0; round < 2; round += 1) {
      const edge = await startWorkerd(kept, env, { folder: openConfiguration() });
      try {
        assert.equal((await (await fetch(edge.url('healthz'))).json()).plan, 'full');
        texts.push(await edge.report(registry.reference('small')));
      } finally {
        await edge.close();
      }
    }
    assert.equal(texts[0], texts[1]);
    const layers = new Set(JSON.parse(texts[0]).layers.map(({ digest }) => digest));
    const pulls = Object.entries(await registry.pulls()).filter(([path]) => layers.has(path.split('/').at(-1)));
    assert.equal(pulls.length, 3);
    assert.deepEqual(pulls.filter(([, count]) => count !== 1), [], 'the second process reads what the first one kept');
  } finally {
    await registry.close();
  }
});

test('a name that resolves into this network is refused by the runtime', { skip: missing }, async () => {
  const kept = temporary('kept');
  const asked = [];
  const { port, close } = await listen((request, response) => { asked.push(request.url); response.end(); }, '0.0.0.0');
  // A trusted name passes the worker's guard, whatever it resolves to: what is left is the runtime's.
  const name = `${hostname()}:${port}`;
  const edge = await startWorkerd(kept, { PORTHOLE_TRUSTED: name, PORTHOLE_REGISTRIES: name });
  try {
    const response = await fetch(edge.url(`v1/report?image=${encodeURIComponent(`${name}/app`)}`));
    assert.ok(response.status >= 400, await response.text());
    assert.deepEqual(asked, []);
    assert.deepEqual(readdirSync(kept), []);
  } finally {
    await edge.close();
    await close();
  }
});
