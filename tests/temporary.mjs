// Folders for what a test writes: gone when its process ends, so that no run leaves anything on the disk.
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

const made = [];
process.once('exit', () => { for (const folder of made) rmSync(folder, { recursive: true, force: true }); });

/** A new, empty folder; `name` says in a listing whose it is. */
export function temporary(name) {
  const folder = mkdtempSync(join(tmpdir(), `porthole-${name}-`));
  made.push(folder);
  return folder;
}
