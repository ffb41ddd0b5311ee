// What an image may cost here: the caps that were changed, kept on this machine between visits. They hold from the next image on.
import { effect, signal } from '@preact/signals';
import type { Limit } from '../shared/protocol';

const KEY = 'porthole-limits';

/** Caps that do not stand where they stand by themselves, by name. */
export type Changed = Readonly<Record<string, number>>;

const isCount = (value: unknown): value is number => typeof value === 'number' && Number.isSafeInteger(value) && value >= 0;

const stored = (): Changed => {
  try {
    const value: unknown = JSON.parse(localStorage.getItem(KEY) ?? '{}');
    if (typeof value !== 'object' || value === null) return {};
    return Object.fromEntries(Object.entries(value).filter((one): one is [string, number] => isCount(one[1])));
  } catch {
    return {}; // no storage, or what another version kept
  }
};

export const limits = signal<Changed>(stored());
export const limitsOpen = signal(false);
/** Every cap as it stands by itself; null until somebody wants to see them. */
export const knownLimits = signal<readonly Limit[] | null>(null);

effect(() => {
  const changed = limits.value;
  try {
    if (Object.keys(changed).length === 0) localStorage.removeItem(KEY);
    else localStorage.setItem(KEY, JSON.stringify(changed));
  } catch {
    // Then they hold for this visit alone.
  }
});

/** `2000000`, `512K`, `64M`, `2G` (powers of 1024, as the command line reads them); null for what is none. */
export function readLimit(text: string): number | null {
  const [, digits, unit] = /^([0-9][0-9 ,_]*)([KMG]?)$/i.exec(text.trim()) ?? [];
  if (digits === undefined) return null;
  const value = Number(digits.replace(/[ ,_]/g, '')) * 1024 ** ' KMG'.indexOf(unit?.toUpperCase() || ' ');
  return isCount(value) ? value : null;
}

/** The shortest text that means this value. */
export function writeLimit(value: number): string {
  for (const [power, unit] of [[3, 'G'], [2, 'M'], [1, 'K']] as const) {
    if (value >= 1024 ** power && value % 1024 ** power === 0) return `${value / 1024 ** power}${unit}`;
  }
  return String(value);
}

/** Changes a cap; null, or what it stands at by itself, leaves it alone. */
export function setLimit({ name, value: ordinary }: Limit, value: number | null): void {
  const { [name]: _before, ...rest } = limits.value;
  limits.value = value === null || value === ordinary ? rest : { ...rest, [name]: value };
}
