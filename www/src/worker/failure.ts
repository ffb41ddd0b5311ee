// What went wrong in a worker, in one sentence. A trap of the module names no cause: a panic leaves word, memory that ran out does not.
import { whyPanicked, type InitOutput } from '../pkg/porthole';
import { bytes } from '../shared/format';
import { S } from '../shared/strings';

/** What ended the module of this worker: whatever is asked of it afterwards fails by that. */
let broken: string | undefined;

/** `memory` is the module's, where it was instantiated. */
export function reason(error: unknown, wasm: InitOutput | undefined): string {
  if (broken !== undefined) return broken;
  if (wasm && error instanceof WebAssembly.RuntimeError) {
    const said = whyPanicked();
    if (said !== undefined) broken = S.errors.panicked(said);
    else if (/unreachable/i.test(error.message)) broken = S.errors.memory(bytes(wasm.memory.buffer.byteLength));
    else broken = error.message;
    return broken;
  }
  // Buffers, and the memory that an instance begins with: Chromium and Safari throw the one, Firefox the other.
  const refused = error instanceof RangeError || (error instanceof Error && error.name === 'InternalError');
  if (refused && /memory|allocat/i.test(error.message)) return S.errors.memory(null);
  return error instanceof Error ? error.message : String(error);
}
