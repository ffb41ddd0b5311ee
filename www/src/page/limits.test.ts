import assert from 'node:assert/strict';
import { test } from 'node:test';
import { limits, readLimit, setLimit, writeLimit } from './limits';

test('caps are read as the command line reads them', () => {
  assert.deepEqual(['7', ' 2K ', '64m', '2G', '4,000,000', '0'].map(readLimit), [7, 2048, 64 << 20, 2 ** 31, 4_000_000, 0]);
  assert.deepEqual(['', 'K', '-1', '1.5', '2T', 'many', '99999999999999999999'].map(readLimit), Array(7).fill(null));
});

test('what is written is read back as the same', () => {
  for (const value of [0, 1, 1000, 1024, 1100, 128 << 10, 4_000_000, 48 << 20, 2 ** 32]) assert.equal(readLimit(writeLimit(value)), value);
  assert.equal(writeLimit(48 << 20), '48M');
});

test('a cap that stands where it stands by itself is not kept', () => {
  const entries = { name: 'entries', what: 'entries in one tar', value: 4_000_000 };
  setLimit(entries, 5);
  assert.deepEqual(limits.value, { entries: 5 });
  setLimit(entries, 4_000_000);
  assert.deepEqual(limits.value, {});
});
