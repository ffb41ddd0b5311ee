// An image by reference, read by the server that served this page, where it is one that reads images. Only the name goes there.
import type { Progress } from '../shared/protocol';
import { note } from './assets';
import { reference, setReference } from './route';
import { blank, close, hear, ready, settings } from './scan';
import { announcement, considered, named, refusal, shelf, subject, update, type Slot } from './store';
import { S } from '../shared/strings';
import { WorkerModel } from './worker-model';

/** The edge says so in the page that it serves: nothing has to be asked for. */
export const hasEdge = globalThis.document?.querySelector('meta[name="porthole-edge"]') != null;

interface ImageEvent {
  pinned: string;
  layers: { digest: string; size: number }[];
}
interface LayerEvent {
  index: number;
  read: number;
  size: number;
  state: 'reading' | 'done' | 'cached' | 'skipped';
}
interface DoneEvent {
  report: string;
  pinned: string;
}

const url = (path: string): URL => new URL(path, document.baseURI);

export async function openReference(image: string, platform: string, slot: Slot = subject): Promise<void> {
  refusal.value = null;
  const module = await ready(image);
  if (!module) return;
  close(slot);
  const query = new URLSearchParams({ image, ...(platform ? { platform } : {}) });
  const from = url(`v1/progress?${query}`);
  const events = new EventSource(from);
  named.value = true;
  const model = new WorkerModel(module);
  const stop = (): void => {
    events.close();
    model.close();
  };
  const now = blank(image, 0, model, { remote: true, stop });
  slot.value = now;
  announcement.value = S.scanStarted(image);
  note(`${from.pathname}${from.search}`, 0);
  if (slot === subject) {
    shelf.value = [];
    if (reference()?.image !== image || reference()?.platform !== platform) setReference(image, platform);
  }
  const refuse = (message: string): void => {
    if (slot.value?.id !== now.id) return;
    refusal.value = { name: image, message };
    close(slot);
  };
  let progress: Progress = { phase: 'index', read: 0, total: 0, layers: [], found: { files: 0, packages: 0, secrets: 0 }, memory: 0 };
  const tell = (next: Progress): void => {
    progress = next;
    update(slot, now.id, { progress });
  };
  const on = <T>(name: string, act: (data: T) => void): void => events.addEventListener(name, (event) => act(JSON.parse((event as MessageEvent<string>).data) as T));
  on<ImageEvent>('image', ({ pinned, layers }) => {
    update(slot, now.id, { pinned });
    tell({ ...progress, phase: 'layers', total: layers.reduce((sum, layer) => sum + layer.size, 0), layers: layers.map((layer) => ({ read: 0, total: layer.size, state: 'waiting' })) });
  });
  on<LayerEvent>('layer', ({ index, read, size, state }) => {
    const layers = progress.layers.map((layer, at) => (at === index ? { read: state === 'skipped' ? 0 : read, total: size, state: state === 'skipped' ? 'failed' as const : state } : layer));
    tell({ ...progress, layers, read: layers.reduce((sum, layer) => sum + layer.read, 0) });
  });
  on<{ detail?: string; title?: string }>('problem', ({ detail, title }) => refuse(detail ?? title ?? S.edge.lost));
  on<DoneEvent>('done', ({ report, pinned }) => {
    events.close();
    update(slot, now.id, { pinned });
    tell({ ...progress, phase: 'join', read: progress.total });
    void take(report).catch((error: unknown) => refuse(error instanceof Error ? error.message : String(error)));
  });
  events.onerror = () => {
    events.close();
    refuse(S.edge.lost);
  };
  const take = async (path: string): Promise<void> => {
    const at = url(path);
    const response = await fetch(at);
    if (!response.ok) throw new Error(((await response.json().catch(() => null)) as { detail?: string } | null)?.detail ?? `${at.pathname}: ${response.status}`);
    const file = await response.blob();
    note(`${at.pathname}${at.search}`, file.size);
    if (slot.value?.id !== now.id) return;
    model.listen({ hear: (message) => hear(slot, now.id, message), died: refuse });
    model.open(image, 'report', [{ path: 'report.json', file }], considered.value, settings());
  };
}

/** The image that the address names; at the start, and when the address changes by going back. */
export function openAddress(): void {
  const asked = reference();
  if (hasEdge && asked) void openReference(asked.image, asked.platform);
}
