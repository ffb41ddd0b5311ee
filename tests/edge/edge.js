// The edge worker on workerd, as it is deployed: `worker/build`, by Miniflare, with the bindings that a test asks for.
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { join } from 'node:path';
import { repository } from './registry.js';

const worker = join(repository, 'worker');
const require = createRequire(join(worker, 'package.json'));
/** The built page. */
export const dist = process.env.PORTHOLE_DIST ?? join(repository, 'www/dist');
/** The advisory database beside it, when there is one. */
export const database = existsSync(join(dist, 'db/index.json')) ? join(dist, 'db') : undefined;
/** What `cargo xtask edge` built. */
export const built = process.env.PORTHOLE_EDGE ?? join(worker, 'build');
/** How the runtime's garbage is collected: as on a machine of one's own. */
const flags = JSON.parse(/^const flags :List\(Text\) = (\[.*\]);$/m.exec(readFileSync(join(worker, 'workerd.capnp'), 'utf8'))[1]);
/** Says in one line why tests do nothing, when the worker is not built. */
export const missing = existsSync(join(built, 'index.js')) ? false : 'worker/build is not there: cargo xtask edge';

/**
 * Starts an edge that trusts `trusted` (hosts with ports, asked over plain HTTP) and no other registry.
 *
 * `fanOut: false` leaves out the binding to itself, `cache: false` the Cache API, `bucket: true` adds R2; `variables` are those of
 * `wrangler.jsonc`. `page` is the folder that is served beside the API, or false; `limit` binds a `LIMITER` of so many requests a
 * minute; `build` is another folder than `worker/build`. Gives `url(path)`, `get(path, options)`, `report(image, parameters)`, `health()`, `close()`.
 */
export async function startEdge({ trusted = [], fanOut = true, cache = true, bucket = false, page = dist, limit = 0, build = built, variables = {} } = {}) {
  const { convertV4MiniflareOptions, Log, LogLevel, Miniflare } = require('miniflare');
  const lines = [];
  class Quiet extends Log { log(message) { lines.push(message); } }
  // Where Miniflare takes them from.
  process.env.MINIFLARE_WORKERD_V8_FLAGS ??= flags.join(' ');
  const runtime = new Miniflare({ ...convertV4MiniflareOptions({
    host: '127.0.0.1', port: 0, cf: false, log: new Quiet(LogLevel.WARN),
    workers: [{
      name: 'porthole',
      cache,
      modulesRoot: build,
      modules: [{ type: 'ESModule', path: join(build, 'index.js') }, { type: 'CompiledWasm', path: join(build, 'porthole_worker_bg.wasm') }],
      compatibilityDate: '2026-11-01',
      bindings: { TRUSTED: trusted.join(','), REGISTRIES: trusted.join(',') || 'none.example', REQUESTS_PER_MINUTE: '0', STALL_SECONDS: '5', ...variables },
      serviceBindings: {
        ...(fanOut ? { LAYERS: { name: 'porthole', entrypoint: 'Layers' } } : {}),
        ...(page ? { ASSETS: { disk: { path: page, writable: false } } } : {}),
      },
      ...(limit ? { ratelimits: { LIMITER: { namespace_id: '1001', simple: { limit, period: 60 } } } } : {}),
      ...(bucket ? { r2Buckets: ['FACTS'] } : {}),
    }],
  }), enableDevRegistry: false, handleStructuredLogs: ({ message }) => lines.push(String(message)) });
  const base = await runtime.ready;
  const url = (path) => new URL(path, base).href;
  const get = (path, options) => fetch(url(path), options);
  const address = (image, parameters = {}, path = 'v1/report') => `${path}?${new URLSearchParams({ image, ...parameters })}`;
  return {
    url,
    get,
    address,
    runtime,
    /** What the runtime printed. */
    lines,
    /** The report's text; fails when there is none. */
    report: async (image, parameters) => {
      const response = await get(address(image, parameters));
      const text = await response.text();
      if (response.status !== 200) throw new Error(`${image}: ${response.status} ${text}\n${lines.slice(-5).join('\n')}`);
      return text;
    },
    health: async () => (await get('healthz')).json(),
    close: () => runtime.dispose(),
  };
}

/**
 * What the runtimes that a process started, this one unless told otherwise, have taken so far: `{ resident }` bytes of memory, `{ cpu }` milliseconds of processor
 * time, which says more than a clock on a machine that does other things too. Nothing where there is no `/proc`.
 */
export function runtimes(parent = process.pid) {
  const sum = { resident: 0, cpu: 0 };
  if (!existsSync('/proc/self/stat')) return undefined;
  for (const pid of readdirSync('/proc').filter((name) => /^\d+$/.test(name))) {
    try {
      const [name, rest] = readFileSync(`/proc/${pid}/stat`, 'utf8').split(/ \((.*)\) /).slice(1);
      const fields = rest.split(' ');
      if (name !== 'workerd' || Number(fields[1]) !== parent) continue;
      // Ticks of a hundredth of a second, pages of 4 KiB (proc(5), fields utime, stime, rss).
      sum.cpu += (Number(fields[11]) + Number(fields[12])) * 10;
      sum.resident += Number(fields[21]) * 4096;
    } catch {
      // It ended meanwhile.
    }
  }
  return sum;
}

/** The events of a stream until it ends: `[{ event, data }]`. */
export async function events(response) {
  const text = await response.text();
  return text.split('\n\n').filter((part) => part.startsWith('event:')).map((part) => {
    const [event, data] = part.split('\n').map((line) => line.slice(line.indexOf(':') + 2));
    return { event, data: JSON.parse(data) };
  });
}

/** The middle one. */
export const median = (numbers) => [...numbers].sort((a, b) => a - b)[Math.floor(numbers.length / 2)];

/** What the edge measures ages against. */
export const midnight = () => `${new Date().toISOString().slice(0, 10)}T00:00:00Z`;
