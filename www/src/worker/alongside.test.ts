import assert from 'node:assert/strict';
import { test } from 'node:test';
import { alongside } from './alongside.ts';

test('what the report does not wait for is hashed as it is scanned', () => {
  assert.deepEqual(alongside([300, 120, 1], 2), [false, true, true]);
  assert.deepEqual(alongside([80, 40], 2), [false, true]);
  // Nobody has time to spare.
  assert.deepEqual(alongside([100, 100], 2), [false, false]);
  assert.deepEqual(alongside([100], 4), [false]);
  assert.deepEqual(alongside([100, 50, 50], 1), [false, false, false]);
  // With more workers there is more of it.
  assert.deepEqual(alongside([100, 50, 50, 50], 4), [false, true, true, true]);
});

test('the report waits no longer for it', () => {
  for (let n = 0; n < 200; n += 1) {
    const sizes = Array.from({ length: 1 + (n % 30) }, (_, at) => ((at + 1) * (n + 7) * 7919) % 1009);
    for (const workers of [1, 2, 4]) {
      const hashed = alongside(sizes, workers);
      const alone = loads(sizes, workers);
      const all = alone.map((load, by) => load + share(sizes, workers, by).reduce((sum, layer) => sum + (hashed[layer] ? (sizes[layer] ?? 0) : 0), 0));
      assert.ok(Math.max(...all) <= Math.max(...alone), `${sizes} by ${workers}`);
    }
  }
});

test('no layers are no trouble', () => {
  assert.deepEqual(alongside([], 2), []);
});

/** The layers of a worker where each takes the largest that is left. */
function share(sizes: number[], workers: number, by: number): number[] {
  const loads = Array.from({ length: workers }, () => 0);
  const mine: number[] = [];
  for (const layer of sizes.map((_, at) => at).sort((a, b) => (sizes[b] ?? 0) - (sizes[a] ?? 0))) {
    const least = loads.indexOf(Math.min(...loads));
    loads[least] = (loads[least] ?? 0) + (sizes[layer] ?? 0);
    if (least === by) mine.push(layer);
  }
  return mine;
}

const loads = (sizes: number[], workers: number): number[] => Array.from({ length: workers }, (_, by) => share(sizes, workers, by).reduce((sum, layer) => sum + (sizes[layer] ?? 0), 0));
