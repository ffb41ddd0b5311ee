// What a dropped file is for, from its first bytes, and for a document from all of them.
import { documentKind, headLength, howToRead } from '../pkg/porthole';
import type { InputFile, InputKind } from '../shared/protocol';
import { readNow } from './input';

/** What says what counts is small; a larger document can only be a list of packages or a report. */
const LARGEST_DOCUMENT = 16 << 20;

export function kindOf({ path, file }: InputFile): InputKind {
  if (archive(file)) return 'archive';
  if (file.size > LARGEST_DOCUMENT) return 'sbom';
  const kind = documentKind(readNow(file)) as InputKind;
  // Any text could be a bad policy: only a file that is called one is taken for it.
  return kind === 'policy' && !/\.(toml|rego)$/i.test(path) ? 'archive' : kind;
}

/** True for what an archive's reader takes, or refuses with a reason of its own. */
function archive(file: Blob): boolean {
  if (file.size === 0) return true;
  const head = readNow(file.slice(0, headLength()));
  try {
    return howToRead(head) !== 'json';
  } catch {
    // Not an archive: text may still be a document, bytes are nothing that is known.
    return head.includes(0);
  }
}
