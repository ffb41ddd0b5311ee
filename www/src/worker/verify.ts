// Signatures of one image: loads the second module when something is attached, feeds it with blobs, has it judge. No rule of verification.
import type { Archive, Merge } from '../pkg/porthole';
import { initSync, Verifier } from '../pkg-signatures/signatures';
import type { Settings, Trust } from '../shared/protocol';
import { S } from '../shared/strings';
import { readNow, type Input } from './input';
import { OnDemand, type Note } from './on-demand';

const verifying = new OnDemand(initSync, S.signatures.noModule);

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
    await verifying.load(settings.verifier, note);
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
