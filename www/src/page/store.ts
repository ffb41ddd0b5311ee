// The one store: what is open, how far it is, what it says. Views read it; `scan.ts` writes it.
import { computed, signal } from '@preact/signals';
import type { ImageChoice, Model, Progress } from '../shared/protocol';
import type { Head } from '../shared/report';

/** One opened input. */
export interface Subject {
  id: number;
  name: string;
  /** Bytes of the input; 0 for a saved report. */
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
  /** True when there are no layer bytes behind it: an SBOM or a saved report. */
  saved: boolean;
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
export const requested = signal<Requested[]>([]);
/** One sentence about an input that could not be opened at all. */
export const refusal = signal<{ name: string; message: string } | null>(null);
/** What a screen reader is told. */
export const announcement = signal('');
export const helpOpen = signal(false);
export const online = signal(globalThis.navigator?.onLine ?? true);

export const head = computed(() => subject.value?.head ?? null);
export const scanning = computed(() => {
  const now = subject.value;
  return now !== null && now.finished === null && now.failed === null;
});

export function update(which: typeof subject, id: number, change: Partial<Subject>): void {
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
