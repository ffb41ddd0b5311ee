// Signatures of one image: loads the second module when something is attached, feeds it with blobs, has it judge. No rule of verification.
import type { Archive, Merge } from '../pkg/porthole';
import { initSync, Verifier } from '../pkg-signatures/signatures';
import type { Settings, Trust } from '../shared/protocol';
import { S } from '../shared/strings';
import { readNow, type Input } from './input';

type Note = (url: string, bytes: number, cached: boolean) => void;

let loaded: Promise<unknown> | undefined;

async function bytes({ verifier }: Settings, note: Note): Promise<BufferSource> {
  if (verifier instanceof Uint8Array) return verifier;
  if (verifier === null) throw new Error(S.signatures.noModule);
  const url = new URL(verifier.url);
  const response = await fetch(url, { credentials: 'omit', referrerPolicy: 'no-referrer', ...(verifier.integrity ? { integrity: verifier.integrity } : {}) });
  if (!response.ok) throw new Error(`${url.pathname}: ${response.status}`);
  const body = await response.arrayBuffer();
  note(url.pathname, body.byteLength, false);
  return body;
}

/** Compiled once in the life of this worker; a failure may be repeated. */
function load(settings: Settings, note: Note): Promise<unknown> {
  loaded ??= bytes(settings, note).then((body) => WebAssembly.compile(body)).then((module) => initSync({ module })).catch((error: unknown) => {
    loaded = undefined;
    throw error;
  });
  return loaded;
}

/** What was typed, with documents that were dropped and the signers that a policy accepts. */
export function trusting(typed: Trust, documents: readonly { name: string; text: string }[], signers: string[], issuers: string[]): Trust {
  const all: Trust = { ...typed, keys: [...typed.keys], stores: [...typed.stores], identities: [...typed.identities, ...signers], issuers: [...typed.issuers, ...issuers] };
  for (const { name, text } of documents) {
    if (/-----BEGIN (RSA )?PUBLIC KEY-----/.test(text)) all.keys.push(...text.split(/(?=-----BEGIN )/).map((one) => one.trim()).filter((one) => one !== ''));
    else if (text.includes('-----BEGIN CERTIFICATE-----')) all.stores.push({ kind: 'ca', name: name.replace(/\.[^.]*$/, ''), pem: text });
    else if (text.includes('"trustPolicies"')) all.policy = text;
    else all.trustedRoot = text;
  }
  return all;
}

/** Everything attached to an image, its blobs read; nothing when nothing is attached. */
export class Verification {
  readonly #verifier: Verifier;

  private constructor(verifier: Verifier) {
    this.#verifier = verifier;
  }

  static async of(archive: Archive, image: number, input: Input, settings: Settings, note: Note): Promise<Verification | null> {
    const attached = archive.attached(image);
    if (!attached) return null;
    await load(settings, note);
    const verifier = new Verifier(attached);
    for (let wants = verifier.wants(); wants.length > 0; wants = verifier.wants()) {
      for (const digest of wants) {
        const place = archive.blobPlace(digest);
        const blob = archive.keptBlob(digest) ?? (place ? readNow(input.range(place.file, place.offset, place.len)) : null);
        if (blob) verifier.push(digest, blob);
        else verifier.miss(digest);
      }
    }
    return new Verification(verifier);
  }

  /** Puts the verdict into the report; milliseconds that it took. */
  judge(merge: Merge, trust: Trust, now: number): number {
    const purls = merge.purls();
    const began = performance.now();
    const verdict = this.#verifier.judge(JSON.stringify(trust), now, purls);
    const took = performance.now() - began;
    merge.settle(verdict);
    return took;
  }

  close(): void {
    this.#verifier.free();
  }
}
