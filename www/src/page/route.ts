// The state of the view is in the address: `#/vulns/CVE-2024-1234?q=ssl&f.severity=high&sort=-score`.
import { signal } from '@preact/signals';

export const VIEWS = ['overview', 'vulns', 'packages', 'secrets', 'checks', 'layers', 'files', 'config', 'raw', 'compare'] as const;
export type View = (typeof VIEWS)[number];

export interface Route {
  view: View;
  /** What is open in it: a row's key, a path, a layer. */
  item: string | null;
  params: URLSearchParams;
}

function parse(hash: string): Route {
  const [path = '', query = ''] = hash.replace(/^#\/?/, '').split(/\?(.*)/s);
  const [name = '', ...rest] = path.split('/');
  const view = VIEWS.find((one) => one === name) ?? 'overview';
  let item: string | null = rest.join('/') || null;
  try {
    item = item && decodeURIComponent(item);
  } catch {
    // A half-typed escape names nothing: show the list.
    item = null;
  }
  // A path in the image begins with a slash; in the address the one after the view's name serves for it.
  if (view === 'files' && item !== null) item = `/${item.replace(/^\/+/, '')}`;
  return { view, item, params: new URLSearchParams(query) };
}

export const route = signal<Route>(parse(globalThis.location?.hash ?? ''));
globalThis.addEventListener?.('hashchange', () => { route.value = parse(location.hash); });

// Slashes stay readable in paths; whatever could end the path part is escaped.
const escapeItem = (item: string): string => encodeURIComponent(item).replace(/%2F/g, '/').replace(/%3A/g, ':').replace(/%40/g, '@');

export function href(view: View, item?: string | null, params?: Record<string, string> | URLSearchParams): string {
  const query = new URLSearchParams(params).toString();
  return `#/${view}${item ? `/${escapeItem(view === 'files' ? item.replace(/^\/+/, '') : item)}` : ''}${query ? `?${query}` : ''}`;
}

/** Goes there; `replace` for changes that are no step back, such as typing into a filter. */
export function go(to: string, replace = false): void {
  if (to === location.hash) return;
  history[replace ? 'replaceState' : 'pushState'](null, '', to);
  route.value = parse(to);
}

/** The same view with some parameters changed; null removes one. */
export function withParams(changes: Record<string, string | null>): string {
  const { view, item, params } = route.value;
  const next = new URLSearchParams(params);
  for (const [name, value] of Object.entries(changes)) {
    if (value !== null) next.set(name, value);
    else next.delete(name);
  }
  return href(view, item, next);
}

/** The same list with another item open, or none. */
export const withItem = (item: string | null): string => href(route.value.view, item, route.value.params);

/** The image that the address asks an edge for: `/?image=REF&platform=linux/arm64`. */
export function reference(): { image: string; platform: string } | null {
  const params = new URLSearchParams(location.search);
  const image = params.get('image');
  return image ? { image, platform: params.get('platform') ?? '' } : null;
}

/** Puts the image into the address, so that the address brings it back. */
export function setReference(image: string, platform: string): void {
  const params = new URLSearchParams({ image, ...(platform ? { platform } : {}) });
  // Slashes, colons and at signs mean nothing in a query: names stay readable.
  const query = params.toString().replace(/%2F/g, '/').replace(/%3A/g, ':').replace(/%40/g, '@');
  history.pushState(null, '', `?${query}${location.hash}`);
}

/** What is open did not come by reference: the address no longer says so. */
export function forgetReference(): void {
  if (location.search) history.replaceState(null, '', `${location.pathname}${location.hash}`);
}
