// Bytes from one layer worker to another. Buffers go back and forth, and no more than a few are on their way.
import type { InitOutput } from '../pkg/porthole';
import { CHUNK } from './input';

/** Pieces that the other has not given back. More only within one slice of the blob, where that decodes to more. */
const AHEAD = 4;

/** What goes over: the first bytes of a buffer, or that there are no more, and whether the blob decoded to its end. */
type Given = { buffer: ArrayBuffer; length: number } | { whole: boolean };

/** The side that gives. */
export class Hand {
  readonly #port: MessagePort;
  readonly #memory: InitOutput;
  readonly #spare: ArrayBuffer[] = [];
  #piece = new Uint8Array(CHUNK);
  #filled = 0;
  #away = 0;
  #wake: (() => void) | null = null;

  constructor(port: MessagePort, memory: InitOutput) {
    this.#port = port;
    this.#memory = memory;
    port.onmessage = ({ data }: MessageEvent<ArrayBuffer>) => {
      this.#away -= 1;
      this.#spare.push(data);
      if (!this.full) this.#wake?.();
    };
  }

  /** Bytes in WebAssembly memory. */
  readonly take = (address: number, length: number): void => {
    for (let at = 0; at < length;) {
      const bytes = new Uint8Array(this.#memory.memory.buffer, address + at, Math.min(length - at, CHUNK - this.#filled));
      this.#piece.set(bytes, this.#filled);
      this.#filled += bytes.length;
      at += bytes.length;
      if (this.#filled === CHUNK) this.#send();
    }
  };

  get full(): boolean {
    return this.#away >= AHEAD;
  }

  /** Resolves when there is room for more. */
  room(): Promise<void> {
    return new Promise((resolve) => { this.#wake = resolve; });
  }

  end(whole: boolean): void {
    if (this.#filled > 0) this.#send();
    this.#port.postMessage({ whole } satisfies Given);
  }

  #send(): void {
    const { buffer } = this.#piece;
    this.#port.postMessage({ buffer, length: this.#filled } satisfies Given, [buffer]);
    this.#away += 1;
    this.#filled = 0;
    this.#piece = new Uint8Array(this.#spare.pop() ?? new ArrayBuffer(CHUNK));
  }
}

/** The side that takes: every piece, then whether the blob decoded to its end. */
export function taken(port: MessagePort, take: (bytes: Uint8Array) => void): Promise<boolean> {
  return new Promise((resolve, reject) => {
    port.onmessage = ({ data }: MessageEvent<Given>) => {
      try {
        if ('whole' in data) {
          port.close();
          resolve(data.whole);
          return;
        }
        take(new Uint8Array(data.buffer, 0, data.length));
        port.postMessage(data.buffer, [data.buffer]);
      } catch (error) {
        reject(error);
      }
    };
  });
}
