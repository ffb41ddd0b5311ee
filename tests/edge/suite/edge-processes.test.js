// The edge on several cores: one process answers, others read layers for it, and nothing depends on them.
import assert from 'node:assert/strict';
import { existsSync, readdirSync, readFileSync, statSync } from 'node:fs';
import { request } from 'node:http';
import { dirname, join } from 'node:path';
import { after, before, test } from 'node:test';
import { setTimeout as sleep } from 'node:timers/promises';
import { database, midnight, missing } from '../edge.js';
import { smallImage, Store } from '../fixture.js';
import { porthole } from '../porthole.js';
import { realImages, startRegistry } from '../registry.js';
import { openConfiguration, startWorkerd } from '../self-hosted.js';
import { temporary } from '../../temporary.mjs';

const skip = missing || (existsSync('/proc/self/stat') ? false : 'no /proc');
/** Processes for layers. */
const PROCESSES = 2;
let registry;

before(async () => {
  if (skip) return;
  const many = new Store();
  for (let tag = 0; tag < 12; tag += 1) many.image({ layers: [{ 'etc/os-release': 'ID=alpine\nVERSION_ID=3.20.3\n' }, { 'srv/own.txt': `${tag}\n`.repeat(2000) }] }, `t${tag}`);
  registry = await startRegistry({ repositories: { small: smallImage(), crowd: smallImage({ size: 3_000_000 }), late: smallImage({ size: 2_000_000 }), many } });
});
after(() => registry?.close());

/** Runs `work` with an edge of several processes that asks `of`. */
async function withEdge(work, of = registry) {
  const kept = temporary('kept');
  const trust = { PORTHOLE_TRUSTED: of.host, PORTHOLE_REGISTRIES: of.host, PORTHOLE_REQUESTS_PER_MINUTE: '0' };
  const edge = await startWorkerd(kept, trust, { folder: openConfiguration(), processes: PROCESSES });
  try {
    await work(edge);
  } finally {
    layers(edge).forEach(({ pid }) => process.kill(pid, 'SIGCONT'));
    await edge.close();
  }
}

/** The processes that read layers for an edge: their sockets, and how many hundredths of a second they have computed. */
function layers(edge) {
  return readdirSync('/proc').filter((name) => /^\d+$/.test(name)).flatMap((pid) => {
    try {
      const [name, rest] = readFileSync(`/proc/${pid}/stat`, 'utf8').split(/ \((.*)\) /).slice(1);
      const fields = rest.split(' ');
      if (name !== 'workerd' || Number(fields[1]) !== edge.child.pid) return [];
      const socket = /--socket-addr=layers=unix:([^\0]+)/.exec(readFileSync(`/proc/${pid}/cmdline`, 'utf8'));
      return socket ? [{ pid: Number(pid), socket: socket[1], ticks: Number(fields[11]) + Number(fields[12]) }] : [];
    } catch {
      // It ended meanwhile.
      return [];
    }
  });
}

/** What the command line says of the same image. */
async function command(reference) {
  const { code, out, err } = await porthole([
    'scan', `docker://${reference}`, '--format', 'json', '--quiet', '--plain-http', '--platform', 'linux/amd64', '--now', midnight(),
    ...(database ? ['--db', database] : []),
  ]);
  assert.equal(code, 0, err);
  return out;
}

/** How often each layer of a repository was sent. */
async function pulls(repository, of = registry) {
  return Object.entries(await of.pulls()).filter(([path]) => path.startsWith(`/v2/${repository}/blobs/`)).map(([, count]) => count);
}

/** Asks a process for a layer, past the edge. */
function ask(socketPath, path, body) {
  return new Promise((done, failed) => {
    const asking = request({ socketPath, path, method: 'POST' }, (response) => {
      let text = '';
      response.on('data', (part) => { text += part; }).on('end', () => done({ status: response.statusCode, text }));
    });
    asking.once('error', failed);
    asking.end(body);
  });
}

test('layers are read by the other processes: while those stand still nothing comes, then the command line\'s report', { skip }, () => withEdge(async (edge) => {
  const reference = registry.reference('small');
  const others = layers(edge);
  assert.equal(others.length, PROCESSES);
  for (const { pid } of others) process.kill(pid, 'SIGSTOP');
  const report = edge.report(reference);
  assert.equal(await Promise.race([report, sleep(1500, 'nothing')]), 'nothing');
  // Whoever answers is free meanwhile.
  assert.equal((await fetch(edge.url('healthz'))).status, 200);
  for (const { pid } of others) process.kill(pid, 'SIGCONT');
  assert.equal(await report, await command(reference));
}));

