// What went wrong in a worker. A trap of the module names no cause: a panic leaves word, memory that ran out does not.
// Without sentences: they would make a layer worker three times as large.
import { whyPanicked, type InitOutput } from '../pkg/porthole';
import type { Cause } from '../shared/protocol';
import { Unreadable } from './input';

/** What ended the module of this worker: whatever is asked of it afterwards fails by that. */
let broken: Cause | undefined;

/** `wasm` is the module, where it was instantiated. */
export function causeOf(error: unknown, wasm: InitOutput | undefined): Cause {
  if (broken !== undefined) return broken;
  if (error instanceof Unreadable) return { kind: 'unreadable' };
  const message = error instanceof Error ? error.message : String(error);
  if (wasm && error instanceof WebAssembly.RuntimeError) {
    const said = whyPanicked();
    if (said !== undefined) broken = { kind: 'panicked', said };
    else if (/unreachable/i.test(message)) broken = { kind: 'memory', had: wasm.memory.buffer.byteLength };
    else broken = { kind: 'other', message };
    return broken;
  }
  // Buffers, and the memory that an instance begins with: Chromium and Safari throw the one, Firefox the other.
  const refused = error instanceof RangeError || (error instanceof Error && error.name === 'InternalError');
  return refused && /memory|allocat/i.test(message) ? { kind: 'memory', had: null } : { kind: 'other', message };
}
