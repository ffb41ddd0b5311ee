// A real registry: Debian's docker-registry on loopback, with or without a token realm in front of it.
//
// `startRegistry({ repositories })` holds what the test gives it, in a folder of its own.
// `startRegistry({ real: true })` holds the real images of PORTHOLE_IMAGES, pushed once by skopeo and kept below `target/`.
// What it was asked for is read from its own access log: a proxy that counts would cost what is being measured.
import { execFile, spawn, spawnSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { existsSync, mkdirSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { dirname, join, resolve } from 'node:path';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { multiArch } from './fixture.js';
import { startRealm } from './token-server.js';
import { temporary } from '../temporary.mjs';

const run = promisify(execFile);
export const repository = resolve(dirname(fileURLToPath(import.meta.url)), '../..');
export const images = process.env.PORTHOLE_IMAGES ?? join(repository, 'target/images');
/** Where pushed images are kept between runs. */
const kept = process.env.PORTHOLE_REGISTRY ?? join(repository, 'target/edge/registry');
/** Change this when what is pushed changes. */
const RECIPE = 1;
const PROGRAM = 'docker-registry';

/** Why there is no real registry on this machine; `false` where there is one. For `test(name, { skip })`. */
export const noRegistry = [PROGRAM, 'skopeo', 'openssl'].find((program) => spawnSync(program, [program === 'openssl' ? 'version' : '--version']).error) ?? false;

/** Real images that are there, by name. */
export const realImages = () => (existsSync(images) ? readdirSync(images).filter((name) => existsSync(join(images, name, 'layout/index.json'))).sort() : []);

/**
 * Starts a registry. `repositories` maps names to the `Store`s of `fixture.js`; `real` serves the real images instead
 * (`NAME:v1` OCI and gzip, `NAME:docker` schema 2, `NAME:zstd`, and `multi:v1`, an index); `auth` puts a token realm in front.
 *
 * Gives `host`, `reference(name, tag)`, `pulls()`, `realm`, `close()`.
 */
export async function startRegistry({ repositories = {}, real = false, auth = false } = {}) {
  const root = real ? kept : temporary('registry');
  if (real) await pushRealImages(root);
  if (Object.keys(repositories).length > 0) {
    if (real) throw new Error('the kept registry holds real images only');
    const open = await serve(root, {});
    for (const [name, store] of Object.entries(repositories)) await push(open.host, name, store);
    await open.close();
  }
  const realm = auth ? await startRealm() : undefined;
  const server = await serve(root, { realm, readonly: true });
  return {
    host: server.host,
    realm,
    reference: (name, target = 'v1') => `${server.host}/${name}${target.includes(':') ? '@' : ':'}${target}`,
    /** How often each manifest and blob was sent, `GET`s only, by path: `{ '/v2/app/blobs/sha256:…': 1 }`. */
    pulls: async () => {
      await new Promise((done) => { setTimeout(done, 100); });
      const counts = {};
      for (const { method, path, status } of server.requests) {
        if (method === 'GET' && (status === 200 || status === 206)) counts[path] = (counts[path] ?? 0) + 1;
      }
      return counts;
    },
    /** Everything in the access log: `{ method, path, status, agent }`. */
    requests: server.requests,
    close: async () => {
      await server.close();
      await realm?.close();
      if (!real) rmSync(root, { recursive: true });
    },
  };
}

/** Runs docker-registry over a folder until `close`. */
async function serve(root, { realm, readonly = false }) {
  const folder = temporary('registry-config');
  const file = join(folder, 'config.yml');
  // JSON is YAML.
  writeFileSync(file, JSON.stringify({
    version: '0.1',
    log: { level: 'info', formatter: 'json' },
    storage: { filesystem: { rootdirectory: root }, maintenance: { readonly: { enabled: readonly } } },
    http: { addr: '127.0.0.1:0' },
    ...(realm ? { auth: { token: { realm: realm.realm, service: realm.service, issuer: realm.issuer, rootcertbundle: realm.certificate } } } : {}),
  }));
  const child = spawn(PROGRAM, ['serve', file], { stdio: ['ignore', 'pipe', 'pipe'], env: { PATH: process.env.PATH, OTEL_TRACES_EXPORTER: 'none' } });
  const ended = new Promise((done) => { child.once('exit', done); });
  // A test that breaks off must not leave a registry behind.
  const kill = () => child.kill();
  process.once('exit', kill);
  const requests = [];
  const said = [];
  const host = await new Promise((done, failed) => {
    child.once('error', (error) => failed(new Error(`${PROGRAM} does not start (Debian package ${PROGRAM}): ${error.message}`)));
    child.once('exit', (code) => failed(new Error(`${PROGRAM} ended with ${code}: ${said.slice(-3).join('\n')}`)));
    const line = (text) => {
      const entry = /"([A-Z]+) (\S+) HTTP\/[\d.]+" (\d{3}) \d+ "[^"]*" "([^"]*)"/.exec(text);
      if (entry) requests.push({ method: entry[1], path: entry[2], status: Number(entry[3]), agent: entry[4] });
      else if (said.length < 100) said.push(text);
      const listening = /listening on (127\.0\.0\.1:\d+)/.exec(text);
      if (listening) done(listening[1]);
    };
    createInterface({ input: child.stdout }).on('line', line);
    createInterface({ input: child.stderr }).on('line', line);
  });
  return {
    host,
    requests,
    close: async () => {
      process.removeListener('exit', kill);
      child.kill();
      await ended;
    },
  };
}

/** Puts a repository's content into a registry. */
async function push(host, name, store) {
  const must = async (response, wanted) => {
    if (response.status !== wanted) throw new Error(`${response.url}: ${response.status} ${await response.text()}`);
    return response;
  };
  for (const [digest, bytes] of store.blobs) {
    const started = await must(await fetch(`http://${host}/v2/${name}/blobs/uploads/`, { method: 'POST' }), 202);
    const to = new URL(started.headers.get('location'), `http://${host}`);
    to.searchParams.set('digest', digest);
    await must(await fetch(to, { method: 'PUT', body: bytes, headers: { 'content-type': 'application/octet-stream' } }), 201);
  }
  const put = async (target, { mediaType, bytes }) => must(await fetch(`http://${host}/v2/${name}/manifests/${target}`, { method: 'PUT', body: bytes, headers: { 'content-type': mediaType } }), 201);
  // Indexes come after what they list: a registry refuses to hold one whose manifests it does not have.
  for (const [digest, manifest] of store.manifests) await put(digest, manifest);
  for (const [tag, digest] of store.tags) await put(tag, store.manifests.get(digest));
}

/** Pushes what is in PORTHOLE_IMAGES with skopeo, unless that was done. */
async function pushRealImages(root) {
  const names = realImages();
  const state = createHash('sha256').update(String(RECIPE));
  for (const name of names) {
    state.update(name).update(readFileSync(join(images, name, 'layout/index.json')));
    const zstd = join(images, name, 'zstd.tar');
    if (existsSync(zstd)) state.update(String(statSync(zstd).size));
  }
  const stamp = join(root, 'pushed');
  const wanted = state.digest('hex');
  // Whoever has no images must not take away what others pushed.
  if (existsSync(stamp) && (names.length === 0 || readFileSync(stamp, 'utf8') === wanted)) return;
  rmSync(root, { recursive: true, force: true });
  mkdirSync(root, { recursive: true });
  const open = await serve(root, {});
  const copy = (from, to, ...options) => run('skopeo', ['--insecure-policy', 'copy', '--quiet', '--dest-tls-verify=false', ...options, from, `docker://${open.host}/${to}`]);
  try {
    for (const name of names) {
      const layout = join(images, name, 'layout');
      await copy(`oci:${layout}:v1`, `${name}:v1`);
      await copy(`oci:${layout}:v1`, `${name}:docker`, '--format', 'v2s2');
      if (existsSync(join(images, name, 'zstd.tar'))) await copy(`oci-archive:${join(images, name, 'zstd.tar')}:v1`, `${name}:zstd`);
    }
    const layout = join(root, 'multi');
    multiArch().writeLayout(layout);
    await copy(`oci:${layout}:v1`, 'multi:v1', '--all');
    rmSync(layout, { recursive: true });
  } finally {
    await open.close();
  }
  writeFileSync(stamp, wanted);
}
