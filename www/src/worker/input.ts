// Bytes of what was dropped: an archive, or the files of a folder.
import type { Archive } from '../pkg/porthole';
import type { InputFile } from '../shared/protocol';

/** Read at once: large enough that the call costs nothing, small enough to stay in the processor's cache. */
export const CHUNK = 1 << 20;

/** Between two words on how far reading is, milliseconds: what the page draws for each is taken from the processors that read. */
export const TELL = 350;

/** A file that cannot be read any more. What browsers say of it differs, and is no help: a "network error", where there is no network. */
export class Unreadable extends Error {}

/** For what is small: a read of its own costs a millisecond and more, whatever its length. */
export function readNow(blob: Blob): Uint8Array<ArrayBuffer> {
  try {
    return new Uint8Array(new FileReaderSync().readAsArrayBuffer(blob));
  } catch (error) {
    return unreadable(error);
  }
}

/** A range error is of memory, and says so itself. */
function unreadable(error: unknown): never {
  throw error instanceof RangeError ? error : new Unreadable(String(error));
}

/**
 * A blob from its beginning to its end, in pieces of at most `CHUNK`. A piece is valid until the next one is asked for.
 * The browser reads ahead into one pipe while a piece is worked on: a third of the time of as many slices.
 */
export async function* pieces(blob: Blob): AsyncGenerator<Uint8Array<ArrayBuffer>> {
  const stream = blob.stream();
  let reader: ReadableStreamBYOBReader;
  try {
    reader = stream.getReader({ mode: 'byob' });
  } catch {
    // A browser whose blobs are no byte streams chooses the length of the pieces.
    yield* short(stream);
    return;
  }
  try {
    let buffer = new ArrayBuffer(CHUNK);
    for (;;) {
      // Where `min` is unknown, pieces are as short as the pipe gives them.
      const { done, value } = await reader.read(new Uint8Array(buffer), { min: CHUNK }).catch(unreadable);
      if (value && value.length > 0) yield value;
      if (done) return;
      buffer = value.buffer;
    }
  } finally {
    await reader.cancel().catch(() => undefined);
  }
}

async function* short(stream: ReadableStream<Uint8Array<ArrayBuffer>>): AsyncGenerator<Uint8Array<ArrayBuffer>> {
  const reader = stream.getReader();
  try {
    const read = (): Promise<ReadableStreamReadResult<Uint8Array<ArrayBuffer>>> => reader.read().catch(unreadable);
    for (let next = await read(); !next.done; next = await read()) {
      for (let at = 0; at < next.value.length; at += CHUNK) yield next.value.subarray(at, at + CHUNK);
    }
  } finally {
    await reader.cancel().catch(() => undefined);
  }
}

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

/** The archive, once it has read everything that it wants of the input. */
export function indexed(archive: Archive, input: Input): Archive {
  for (let want = archive.wants(); want; want = archive.wants()) {
    archive.push(want.offset, readNow(input.range(want.file, want.offset, want.len)));
  }
  archive.close();
  return archive;
}

/** A dropped folder's files all begin with its name: what counts begins below it. */
function stripped(files: readonly InputFile[]): InputFile[] {
  const top = files[0]?.path.split('/')[0] ?? '';
  if (files.length < 2 || !files.every(({ path }) => path.startsWith(`${top}/`))) return [...files];
  return files.map(({ path, file }) => ({ path: path.slice(top.length + 1), file }));
}
