// Fetches the advisory shards that this image needs and has them matched. Static files, by release and language: never a package's name.
import type { Merge } from '../pkg/porthole';
import { decodeBase64 } from '../shared/base64';
import { S } from '../shared/strings';
import type { Settings } from '../shared/protocol';

type Note = (url: string, bytes: number, cached: boolean) => void;

/** A server that says nothing for this long, in milliseconds, counts as one that has nothing: a scan always ends. */
const PATIENCE = 60_000;

type Get = (file: string) => Promise<Uint8Array>;

export class Matching {
  readonly #get: Get | null;
  readonly #today: string;
  /** What is fetched ahead. */
  readonly #ahead = new Map<string, Promise<Uint8Array>>();
  #begun = false;

  constructor(settings: Settings, note: Note) {
    this.#get = source(settings, note);
    this.#today = settings.now.slice(0, 10);
  }

  /** Fetches what every matching begins with, while layers are read. */
  begin(): void {
    void this.#fetch('index.json')?.catch(() => undefined);
  }

  /** Fetches for the packages so far, while other layers are read. */
  async prepare(merge: Merge): Promise<void> {
    try {
      if (merge.startMatching().length === 0) return;
      const index = await this.#fetch('index.json');
      // The matching proper may have begun meanwhile, with a state that is its own.
      if (!index || this.#begun) return;
      merge.startMatching();
      for (const { file } of merge.pushIndex(index).shards) void this.#fetch(file)?.catch(() => undefined);
    } catch {
      // Whatever it is, the matching proper meets it again and tells.
    }
  }

  async match(merge: Merge): Promise<void> {
    this.#begun = true;
    const needs = merge.startMatching();
    // No database beside the page: the report says that none was loaded, and still which runtimes are past their end.
    const index = needs.length > 0 ? await this.#fetch('index.json')?.catch(() => null) : null;
    const { shards } = index ? merge.pushIndex(index) : { shards: [] };
    await Promise.all(shards.map(async ({ key, file }) => {
      try {
        const shard = await this.#fetch(file);
        if (shard) merge.pushShard(key, shard);
      } catch (error) {
        merge.missShard(key, error instanceof Error ? error.message : String(error));
      }
    }));
    this.#ahead.clear();
    merge.finishMatching(this.#today);
  }

  #fetch(file: string): Promise<Uint8Array> | undefined {
    const asked = this.#ahead.get(file) ?? this.#get?.(file);
    if (asked) this.#ahead.set(file, asked);
    return asked;
  }
}

function source({ database }: Settings, note: Note): Get | null {
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
