// Opens inputs: starts a model worker, listens to it, and writes the store. Cancelling ends the worker, and with it its memory.
import { head as headOf } from '../shared/verdict';
import type { FromModel, InputFile, InputKind, Progress, Settings } from '../shared/protocol';
import type { Report } from '../shared/report';
import { analysisModule, database, exporter, lavish, rego, sampleFile, verifier } from './assets';
import { consider } from './consider';
import { duration } from '../shared/format';
import { grouped, nameOf, sizeOf } from './inputs';
import { knownLimits, limits } from './limits';
import { LocalModel } from './local-model';
import { forgetReference, go, href, route } from './route';
import { announcement, considered, expired, other, refusal, requested, shelf, subject, update, type Input, type Slot, type Subject } from './store';
import { S } from '../shared/strings';
import { trust } from './trust';
import { WorkerModel } from './worker-model';

let nextId = 1;

export function blank(name: string, size: number, model: Subject['model'], more: Partial<Subject> = {}): Subject {
  return {
    id: nextId++, name, size, model, images: [], chosen: 0, head: null, progress: null, started: performance.now(), finished: null, failed: null, pinned: null, remote: false,
    stop: () => model.close(), ...more,
  };
}

export function close(slot: Slot): void {
  slot.value?.stop();
  slot.value = null;
}

const reason = (error: unknown): string => (error instanceof Error ? error.message : String(error));

/** The analysis module; where there is none, why not is said. */
export async function ready(name: string): Promise<WebAssembly.Module | null> {
  try {
    return await analysisModule();
  } catch (error) {
    refusal.value = { name, message: S.errors.wasm(reason(error)) };
    return null;
  }
}

/** Asks the analysis module for every cap, once. */
export async function learnLimits(): Promise<void> {
  if (knownLimits.value) return;
  const model = new WorkerModel(await analysisModule());
  try {
    knownLimits.value = await model.limits();
  } finally {
    model.close();
  }
}

/** Two minutes: the longest piece of work that a worker does without listening, a mebibyte that unpacks to gibibytes, takes a slow
 * device less. */
const PATIENCE = 120_000;

export const settings = (): Settings => ({
  now: new Date().toISOString(), workers: Math.max(1, Math.min(navigator.hardwareConcurrency || 2, 4)), database: database(), verifier: verifier(), exports: exporter(), rego: rego(), trust: trust.value,
  limits: limits.value, patience: PATIENCE,
});

/** A model worker that is ready for the next input, and since when. One that has waited long may have been ended without a word. */
let spare: { model: WorkerModel; since: number } | null = null;
const FRESH = 60_000;
let expecting = false;

/** Somebody begins to choose a file: by the time it is chosen, everything is ready to read it. Once a visit. */
export async function expectFiles(): Promise<void> {
  if (expecting || !lavish()) return;
  expecting = true;
  const module = await analysisModule().catch(() => null);
  if (!module || subject.value) return;
  const model = new WorkerModel(module);
  model.warm();
  spare = { model, since: performance.now() };
}

function modelFor(module: WebAssembly.Module): WorkerModel {
  const ready = spare;
  spare = null;
  if (ready?.model.alive && performance.now() - ready.since < FRESH) return ready.model;
  ready?.model.close();
  return new WorkerModel(module);
}

/** Opens what was dropped, as the image or as the one to compare with. */
export async function openFiles(files: InputFile[], slot: Slot = subject): Promise<void> {
  refusal.value = null;
  if (files.length === 0) {
    refusal.value = { name: S.name, message: S.errors.empty };
    return;
  }
  const groups = grouped(files);
  const module = await ready(nameOf(groups[0] ?? files));
  if (!module) return;
  const model = modelFor(module);
  let inputs: Input[];
  try {
    inputs = await sorted(model, groups);
  } catch (error) {
    model.close();
    refusal.value = { name: nameOf(groups[0] ?? files), message: reason(error) };
    return;
  }
  const looked = inputs.some((one) => one.kind === 'archive' || one.kind === 'report' || one.kind === 'sbom') || subject.value !== null;
  const counts = (kind: InputKind): boolean => kind === 'rules' || kind === 'policy' || kind === 'trust' || (kind === 'listedRules' && looked);
  const documents = inputs.filter((one) => counts(one.kind));
  const images = inputs.filter((one) => !counts(one.kind));
  const [first, second] = images;
  if (documents.length > 0) await consider([...considered.value, ...documents.map(({ name, kind, files: [one] }) => ({ name, kind, file: one?.file ?? new Blob(), problem: null }))]);
  if (!first) {
    model.close();
    return;
  }
  if (slot === subject) {
    forgetReference();
    shelf.value = images.length > 1 ? images : [];
  }
  open(module, first, slot, model);
  // Two at once are two to compare.
  if (second && images.length === 2 && slot === subject) {
    open(module, second, other);
    go(href('compare'));
  }
}

