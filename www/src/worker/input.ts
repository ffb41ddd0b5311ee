// Bytes of what was dropped: an archive, or the files of a folder.
import type { InputFile } from '../shared/protocol';

/** Read at once: large enough that the call costs nothing, small enough to stay in the processor's cache. */
export const CHUNK = 1 << 20;

const reader = new FileReaderSync();

/** Synchronous on purpose: in a worker nobody waits, and it measured faster than a stream (no promise a chunk). */
export const readNow = (blob: Blob): Uint8Array<ArrayBuffer> => new Uint8Array(reader.readAsArrayBuffer(blob));

export class Input {
  readonly archive: Blob | null;
  readonly #files: Map<string, Blob>;
  readonly size: number;

  constructor(files: readonly InputFile[]) {
    const [first] = files;
    this.archive = files.length === 1 && first && !first.path.includes('/') ? first.file : null;
    this.#files = new Map(stripped(files).map(({ path, file }) => [path, file]));
    this.size = files.reduce((sum, { file }) => sum + file.size, 0);
  }

  names(): string[] {
    return [...this.#files.keys()];
  }

  sizes(): number[] {
    return [...this.#files.values()].map((file) => file.size);
  }

  range(file: string | null, offset: number, length: number): Blob {
    const whole = file === null ? this.archive : this.#files.get(file);
    return (whole ?? new Blob()).slice(offset, offset + length);
  }
}

/** A dropped folder's files all begin with its name: what counts begins below it. */
function stripped(files: readonly InputFile[]): InputFile[] {
  const top = files[0]?.path.split('/')[0] ?? '';
  if (files.length < 2 || !files.every(({ path }) => path.startsWith(`${top}/`))) return [...files];
  return files.map(({ path, file }) => ({ path: path.slice(top.length + 1), file }));
}
