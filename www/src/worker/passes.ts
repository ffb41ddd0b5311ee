// Which passes are made over the layers' blobs: what the report waits for, and what is hashed behind it.
import { isCompressed } from '../pkg/porthole';
import { alongside } from './alongside';
import { readNow } from './input';
import type { HashJob, Job } from './pool';

/** A blob, the first layer that it is, and by which algorithms it and what it decodes to are hashed. */
export interface Hashable {
  layer: number;
  blob: Blob;
  digestBy: string;
  diffIdBy: string;
}

/** Below it, bytes, another read is not worth its while. */
const LARGE = 8 << 20;

/** A blob that cannot be read any more is none: the pass over it says so, and loses nothing else. */
function looksCompressed(blob: Blob): boolean {
  try {
    return isCompressed(readNow(blob.slice(0, 4)));
  } catch {
    return false;
  }
}

/** Of a large tar that is hashed behind the report, the scan hashes this share: those bytes need not be read once more, and what comes
 * behind is shorter by more than the report is later. */
const BEGINNING = 1 / 6;

/** The same of a compressed blob that two workers share behind the report: the one that decodes it has more to do than the other. */
const BEGINNING_COMPRESSED = 1 / 8;

/** What is behind the report is asked for later: some blobs are looked at for it. */
export function passes(blobs: readonly Hashable[], workers: number): { scans: Job[]; behind: () => Job[] } {
  const hashed = alongside(blobs.map(({ blob }) => blob.size), workers);
  const largest = Math.max(...blobs.map(({ blob }) => blob.size));
  // Looked at before it is scanned only where that decides something.
  const compressed = blobs.map(({ blob }) => blob.size > LARGE && looksCompressed(blob));
  // What a large blob itself hashes to needs no decoding: it is left for behind the report.
  const apart = blobs.map((_, at) => hashed[at] === true && compressed[at] === true);
  const beginning = ({ blob, digestBy, diffIdBy }: Hashable, at: number): number => {
    if (hashed[at] || blob.size <= LARGE) return 0;
    if (compressed[at]) return blob.size === largest ? BEGINNING_COMPRESSED : 0;
    return digestBy === diffIdBy ? BEGINNING : 0;
  };
  const scans = blobs.map((one, at): Job => {
    const { layer, blob, digestBy, diffIdBy } = one;
    const share = beginning(one, at);
    return {
      type: 'scan', layer, blob, digest: hashed[at] && !apart[at] ? digestBy : null, diffId: hashed[at] ? diffIdBy : null,
      begin: share > 0 ? { bytes: blob.size * share, by: digestBy } : null,
    };
  });
  const behind = (): Job[] => blobs.flatMap(({ layer, blob, digestBy, diffIdBy }, at): Job[] => {
    const job: HashJob = { type: 'hash', layer, blob, digest: digestBy, diffId: diffIdBy, shareable: false, scanned: hashed[at] === true };
    if (hashed[at]) return apart[at] ? [{ ...job, diffId: null }] : [];
    // The largest that is compressed is hashed in two, which two workers can do; others are read once for both.
    if (blob.size < largest || !(compressed[at] || looksCompressed(blob))) return [job];
    return [{ ...job, diffId: null }, { ...job, digest: null, shareable: true }];
  });
  return { scans, behind };
}
