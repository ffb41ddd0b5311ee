// Everything that is said between the page, the model worker and the layer workers.
import type { FileContent, FileEvent, FileNode, FileOrder, FolderPage, LinesPage, SearchPage, TreeView } from './files';
import type { ListName, Rows } from './lists';
import type { RowsPage, RowsQuery } from './query';
import type { Head, Report } from './report';

/** One dropped file with the path it had in its folder, if it came in one. */
export interface InputFile {
  path: string;
  file: Blob;
}

/** What a file is for: something to look into, or something that says what counts. */
export type InputKind = 'archive' | 'report' | 'sbom' | 'rules' | 'listedRules' | 'policy' | 'trust';

/** A small file that says what counts: VEX, an ignore file, a policy, whom to trust. */
export interface Consideration {
  name: string;
  kind: InputKind;
  file: Blob;
}

/** A Notary Project trust store: certificates in PEM. */
export interface TrustStore {
  kind: 'ca' | 'signingAuthority' | 'tsa';
  name: string;
  pem: string;
}

/** Whom the person trusts to sign, as they typed or picked it. Patterns: `*` stands for anything. */
export interface Trust {
  /** Public keys, PEM. */
  keys: string[];
  /** Expected keyless signers, e-mail addresses or URIs. */
  identities: string[];
  /** Expected issuers of keyless signers. */
  issuers: string[];
  /** Sigstore's trusted_root.json; null for the public instance's, which ships with the page. */
  trustedRoot: string | null;
  stores: TrustStore[];
  /** Notary Project trustpolicy.json. */
  policy: string | null;
}

/** An image in the input that can be opened. */
export interface ImageChoice {
  index: number;
  names: string[];
  platform: string;
  layers: number;
  storedSize: number;
}

/** What can be asked of a model. */
export interface Questions {
  rows: { ask: RowsQuery; answer: RowsPage };
  row: { ask: { list: ListName; key: string }; answer: Rows[ListName] | null };
  /** Rows of a folder by name, or the largest of it. */
  children: { ask: { path: string; view: TreeView; largest: boolean; limit: number }; answer: FolderPage };
  node: { ask: { path: string; view: TreeView }; answer: FileNode };
  lines: { ask: { open: readonly string[]; order: FileOrder; changesOnly: boolean; view: TreeView; offset: number; limit: number; at: string | null }; answer: LinesPage };
  search: { ask: { text: string; view: TreeView; limit: number }; answer: SearchPage };
  history: { ask: { path: string }; answer: FileEvent[] };
  content: { ask: { path: string; layer: number; limit: number }; answer: FileContent };
  report: { ask: null; answer: Report };
  export: { ask: { format: string; now: string }; answer: { mediaType: string; extension: string; bytes: Uint8Array<ArrayBuffer> } };
  /** Other documents that say what counts, instead of those before; a sentence for each that could not be read. */
  consider: { ask: readonly Consideration[]; answer: (string | null)[] };
  /** Judges the signatures again, by another trust beside what was dropped. */
  verify: { ask: Trust; answer: { milliseconds: number } };
}
export type Question = keyof Questions;

export interface Progress {
  phase: 'index' | 'layers' | 'join' | 'done';
  /** Bytes read of the input, and all that will be read (0 while unknown). */
  read: number;
  total: number;
  layers: { read: number; total: number; state: 'waiting' | 'reading' | 'done' | 'cached' | 'failed' }[];
  /** Counting up while it goes. */
  found: { files: number; packages: number; secrets: number };
  /** Largest WebAssembly memory of a layer worker so far, bytes. */
  memory: number;
}

/** A cap on what an image may cost. */
export interface Limit {
  name: string;
  /** What it caps, in one line. */
  what: string;
  value: number;
}

/** Where a module lies that is fetched when it is needed, absolute; or the module itself, in base64; null for none. */
export type ModulePlace = { url: string; integrity: string | null } | string | null;

