import assert from 'node:assert/strict';
import { test } from 'node:test';
import { grouped } from './inputs';

const groups = (paths: string[]): string[][] => grouped(paths.map((path) => ({ path, file: new Blob() }))).map((group) => group.map((one) => one.path));

test('what was dropped is taken apart as a person meant it', () => {
  const cases: [string, string[], string[][]][] = [
    ['plain files are one thing each', ['a.tar', 'policy.toml'], [['a.tar'], ['policy.toml']]],
    ['a layout is one thing', ['layout/oci-layout', 'layout/index.json', 'layout/blobs/sha256/ab'], [['layout/oci-layout', 'layout/index.json', 'layout/blobs/sha256/ab']]],
    ['a policy beside a layout', ['policy.toml', 'layout/index.json', 'layout/blobs/sha256/ab'], [['policy.toml'], ['layout/index.json', 'layout/blobs/sha256/ab']]],
    ['a layout without the folder around it', ['oci-layout', 'index.json', 'blobs/sha256/ab'], [['oci-layout', 'index.json', 'blobs/sha256/ab']]],
    ['two layouts', ['a/index.json', 'b/index.json'], [['a/index.json'], ['b/index.json']]],
    ['a folder of archives', ['images/a.tar', 'images/old/b.tar', 'images/.DS_Store'], [['a.tar'], ['b.tar']]],
  ];
  for (const [what, paths, want] of cases) assert.deepEqual(groups(paths), want, what);
});
