// The page works without a network from the second visit on: a service worker keeps its own files.
import { online } from './store';

export function installOffline(): void {
  addEventListener('online', () => { online.value = true; });
  addEventListener('offline', () => { online.value = false; });
  // A file from disk, or a saved report, is offline by nature.
  if (!('serviceWorker' in navigator) || location.protocol === 'file:' || !document.querySelector('link[rel="manifest"]')) return;
  addEventListener('load', () => { void navigator.serviceWorker.register(new URL('sw.js', document.baseURI)).catch(() => undefined); });
}