export interface Settings {
  /** RFC 3339; the core has no clock. */
  now: string;
  workers: number;
  /** Folder of the advisory shards, absolute; or the shards themselves by file name, in base64; null for none. */
  database: string | Record<string, string> | null;
  /** The module that verifies signatures. */
  verifier: ModulePlace;
  /** The module that writes a report in other formats. */
  exports: ModulePlace;
  /** The module that judges by policies in Rego. */
  rego: ModulePlace;
  trust: Trust;
  /** Caps that were changed, by name. */
  limits: Readonly<Record<string, number>>;
  /** A layer worker that has a job and answers nothing for so many milliseconds is given up. */
  patience: number;
}

export type ToModel =
  | { type: 'begin'; module: WebAssembly.Module }
  | { type: 'sort'; id: number; files: InputFile[] }
  | { type: 'limits'; id: number }
  /** An input is likely to come. */
  | { type: 'warm' }
  | { type: 'open'; name: string; files: InputFile[]; kind: InputKind; considerations: readonly Consideration[]; settings: Settings }
  | { type: 'choose'; image: number }
  | { type: 'ask'; id: number; question: Question; ask: Questions[Question]['ask'] };

export type FromModel =
  | { type: 'images'; images: ImageChoice[]; chosen: number }
  | { type: 'head'; head: Head }
  /** A sentence for each document that could not be read; a line for each rule that has run out. */
  | { type: 'considered'; problems: (string | null)[]; expired: string[] }
  | { type: 'progress'; progress: Progress }
  | { type: 'requested'; url: string; bytes: number; cached: boolean }
  | { type: 'failed'; message: string }
  | { type: 'answer'; id: number; answer: Questions[Question]['answer'] | InputKind[] | Limit[] }
  | { type: 'refused'; id: number; message: string };

/** So many bytes to hash, by this algorithm. */
export interface Beginning {
  bytes: number;
  by: string;
}

/** A hash that was begun: of so many bytes, by this algorithm, and where it stands. */
export interface Begun extends Beginning {
  state: Uint8Array<ArrayBuffer>;
}

/**
 * One pass over one layer's blob, or a share of one. A digest that is null is not wanted. A scan may `begin` to hash the blob, which
 * another pass carries on (`begun`). Two workers can share a pass: one decodes the blob and hands on what comes out
 * (`partner`), the other hashes that (`tar`).
 */
export type LayerJob = { module: WebAssembly.Module; limits: Settings['limits']; layer: number } & (
  | { type: 'scan'; blob: Blob; digest: string | null; diffId: string | null; begin: Beginning | null }
  | { type: 'hash'; blob: Blob; digest: string | null; diffId: string | null; begun: Begun | null; partner: MessagePort | null }
  | { type: 'tar'; diffId: string; partner: MessagePort }
);
export type ToLayer = LayerJob | { type: 'ping' };

/** Why something failed in a worker. */
export type Cause =
  /** Memory ran out; `had` is what the module had of it, bytes. */
  | { kind: 'memory'; had: number | null }
  /** A mistake of the module's own. */
  | { kind: 'panicked'; said: string }
  /** The file that was opened is not there any more, or has changed. */
  | { kind: 'unreadable' }
  | { kind: 'other'; message: string };

/** `memory` is the worker's WebAssembly memory, bytes: it never shrinks, so it is the peak. */
export type FromLayer =
  | { type: 'read'; layer: number; bytes: number; files: number; packages: number; secrets: number }
  | { type: 'facts'; layer: number; facts: Uint8Array<ArrayBuffer>; memory: number }
  | { type: 'hashed'; layer: number; digest: string | null; diffId: string | null; memory: number }
  | { type: 'begun'; layer: number; begun: Begun }
  | { type: 'failed'; layer: number; cause: Cause }
  /** The answer to a ping. */
  | { type: 'alive' };

/** A place that answers questions: the model worker, or a saved report. */
export interface Model {
  ask<Q extends Question>(question: Q, ask: Questions[Q]['ask']): Promise<Questions[Q]['answer']>;
  close(): void;
}
