// A pool of layer workers: the largest layer first, a failed worker replaced and its layer tried once more.
import type { FromLayer, ToLayer } from '../shared/protocol';
import { S } from '../shared/strings';
import LayerWorker from './layer-worker.ts?worker&inline';

export interface Job {
  layer: number;
  blob: Blob;
}

export interface PoolEvents {
  read(layer: number, bytes: number, files: number, packages: number, secrets: number): void;
  facts(layer: number, facts: Uint8Array<ArrayBuffer>): void;
  failed(layer: number, reason: string): void;
}

/** Resolves when every job has ended, one way or the other, or when all are given up. */
export function scanAll(module: WebAssembly.Module, jobs: readonly Job[], workers: number, events: PoolEvents, given: AbortSignal): Promise<void> {
  const waiting = jobs.map((job) => ({ ...job, tries: 0 })).sort((a, b) => a.blob.size - b.blob.size);
  let open = waiting.length;
  if (open === 0) return Promise.resolve();
  return new Promise((resolve) => {
    const running = new Set<Worker>();
    given.addEventListener('abort', () => {
      waiting.length = 0;
      for (const worker of running) worker.terminate();
      resolve();
    });
    const start = (): void => {
      const worker = new LayerWorker();
      let now: (Job & { tries: number }) | undefined;
      running.add(worker);
      const end = (): void => {
        running.delete(worker);
        worker.terminate();
      };
      const next = (): void => {
        now = waiting.pop();
        if (!now) {
          end();
          return;
        }
        worker.postMessage({ type: 'scan', module, layer: now.layer, blob: now.blob } satisfies ToLayer);
      };
      const closed = (): void => {
        open -= 1;
        if (open === 0) resolve();
      };
      const fail = (reason: string): void => {
        end();
        const job = now;
        now = undefined;
        if (job && job.tries === 0) waiting.push({ ...job, tries: 1 });
        else if (job) {
          events.failed(job.layer, reason);
          closed();
        }
        // The worker's memory is in an unknown state: another takes its place.
        if (waiting.length > 0) start();
      };
      worker.onmessage = (event: MessageEvent<FromLayer>): void => {
        const message = event.data;
        if (given.aborted || !running.has(worker)) return;
        if (message.type === 'read') events.read(message.layer, message.bytes, message.files, message.packages, message.secrets);
        else if (message.type === 'failed') fail(message.message);
        else {
          events.facts(message.layer, message.facts);
          closed();
          next();
        }
      };
      worker.onerror = (event): void => {
        event.preventDefault();
        fail(event.message || S.errors.worker);
      };
      next();
    };
    for (let index = 0; index < Math.min(workers, jobs.length); index += 1) start();
  });
}
