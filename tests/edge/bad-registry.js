// A registry with bad manners. The first word of a repository's name says which: `HOST/truncates/app:v1`.
//
// All repositories hold the small image of `fixture.js`, so that whatever goes wrong is the manners' doing. To add a trick, add a row.
// A second server, `elsewhere`, is another origin: it has the same blobs, gives tokens, and remembers who came with credentials.
import { once } from 'node:events';
import { listen } from './ports.js';
import { digestOf, smallImage, TYPES } from './fixture.js';

/** A token that must never leave its registry. */
export const TOKEN = 'porthole-test-token';
const never = () => new Promise(() => {});

/** What a request is about: `{ trick, name, kind: 'manifests' | 'blobs' | 'referrers' | '', target }`. */
function about(path) {
  const match = /^\/v2\/(([^/]+)\/.+)\/(manifests|blobs|referrers)\/([^/?]+)$/.exec(path);
  return match ? { name: match[1], trick: match[2], kind: match[3], target: match[4] } : { name: '', trick: path.split('/')[2] ?? '', kind: '', target: '' };
}

/** The answer of a registry that behaves: `{ status, headers, body }`. */
function answer(store, { kind, target }) {
  if (kind === 'manifests') {
    const digest = store.tags.get(target) ?? target;
    const found = store.manifests.get(digest);
    if (found) return { status: 200, headers: { 'content-type': found.mediaType, 'docker-content-digest': digest, 'content-length': found.bytes.length }, body: found.bytes };
  }
  const found = kind === 'blobs' ? store.blobs.get(target) : undefined;
  if (found) return { status: 200, headers: { 'content-type': 'application/octet-stream', 'docker-content-digest': target, 'content-length': found.length }, body: found };
  return { status: 404, headers: { 'content-type': 'application/json' }, body: Buffer.from('{"errors":[{"code":"MANIFEST_UNKNOWN","message":"not here"}]}') };
}

function send(response, { status, headers, body }) {
  response.writeHead(status, headers).end(body);
}

/** Sends the part of a body that a `Range` header asks for. */
function sendRange(request, response, full) {
  const from = Number(/^bytes=(\d+)-$/.exec(request.headers.range ?? '')?.[1] ?? 0);
  if (from === 0) return send(response, full);
  const total = full.body.length;
  if (from >= total) return response.writeHead(416, { 'content-range': `bytes */${total}` }).end();
  return send(response, { status: 206, headers: { ...full.headers, 'content-length': total - from, 'content-range': `bytes ${from}-${total - 1}/${total}` }, body: full.body.subarray(from) });
}

/** Sends half of a body under the head of the whole. */
const half = (response, { status, headers, body }) => {
  response.writeHead(status, headers);
  response.write(body.subarray(0, body.length / 2));
};

/** Half, then the connection is gone. */
function cut(response, full) {
  half(response, full);
  setTimeout(() => response.destroy(), 20);
}

/** A body without a length that goes on and on. */
async function endless(response, headers) {
  response.writeHead(200, headers);
  // The answer to a HEAD has no body that could block.
  if (response.req.method === 'HEAD') return response.end();
  const chunk = Buffer.alloc(1 << 16, 32);
  const gone = once(response, 'close');
  while (!response.destroyed) {
    if (!response.write(chunk)) await Promise.race([once(response, 'drain'), gone]);
  }
}

const redirect = (response, location) => response.writeHead(307, { location }).end();
const challenge = (response, realm) => response.writeHead(401, { 'www-authenticate': `Bearer realm="${realm}",service="bad",scope="repository:app:pull"` }).end();
const isLayer = (it) => it.kind === 'blobs' && it.full.status === 200 && it.full.body.length > 100_000;
const onManifest = (act) => (it) => (it.kind === 'manifests' ? act(it) : it.pass());
const onLayer = (act) => (it) => (isLayer(it) ? act(it) : it.pass());
const withToken = (act) => (it) => {
  if (it.request.headers.authorization === `Bearer ${TOKEN}`) return act(it);
  return challenge(it.response, `${it.scheme}://${it.home}/token`);
};

/**
 * What each repository does: a sentence, and an act upon `{ request, response, kind, target, full, pass, seen, scheme, home, elsewhere }`.
 * `full` is what a good registry would answer and `pass()` answers it; `seen` is how often this very path was asked before.
 */
