// Serves the built page on a loopback port, under a path that is not the root, and drives it in Chromium.
import assert from 'node:assert/strict';
import { createServer } from 'node:http';
import { availableParallelism, loadavg } from 'node:os';
import { existsSync, readdirSync, readFileSync, statSync } from 'node:fs';
import { mkdir } from 'node:fs/promises';
import { dirname, extname, join, normalize, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';
import { chromium } from 'playwright-core';

const here = dirname(fileURLToPath(import.meta.url));
export const repository = resolve(here, '../..');
export const dist = process.env.PORTHOLE_DIST ?? join(repository, 'www/dist');
export const images = process.env.PORTHOLE_IMAGES ?? join(repository, 'target/images');
export const fixtures = resolve(repository, '../shared/fixtures');
/** A folder with an advisory database, as `porthole db build` writes it; the tests that need one skip without. */
export const database = process.env.PORTHOLE_DB ?? join(dist, 'db');
export const shots = process.env.PORTHOLE_SHOTS ?? join(repository, 'target/screenshots');

const TYPES = { '.html': 'text/html; charset=utf-8', '.js': 'text/javascript', '.css': 'text/css', '.svg': 'image/svg+xml', '.wasm': 'application/wasm', '.json': 'application/json', '.webmanifest': 'application/manifest+json' };

/** The files of that database, to be served below the page. */
export function databaseFiles() {
  if (!existsSync(join(database, 'index.json'))) return {};
  return Object.fromEntries(readdirSync(database).map((name) => [`db/${name}`, readFileSync(join(database, name))]));
}

/** The page under `/any/path/`, as a plain static server would serve it. `extra` adds files below it: an advisory
 * database too, which a page has only where a test asks for it. */
export async function serve(extra = {}) {
  const asked = [];
  const server = createServer((request, response) => {
    const path = decodeURIComponent(new URL(request.url ?? '/', 'http://localhost').pathname);
    asked.push(path);
    if (!path.startsWith('/any/path/')) {
      response.writeHead(404).end();
      return;
    }
    const name = normalize(path.slice('/any/path/'.length) || 'index.html');
    const file = join(dist, name);
    if (name in extra) response.writeHead(200, { 'content-type': TYPES[extname(name)] ?? 'application/octet-stream' }).end(extra[name]);
    else if (!/^(\.\.|db\/)/.test(name) && existsSync(file) && statSync(file).isFile()) response.writeHead(200, { 'content-type': TYPES[extname(file)] ?? 'application/octet-stream' }).end(readFileSync(file));
    else response.writeHead(404).end();
  });
  await new Promise((done) => { server.listen(0, '127.0.0.1', done); });
  const { port } = server.address();
  return { url: `http://127.0.0.1:${port}/any/path/`, origin: `http://127.0.0.1:${port}`, asked, close: () => new Promise((done) => { server.closeAllConnections(); server.close(done); }) };
}

/** `flags` are further ones for the browser. */
export const launch = (flags = []) => chromium.launch({
  executablePath: process.env.PORTHOLE_CHROMIUM ?? '/usr/bin/chromium',
  args: ['--no-sandbox', '--headless', '--disable-gpu', '--disable-background-networking', ...flags],
});

/** A page that records every request, every console error and every broken policy. `first` runs in it before its own scripts: a function and its argument. */
export async function openPage(browser, url, { first, ...options } = {}) {
  const context = await browser.newContext({ viewport: { width: 1440, height: 900 }, ...options });
  if (first) await context.addInitScript(...first);
  const page = await context.newPage();
  const requests = [];
  const problems = [];
  context.on('request', (request) => requests.push(request.url()));
  page.on('console', (message) => { if (message.type() === 'error') problems.push(message.text()); });
  page.on('pageerror', (error) => problems.push(String(error)));
  await page.goto(url);
  await page.waitForSelector('main');
  return { page, context, requests, problems };
}

/** Has code run in every worker of a page, and in theirs, before their own: their scripts are blobs. For `first`. */
export function inWorkers(source) {
  const Own = self.Blob;
  self.Blob = class extends Own {
    static [Symbol.hasInstance](value) { return value instanceof Own; }
    constructor(parts = [], options = {}) { super(/javascript/.test(options.type) ? [`${source};(${inWorkers})(${JSON.stringify(source)});\n`, ...parts] : parts, options); }
  };
}

/** For `inWorkers`: the page's settings for whatever it opens, changed. */
export const withSettings = (changed) => `
  addEventListener('message', ({ data }) => { if (data.type === 'open') Object.assign(data.settings, ${JSON.stringify(changed)}); });`;

/** For `inWorkers`: before each read of a blob, what the function that this is the text of gives for the blob is waited for. */
export const slowReads = (before) => `
  const stream = Blob.prototype.stream;
  Blob.prototype.stream = function () {
    const reader = stream.call(this).getReader({ mode: 'byob' });
    return { getReader: () => ({ cancel: () => reader.cancel(), read: async (...all) => {
      await (${before})(this);
      return reader.read(...all);
    } }) };
  };`;

/** Hears what is said in a channel from now on, as `globalThis[channel]`; the answer reads it. */
export async function hear(page, channel) {
  await page.evaluate((name) => {
    globalThis[name] = [];
    new BroadcastChannel(name).onmessage = ({ data }) => globalThis[name].push(data);
  }, channel);
  return () => page.evaluate((name) => globalThis[name], channel);
}

/** Hands files to the page as the system's file dialogue would. */
export const choose = (page, files) => page.setInputFiles('[data-picker="files"]', files);

/** Drops a file on the page, through the events that a real drop makes. */
export async function drop(page, name, bytes) {
  const base64 = Buffer.from(bytes).toString('base64');
  await page.evaluate(([fileName, content]) => {
    const data = Uint8Array.from(atob(content), (character) => character.charCodeAt(0));
    const transfer = new DataTransfer();
    transfer.items.add(new File([data], fileName));
    for (const type of ['dragenter', 'dragover', 'drop']) dispatchEvent(new DragEvent(type, { dataTransfer: transfer, bubbles: true, cancelable: true }));
  }, [name, base64]);
}

/** Waits until nothing is pending any more: digests are compared behind the report. */
export const verified = (page, timeout = 120_000) => page.waitForSelector('.top[data-pending="0"]', { timeout });

/** Waits for the end of a scan, whichever way it ends. */
export async function settled(page, timeout = 120_000) {
  await page.waitForFunction(() => document.querySelector('.cards, .refusal, .files, .list-view, .raw, .config') && !document.querySelector('.scanning'), undefined, { timeout });
}

export async function shot(page, name) {
  await mkdir(shots, { recursive: true });
  await page.screenshot({ path: join(shots, `${name}.png`) });
}

/** Begins to note tasks that kept the page from answering. */
export async function watchTasks(browser, page) {
  await page.evaluate(() => {
    window.longTasks = [];
    new PerformanceObserver((list) => { for (const one of list.getEntries()) window.longTasks.push(Math.round(one.duration)); }).observe({ type: 'longtask' });
  });
  await browser.startTracing(page, { categories: ['toplevel', 'devtools.timeline', '__metadata'] });
}

/** Most milliseconds that one task may take: what is longer is felt. */
const LONGEST = 50;

/** No task took longer than that by the processor's time, which other work on the machine does not stretch. Returns how long those took that
 * were longer by the clock: the long-task API counts, too, what the page's thread waited for a processor that layers are read on. */
export async function noLongTasks(t, browser, page) {
  const { traceEvents } = JSON.parse((await browser.stopTracing()).toString());
  const tasks = await page.evaluate(() => window.longTasks);
  const mains = new Set(traceEvents.filter((one) => one.name === 'thread_name' && one.args.name === 'CrRendererMain').map((one) => `${one.pid}:${one.tid}`));
  const times = traceEvents.filter((one) => one.name.endsWith('RunTask') && one.tdur !== undefined && mains.has(`${one.pid}:${one.tid}`)).map((one) => one.tdur / 1000).sort((a, b) => b - a);
  assert.ok(times.length > 100, `only ${times.length} tasks were seen`);
  t.diagnostic(`longest tasks by the processor's time: ${times.slice(0, 5).map((one) => `${one.toFixed(1)} ms`).join(', ')}; by the long-task API: ${JSON.stringify(tasks)}`);
  assert.ok(times[0] <= LONGEST, `${times[0]} ms of the processor`);
  return tasks.filter((one) => one > LONGEST);
}

/** True when times mean something. */
export function isQuiet(t) {
  const quiet = loadavg()[0] <= availableParallelism() * 1.5;
  if (!quiet) t.diagnostic('the machine is busy with other work: times are not judged');
  return quiet;
}

/** Goes to a view of what is open, as a link does. */
export const goTo = (page, hash) => page.evaluate((to) => { location.hash = to; }, hash);

/** True where the file is there; else one line says what is missing, and the test is over. */
export function needs(context, path) {
  if (existsSync(path)) return true;
  context.diagnostic(`not here, skipped: ${path}`);
  return false;
}
