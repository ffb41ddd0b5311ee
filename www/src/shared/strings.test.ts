// English stands in one file. What a person reads in any other is found here by its looks: two words, or one between tags.
import assert from 'node:assert/strict';
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';

const files = (folder: string): string[] => readdirSync(folder, { withFileTypes: true }).flatMap((entry) => (entry.isDirectory() ? files(join(folder, entry.name)) : /(?<!\.test)\.tsx?$/.test(entry.name) ? [join(folder, entry.name)] : []));

/** What may look like English and is none that a person reads. */
const TECHNICAL = /^(docker |[a-z-]+( [a-z]+[-\w]*)*$|.*(\bpx\b|rem\b|\bfr\)))/;

function english(source: string): string[] {
  const code = source.replace(/\/\*[\s\S]*?\*\//g, '').replace(/(^|\s)\/\/.*$/gm, '').replace(/\bclass(Name)?=("[^"]*"|\{`[^`]*`\}|\{[^}]*\})/g, '').replace(/^import .*$/gm, '');
  const between = [...code.matchAll(/>\s*([A-Za-z][^<>{}=;]*?)\s*</g)].map((match) => match[1] ?? '').filter((text) => /^[A-Z]?[a-z]+[ .,:!?]|^[A-Z][a-z]+$/.test(text) && !/^(new |Promise$)/.test(text) && !/[()'`?]|=>|&&/.test(text));
  const quoted = [...code.matchAll(/'([^'\n]*)'/g)].map((match) => match[1] ?? '').filter((text) => /[A-Za-z]{2,},? [a-z]{2,}/.test(text) && !TECHNICAL.test(text));
  return [...between, ...quoted];
}

test('no view has English of its own', () => {
  const found = ['src/page', 'src/worker', 'src/shared'].flatMap(files).filter((path) => !path.endsWith('strings.ts')).flatMap((path) => english(readFileSync(path, 'utf8')).map((text) => `${path}: ${text}`));
  assert.deepEqual(found, []);
});

test('English that stands in a view is found', () => {
  assert.deepEqual(english('<p>Hello there</p>'), ['Hello there']);
  assert.deepEqual(english('<h2>Labels</h2>'), ['Labels']);
  assert.deepEqual(english("const a = 'Nothing was found';"), ['Nothing was found']);
  assert.deepEqual(english('<p class="muted small">{S.name}</p>'), []);
});
