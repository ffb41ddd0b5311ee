// Numbers, sizes and times as a person reads them.

import { S } from './strings';

const units = ['B', 'kB', 'MB', 'GB', 'TB'];
const whole = new Intl.NumberFormat('en', { maximumFractionDigits: 0 });
const relative = new Intl.RelativeTimeFormat('en', { numeric: 'auto' });
const day = new Intl.DateTimeFormat('en', { year: 'numeric', month: 'short', day: 'numeric', timeZone: 'UTC' });

export const count = (value: number): string => whole.format(value);

/** Powers of ten, as registries and disks count. */
export function bytes(value: number): string {
  let unit = 0;
  let size = value;
  while (size >= 999.5 && unit < units.length - 1) {
    size /= 1000;
    unit += 1;
  }
  const digits = unit === 0 || size >= 99.95 ? 0 : size >= 9.995 ? 1 : 2;
  return `${size.toFixed(unit === 0 ? 0 : digits)} ${units[unit]}`;
}

export function percent(part: number, all: number): string {
  if (all <= 0) return '0 %';
  const share = (part / all) * 100;
  return share > 0 && share < 1 ? '< 1 %' : `${Math.round(share)} %`;
}

/** A percentile between 0 and 1. Never rounded up: nothing is above all of them. */
export const rank = (percentile: number): string => `${Math.floor(percentile * 1000) / 10} %`;

const steps: [Intl.RelativeTimeFormatUnit, number][] = [
  ['year', 365.25 * 86400], ['month', 30.44 * 86400], ['week', 7 * 86400], ['day', 86400], ['hour', 3600], ['minute', 60],
];

/** “3 weeks ago”; null for what is no time, and for the zero times that reproducible builds write. */
export function ago(time: string | null | undefined, now: number = Date.now()): string | null {
  const at = time ? Date.parse(time) : Number.NaN;
  if (Number.isNaN(at)) return null;
  if (at < 86_400_000 * 366) return S.time.zero;
  const seconds = (at - now) / 1000;
  for (const [unit, size] of steps) if (Math.abs(seconds) >= size) return relative.format(Math.trunc(seconds / size), unit);
  return S.time.now;
}

export function date(time: string | null | undefined): string | null {
  const at = time ? Date.parse(time) : Number.NaN;
  return Number.isNaN(at) ? null : day.format(at);
}

export const isoTime = (seconds: number): string => {
  const at = new Date(seconds * 1000);
  return Number.isNaN(at.getTime()) ? '' : at.toISOString().replace('T', ' ').slice(0, 19);
};

export function duration(seconds: number): string {
  if (seconds < 1) return S.time.moment;
  if (seconds < 90) return `${Math.round(seconds)} s`;
  return `${Math.floor(seconds / 60)} min ${Math.round(seconds % 60)} s`;
}

/** Messages of the core are in lower case, for a terminal. What begins with a name keeps it. */
export const sentence = (text: string): string => (/^[a-z]+[ ,]/.test(text) ? text.charAt(0).toUpperCase() + text.slice(1) : text);

/** The noun alone, for where the number is written apart. */
export const noun = (value: number, one: string, many = `${one}s`): string => (value === 1 ? one : many);
export const plural = (value: number, one: string, many?: string): string => `${count(value)} ${noun(value, one, many)}`;

/** `rwsr-xr-x` for 0o4755. */
export function permissions(mode: number): string {
  let text = '';
  for (const shift of [6, 3, 0]) {
    const bits = (mode >> shift) & 7;
    const special = shift === 6 ? mode & 0o4000 : shift === 3 ? mode & 0o2000 : mode & 0o1000;
    text += bits & 4 ? 'r' : '-';
    text += bits & 2 ? 'w' : '-';
    const letter = shift === 0 ? 't' : 's';
    text += special ? (bits & 1 ? letter : letter.toUpperCase()) : bits & 1 ? 'x' : '-';
  }
  return text;
}

/** `sha256:0123456789ab…`, short enough for a row. */
export const shortDigest = (digest: string): string => (digest.length > 22 ? `${digest.slice(0, digest.indexOf(':') + 13)}…` : digest);

/** A history command without the builder's wrapping. */
export function command(text: string | null | undefined): string {
  return (text ?? '')
    .replace(/^\/bin\/sh -c #\(nop\)\s*/, '')
    .replace(/^\/bin\/sh -c /, 'RUN ')
    .replace(/^RUN \/bin\/sh -c /, 'RUN ')
    .replace(/\s*# buildkit$/, '')
    .replace(/\s+/g, ' ')
    .trim();
}
