// Whom the person trusts to sign. Kept on this machine between visits: public keys and names, nothing secret.
import { effect, signal } from '@preact/signals';
import type { Trust } from '../shared/protocol';

const KEY = 'porthole-trust';

export const nobody: Trust = { keys: [], identities: [], issuers: [], trustedRoot: null, stores: [], policy: null };

const stored = (): Trust => {
  try {
    const value: unknown = JSON.parse(localStorage.getItem(KEY) ?? 'null');
    return typeof value === 'object' && value !== null ? { ...nobody, ...(value as Partial<Trust>) } : nobody;
  } catch {
    return nobody; // no storage, or what another version kept
  }
};

export const trust = signal<Trust>(stored());

effect(() => {
  const text = JSON.stringify(trust.value);
  try {
    if (text === JSON.stringify(nobody)) localStorage.removeItem(KEY);
    else localStorage.setItem(KEY, text);
  } catch {
    // Then it holds for this visit alone.
  }
});