export const TRICKS = {
  good: { does: 'behaves', act: (it) => it.pass() },
  stalls: { does: 'stops in the middle of a layer and holds the line', act: onLayer(({ response, full }) => { half(response, full); return never(); }) },
  silent: { does: 'takes the request for a manifest and never answers', act: onManifest(never) },
  truncates: { does: 'cuts every layer in the middle, each time anew', act: onLayer(({ response, full }) => cut(response, full)) },
  short: { does: 'sends half a layer as if it were whole', act: onLayer(({ response, full }) => { const body = full.body.subarray(0, full.body.length / 2); send(response, { ...full, headers: { ...full.headers, 'content-length': body.length }, body }); }) },
  'breaks-once': { does: 'cuts a layer once, and goes on where it is asked to', act: onLayer((it) => (it.seen === 0 ? cut(it.response, it.full) : sendRange(it.request, it.response, it.full))) },
  'no-range': { does: 'cuts a layer once, and then starts over whatever it is asked', act: onLayer((it) => (it.seen === 0 ? cut(it.response, it.full) : it.pass())) },
  'wrong-range': { does: 'cuts a layer, and goes on from another place than it was asked to', act: onLayer((it) => {
    if (it.seen === 0) return cut(it.response, it.full);
    const body = it.full.body.subarray(1);
    return send(it.response, { status: 206, headers: { ...it.full.headers, 'content-length': body.length, 'content-range': `bytes 1-${body.length}/${body.length + 1}` }, body });
  }) },
  closes: { does: 'hangs up without a word', act: onManifest(({ response }) => response.destroy()) },
  'lies-about-layer': { does: 'sends other bytes of the same length for a layer', act: onLayer(({ response, full }) => { const body = Buffer.from(full.body); body[body.length - 20] ^= 1; send(response, { ...full, body }); }) },
  'lies-about-config': { does: 'sends another configuration than the manifest names', act: (it) => (it.kind === 'blobs' && it.target === it.config ? send(it.response, { ...it.full, headers: {}, body: Buffer.from('{}') }) : it.pass()) },
  'lies-about-manifest': { does: 'sends another manifest than its own header names', act: onManifest(({ response, full }) => send(response, { ...full, headers: { ...full.headers, 'docker-content-digest': digestOf('something else') } })) },
  'longer-layer': { does: 'sends more bytes for a layer than the manifest states', act: onLayer(({ response, full }) => { const body = Buffer.concat([full.body, Buffer.alloc(1000)]); send(response, { ...full, headers: { 'content-length': body.length }, body }); }) },
  'endless-layer': { does: 'sends a layer without an end', act: onLayer(({ response }) => endless(response, {})) },
  loops: { does: 'redirects a manifest to itself', act: onManifest(({ request, response }) => redirect(response, request.url)) },
  'loops-at-layer': { does: 'redirects a layer to itself', act: onLayer(({ request, response }) => redirect(response, request.url)) },
  'redirects-inside': { does: 'redirects a layer to the metadata address of clouds', act: onLayer(({ response }) => redirect(response, 'http://169.254.169.254/latest/meta-data/')) },
  'redirects-to-file': { does: 'redirects a layer to a file', act: onLayer(({ response }) => redirect(response, 'file:///etc/passwd')) },
  'realm-inside': { does: 'names a realm at the metadata address of clouds', act: ({ response }) => challenge(response, 'http://169.254.169.254/token') },
  'realm-elsewhere': { does: 'names a realm on another origin, as public registries do', act: (it) => (it.request.headers.authorization === `Bearer ${TOKEN}` ? it.pass() : challenge(it.response, `http://${it.elsewhere}/token`)) },
  'realm-silly': { does: 'names a realm that is no web address', act: ({ response }) => challenge(response, 'ldap://directory/token') },
  'realm-without-token': { does: 'names a realm whose answer holds no token', act: ({ response, scheme, home }) => challenge(response, `${scheme}://${home}/no-token`) },
  'blobs-elsewhere': { does: 'wants a token, and keeps its blobs on another origin', act: withToken((it) => (it.kind === 'blobs' ? redirect(it.response, `http://${it.elsewhere}${it.request.url}`) : it.pass())) },
  'challenge-elsewhere': { does: 'redirects blobs to an origin that asks for credentials', act: withToken((it) => (it.kind === 'blobs' ? redirect(it.response, `http://${it.elsewhere}/private${it.request.url}`) : it.pass())) },
  private: { does: 'wants a password', act: ({ response }) => response.writeHead(401, { 'www-authenticate': 'Basic realm="bad"' }).end() },
  'private-for-strangers': { does: 'gives strangers a token and then refuses it', act: ({ response, scheme, home }) => challenge(response, `${scheme}://${home}/token`) },
  missing: { does: 'has no such image', act: ({ response }) => response.writeHead(404, { 'content-type': 'application/json' }).end('{"errors":[{"code":"NAME_UNKNOWN"}]}') },
  busy: { does: 'has had too many requests, for another hour', act: ({ response }) => response.writeHead(429, { 'retry-after': '3600' }).end() },
  'busy-once': { does: 'has had too many requests, for another second', act: onManifest((it) => (it.seen === 0 && it.target === 'v1' ? it.response.writeHead(429, { 'retry-after': '1' }).end() : it.pass())) },
  limited: { does: 'has reached its pull limit, as Docker Hub says it', act: onManifest(({ response }) => response.writeHead(429, { 'ratelimit-limit': '100;w=21600', 'ratelimit-remaining': '0;w=21600', 'content-type': 'application/json' }).end('{"errors":[{"code":"TOOMANYREQUESTS"}]}')) },
  counting: { does: 'counts pulls and says how many are left', act: onManifest((it) => send(it.response, { ...it.full, headers: { ...it.full.headers, 'ratelimit-limit': '100;w=21600', 'ratelimit-remaining': '3;w=21600' } })) },
  broken: { does: 'is out of order', act: ({ response }) => response.writeHead(503, { 'content-type': 'text/plain' }).end('upstream is gone') },
  'broken-once': { does: 'is out of order once for a manifest and once for a layer', act: (it) => (it.seen === 0 && (it.target === 'v1' || isLayer(it)) ? it.response.writeHead(502).end() : it.pass()) },
  gigantic: { does: 'sends a manifest of five megabytes', act: onManifest(({ response }) => response.writeHead(200, { 'content-type': TYPES.manifest }).end(Buffer.alloc(5 << 20, 32))) },
  'endless-manifest': { does: 'sends a manifest without an end', act: onManifest(({ response }) => endless(response, { 'content-type': TYPES.manifest })) },
  html: { does: 'sends a web page, as the portal of a network does', act: onManifest(({ response }) => response.writeHead(200, { 'content-type': 'text/html; charset=utf-8' }).end('<!DOCTYPE html><title>Log in</title>')) },
  'wrong-type': { does: 'sends a manifest under the name of an index', act: onManifest(({ response, full }) => send(response, { ...full, headers: { ...full.headers, 'content-type': TYPES.index } })) },
  'plain-type': { does: 'sends a manifest under no name in particular', act: onManifest(({ response, full }) => send(response, { ...full, headers: { ...full.headers, 'content-type': 'application/octet-stream' } })) },
  ambiguous: { does: 'sends a document that is manifest and index at once', act: onManifest(({ response, full }) => { const body = Buffer.from(JSON.stringify({ ...JSON.parse(full.body), manifests: [] })); send(response, { ...full, headers: { 'content-type': TYPES.manifest }, body }); }) },
  schema1: { does: 'sends a manifest of the schema before 2017', act: onManifest(({ response }) => response.writeHead(200, { 'content-type': 'application/vnd.docker.distribution.manifest.v1+prettyjws' }).end(JSON.stringify({ schemaVersion: 1, name: 'app', tag: 'v1', architecture: 'amd64', fsLayers: [], history: [], signatures: [] }))) },
  'no-platforms': { does: 'sends an index without an entry', act: onManifest(({ response }) => response.writeHead(200, { 'content-type': TYPES.index }).end(JSON.stringify({ schemaVersion: 2, mediaType: TYPES.index, manifests: [] }))) },
};

