import assert from 'node:assert/strict';
import { test } from 'node:test';
import { CHUNK, pieces, Unreadable } from './input';

const bytes = Uint8Array.from({ length: 3 * CHUNK + 17 }, (_, at) => (at * 31) % 251);

/** A blob as a browser has it whose blobs are no byte streams: it chooses how much it hands out. */
function plain(lengths: readonly number[], cancelled: () => void): Blob {
  let at = 0;
  const left = [...lengths];
  const stream = new ReadableStream<Uint8Array<ArrayBuffer>>({
    pull(controller) {
      const length = left.shift();
      if (length === undefined) controller.close();
      else controller.enqueue(bytes.slice(at, (at += length)));
    },
    cancel: cancelled,
  });
  return { stream: () => stream } as Blob;
}

async function all(blob: Blob): Promise<{ read: Uint8Array; longest: number }> {
  const read: number[] = [];
  let longest = 0;
  for await (const piece of pieces(blob)) {
    longest = Math.max(longest, piece.length);
    for (const byte of piece) read.push(byte);
  }
  return { read: Uint8Array.from(read), longest };
}

test('a blob is read whole, in pieces that fit the buffer of who eats them', async () => {
  const { read, longest } = await all(new Blob([bytes]));
  assert.deepEqual(read, bytes);
  assert.ok(longest <= CHUNK);
  assert.deepEqual((await all(new Blob([]))).read, new Uint8Array(0));
});

test('where the browser chooses the pieces, long ones are cut', async () => {
  const { read, longest } = await all(plain([1, 2 * CHUNK + 5, CHUNK, 11], () => undefined));
  assert.deepEqual(read, bytes);
  assert.equal(longest, CHUNK);
});

test('who has seen enough reads no further', async () => {
  let cancelled = 0;
  for await (const piece of pieces(plain([100, 100, 100], () => { cancelled += 1; }))) {
    assert.equal(piece.length, 100);
    break;
  }
  assert.equal(cancelled, 1);
});

test('a file that is gone is no network error', async () => {
  for (const type of ['bytes', undefined] as const) {
    const stream = new ReadableStream({ type: type as 'bytes', pull: (controller) => controller.error(new TypeError('network error')) });
    await assert.rejects(all({ stream: () => stream } as unknown as Blob), Unreadable);
  }
});
