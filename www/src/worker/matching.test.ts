import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { Merge } from '../pkg/porthole';
import type { Settings } from '../shared/protocol';
import { Matching } from './matching';

/** A database that notes what is asked of it; `broken` is a file that it lacks. */
function database(asked: string[], broken = ''): Record<string, string> {
  return new Proxy<Record<string, string>>({}, {
    get: (_, file) => {
      asked.push(String(file));
      return file === broken ? undefined : btoa(String(file));
    },
  });
}

const settings = (from: Record<string, string>): Settings => ({ database: from, now: '2026-01-02T03:04:05Z' } as unknown as Settings);

/** A report with packages of these ecosystems, that notes what it is told. */
function merge(needs: () => string[], told: string[]): Merge {
  return {
    startMatching: needs,
    pushIndex: () => ({ shards: needs().map((key) => ({ key, file: `${key}.shard` })) }),
    pushShard: (key: string, bytes: Uint8Array) => { told.push(`${key}: ${new TextDecoder().decode(bytes)}`); },
    missShard: (key: string) => { told.push(`${key} is missing`); },
    finishMatching: (today: string) => { told.push(today); },
  } as unknown as Merge;
}

test('what was fetched while layers were read is not fetched again', async () => {
  const [asked, told]: [string[], string[]] = [[], []];
  const needs = ['debian'];
  const matching = new Matching(settings(database(asked)), () => undefined);
  const image = merge(() => needs, told);
  await matching.prepare(image);
  assert.deepEqual(asked, ['index.json', 'debian.shard']);
  assert.deepEqual(told, []);
  needs.push('npm');
  await matching.match(image);
  assert.deepEqual(asked, ['index.json', 'debian.shard', 'npm.shard']);
  assert.deepEqual(told, ['debian: debian.shard', 'npm: npm.shard', '2026-01-02']);
});

test('the index is fetched once, from the beginning', async () => {
  const [asked, told]: [string[], string[]] = [[], []];
  const matching = new Matching(settings(database(asked)), () => undefined);
  matching.begin();
  assert.deepEqual(asked, ['index.json']);
  await matching.match(merge(() => ['npm'], told));
  assert.deepEqual(asked, ['index.json', 'npm.shard']);
});

test('what could not be fetched ahead is told by the matching', async () => {
  const [asked, told]: [string[], string[]] = [[], []];
  const matching = new Matching(settings(database(asked, 'debian.shard')), () => undefined);
  const image = merge(() => ['debian'], told);
  await matching.prepare(image);
  await matching.match(image);
  assert.deepEqual(told, ['debian is missing', '2026-01-02']);
});

test('nothing is fetched for an image without packages, and nothing ahead once the matching has begun', async () => {
  const [asked, told]: [string[], string[]] = [[], []];
  const none = new Matching(settings(database(asked)), () => undefined);
  await none.prepare(merge(() => [], told));
  await none.match(merge(() => [], told));
  assert.deepEqual(asked, []);
  const late = new Matching(settings(database(asked)), () => undefined);
  const image = merge(() => ['npm'], told);
  await Promise.all([late.prepare(image), late.match(image)]);
  assert.deepEqual(asked, ['index.json', 'npm.shard']);
});