test('200 requests at once for a cold image make one pull of each blob', { skip }, () => withEdge(async (edge) => {
  const texts = await Promise.all(Array.from({ length: 200 }, () => edge.report(registry.reference('crowd'))));
  assert.equal(new Set(texts).size, 1);
  // The configuration and three layers: the command line has not asked.
  assert.deepEqual(await pulls('crowd'), [1, 1, 1, 1]);
}));

test('processes that end on the way lose nothing: their layers are read by the one that answers, and they are started again', { skip }, () => withEdge(async (edge) => {
  const first = layers(edge);
  for (const { pid } of first) process.kill(pid, 'SIGSTOP');
  const report = edge.report(registry.reference('late'));
  await sleep(500);
  for (const { pid } of first) process.kill(pid, 'SIGKILL');
  const text = await report;
  assert.deepEqual(await pulls('late'), [1, 1, 1, 1]);
  assert.equal(text, await command(registry.reference('late')));
  // Nobody is there yet; nobody is missed.
  await Promise.all(Array.from({ length: 12 }, (_, tag) => edge.report(registry.reference('many', `t${tag}`))));
  for (let tries = 0; layers(edge).length < PROCESSES; tries += 1) {
    assert.ok(tries < 100, `not started again: ${edge.said.join('')}`);
    await sleep(100);
  }
  assert.deepEqual(layers(edge).filter(({ pid }) => first.some((old) => old.pid === pid)), []);
}));

test('a process that ends in the middle of a layer loses nothing', { skip: skip || (realImages().includes('debian-slim') ? false : 'no real images') }, async () => {
  const real = await startRegistry({ real: true });
  try {
    await withEdge(async (edge) => {
      const reference = real.reference('debian-slim');
      const idle = new Map(layers(edge).map(({ pid, ticks }) => [pid, ticks]));
      const report = edge.report(reference);
      // The layer takes half a second of a processor and more.
      let reading;
      for (let tries = 0; !reading && tries < 1000; tries += 1) {
        reading = layers(edge).find(({ pid, ticks }) => ticks - idle.get(pid) >= 15);
        await sleep(5);
      }
      process.kill(reading.pid, 'SIGKILL');
      assert.equal(await report, await command(reference));
      assert.ok(edge.said.join('').includes('is started again'));
    }, real);
  } finally {
    await real.close();
  }
});

test('nobody else reaches them, and what the edge refuses, they refuse', { skip }, () => withEdge(async (edge) => {
  const [{ socket }] = layers(edge);
  assert.ok(statSync(socket).isSocket());
  assert.equal(statSync(dirname(socket)).mode & 0o077, 0, 'others may not enter the folder');
  const wanted = (registry) => JSON.stringify({ registry, repository: 'app', digest: `sha256:${'0'.repeat(64)}`, size: 1, index: 0 });
  // The door for clients leads to none of it, whatever they write.
  for (const [path, host] of [['', 'layer'], ['', 'layers'], ['layers', 'x'], ['LAYERS_1', 'x']]) {
    const response = await fetch(edge.url(path), { method: 'POST', headers: { host, 'content-type': 'application/json' }, body: wanted(registry.host) });
    assert.equal(response.status, 405, `${path} ${host}`);
  }
  assert.match((await ask(socket, '/', wanted('registry.elsewhere.example'))).text, /registry-not-allowed/);
  assert.match((await ask(socket, '/', wanted('169.254.169.254'))).text, /registry-not-allowed/);
  assert.equal((await ask(socket, '/v1/report?image=small', '{}')).status, 502);
}));

test('all processes end together, and leave no socket', { skip }, async () => {
  let folder;
  let pids;
  await withEdge(async (edge) => {
    pids = layers(edge).map(({ pid }) => pid);
    folder = dirname(layers(edge)[0].socket);
    await edge.close();
    assert.equal(edge.child.exitCode, 0, edge.said.join(''));
  });
  assert.deepEqual(pids.filter((pid) => existsSync(`/proc/${pid}`)), []);
  assert.equal(existsSync(folder), false);
});
