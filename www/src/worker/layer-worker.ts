// Scans and hashes layers, one after the other, each in a fresh handle. Holds nothing of value: it may be ended at any moment.
import { BytesDigest, initSync, LayerDigests, LayerScan, type InitOutput } from '../pkg/porthole';
import type { Begun, FromLayer, LayerJob, ToLayer } from '../shared/protocol';
import { causeOf } from './failure';
import { CHUNK, pieces, TELL } from './input';
import { limitsOf } from './limits';
import { Hand, taken } from './partner';

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
    else if (job.type === 'tar') await hashTar(wasm, job);
    else if (job.partner) await decode(wasm, job, job.partner);
    else if (job.begun) await carryOn(wasm, job, job.begun);
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

async function scan(memory: InitOutput, { layer, blob, digest, diffId, begin, limits: changed }: LayerJob & { type: 'scan' }): Promise<void> {
  const limits = limitsOf(changed);
  const handle = new LayerScan(CHUNK, digest, diffId, limits);
  limits.free();
  let beginning = begin;
  if (beginning) handle.begin(beginning.by);
  let told = 0;
  const tell = (bytes: number): void => {
    const [files = 0, packages = 0, secrets = 0] = handle.found();
    say({ type: 'read', layer, bytes, files, packages, secrets });
  };
  await feed(memory, blob, handle, (at) => {
    if (beginning && at >= beginning.bytes) {
      const { by } = beginning;
      beginning = null;
      const state = handle.begun() as Uint8Array<ArrayBuffer>;
      say({ type: 'begun', layer, begun: { bytes: at, by, state } }, [state.buffer]);
    }
    const now = performance.now();
    if (now - told < TELL) return;
    told = now;
    tell(at);
  });
  tell(blob.size);
  const facts = handle.finish() as Uint8Array<ArrayBuffer>;
  say({ type: 'facts', layer, facts, memory: memory.memory.buffer.byteLength }, [facts.buffer]);
}

/** Hashes the rest of a blob that is a tar: both its digests are one. */
async function carryOn(memory: InitOutput, { layer, blob, digest, diffId }: LayerJob & { type: 'hash' }, { bytes, by, state }: Begun): Promise<void> {
  const handle = new BytesDigest(CHUNK, by, state);
  await feed(memory, blob.slice(bytes), handle);
  const found = handle.finish();
  say({ type: 'hashed', layer, digest: digest && found, diffId: diffId && found, memory: memory.memory.buffer.byteLength });
}

async function hash(memory: InitOutput, { layer, blob, digest, diffId, limits: changed }: LayerJob & { type: 'hash' }): Promise<void> {
  const limits = limitsOf(changed);
  const handle = new LayerDigests(CHUNK, digest, diffId, limits);
  limits.free();
  await feed(memory, blob, handle);
  const found = handle.finish();
  say({ type: 'hashed', layer, digest: found.digest ?? null, diffId: found.diffId ?? null, memory: memory.memory.buffer.byteLength });
  found.free();
}

/** Decoded at once: however well it is compressed, what is on its way to the partner stays small. */
const SLICE = 32 << 10;

/** Hashes a blob, and hands what it decodes to to a partner. */
async function decode(memory: InitOutput, { layer, blob, digest, begun, limits: changed }: LayerJob & { type: 'hash' }, partner: MessagePort): Promise<void> {
  const limits = limitsOf(changed);
  const handle = LayerDigests.decoding(CHUNK, begun ? null : digest, limits);
  limits.free();
  const hand = new Hand(partner, memory);
  const input = handle.input();
  let stored = 0;
  for await (const bytes of pieces(blob)) {
    new Uint8Array(memory.memory.buffer, input, bytes.length).set(bytes);
    for (let at = 0; at < bytes.length;) {
      const before = begun && stored + at < begun.bytes ? begun.bytes - stored : bytes.length;
      const to = Math.min(at + SLICE, before, bytes.length);
      handle.pushTo(at, to, hand.take);
      at = to;
      if (begun && stored + at === begun.bytes) handle.hashOn(begun.by, begun.state);
      if (hand.full) await hand.room();
    }
    stored += bytes.length;
  }
  const found = handle.finishTo(hand.take);
  hand.end(found.whole);
  say({ type: 'hashed', layer, digest: found.digest ?? null, diffId: null, memory: memory.memory.buffer.byteLength });
  found.free();
}

/** Hashes what a partner decodes. */
async function hashTar(memory: InitOutput, { layer, diffId: by, partner }: LayerJob & { type: 'tar' }): Promise<void> {
  const handle = new BytesDigest(CHUNK, by);
  const input = handle.input();
  const whole = await taken(partner, (bytes) => {
    new Uint8Array(memory.memory.buffer, input, bytes.length).set(bytes);
    handle.push(bytes.length);
  });
  const diffId = handle.finish();
  say({ type: 'hashed', layer, digest: null, diffId: whole ? diffId : null, memory: memory.memory.buffer.byteLength });
}
