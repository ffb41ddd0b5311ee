// A pool of layer workers: the largest layer first, a failed worker replaced and its job tried once more. So is one that has fallen
// silent: browsers end workers without a word, and a worker may hang.
// Scans come before digests. A worker that finds no scan left takes a digest; the one that ends the last scan waits for
// `release`, since the report is made next and should not have to share the processor. A large blob that is compressed is hashed by
// two workers where two have nothing else to do: one alone would be busy with it long after all else has ended.
import type { Beginning, Begun, FromLayer, LayerJob, Settings, ToLayer } from '../shared/protocol';
import { S } from '../shared/strings';
import LayerWorker from './layer-worker.ts?worker&inline';

/** One pass over one blob: for its facts and by these algorithms for digests on the way, or for its digests alone. */
export type Job =
  | { type: 'scan'; layer: number; blob: Blob; digest: string | null; diffId: string | null; begin: Beginning | null }
  | HashJob;
export interface HashJob {
  type: 'hash';
  layer: number;
  blob: Blob;
  digest: string | null;
  diffId: string | null;
  /** Large and compressed. */
  shareable: boolean;
  /** The scan has hashed what it decodes to. */
  scanned: boolean;
}

export interface PoolEvents {
  read(layer: number, bytes: number, files: number, packages: number, secrets: number): void;
  facts(layer: number, facts: Uint8Array<ArrayBuffer>): void;
  failed(layer: number, reason: string): void;
  /** What was asked for: null for what was not, and for a diff_id that the blob's damage leaves without an end. */
  hashed(job: Wanted, digest: string | null, diffId: string | null): void;
  unhashed(job: Wanted, reason: string): void;
  /** Bytes of the WebAssembly memory of a worker that has scanned. */
  memory(bytes: number): void;
}

/** Digests that were asked for. */
export type Wanted = Pick<HashJob, 'layer' | 'digest' | 'diffId' | 'scanned'>;

/** Times that a silent worker is asked whether it is there. Times and not seconds: a machine that slept, or a frozen tab, has asked nobody. */
const ASKED = 12;

/** A worker is waited for, to share a job, if it has less left to do than this part of it. */
const SOON = 0.3;

/** A pass that two workers share, and what ends both. */
interface Pair {
  whole: HashJob;
  channel: MessageChannel;
  running: Set<() => void>;
}

type Tried =
  | (Job & { tries: number; pair: Pair | null })
  | { type: 'tar'; layer: number; digest: null; diffId: string; scanned: false; tries: number; pair: Pair };

/** What a job takes, in passes over stored bytes: what is decoded is some three times as long, and looked at or hashed. */
const cost = (job: Job): number => job.blob.size * times(job);
const times = (job: Job): number => (job.type === 'hash' && job.diffId === null ? 1 : 4);

const untried = (job: Job): Tried => ({ ...job, tries: 0, pair: null });

/** The largest last, where it is taken from. */
const inOrder = (jobs: readonly Job[]): Tried[] => jobs.toSorted((a, b) => cost(a) - cost(b)).map(untried);

