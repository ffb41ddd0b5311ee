// The few things that the page fetches, all from its own folder; in a standalone file they are inside it.
import wasmUrl from '../pkg/porthole_bg.wasm?url';
import verifierUrl from '../pkg-signatures/signatures_bg.wasm?url';
import exportsUrl from '../pkg-exports/exports_bg.wasm?url';
import regoUrl from '../pkg-rego/rego_bg.wasm?url';
import { decodeBase64 } from '../shared/base64';
import type { ModulePlace, Settings } from '../shared/protocol';
import { requested } from './store';

const base = (): URL => new URL('./', document.baseURI);

export function note(url: string, bytes: number, cached = false): void {
  requested.value = [...requested.value, { url, bytes, cached }];
}

/** A block of base64 text that a standalone file carries. */
function inlined(id: string): Uint8Array<ArrayBuffer> | null {
  const text = document.getElementById(id)?.textContent;
  return text ? decodeBase64(text) : null;
}

let compiled: Promise<WebAssembly.Module> | undefined;

/** The analysis module, compiled once and shared with every worker. */
export function analysisModule(): Promise<WebAssembly.Module> {
  compiled ??= load().catch((error: unknown) => {
    compiled = undefined; // the next attempt asks again
    throw error;
  });
  return compiled;
}

/** False where somebody asks to be spared what is not needed yet. */
export const lavish = (): boolean => (navigator as Navigator & { connection?: { saveData?: boolean } }).connection?.saveData !== true;

/** Has the module ready before it is wanted, once the page has nothing else to do. */
export function prepareModule(): void {
  if (!lavish()) return;
  // Safari has no idle callback. A failure is told when the module is wanted and asked for again.
  const prepare = (): void => { void analysisModule().catch(() => undefined); };
  if ('requestIdleCallback' in globalThis) requestIdleCallback(prepare, { timeout: 3000 });
  else setTimeout(prepare, 500);
}

async function load(): Promise<WebAssembly.Module> {
  const inside = inlined('porthole-wasm');
  if (inside) return WebAssembly.compile(inside);
  const url = new URL(wasmUrl, base());
  const integrity = document.querySelector<HTMLMetaElement>('meta[name="porthole-wasm-integrity"]')?.content;
  const response = await fetch(url, integrity ? { integrity } : {});
  if (!response.ok) throw new Error(`${url.pathname}: ${response.status}`);
  // Not compileStreaming: it refuses a file whose server does not know the type, and any static server shall do.
  const bytes = await response.arrayBuffer();
  note(url.pathname, bytes.byteLength);
  return WebAssembly.compile(bytes);
}

/** A module that a worker fetches when it is needed; in a standalone file what stands in it. */
function onDemand(name: 'verifier' | 'exports' | 'rego', path: string): ModulePlace {
  const inside = document.getElementById(`porthole-${name}`)?.textContent;
  if (inside) return inside;
  if (location.protocol === 'file:') return null;
  const integrity = document.querySelector<HTMLMetaElement>(`meta[name="porthole-${name}-integrity"]`)?.content ?? null;
  return { url: new URL(path, base()).href, integrity };
}

export const verifier = (): ModulePlace => onDemand('verifier', verifierUrl);
export const exporter = (): ModulePlace => onDemand('exports', exportsUrl);
export const rego = (): ModulePlace => onDemand('rego', regoUrl);

/** Folder of the advisory shards; in a standalone file the shards themselves, as they stand in it; null where there can be none. */
export function database(): Settings['database'] {
  const blocks = [...document.querySelectorAll<HTMLElement>('script[data-shard]')];
  if (blocks.length > 0) return Object.fromEntries(blocks.map((block) => [block.dataset['shard'] ?? '', block.textContent ?? '']));
  return location.protocol === 'file:' ? null : new URL('db/', base()).href;
}

/** The small image that ships with the page. */
export async function sampleFile(): Promise<Blob> {
  const inside = inlined('porthole-sample');
  if (inside) return new Blob([inside]);
  const url = new URL('sample/sample.tar', base());
  const response = await fetch(url);
  if (!response.ok) throw new Error(`${url.pathname}: ${response.status}`);
  const file = await response.blob();
  note(url.pathname, file.size);
  return file;
}
