// The edge as people run it on a machine of their own: workerd alone, in one process or several.
import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { dist } from './edge.js';
import { listen } from './ports.js';
import { repository } from './registry.js';

export const worker = join(repository, 'worker');

/** A port that was free a moment ago. */
async function freePort() {
  const { port, close } = await listen(() => {});
  await close();
  return port;
}

/** A folder with the same configuration, and a network that reaches this machine too: the registry of a test is here. */
export function openConfiguration() {
  const folder = join(worker, 'build/configuration-for-tests');
  mkdirSync(folder, { recursive: true });
  for (const name of ['workerd.capnp', 'layers.capnp']) {
    const text = readFileSync(join(worker, name), 'utf8');
    writeFileSync(join(folder, name), text.replaceAll('allow = ["public"]', 'allow = ["public", "private"]').replaceAll('embed "build/', 'embed "../'));
  }
  return folder;
}

/**
 * Starts workerd by the configuration in `folder`, with facts in `kept`; with `processes`, by `serve.mjs` and so many more for layers.
 * Gives `url(path)`, `report(reference)`, `child`, `said`, what was printed, and `close()`.
 */
export async function startWorkerd(kept, environment, { folder = worker, processes } = {}) {
  const port = await freePort();
  const [program, ...args] = processes === undefined
    ? [join(worker, 'node_modules/.bin/workerd'), 'serve', join(folder, 'workerd.capnp'), `--directory-path=page=${dist}`, `--directory-path=kept=${kept}`, `--socket-addr=http=127.0.0.1:${port}`]
    : [process.execPath, join(worker, 'serve.mjs'), '--configuration', folder, '--page', dist, '--kept', kept, '--listen', `127.0.0.1:${port}`, '--processes', String(processes)];
  const child = spawn(program, args, { stdio: ['ignore', 'pipe', 'pipe'], env: { ...process.env, ...environment } });
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
  return {
    url,
    child,
    said,
    /** The report's text; fails when there is none. */
    report: async (reference) => {
      const response = await fetch(url(`v1/report?image=${encodeURIComponent(reference)}`));
      const text = await response.text();
      assert.equal(response.status, 200, `${reference}: ${text} ${said.join('')}`);
      return text;
    },
    close: async () => {
      process.removeListener('exit', kill);
      if (child.exitCode !== null || child.signalCode !== null) return;
      const ended = new Promise((done) => { child.once('exit', done); });
      child.kill();
      await ended;
    },
  };
}
