// The one store: what is open, how far it is, what it says. Views read it; `scan.ts` writes it.
import { computed, signal } from '@preact/signals';
import type { Consideration, ImageChoice, InputFile, InputKind, Model, Progress } from '../shared/protocol';
import type { Head } from '../shared/report';

/** Something to look into: one archive, one document, or the files of one folder. */
export interface Input {
  name: string;
  kind: InputKind;
  files: InputFile[];
}

/** One opened input. */
export interface Subject {
  id: number;
  name: string;
  /** Bytes of the input; 0 for a report inside the page. */
  size: number;
  model: Model;
  images: ImageChoice[];
  chosen: number;
  head: Head | null;
  progress: Progress | null;
  /** Milliseconds on the page's own clock. */
  started: number;
  finished: number | null;
  failed: string | null;
  /** Name by digest, for an image that an edge reads. */
  pinned: string | null;
  /** True when an edge reads it: there are no bytes of it here. */
  remote: boolean;
  /** Ends what runs for it; nothing of it is left afterwards. */
  stop: () => void;
}

/** A document that says what counts, and what was wrong with it. */
export interface Considered extends Consideration {
  problem: string | null;
}

/** One request that this page made, for the line that says so. */
export interface Requested {
  url: string;
  bytes: number;
  cached: boolean;
}

export const subject = signal<Subject | null>(null);
/** The image that the first is compared with. */
export const other = signal<Subject | null>(null);
export type Slot = typeof subject;
/** Everything that was dropped at once, where that was more than one thing. */
export const shelf = signal<readonly Input[]>([]);
export const considered = signal<readonly Considered[]>([]);
/** Lines about rules that have run out. */
export const expired = signal<readonly string[]>([]);
export const requested = signal<Requested[]>([]);
/** True once the name of an image was sent to an edge: from then on it is not true that nothing left this tab. */
export const named = signal(false);
/** One sentence about an input that could not be opened at all. */
export const refusal = signal<{ name: string; message: string } | null>(null);
/** What a screen reader is told. */
export const announcement = signal('');
export const helpOpen = signal(false);
export const online = signal(globalThis.navigator?.onLine ?? true);
/** True while the page is made ready for paper: lists show all their rows. */
export const printing = signal(false);

export const head = computed(() => subject.value?.head ?? null);
export const busy = (one: Subject | null): boolean => one !== null && one.finished === null && one.failed === null;
export const scanning = computed(() => busy(subject.value));

export function update(which: Slot, id: number, change: Partial<Subject>): void {
  if (which.value?.id === id) which.value = { ...which.value, ...change };
}

export type Theme = 'auto' | 'light' | 'dark';
const stored = (): Theme => {
  try {
    const value = localStorage.getItem('porthole-theme');
    return value === 'light' || value === 'dark' ? value : 'auto';
  } catch {
    return 'auto'; // a page from file:// or with storage switched off has none
  }
};
export const theme = signal<Theme>(stored());
export function setTheme(next: Theme): void {
  theme.value = next;
  if (next === 'auto') delete document.documentElement.dataset['theme'];
  else document.documentElement.dataset['theme'] = next;
  try {
    localStorage.setItem('porthole-theme', next);
  } catch {
    // Kept for this visit only.
  }
}