/**
 * Starts the registry and the other origin. `store` is what every repository holds; `tricks` adds to or replaces TRICKS; with a
 * `certificate` for the `address` the registry, not the other origin, speaks TLS.
 *
 * Gives `host`, `reference(trick)`, `requests` and `elsewhere.requests` (`{ method, path, authorization, range }`), `reset()`, `close()`.
 */
export async function startBadRegistry({ store = smallImage(), tricks = {}, address = '127.0.0.1', certificate = undefined } = {}) {
  const all = { ...TRICKS, ...tricks };
  const config = JSON.parse(store.manifests.get([...store.tags.values()][0]).bytes).config?.digest;
  const requests = [];
  const strangers = [];
  const note = (list, request) => list.push({ method: request.method, path: request.url, authorization: request.headers.authorization, range: request.headers.range });
  const token = (response, value) => response.writeHead(200, { 'content-type': 'application/json' }).end(JSON.stringify(value));

  const elsewhere = await listen((request, response) => {
    note(strangers, request);
    const { pathname } = new URL(request.url, 'http://elsewhere');
    if (pathname === '/token') return token(response, { token: TOKEN });
    if (pathname.startsWith('/private/')) return challenge(response, `http://${elsewhere.host}/token`);
    return sendRange(request, response, answer(store, about(pathname)));
  });
  const home = await listen((request, response) => {
    const { pathname } = new URL(request.url, 'http://home');
    const it = about(pathname);
    const seen = requests.filter(({ path }) => path === request.url).length;
    note(requests, request);
    if (pathname === '/token') return token(response, { token: TOKEN });
    if (pathname === '/no-token') return token(response, { hello: 'world' });
    const full = answer(store, it);
    const trick = all[it.trick];
    if (!trick) return response.writeHead(404).end();
    return trick.act({ ...it, request, response, seen, full, config, scheme: certificate ? 'https' : 'http', home: home.host, elsewhere: elsewhere.host, pass: () => sendRange(request, response, full) });
  }, address, certificate);
  return {
    host: home.host,
    reference: (trick, target = 'v1') => `${home.host}/${trick}/app${target.includes(':') ? '@' : ':'}${target}`,
    requests,
    elsewhere: { host: elsewhere.host, requests: strangers },
    /** Forgets what was asked. */
    reset: () => { requests.length = 0; strangers.length = 0; },
    close: async () => { await home.close(); await elsewhere.close(); },
  };
}
