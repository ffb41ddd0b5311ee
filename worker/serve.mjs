// Page and edge on a machine of your own, on as many cores as there are.
//
//   node worker/serve.mjs --page www/dist --kept /var/lib/porthole [--listen 127.0.0.1:8787] [--processes N]
//
// workerd has one thread. So one process answers, and N others read layers for it (`workerd.capnp`, `layers.capnp`), each
// behind a socket in a folder that only this user may enter. One that ends is started again; meanwhile its work is done by
// the one that answers. When that ends, everything does.
import { spawn } from 'node:child_process';
import { mkdirSync, mkdtempSync, rmSync } from 'node:fs';
import { createRequire } from 'node:module';
import { availableParallelism, tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';

const here = fileURLToPath(new URL('.', import.meta.url));
/** Bindings that workerd.capnp has for such processes. */
const MOST = 8;
/** Milliseconds before one that ended is started again. */
const PAUSE = 1000;

const { values: options } = parseArgs({
  options: {
    page: { type: 'string', default: join(here, '../www/dist') },
    kept: { type: 'string' },
    listen: { type: 'string', default: '127.0.0.1:8787' },
    processes: { type: 'string', default: String(availableParallelism() > 1 ? Math.min(availableParallelism(), MOST) : 0) },
    configuration: { type: 'string', default: here },
  },
});
const processes = Number(options.processes);
if (!options.kept || !Number.isInteger(processes) || processes < 0 || processes > MOST) {
  console.error(`usage: node worker/serve.mjs --kept FOLDER [--page FOLDER] [--listen ADDRESS:PORT] [--processes 0..${MOST}]`);
  process.exit(2);
}

const workerd = createRequire(import.meta.url)('workerd').default;
// Made with mode 0700: whoever may enter it may have layers read, past the limits for clients.
const sockets = mkdtempSync(join(tmpdir(), 'porthole-'));
const socket = (number) => join(sockets, String(number));
const kept = `--directory-path=kept=${resolve(options.kept)}`;
const running = new Set();
let ending = false;

function start(name, args, environment = {}) {
  const child = spawn(workerd, ['serve', join(options.configuration, name), kept, ...args], { stdio: ['ignore', 'inherit', 'inherit'], env: { ...process.env, ...environment } });
  running.add(child);
  child.once('error', (error) => {
    console.error(`workerd does not start: ${error.message}`);
    end(1);
  });
  child.once('exit', () => {
    running.delete(child);
    if (ending && running.size === 0) rmSync(sockets, { recursive: true, force: true });
  });
  return child;
}

function startReading(number) {
  // What a process leaves behind keeps the next one from listening.
  rmSync(socket(number), { force: true });
  start('layers.capnp', [`--socket-addr=layers=unix:${socket(number)}`]).once('exit', (code, signal) => {
    if (ending) return;
    console.error(`process ${number} for layers ended (${signal ?? code}) and is started again`);
    setTimeout(() => { if (!ending) startReading(number); }, PAUSE);
  });
}

function end(code) {
  if (ending) return;
  ending = true;
  process.exitCode = code;
  for (const child of running) child.kill();
}

mkdirSync(resolve(options.kept), { recursive: true });
for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP']) process.on(signal, () => end(0));
const numbers = Array.from({ length: processes }, (_, at) => at + 1);
numbers.forEach(startReading);
start('workerd.capnp', [
  `--directory-path=page=${resolve(options.page)}`, `--socket-addr=http=${options.listen}`,
  ...numbers.map((number) => `--external-addr=layers-${number}=unix:${socket(number)}`),
], { PORTHOLE_LAYER_PROCESSES: String(processes) }).once('exit', (code) => end(code ?? 1));
