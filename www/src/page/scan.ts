// Opens inputs: starts a model worker, listens to it, and writes the store. Cancelling ends the worker, and with it its memory.
import { LocalModel } from './local-model';
import { inputName } from './drop';
import { go, href, route } from './route';
import { announcement, other, refusal, requested, subject, update, type Subject } from './store';
import { S } from './strings';
import { duration } from './format';
import { WorkerModel } from './worker-model';
import { analysisModule, database, sampleFile } from './assets';
import { head as headOf } from '../shared/verdict';
import type { FromModel, InputFile, Progress } from '../shared/protocol';
import type { Report } from '../shared/report';

let nextId = 1;
type Slot = typeof subject;

function blank(name: string, size: number, model: Subject['model']): Subject {
  return { id: nextId++, name, size, model, images: [], chosen: 0, head: null, progress: null, started: performance.now(), finished: null, failed: null, saved: false };
}

function close(slot: Slot): void {
  slot.value?.model.close();
  slot.value = null;
}

/** Opens what was dropped, as the image or as the one to compare with. */
export async function openFiles(files: InputFile[], slot: Slot = subject): Promise<void> {
  if (files.length === 0) {
    refusal.value = { name: S.name, message: S.errors.empty };
    return;
  }
  const [first, ...rest] = files;
  refusal.value = null;
  if (first && rest.length === 0 && /\.json$/i.test(first.path) && await openSavedReport(first, slot)) return;
  // Two archives at once are two images to compare.
  const archives = files.every((one) => !one.path.includes('/')) && files.length === 2 && slot === subject;
  if (archives && rest[0]) {
    await startScan([first as InputFile], subject);
    await startScan([rest[0]], other);
    go(href('compare'));
    return;
  }
  await startScan(files, slot);
}

async function startScan(files: InputFile[], slot: Slot): Promise<void> {
  close(slot);
  const name = inputName(files);
  let module: WebAssembly.Module;
  try {
    module = await analysisModule();
  } catch (error) {
    refusal.value = { name, message: S.errors.wasm(error instanceof Error ? error.message : String(error)) };
    return;
  }
  const model = new WorkerModel();
  const now = blank(name, files.reduce((sum, one) => sum + one.file.size, 0), model);
  slot.value = now;
  announcement.value = S.scanStarted(name);
  if (slot === subject && route.value.view === 'compare') go(href('overview'));
  model.listen((message) => hear(slot, now.id, message));
  model.open(module, name, files, { now: new Date().toISOString(), workers: Math.max(1, Math.min(navigator.hardwareConcurrency || 2, 4)), database: database() });
}

function hear(slot: Slot, id: number, message: FromModel): void {
  const now = slot.value;
  if (now?.id !== id) return;
  switch (message.type) {
    case 'images': update(slot, id, { images: message.images, chosen: message.chosen }); break;
    case 'head': update(slot, id, { head: message.head }); break;
    case 'progress': onProgress(slot, id, message.progress); break;
    case 'requested': requested.value = [...requested.value, { url: message.url, bytes: message.bytes, cached: message.cached }]; break;
    case 'failed':
      if (now.head) update(slot, id, { failed: message.message });
      else {
        refusal.value = { name: now.name, message: message.message };
        close(slot);
      }
      break;
    default:
  }
}

function onProgress(slot: Slot, id: number, progress: Progress): void {
  const done = progress.phase === 'done';
  const now = slot.value;
  if (!now) return;
  const finished = done ? performance.now() : null;
  update(slot, id, { progress, finished });
  if (finished !== null && now.finished === null) announcement.value = S.scanDone(duration((finished - now.started) / 1000));
}

/** Another image of the same archive. */
export function choose(index: number): void {
  const now = subject.value;
  if (!now || !(now.model instanceof WorkerModel)) return;
  subject.value = { ...now, chosen: index, finished: null, started: performance.now(), head: null, progress: null };
  now.model.choose(index);
}

export function cancel(): void {
  const now = subject.value;
  close(subject);
  if (now) {
    announcement.value = S.cancelled;
    refusal.value = null;
  }
}

export function closeAll(): void {
  close(subject);
  close(other);
  refusal.value = null;
  go(href('overview'));
}

export const stopComparing = (): void => close(other);

export function swap(): void {
  const first = subject.value;
  subject.value = other.value;
  other.value = first;
}

export async function openSample(): Promise<void> {
  try {
    await openFiles([{ path: 'sample.tar', file: await sampleFile() }]);
  } catch {
    refusal.value = { name: S.sample, message: S.errors.sample };
  }
}

export function showReport(report: Report, name: string, slot: Slot = subject): void {
  close(slot);
  const now = blank(name, 0, new LocalModel(report));
  slot.value = { ...now, head: headOf(report), finished: now.started, saved: true };
}

const isReport = (value: unknown): value is Report =>
  typeof value === 'object' && value !== null && 'schemaVersion' in value && 'layers' in value && 'packages' in value && 'image' in value;

async function openSavedReport(input: InputFile, slot: Slot): Promise<boolean> {
  try {
    const value: unknown = JSON.parse(await input.file.text());
    if (!isReport(value)) return false;
    showReport(value, inputName([input]), slot);
    return true;
  } catch {
    return false;
  }
}

