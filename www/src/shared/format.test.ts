import assert from 'node:assert/strict';
import { test } from 'node:test';
import { ago, bytes, command, duration, percent, permissions, rank, shortDigest } from './format';

test('sizes are in the units that a person reads', () => {
  const cases: [number, string][] = [[0, '0 B'], [999, '999 B'], [1000, '1.00 kB'], [1234, '1.23 kB'], [12_345, '12.3 kB'], [999_499, '999 kB'], [999_500, '1.00 MB'], [1_200_000_000, '1.20 GB']];
  for (const [value, text] of cases) assert.equal(bytes(value), text);
});

test('ages are in words, and a reproducible build is told as one', () => {
  const now = Date.parse('2026-01-22T00:00:00Z');
  const cases: [string, string | null][] = [['2026-01-01T00:00:00Z', '3 weeks ago'], ['2024-01-01T00:00:00Z', '2 years ago'], ['2026-01-21T23:59:50Z', 'just now'], ['1970-01-01T00:00:00Z', 'set to 1970 (reproducible build)'], ['nonsense', null]];
  for (const [time, text] of cases) assert.equal(ago(time, now), text);
});

test('permissions are written as ls does', () => {
  const cases: [number, string][] = [[0o644, 'rw-r--r--'], [0o4755, 'rwsr-xr-x'], [0o1777, 'rwxrwxrwt'], [0o2644, 'rw-r-Sr--'], [0, '---------']];
  for (const [mode, text] of cases) assert.equal(permissions(mode), text);
});

test('commands lose what the builder wrapped around them', () => {
  const cases: [string, string][] = [
    ['/bin/sh -c #(nop)  CMD ["bash"]', 'CMD ["bash"]'], ['/bin/sh -c apt-get update', 'RUN apt-get update'], ['RUN /bin/sh -c apk add curl # buildkit', 'RUN apk add curl'], ['COPY . /app # buildkit', 'COPY . /app'],
  ];
  for (const [raw, text] of cases) assert.equal(command(raw), text);
});

test('small shares are not rounded away', () => {
  assert.equal(percent(1, 1000), '< 1 %');
  assert.equal(percent(0, 1000), '0 %');
  assert.equal(percent(1, 0), '0 %');
  assert.equal(percent(1, 3), '33 %');
  assert.equal(rank(0.9996), '99.9 %');
  assert.equal(rank(0.5), '50 %');
  assert.equal(duration(0.2), 'less than a second');
  assert.equal(duration(125), '2 min 5 s');
  assert.equal(shortDigest(`sha256:${'a'.repeat(64)}`), 'sha256:aaaaaaaaaaaa…');
});
