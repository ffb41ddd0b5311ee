// Digests that come in while layers are still read, or behind the report: kept until there is a report, then put into it.
import type { Merge } from '../pkg/porthole';
import type { Wanted } from './pool';

/** Digests that come in behind the report are told together, milliseconds: telling takes a tenth of a second from the hashing. */
const TOGETHER = 3000;

export class Digests {
  readonly #merge: Merge;
  /** Layers that share a blob. */
  readonly #sharing: (layer: number) => readonly number[];
  readonly #tell: () => void;
  #waiting: (() => void)[] = [];
  #begun = false;
  #ended = false;
  #told = performance.now();

  constructor(merge: Merge, sharing: (layer: number) => readonly number[], tell: () => void) {
    this.#merge = merge;
    this.#sharing = sharing;
    this.#tell = tell;
  }

  come({ layer, digest: digestBy, diffId: diffIdBy, scanned }: Wanted, digest: string | null, diffId: string | null): void {
    for (const one of this.#sharing(layer)) {
      if (digestBy !== null) this.#waiting.push(() => this.#merge.setDigest(one, digest));
      // Where the scan has found it, this changes nothing; else the blob does not decode to its end.
      if (diffIdBy !== null || scanned) this.#waiting.push(() => this.#merge.setDiffId(one, diffId));
    }
    this.#put(false);
  }

  /** They could not be computed. */
  miss(job: Wanted, reason: string): void {
    for (const one of this.#sharing(job.layer)) this.#waiting.push(() => this.#merge.missDigests(one, reason));
    this.come(job, null, null);
  }

  /** The report is there. */
  begin(): void {
    this.#begun = true;
    this.#put(this.#ended);
  }

  /** Nothing more will come. */
  end(): void {
    this.#ended = true;
    this.#put(true);
  }

  #put(last: boolean): void {
    if (!this.#begun || (!last && performance.now() - this.#told < TOGETHER)) return;
    this.#told = performance.now();
    const waiting = this.#waiting;
    this.#waiting = [];
    if (waiting.length === 0) return;
    for (const set of waiting) set();
    this.#tell();
  }
}
