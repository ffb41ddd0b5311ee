// Parts of the analysis that most visits do without: each a WebAssembly module of its own, fetched when it is needed.
import { decodeBase64 } from '../shared/base64';
import type { ModulePlace } from '../shared/protocol';

export type Note = (url: string, bytes: number, cached: boolean) => void;

/** A module, compiled once in the life of this worker; a failure may be repeated. */
export class OnDemand {
  readonly #start: (options: { module: WebAssembly.Module }) => unknown;
  readonly #missing: string;
  #loaded: Promise<unknown> | undefined;

  /** `missing` is what is said where this copy of the page has no such module. */
  constructor(start: (options: { module: WebAssembly.Module }) => unknown, missing: string) {
    this.#start = start;
    this.#missing = missing;
  }

  load(place: ModulePlace, note: Note): Promise<unknown> {
    this.#loaded ??= this.#bytes(place, note).then((body) => WebAssembly.compile(body)).then((module) => this.#start({ module })).catch((error: unknown) => {
      this.#loaded = undefined;
      throw error;
    });
    return this.#loaded;
  }

  async #bytes(place: ModulePlace, note: Note): Promise<BufferSource> {
    if (place === null) throw new Error(this.#missing);
    if (typeof place === 'string') return decodeBase64(place);
    const url = new URL(place.url);
    const response = await fetch(url, { credentials: 'omit', referrerPolicy: 'no-referrer', ...(place.integrity ? { integrity: place.integrity } : {}) });
    if (!response.ok) throw new Error(`${url.pathname}: ${response.status}`);
    const body = await response.arrayBuffer();
    note(url.pathname, body.byteLength, false);
    return body;
  }
}
