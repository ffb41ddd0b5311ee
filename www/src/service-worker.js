// Keeps the page's own files, so that it works without a network from the second visit on. The list and the version are written by the build.
const FILES = "__FILES__";
/** What a first visit does without, and a second one may need without a network: the formats of a report. */
const LATER = "__LATER__";
const CACHE = 'porthole-page-__VERSION__';
const DATABASE = 'porthole-db';
const LIVE = /^(v1\/|badge\.svg|healthz|openapi\.json|problems)/;

self.addEventListener('install', (event) => {
  event.waitUntil(caches.open(CACHE).then((cache) => cache.addAll(FILES)).then(() => self.skipWaiting()));
});

self.addEventListener('activate', (event) => {
  event.waitUntil((async () => {
    for (const name of await caches.keys()) if (name.startsWith('porthole-page-') && name !== CACHE) await caches.delete(name);
    await self.clients.claim();
  })());
});

self.addEventListener('fetch', (event) => {
  const { request } = event;
  const url = new URL(request.url);
  // Another origin is none of our business, and this page never asks for one.
  if (request.method !== 'GET' || url.origin !== self.location.origin) return;
  const scope = new URL('./', self.location.href);
  if (!url.href.startsWith(scope.href)) return;
  // Nor is what a server answers: reports of images are never kept, and always asked for.
  if (LIVE.test(url.href.slice(scope.href.length))) return;
  event.respondWith(url.href.startsWith(new URL('db/', scope).href) ? database(request, url) : page(request));
  // Whoever comes again keeps the rest too.
  if (request.mode === 'navigate') event.waitUntil(later());
});

/** The page's files never change under one version: what is kept is served. */
async function page(request) {
  const cache = await caches.open(CACHE);
  const kept = await cache.match(request, { ignoreSearch: true }) ?? (request.mode === 'navigate' ? await cache.match('./') : undefined);
  if (kept) return kept;
  const response = await fetch(request);
  // Modules that are fetched on demand are no part of the first visit; once they were needed, they stay.
  if (response.ok && request.url.endsWith('.wasm')) await cache.put(request, response.clone());
  return response;
}

/** Without a network they are asked for again at the next visit. */
async function later() {
  const cache = await caches.open(CACHE);
  for (const path of LATER) if (!await cache.match(path)) await cache.add(path).catch(() => undefined);
}

/** Advisory shards carry their hash in their names and are kept for ever; their index is asked for anew while there is a network. */
async function database(request, url) {
  const cache = await caches.open(DATABASE);
  const index = url.pathname.endsWith('/index.json');
  if (!index) {
    const kept = await cache.match(request);
    if (kept) return kept;
  }
  try {
    const response = await fetch(request);
    if (response.ok) {
      await cache.put(request, response.clone());
      if (index) await forget(cache, await response.clone().text());
    }
    return response;
  } catch (error) {
    const kept = await cache.match(request);
    if (kept) return kept;
    throw error;
  }
}

/** Shards that a new index no longer names are never asked for again. */
async function forget(cache, index) {
  for (const request of await cache.keys()) {
    const name = new URL(request.url).pathname.split('/').at(-1);
    if (name !== 'index.json' && !index.includes(name)) await cache.delete(request);
  }
}
