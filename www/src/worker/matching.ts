// Fetches the advisory shards that this image needs and has them matched. Static files, by release and language: never a package's name.
import type { Merge } from '../pkg/porthole';
import { decodeBase64 } from '../shared/base64';
import { S } from '../shared/strings';
import type { Settings } from '../shared/protocol';

type Note = (url: string, bytes: number, cached: boolean) => void;

/** A server that says nothing for this long, in milliseconds, counts as one that has nothing: a scan always ends. */
const PATIENCE = 60_000;

export async function match(merge: Merge, settings: Settings, note: Note): Promise<void> {
  const get = source(settings, note);
  const needs = merge.startMatching();
  // No database beside the page: the report says that none was loaded, and still which runtimes are past their end.
  const index = get && needs.length > 0 ? await get('index.json').catch(() => null) : null;
  const { shards } = index ? merge.pushIndex(index) : { shards: [] };
  await Promise.all(shards.map(async ({ key, file }) => {
    try {
      if (get) merge.pushShard(key, await get(file));
    } catch (error) {
      merge.missShard(key, error instanceof Error ? error.message : String(error));
    }
  }));
  merge.finishMatching(settings.now.slice(0, 10));
}

function source({ database }: Settings, note: Note): ((file: string) => Promise<Uint8Array>) | null {
  if (database === null) return null;
  if (typeof database !== 'string') {
    return (file) => {
      const text = database[file];
      return text === undefined ? Promise.reject(new Error(S.errors.notInside)) : Promise.resolve(decodeBase64(text));
    };
  }
  return async (file) => {
    const url = new URL(file, database);
    const response = await fetch(url, { credentials: 'omit', referrerPolicy: 'no-referrer', signal: AbortSignal.timeout(PATIENCE) });
    if (!response.ok) throw new Error(`${url.pathname}: ${response.status}`);
    const bytes = new Uint8Array(await response.arrayBuffer());
    note(url.pathname, bytes.length, false);
    return bytes;
  };
}
