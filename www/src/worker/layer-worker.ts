// Scans layers, one after the other, each in a fresh handle. Holds nothing of value: it may be ended at any moment.
import { initSync, LayerScan, type InitOutput } from '../pkg/porthole';
import type { FromLayer, ToLayer } from '../shared/protocol';
import { CHUNK, readNow } from './input';

let wasm: InitOutput | undefined;

const say = (message: FromLayer, transfer: Transferable[] = []): void => { postMessage(message, { transfer }); };

onmessage = (event: MessageEvent<ToLayer>): void => {
  const { module, layer, blob } = event.data;
  try {
    wasm ??= initSync({ module });
    scan(wasm, layer, blob);
  } catch (error) {
    say({ type: 'failed', layer, message: error instanceof Error ? error.message : String(error) });
  }
};

function scan(memory: InitOutput, layer: number, blob: Blob): void {
  const handle = new LayerScan(CHUNK);
  const input = handle.input();
  let told = 0;
  for (let at = 0; at < blob.size; at += CHUNK) {
    const bytes = readNow(blob.slice(at, at + CHUNK));
    // The view is made anew each time: memory that grew has another buffer.
    new Uint8Array(memory.memory.buffer, input, bytes.length).set(bytes);
    handle.push(bytes.length);
    const now = performance.now();
    if (now - told > 80) {
      told = now;
      const [files = 0, packages = 0, secrets = 0] = handle.found();
      say({ type: 'read', layer, bytes: at + bytes.length, files, packages, secrets });
    }
  }
  const [files = 0, packages = 0, secrets = 0] = handle.found();
  say({ type: 'read', layer, bytes: blob.size, files, packages, secrets });
  const facts = handle.finish() as Uint8Array<ArrayBuffer>;
  say({ type: 'facts', layer, facts }, [facts.buffer]);
}
