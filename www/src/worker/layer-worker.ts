// Scans and hashes layers, one after the other, each in a fresh handle. Holds nothing of value: it may be ended at any moment.
import { initSync, LayerDigests, LayerScan, type InitOutput } from '../pkg/porthole';
import type { FromLayer, LayerJob, ToLayer } from '../shared/protocol';
import { causeOf } from './failure';
import { CHUNK, pieces, TELL } from './input';
import { limitsOf } from './limits';

let wasm: InitOutput | undefined;

const say = (message: FromLayer, transfer: Transferable[] = []): void => { postMessage(message, { transfer }); };

onmessage = async (event: MessageEvent<ToLayer>): Promise<void> => {
  const job = event.data;
  // Answered between two pieces, and while one is waited for: a slow disk is no silence.
  if (job.type === 'ping') {
    say({ type: 'alive' });
    return;
  }
  try {
    wasm ??= initSync({ module: job.module });
    if (job.type === 'scan') await scan(wasm, job);
    else await hash(wasm, job);
  } catch (error) {
    say({ type: 'failed', layer: job.layer, cause: causeOf(error, wasm) });
  }
};

/** Writes a blob into a handle's input buffer, piece by piece. */
async function feed(memory: InitOutput, blob: Blob, handle: { input(): number; push(length: number): void }, after?: (at: number) => void): Promise<void> {
  const input = handle.input();
  let at = 0;
  for await (const bytes of pieces(blob)) {
    // The view is made anew each time: memory that grew has another buffer.
    new Uint8Array(memory.memory.buffer, input, bytes.length).set(bytes);
    handle.push(bytes.length);
    at += bytes.length;
    after?.(at);
  }
}

async function scan(memory: InitOutput, { layer, blob, checked, limits: changed }: LayerJob & { type: 'scan' }): Promise<void> {
  const limits = limitsOf(changed);
  const handle = new LayerScan(CHUNK, checked, limits);
  limits.free();
  let told = 0;
  const tell = (bytes: number): void => {
    const [files = 0, packages = 0, secrets = 0] = handle.found();
    say({ type: 'read', layer, bytes, files, packages, secrets });
  };
  await feed(memory, blob, handle, (at) => {
    const now = performance.now();
    if (now - told < TELL) return;
    told = now;
    tell(at);
  });
  tell(blob.size);
  const facts = handle.finish() as Uint8Array<ArrayBuffer>;
  say({ type: 'facts', layer, facts, memory: memory.memory.buffer.byteLength }, [facts.buffer]);
}

async function hash(memory: InitOutput, { layer, blob, digest, diffId, limits: changed }: LayerJob & { type: 'hash' }): Promise<void> {
  const limits = limitsOf(changed);
  const handle = new LayerDigests(CHUNK, digest, diffId, limits);
  limits.free();
  await feed(memory, blob, handle);
  const found = handle.finish();
  say({ type: 'hashed', layer, digest: found.digest ?? null, diffId: found.diffId ?? null, wrongCrc: found.wrongCrc, memory: memory.memory.buffer.byteLength });
  found.free();
}