export class Pool {
  readonly #module: WebAssembly.Module;
  readonly #settings: Settings;
  readonly #events: PoolEvents;
  readonly #given: AbortSignal;
  readonly #scans: Tried[];
  #hashes: Tried[] = [];
  /** The other shares of jobs that one worker has taken one of. */
  #shares: Tried[] = [];
  /** Hashes that scans have begun, by layer. */
  readonly #begun = new Map<number, Begun>();
  /** What each worker has left to do, in passes over bytes; of a digest, all of it. */
  readonly #left = new Map<Worker, number>();
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
      this.#shares = [];
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
    for (let next = this.#idle.pop(); next; next = this.#idle.pop()) next();
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

  #take(): Tried | undefined {
    const job = this.#scans.pop() ?? this.#shares.pop() ?? this.#hashes.pop();
    if (job?.type !== 'hash' || !job.shareable || job.diffId === null || job.tries > 0) return job;
    if (this.#idle.length > 0) return this.#share(job, job.diffId);
    if (![...this.#left.values()].some((left) => left < cost(job) * SOON)) return job;
    // Something else until the partner is there.
    const other = this.#hashes.findLastIndex(({ layer }) => layer !== job.layer);
    if (other < 0) return this.#share(job, job.diffId);
    this.#hashes.push(job);
    return this.#hashes.splice(other, 1)[0];
  }

  /** The first share of a job; the second waits for another worker. */
  #share(job: HashJob, diffId: string): Tried {
    // A pass of its own over the same bytes is not needed then.
    const apart = this.#hashes.find((other): other is Tried & HashJob => other.type === 'hash' && other.layer === job.layer && other.diffId === null);
    if (apart) {
      this.#hashes = this.#hashes.filter((other) => other !== apart);
      this.#open.hash -= 1;
    }
    const whole: HashJob = { ...job, digest: job.digest ?? apart?.digest ?? null };
    const pair: Pair = { whole, channel: new MessageChannel(), running: new Set() };
    this.#shares.push({ type: 'tar', layer: job.layer, digest: null, diffId, scanned: false, tries: 0, pair });
    this.#open.hash += 1;
    return { ...whole, diffId: null, tries: 0, pair };
  }

  /** One worker of two has failed: neither share is of use, and one worker tries the whole. */
  #unpair(pair: Pair): void {
    this.#hashes.push({ ...pair.whole, tries: 1, pair: null });
    const left = this.#shares.filter((share) => share.pair !== pair);
    this.#open.hash += 1 - (this.#shares.length - left.length);
    this.#shares = left;
    for (const giveUp of [...pair.running]) giveUp();
  }

  #post(worker: Worker, job: Tried): void {
    const common = { module: this.#module, limits: this.#settings.limits, layer: job.layer };
    const say = (message: LayerJob, given: MessagePort[] = []): void => worker.postMessage(message satisfies ToLayer, given);
    if (job.type === 'tar') say({ ...common, type: 'tar', diffId: job.diffId, partner: job.pair.channel.port2 }, [job.pair.channel.port2]);
    else if (job.type === 'scan') say({ ...common, type: 'scan', blob: job.blob, digest: job.digest, diffId: job.diffId, begin: job.begin });
    else {
      const partner = job.pair?.channel.port1 ?? null;
      // One worker that decodes all of it does not carry on: a decoder has no state to hand over.
      const begun = job.digest === null || (job.shareable && !partner) ? null : this.#begun.get(job.layer) ?? null;
      say({ ...common, type: 'hash', blob: job.blob, digest: job.digest, diffId: job.diffId, begun, partner }, partner ? [partner] : []);
    }
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
      this.#left.delete(worker);
      worker.terminate();
    };
    this.#running.set(worker, end);
    const next = (): void => {
      if (this.#scans.length === 0 && this.#toHash) this.#plan();
      if (this.#scans.length === 0 && this.#open.scan === 0 && this.#hashes.length + this.#shares.length > 0 && !this.#released) {
        this.#idle.push(next);
        return;
      }
      now = this.#take();
      if (!now) {
        end();
        return;
      }
      now.pair?.running.add(giveUp);
      if (now.type !== 'tar') this.#left.set(worker, cost(now));
      unanswered = 0;
      this.#post(worker, now);
    };
    const closed = (): void => {
      if (!now) return;
      now.pair?.running.delete(giveUp);
      this.#left.delete(worker);
      this.#open[now.type === 'scan' ? 'scan' : 'hash'] -= 1;
      now = undefined;
      this.#settle();
    };
    // The worker's memory is in an unknown state: another takes its place.
    const replace = (): void => {
      if (this.#scans.length + this.#hashes.length + this.#shares.length > 0 || this.#toHash) this.#start();
    };
    const giveUp = (): void => {
      end();
      closed();
      replace();
    };
    const fail = (reason: string): void => {
      const job = now;
      if (job?.pair) {
        this.#unpair(job.pair);
        return;
      }
      end();
      if (job?.tries === 0) (job.type === 'scan' ? this.#scans : this.#hashes).push({ ...job, tries: 1 });
      else if (job) {
        if (job.type === 'scan') this.#events.failed(job.layer, reason);
        else this.#events.unhashed(job, reason);
        closed();
      }
      replace();
    };
    worker.onmessage = (event: MessageEvent<FromLayer>): void => {
      const message = event.data;
      if (this.#given.aborted || !this.#running.has(worker)) return;
      unanswered = 0;
      switch (message.type) {
        case 'alive': return;
        case 'read':
          if (now?.type === 'scan') this.#left.set(worker, (now.blob.size - message.bytes) * times(now));
          this.#events.read(message.layer, message.bytes, message.files, message.packages, message.secrets);
          return;
        case 'begun': this.#begun.set(message.layer, message.begun); return;
        case 'failed': fail(S.errors.because(message.cause)); return;
        case 'facts':
          this.#events.memory(message.memory);
          this.#events.facts(message.layer, message.facts);
          break;
        case 'hashed': if (now && now.type !== 'scan') this.#events.hashed(now, message.digest, message.diffId);
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
