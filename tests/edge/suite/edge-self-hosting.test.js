// The edge on workerd alone, by the configuration that is given to people.
import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { hostname, tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { test } from 'node:test';
import { dist, missing } from '../edge.js';
import { smallImage } from '../fixture.js';
import { listen } from '../ports.js';
import { repository, startRegistry } from '../registry.js';

const worker = join(repository, 'worker');

/** A port that was free a moment ago. */
async function freePort() {
  const { port, close } = await listen(() => {});
  await close();
  return port;
}

async function startWorkerd(kept, env, configuration = join(worker, 'workerd.capnp')) {
  const port = await freePort();
  const child = spawn(join(worker, 'node_modules/.bin/workerd'), [
    'serve', configuration, `--directory-path=page=${dist}`, `--directory-path=kept=${kept}`, `--socket-addr=http=127.0.0.1:${port}`,
  ], { stdio: ['ignore', 'pipe', 'pipe'], env: { ...process.env, ...env } });
  const said = [];
  for (const stream of [child.stdout, child.stderr]) stream.on('data', (part) => said.push(String(part)));
  const kill = () => child.kill();
  process.once('exit', kill);
  const url = (path) => `http://127.0.0.1:${port}/${path}`;
  for (let tries = 0; ; tries += 1) {
    const up = await fetch(url('healthz')).then((response) => response.ok, () => false);
    if (up) break;
    if (tries > 200 || child.exitCode !== null) assert.fail(`workerd does not answer: ${said.join('')}`);
    await sleep(50);
  }
  const close = async () => {
    process.removeListener('exit', kill);
    const ended = new Promise((done) => { child.once('exit', done); });
    child.kill();
    await ended;
  };
  return { url, close, said };
}

/** The same configuration with a network that reaches this machine too: the registry of a test is here. */
function openConfiguration() {
  const text = readFileSync(join(worker, 'workerd.capnp'), 'utf8');
  const file = join(worker, 'build/workerd-for-tests.capnp');
  writeFileSync(file, text.replace('allow = ["public"]', 'allow = ["public", "private"]').replaceAll('embed "build/', 'embed "'));
  return file;
}

test('workerd alone answers with reports, and keeps facts in its folder', { skip: missing }, async () => {
  const kept = mkdtempSync(join(tmpdir(), 'porthole-kept-'));
  const registry = await startRegistry({ repositories: { small: smallImage() } });
  const env = { PORTHOLE_TRUSTED: registry.host, PORTHOLE_REGISTRIES: registry.host };
  const path = `v1/report?image=${encodeURIComponent(registry.reference('small'))}`;
  try {
    const texts = [];
    for (const round of [1, 2]) {
      const edge = await startWorkerd(kept, env, openConfiguration());
      try {
        assert.equal((await (await fetch(edge.url('healthz'))).json()).plan, 'full');
        const response = await fetch(edge.url(path));
        texts.push(await response.text());
        assert.equal(response.status, 200, `${round}: ${texts.at(-1)} ${edge.said.join('')}`);
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
    rmSync(kept, { recursive: true });
  }
});

test('a name that resolves into this network is refused by the runtime', { skip: missing }, async () => {
  const kept = mkdtempSync(join(tmpdir(), 'porthole-kept-'));
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
    rmSync(kept, { recursive: true });
  }
});
