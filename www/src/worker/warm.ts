// Has the engine compile the code that reads layers before there is one: it starts any code slow and quick to have, and makes it
// fast only once it has run for a while. A made-up layer is read a few times while somebody still looks for their file.
import type { FromLayer, LayerJob } from '../shared/protocol';
import LayerWorker from './layer-worker.ts?worker&inline';

const BLOCK = 512;
/** Readings: code is found to be hot in the first ones and made fast behind the next. */
const SCANS = 6;
const HASHES = 3;

export class Warming {
  readonly #worker = new LayerWorker();

  constructor(module: WebAssembly.Module) {
    void this.#run(module);
  }

  /** There is something real to do. What is being compiled is still made use of. */
  end(): void {
    this.#worker.terminate();
  }

  async #run(module: WebAssembly.Module): Promise<void> {
    try {
      const blob = await gzip(new Blob([file('usr/lib/code', code()), file('etc/text', text()), new Uint8Array(2 * BLOCK)]));
      const job = { module, limits: {}, layer: 0, blob };
      for (let n = 0; n < SCANS; n += 1) await this.#ask({ ...job, type: 'scan', checked: false });
      for (let n = 0; n < HASHES; n += 1) await this.#ask({ ...job, type: 'hash', digest: 'sha256', diffId: 'sha256' });
    } catch {
      // Without it the first image takes a little longer.
    } finally {
      this.end();
    }
  }

  #ask(job: LayerJob): Promise<void> {
    return new Promise((resolve, reject) => {
      this.#worker.onmessage = ({ data }: MessageEvent<FromLayer>) => {
        if (data.type === 'failed') reject(new Error('failed'));
        else if (data.type !== 'read') resolve();
      };
      this.#worker.postMessage(job);
    });
  }
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

const text = (): Uint8Array => new TextEncoder().encode(Array.from({ length: 40_000 }, (_, n) => `value.${n % 700} = "${(n * 2_654_435_761 % 4_294_967_296).toString(36)}"\n`).join(''));

/** Like a program: few different bytes, some long and many short repeats. */
function code(): Uint8Array {
  let state = 1;
  return Uint8Array.from({ length: 2 << 20 }, (_, at) => {
    state = (state * 48_271) % 2_147_483_647;
    return at % 16 < 9 ? (at >> 4) & 31 : (state >> 8) & (state % 7 === 0 ? 255 : 15);
  });
}