async function sorted(model: WorkerModel, groups: InputFile[][]): Promise<Input[]> {
  const single = groups.filter((group) => group.length === 1).flat();
  const kinds = await model.sort(single);
  return groups.map((files) => ({ name: nameOf(files), files, kind: files.length === 1 ? (kinds[single.indexOf(files[0] as InputFile)] ?? 'archive') : 'archive' }));
}

/** Another of the things that were dropped at once. */
export async function openFromShelf(input: Input): Promise<void> {
  const module = await ready(input.name);
  if (module) open(module, input, subject);
}

function open(module: WebAssembly.Module, input: Input, slot: Slot, model = new WorkerModel(module)): void {
  close(slot);
  const now = blank(input.name, sizeOf(input.files), model);
  slot.value = now;
  announcement.value = S.scanStarted(input.name);
  if (slot === subject && route.value.view === 'compare' && !other.value) go(href('overview'));
  start(module, input, slot, now.id, model, true);
}

/** Hands the input to a model. A worker that dies is started once more: it may have died of something that was there for a moment. */
function start(module: WebAssembly.Module, input: Input, slot: Slot, id: number, model: WorkerModel, again: boolean): void {
  model.listen({
    hear: (message) => hear(slot, id, message),
    died: (why) => {
      if (slot.value?.id !== id) return;
      if (!again) {
        fail(slot, id, S.errors.died(why));
        return;
      }
      announcement.value = S.errors.restarted;
      const next = new WorkerModel(module);
      update(slot, id, { model: next, stop: () => next.close(), started: performance.now(), finished: null, progress: null });
      start(module, input, slot, id, next, false);
    },
  });
  model.open(input.name, input.kind, input.files, considered.value, settings());
}

function fail(slot: Slot, id: number, message: string): void {
  const now = slot.value;
  if (now?.id !== id) return;
  if (now.head) {
    update(slot, id, { failed: message });
    return;
  }
  refusal.value = { name: now.name, message };
  close(slot);
}

export function hear(slot: Slot, id: number, message: FromModel): void {
  const now = slot.value;
  if (now?.id !== id) return;
  switch (message.type) {
    case 'images': update(slot, id, { images: message.images, chosen: message.chosen }); break;
    case 'head': {
      const { mismatches } = message.head.verdict.signatures;
      // A digest behind the report: what was read before has to be read again.
      if (now.finished !== null && mismatches > (now.head?.verdict.signatures.mismatches ?? 0)) announcement.value = S.cards.mismatches(mismatches);
      update(slot, id, { head: message.head });
      break;
    }
    case 'progress': onProgress(slot, id, message.progress); break;
    case 'considered':
      considered.value = considered.value.map((one, index) => ({ ...one, problem: message.problems[index] ?? null }));
      expired.value = message.expired;
      break;
    case 'requested': requested.value = [...requested.value, { url: message.url, bytes: message.bytes, cached: message.cached }]; break;
    case 'failed': fail(slot, id, message.message); break;
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
  subject.value = { ...now, chosen: index, finished: null, failed: null, started: performance.now(), head: null, progress: null };
  now.model.choose(index);
}

export function cancel(slot: Slot): void {
  if (!slot.value) return;
  close(slot);
  announcement.value = S.cancelled;
  refusal.value = null;
  if (slot === subject) forgetReference();
}

export function closeAll(): void {
  close(subject);
  close(other);
  shelf.value = [];
  refusal.value = null;
  forgetReference();
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

/** A report that the page carries inside it. */
export function showReport(report: Report, name: string): void {
  close(subject);
  const now = blank(name, 0, new LocalModel(report));
  subject.value = { ...now, head: headOf(report, null, true), finished: now.started };
}
