// A pool of layer workers: the largest layer first, a failed worker replaced and its job tried once more. So is one that has fallen
// silent: browsers end workers without a word, and a worker may hang.
// Scans come before digests. A worker that finds no scan left takes a digest; the one that ends the last scan waits for
// `release`, since the report is made next and should not have to share the processor.
import type { FromLayer, LayerJob, Settings, ToLayer } from '../shared/protocol';
import { S } from '../shared/strings';
import LayerWorker from './layer-worker.ts?worker&inline';

/** One pass over one blob: for its facts, or for its digests by these algorithms. */
export type Job =
  | { type: 'scan'; layer: number; blob: Blob; checked: boolean }
  | { type: 'hash'; layer: number; blob: Blob; digest: string | null; diffId: string | null };

export interface PoolEvents {
  read(layer: number, bytes: number, files: number, packages: number, secrets: number): void;
  facts(layer: number, facts: Uint8Array<ArrayBuffer>): void;
  failed(layer: number, reason: string): void;
  /** What was asked for: null for what was not, and for a diff_id that the blob's damage leaves without an end. */
  hashed(job: Job & { type: 'hash' }, digest: string | null, diffId: string | null, wrongCrc: boolean): void;
  unhashed(layer: number, reason: string): void;
  /** Bytes of the WebAssembly memory of a worker that has scanned. */
  memory(bytes: number): void;
}

/** Times that a silent worker is asked whether it is there. Times and not seconds: a machine that slept, or a frozen tab, has asked nobody. */
const ASKED = 12;

type Tried = Job & { tries: number };

/** What a job takes, in passes over stored bytes: what is decoded is some three times as long, and hashed. */
const cost = (job: Job): number => job.blob.size * (job.type === 'hash' && job.diffId !== null ? 4 : 1);

/** The largest last, where it is taken from. */
const inOrder = (jobs: readonly Job[]): Tried[] => jobs.map((job) => ({ ...job, tries: 0 })).sort((a, b) => cost(a) - cost(b));

export class Pool {
  readonly #module: WebAssembly.Module;
  readonly #settings: Settings;
  readonly #events: PoolEvents;
  readonly #given: AbortSignal;
  readonly #scans: Tried[];
  #hashes: Tried[] = [];
  /** What to hash, until the first worker asks: to tell it, each blob is looked at. */
  #toHash: (() => Job[]) | null;
  /** Every worker, with what ends it. */
  readonly #running = new Map<Worker, () => void>();
  /** Workers without a job that wait for the report. */
  #idle: (() => void)[] = [];
  #open: { scan: number; hash: number };
  #released = false;
  #scanned!: () => void;
  #ended!: () => void;
  /** Resolves when every scan has ended, one way or the other. */
  readonly scanned = new Promise<void>((resolve) => { this.#scanned = resolve; });
  /** Resolves when every job has ended, or all were given up. */
  readonly ended = new Promise<void>((resolve) => { this.#ended = resolve; });

  constructor(module: WebAssembly.Module, scans: readonly Job[], toHash: () => Job[], settings: Settings, events: PoolEvents, given: AbortSignal) {
    this.#module = module;
    this.#settings = settings;
    this.#events = events;
    this.#given = given;
    this.#scans = inOrder(scans);
    this.#toHash = toHash;
    this.#open = { scan: scans.length, hash: 0 };
    if (scans.length === 0) this.#plan();
    given.addEventListener('abort', () => {
      this.#scans.length = 0;
      this.#hashes = [];
      this.#toHash = null;
      for (const end of this.#running.values()) end();
      this.#scanned();
      this.#ended();
    });
    // Each layer is scanned once and hashed at least once.
    const start = Math.min(settings.workers, 2 * scans.length);
    for (let index = 0; index < start; index += 1) this.#start();
    this.#settle();
  }

  /** The report is there: everybody may hash. */
  release(): void {
    this.#released = true;
    const idle = this.#idle;
    this.#idle = [];
    for (const next of idle) next();
  }

  #plan(): void {
    this.#hashes = inOrder(this.#toHash?.() ?? []);
    this.#toHash = null;
    this.#open.hash = this.#hashes.length;
    this.#settle();
  }

  #settle(): void {
    if (this.#open.scan === 0) this.#scanned();
    if (this.#open.scan + this.#open.hash === 0 && !this.#toHash) this.#ended();
  }

  #start(): void {
    const worker = new LayerWorker();
    let now: Tried | undefined;
    let unanswered = 0;
    const watch = setInterval(() => {
      if (!now) return;
      unanswered += 1;
      if (unanswered > ASKED) fail(S.errors.silent);
      else worker.postMessage({ type: 'ping' } satisfies ToLayer);
    }, this.#settings.patience / ASKED);
    const end = (): void => {
      clearInterval(watch);
      this.#running.delete(worker);
      worker.terminate();
    };
    this.#running.set(worker, end);
    const next = (): void => {
      if (this.#scans.length === 0 && this.#toHash) this.#plan();
      if (this.#scans.length === 0 && this.#open.scan === 0 && this.#hashes.length > 0 && !this.#released) {
        this.#idle.push(next);
        return;
      }
      now = this.#scans.pop() ?? this.#hashes.pop();
      if (!now) {
        end();
        return;
      }
      const { tries: _tries, ...job } = now;
      unanswered = 0;
      worker.postMessage({ ...job, module: this.#module, limits: this.#settings.limits } satisfies LayerJob);
    };
    const closed = (): void => {
      if (!now) return;
      this.#open[now.type] -= 1;
      now = undefined;
      this.#settle();
    };
    const fail = (reason: string): void => {
      end();
      const job = now;
      if (job?.tries === 0) (job.type === 'scan' ? this.#scans : this.#hashes).push({ ...job, tries: 1 });
      else if (job) {
        if (job.type === 'scan') this.#events.failed(job.layer, reason);
        else this.#events.unhashed(job.layer, reason);
        closed();
      }
      // The worker's memory is in an unknown state: another takes its place.
      if (this.#scans.length + this.#hashes.length > 0 || this.#toHash) this.#start();
    };
    worker.onmessage = (event: MessageEvent<FromLayer>): void => {
      const message = event.data;
      if (this.#given.aborted || !this.#running.has(worker)) return;
      unanswered = 0;
      switch (message.type) {
        case 'alive': return;
        case 'read': this.#events.read(message.layer, message.bytes, message.files, message.packages, message.secrets); return;
        case 'failed': fail(S.errors.because(message.cause)); return;
        case 'facts':
          this.#events.memory(message.memory);
          this.#events.facts(message.layer, message.facts);
          break;
        case 'hashed': if (now?.type === 'hash') this.#events.hashed(now, message.digest, message.diffId, message.wrongCrc);
      }
      closed();
      next();
    };
    worker.onerror = (event): void => {
      event.preventDefault();
      fail(event.message || S.errors.worker);
    };
    next();
  }
}
