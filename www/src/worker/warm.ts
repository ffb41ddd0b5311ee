// Has the engine compile the code that reads layers before there is one: it starts any code slow and quick to have, and makes it
// fast only once it has run for a while. A made-up image is read a few times while somebody still looks for their file.
import { Archive, Merge } from '../pkg/porthole';
import type { FromLayer, LayerJob } from '../shared/protocol';
import { Query } from '../shared/query';
import { head } from '../shared/verdict';
import { decodeBase64 } from '../shared/base64';
import { indexed, Input } from './input';
import { limitsOf } from './limits';
import database from './warm.json';
import LayerWorker from './layer-worker.ts?worker&inline';

const BLOCK = 512;
/** Readings: code is found to be hot in the first ones and made fast behind the next. */
const SCANS = 6;
const HASHES = 3;
const REPORTS = 12;
const PACKAGES = 400;
const FILES = 4000;

export class Warming {
  readonly #worker = new LayerWorker();
  #ended = false;

  constructor(module: WebAssembly.Module) {
    void this.#run(module);
  }

  /** There is something real to do. What is being compiled is still made use of. */
  end(): void {
    this.#ended = true;
    this.#worker.terminate();
  }

  async #run(module: WebAssembly.Module): Promise<void> {
    try {
      const blob = await gzip(new Blob([...layer(), new Uint8Array(2 * BLOCK)]));
      const job = { module, limits: {}, layer: 0, blob };
      let facts: Uint8Array | undefined;
      for (let n = 0; n < SCANS; n += 1) {
        const told = await this.#ask({ ...job, type: 'scan', digest: null, diffId: null, begin: null });
        if (told.type === 'facts') facts = told.facts;
      }
      for (let n = 0; n < HASHES; n += 1) await this.#ask({ ...job, type: 'hash', digest: 'sha256', diffId: 'sha256', begun: null, partner: null });
      // One at a time, so that an image that comes meanwhile does not wait for all of them.
      for (let n = 0; n < REPORTS && facts && !this.#ended; n += 1) {
        report(facts);
        await new Promise((resolve) => { setTimeout(resolve); });
      }
    } catch {
      // Without it the first image takes a little longer.
    } finally {
      this.end();
    }
  }

  #ask(job: LayerJob): Promise<FromLayer> {
    return new Promise((resolve, reject) => {
      this.#worker.onmessage = ({ data }: MessageEvent<FromLayer>) => {
        if (data.type === 'failed') reject(new Error('failed'));
        else if (data.type !== 'read') resolve(data);
      };
      this.#worker.postMessage(job);
    });
  }
}

/** Everything between the facts and what the page shows. */
function report(facts: Uint8Array): void {
  const limits = limitsOf({});
  const json = (value: unknown): Uint8Array => utf8(JSON.stringify(value));
  const image = new Blob([
    file('a/layer.tar', new Uint8Array(BLOCK)), file('config.json', json({ architecture: 'amd64', os: 'linux', rootfs: { type: 'layers', diff_ids: [`sha256:${'0'.repeat(64)}`] } })),
    file('manifest.json', json([{ Config: 'config.json', RepoTags: ['warm:1'], Layers: ['a/layer.tar'] }])), new Uint8Array(2 * BLOCK),
  ]);
  const archive = indexed(new Archive(image.size, limits), new Input([{ path: 'warm.tar', file: image }]));
  const merge = new Merge(archive, 0, 'warm');
  merge.add(Uint32Array.of(0), facts);
  merge.join(0, true);
  merge.startMatching();
  for (const { key } of merge.pushIndex(json(database.index)).shards) merge.pushShard(key, decodeBase64(database.shard));
  merge.finishMatching('1970-01-01');
  merge.judge();
  const made = merge.report();
  new Query(made);
  head(made, null, false);
  for (const one of [merge, archive, limits]) one.free();
}

function layer(): Uint8Array<ArrayBuffer>[] {
  const status = Array.from({ length: PACKAGES }, (_, n) => `Package: lib${n.toString(36)}\nStatus: install ok installed\nArchitecture: amd64\nSource: source${n % 90}\nVersion: 1.${n}-${n % 7}\nDepends: libc6 (>= 2.${n})\nDescription: made up\n`).join('\n');
  const some = code();
  const small = [() => new Uint8Array(), (n: number) => program(some, n), settings, described];
  const files = Array.from({ length: FILES }, (_, n) => file(`usr/share/doc/lib${(n % PACKAGES).toString(36)}/file-${n}`, small[n % small.length]?.(n) ?? some));
  return [file('usr/lib/code', some), file('etc/text', text()), file('var/lib/dpkg/status', utf8(status)), file('etc/os-release', utf8('ID=debian\nVERSION_ID=12\n')), ...files];
}

const gzip = (blob: Blob): Promise<Blob> => new Response(blob.stream().pipeThrough(new CompressionStream('gzip'))).blob();

/** A file of a tar (ustar), padded to whole blocks. */
function file(name: string, content: Uint8Array): Uint8Array<ArrayBuffer> {
  const tar = new Uint8Array(BLOCK + Math.ceil(content.length / BLOCK) * BLOCK);
  const put = (at: number, value: string): void => { new TextEncoder().encodeInto(value, tar.subarray(at)); };
  put(0, name);
  put(100, '0000644');
  put(124, content.length.toString(8).padStart(11, '0'));
  put(148, '        0');
  put(257, 'ustar\u000000');
  put(148, `${tar.subarray(0, BLOCK).reduce((sum, byte) => sum + byte, 0).toString(8).padStart(6, '0')}\u0000 `);
  tar.set(content, BLOCK);
  return tar;
}

const utf8 = (value: string): Uint8Array => new TextEncoder().encode(value);

const text = (): Uint8Array => utf8(Array.from({ length: 40_000 }, (_, n) => `value.${n % 700} = "${(n * 2_654_435_761 % 4_294_967_296).toString(36)}"\n`).join(''));

/** What looks like a secret at first sight, and is looked at more closely. */
const settings = (n: number): Uint8Array => utf8(`# Set ${n}\npassword = "made-up-${n}"\napi_key: ${(n * 7919).toString(36)}\nurl = https://user:word${n}@example.com/${n}\ndb = postgres://me:word${n}@db.example.com/x\ntoken=\n-----BEGIN PRIVATE KEY-----\nsecret = os.environ["SECRET"]\n`);

const described = (n: number): Uint8Array => utf8(JSON.stringify({ name: `made-up-${n}`, version: `1.${n}.0`, license: 'MIT', dependencies: { [`other-${n}`]: '^1.0.0' }, scripts: { test: 'true', password: 'none' } }));

/** An ELF file's first words (gABI, "ELF Header"), then anything. */
function program(some: Uint8Array, n: number): Uint8Array {
  const bytes = some.slice(n * 16, n * 16 + 4096);
  bytes.set([0x7f, 0x45, 0x4c, 0x46, 2, 1, 1]);
  return bytes;
}

/** Like a program: few different bytes, some long and many short repeats. */
function code(): Uint8Array {
  let state = 1;
  return Uint8Array.from({ length: 2 << 20 }, (_, at) => {
    state = (state * 48_271) % 2_147_483_647;
    return at % 16 < 9 ? (at >> 4) & 31 : (state >> 8) & (state % 7 === 0 ? 255 : 15);
  });
}
