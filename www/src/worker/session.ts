// One opened input: from the drop to the report, and the questions that follow.
import { Archive, Extract, headLength, howToRead, isCompressed, type InitOutput, Merge, StreamArchive, StreamExtract, type LayerPlace, type Limits } from '../pkg/porthole';
import type { Consideration, FromModel, ImageChoice, InputKind, Progress, Question, Questions, Settings } from '../shared/protocol';
import type { TreeView } from '../shared/files';
import type { PolicyResult } from '../shared/report';
import { Query } from '../shared/query';
import { S } from '../shared/strings';
import { head } from '../shared/verdict';
import { Digests } from './digests';
import { causeOf } from './failure';
import { CHUNK, indexed, Input, pieces, readNow, TELL } from './input';
import { limitsOf } from './limits';
import { Matching } from './matching';
import { write } from './exports';
import { passes, type Hashable } from './passes';
import { Pool } from './pool';
import { isRego, RegoPolicy } from './rego';
import { trusting, Verification } from './verify';

type Say = (message: FromModel) => void;

/** Folding again for what came in meanwhile costs time: at most this share of it. */
const JOIN_SHARE = 0.1;
/** And it is not worth it where the whole is there in so many milliseconds. */
const JOIN_LEFT = 1500;
const LARGEST_SBOM = 256 << 20;

export class Session {
  readonly #wasm: InitOutput;
  readonly #module: WebAssembly.Module;
  readonly #name: string;
  readonly #input: Input;
  readonly #settings: Settings;
  readonly #limits: Limits;
  readonly #say: Say;
  #archive: Archive | undefined;
  #merge: Merge | undefined;
  #places: LayerPlace[] = [];
  #query: Query | undefined;
  #considerations: readonly Consideration[] = [];
  #verification: Verification | null = null;
  #trust: Settings['trust'];
  /** Raised when another image is chosen: what still runs for the last one is dropped. */
  #turn = 0;
  #running = new AbortController();
  #streamed = false;

  constructor(wasm: InitOutput, module: WebAssembly.Module, name: string, input: Input, settings: Settings, say: Say) {
    this.#wasm = wasm;
    this.#module = module;
    this.#name = name;
    this.#input = input;
    this.#settings = settings;
    this.#limits = limitsOf(settings.limits);
    this.#trust = settings.trust;
    this.#say = say;
  }

  async open(kind: InputKind, considerations: readonly Consideration[]): Promise<void> {
    this.#considerations = considerations;
    const { archive: file } = this.#input;
    if (file && kind !== 'archive') {
      await this.#document(file);
      return;
    }
    const how = file ? howToRead(readNow(file.slice(0, headLength()))) : 'folder';
    this.#streamed = how === 'stream';
    const archive = this.#streamed && file ? await this.#stream(file) : indexed(how === 'folder' ? Archive.folder(this.#input.names(), Float64Array.from(this.#input.sizes()), this.#limits) : new Archive(this.#input.size, this.#limits), this.#input);
    this.#archive = archive;
    const { images, chosen } = archive.images();
    const choices: ImageChoice[] = images.map((image, index) => ({ index, ...image }));
    this.#say({ type: 'images', images: choices, chosen });
    await this.choose(chosen);
  }

  /** An SBOM or a saved report: packages without layers or files. */
  async #document(file: Blob): Promise<void> {
    if (file.size > LARGEST_SBOM) throw new Error(S.errors.largeDocument);
    const merge = Merge.ofDocument(readNow(file), this.#name);
    this.#merge = merge;
    // A saved report says what it said.
    if (merge.isSaved()) merge.setToday(this.#settings.now.slice(0, 10));
    else await new Matching(this.#settings, this.#note).match(merge);
    await this.#consider(merge);
    this.#tell(merge);
    this.#say({ type: 'progress', progress: { ...this.#progress, phase: 'done' } });
  }

  /** What went wrong, as a person reads it: memory that ran out, too. */
  readonly #reason = (error: unknown): string => S.errors.because(causeOf(error, this.#wasm));

  readonly #note = (url: string, bytes: number, cached: boolean): void => this.#say({ type: 'requested', url, bytes, cached });

  async #stream(file: Blob): Promise<Archive> {
    const stream = new StreamArchive(CHUNK, this.#limits);
    const input = stream.input();
    let told = 0;
    let read = 0;
    for await (const bytes of pieces(file)) {
      new Uint8Array(this.#wasm.memory.buffer, input, bytes.length).set(bytes);
      stream.push(bytes.length);
      read += bytes.length;
      const now = performance.now();
      if (now - told > TELL) {
        told = now;
        const [files = 0, packages = 0, secrets = 0] = stream.found();
        this.#say({ type: 'progress', progress: { phase: 'layers', read, total: file.size, layers: [{ read, total: file.size, state: 'reading' }], found: { files, packages, secrets }, memory: 0 } });
      }
    }
    return stream.finish();
  }

  async choose(image: number): Promise<void> {
    const archive = this.#archive;
    if (!archive) return;
    this.#turn += 1;
    const turn = this.#turn;
    this.#running.abort();
    this.#running = new AbortController();
    this.#merge?.free();
    this.#verification?.close();
    this.#verification = null;
    const merge = new Merge(archive, image, this.#name);
    this.#merge = merge;
    this.#places = archive.layers(image).layers;
    const matching = new Matching(this.#settings, this.#note);
    const digests = this.#streamed ? null : this.#scan(merge, turn, matching);
    matching.begin();
    // Names, platform, configuration and layers are known before any layer is read; meanwhile the workers start.
    this.#join(merge, false);
    await digests?.pool.scanned;
    if (turn !== this.#turn) return;
    const progress = this.#progress;
    this.#say({ type: 'progress', progress: { ...progress, phase: 'join' } });
    this.#join(merge, true);
    await this.#attach(archive, image, merge, turn);
    if (turn !== this.#turn) return;
    await matching.match(merge);
    if (turn !== this.#turn) return;
    await this.#consider(merge);
    if (turn !== this.#turn) return;
    this.#tell(merge);
    this.#say({ type: 'progress', progress: { ...progress, phase: 'done' } });
    digests?.behind();
  }

  /** Reads what is attached to the image. Where the module that verifies can't be had, the report says so. */
  async #attach(archive: Archive, image: number, merge: Merge, turn: number): Promise<void> {
    try {
      const verification = await Verification.of(archive, image, this.#input, this.#settings, this.#note);
      if (turn === this.#turn) this.#verification = verification;
      else verification?.close();
    } catch (error) {
      if (turn === this.#turn) merge.missSignatures(this.#reason(error));
    }
  }

  /** Judges signatures by what was typed, what was dropped, and whom the policy accepts; milliseconds that it took. */
  #verify(merge: Merge, trust: Settings['trust'], dropped: readonly Consideration[]): number {
    const documents = dropped.filter((one) => one.kind === 'trust').map(({ name, file }) => ({ name, text: new TextDecoder().decode(readNow(file)) }));
    const all = trusting(trust, documents, merge.policySigners(), merge.policyIssuers());
    return this.#verification?.judge(merge, all, Date.parse(this.#settings.now) / 1000) ?? 0;
  }

  #progress: Progress = { phase: 'index', read: 0, total: 0, layers: [], found: { files: 0, packages: 0, secrets: 0 }, memory: 0 };

  /** Starts to read every layer. `behind` says that the report is told: digests that come in are told from then on. */
  #scan(merge: Merge, turn: number, matching: Matching): { pool: Pool; behind: () => void } {
    // A blob that several layers share is read once.
    const shared = new Map<string, number[]>();
    this.#places.forEach((place, layer) => {
      if (place.kind !== 'range') return;
      const key = `${place.file ?? ''}~${place.offset}~${place.len}`;
      shared.set(key, [...(shared.get(key) ?? []), layer]);
    });
    const groups = [...shared.values()];
    const sizes = this.#places.map((place) => place.len);
    const found = this.#places.map(() => ({ files: 0, packages: 0, secrets: 0 }));
    const layers: Progress['layers'] = this.#places.map((place, layer) => ({
      read: 0, total: sizes[layer] ?? 0, state: place.kind === 'none' ? 'failed' : groups.some(([first]) => first === layer) ? 'waiting' : 'cached',
    }));
    const total = groups.reduce((sum, [first = 0]) => sum + (sizes[first] ?? 0), 0);
    let told = 0;
    let memory = 0;
    const tell = (force = false): void => {
      const now = performance.now();
      if (turn !== this.#turn || (!force && now - told < TELL)) return;
      told = now;
      const sum = (what: 'files' | 'packages' | 'secrets'): number => found.reduce((all, one) => all + one[what], 0);
      this.#progress = {
        phase: 'layers', total, read: groups.reduce((all, [first = 0]) => all + (layers[first]?.read ?? 0), 0), layers: layers.map((one) => ({ ...one })),
        found: { files: sum('files'), packages: sum('packages'), secrets: sum('secrets') }, memory,
      };
      this.#say({ type: 'progress', progress: this.#progress });
    };
    tell(true);
    let ended = 0;
    const begun = performance.now();
    let joined = begun;
    let cost = 0;
    const digests = new Digests(merge, (layer) => groups.find(([first]) => first === layer) ?? [layer], () => {
      this.#judge(merge);
      this.#tell(merge);
    });
    const blobs = groups.flatMap(([layer = 0]): Hashable[] => {
      const place = this.#places[layer];
      return place ? [{ layer, blob: this.#input.range(place.file, place.offset, place.len), digestBy: place.digestBy, diffIdBy: place.diffIdBy }] : [];
    });
    const { scans, behind: toHash } = passes(blobs, this.#settings.workers);
    const pool = new Pool(this.#module, scans, toHash, this.#settings, {
      read: (layer, bytes, files, packages, secrets) => {
        layers[layer] = { read: bytes, total: sizes[layer] ?? 0, state: 'reading' };
        found[layer] = { files, packages, secrets };
        tell();
      },
      facts: (layer, facts) => {
        if (turn !== this.#turn) return;
        merge.add(Uint32Array.from(groups.find(([first]) => first === layer) ?? [layer]), facts);
        layers[layer] = { read: sizes[layer] ?? 0, total: sizes[layer] ?? 0, state: 'done' };
        ended += 1;
        tell(true);
        // Packages appear as each layer ends, as long as folding stays a small part of the work.
        const now = performance.now();
        const { read } = this.#progress;
        const left = (total - read) * ((now - begun) / Math.max(1, read));
        if (ended < groups.length && left > JOIN_LEFT && cost < (now - joined) * JOIN_SHARE) {
          this.#join(merge, false);
          joined = performance.now();
          cost = joined - now;
          void matching.prepare(merge);
        }
      },
      failed: (layer, reason) => {
        if (turn !== this.#turn) return;
        for (const one of groups.find(([first]) => first === layer) ?? [layer]) merge.miss(one, reason);
        layers[layer] = { read: 0, total: sizes[layer] ?? 0, state: 'failed' };
        ended += 1;
        tell(true);
      },
      hashed: (job, digest, diffId) => {
        if (turn === this.#turn) digests.come(job, digest, diffId);
      },
      unhashed: (job, reason) => {
        if (turn === this.#turn) digests.miss(job, reason);
      },
      memory: (bytes) => { memory = Math.max(memory, bytes); },
    }, this.#running.signal);
    void pool.ended.then(() => { if (turn === this.#turn) digests.end(); });
    const behind = (): void => {
      digests.begin();
      pool.release();
    };
    return { pool, behind };
  }

  #join(merge: Merge, last: boolean): void {
    merge.join(Date.parse(this.#settings.now) / 1000, last);
    if (!last) this.#tell(merge);
  }

  #tell(merge: Merge): void {
    const report = merge.report();
    this.#query = new Query(report);
    this.#say({ type: 'head', head: head(report, this.#judged, this.#archive === undefined) });
  }

  #judged: PolicyResult | null = null;
  /** The policy in Rego, if that is what judges, and which of the documents it is. */
  #rego: { policy: RegoPolicy; at: number } | null = null;
  #problems: (string | null)[] = [];

  /** Hands over what says what counts, and asks again what rests on it. A document that cannot be read changes nothing. */
  async #consider(merge: Merge): Promise<void> {
    const considerations = this.#considerations;
    const problems: (string | null)[] = considerations.map(() => null);
    const at = considerations.findIndex(isRego);
    const document = considerations[at];
    let policy: RegoPolicy | null = null;
    try {
      if (document) policy = await RegoPolicy.of(document, this.#settings, this.#note);
    } catch (error) {
      problems[at] = this.#reason(error);
    }
    // Meanwhile another image was chosen, or other documents were given: those are considered by their own call.
    if (merge !== this.#merge || considerations !== this.#considerations) {
      policy?.close();
      return;
    }
    this.#rego?.policy.close();
    this.#rego = policy && { policy, at };
    this.#problems = problems;
    merge.dropRules();
    merge.setPolicy('', undefined);
    considerations.forEach(({ name, kind, file }, index) => {
      try {
        if (kind === 'policy' && index !== at) merge.setPolicy(name, new TextDecoder().decode(readNow(file)));
        else if (kind !== 'policy' && kind !== 'trust') merge.addRules(name, readNow(file));
      } catch (error) {
        problems[index] = this.#reason(error);
      }
    });
    try {
      this.#verify(merge, this.#trust, considerations);
    } catch (error) {
      considerations.forEach(({ kind }, index) => { if (kind === 'trust') problems[index] = this.#reason(error); });
      this.#verify(merge, this.#trust, []);
    }
    this.#judge(merge);
    this.#say({ type: 'considered', problems, expired: merge.expiredRules() });
  }

  /** How the report does under the policy. Where one in Rego gives no verdict, there is none, and its document says why. */
  #judge(merge: Merge): void {
    this.#judged = merge.judge() ?? null;
    if (!this.#rego) return;
    const { policy, at } = this.#rego;
    try {
      this.#judged = policy.judge(merge.report(), this.#settings.now.slice(0, 10));
    } catch (error) {
      this.#problems[at] = this.#reason(error);
      this.#say({ type: 'considered', problems: this.#problems, expired: merge.expiredRules() });
    }
  }

  answer(question: Question, ask: Questions[Question]['ask']): Questions[Question]['answer'] | Promise<Questions[Question]['answer']> {
    const merge = this.#merge;
    const query = this.#query;
    if (!merge || !query) throw new Error(S.errors.nothingOpen);
    const state = (view: TreeView): [string, number] => [view.kind, view.kind === 'merged' ? 0 : view.layer];
    switch (question) {
      case 'rows': return query.page(ask as Questions['rows']['ask']);
      case 'row': {
        const { list, key } = ask as Questions['row']['ask'];
        return query.row(list, key);
      }
      case 'children': {
        const { path, view, largest, limit } = ask as Questions['children']['ask'];
        return merge.children(path, ...state(view), largest, limit);
      }
      case 'node': {
        const { path, view } = ask as Questions['node']['ask'];
        return merge.node(path, ...state(view));
      }
      case 'lines': {
        const { open, order, changesOnly, view, offset, limit, at } = ask as Questions['lines']['ask'];
        return merge.lines([...open], order, changesOnly, ...state(view), offset, limit, at);
      }
      case 'search': {
        const { text, view, limit } = ask as Questions['search']['ask'];
        return merge.search(text, ...state(view), limit);
      }
      case 'history': return merge.history((ask as Questions['history']['ask']).path).events;
      case 'content': return this.#content(merge, ask as Questions['content']['ask']);
      case 'report': return merge.report();
      case 'export': {
        const { format, now } = ask as Questions['export']['ask'];
        return write(merge.report(), format, now, this.#settings, this.#note);
      }
      case 'verify': {
        const trust = ask as Questions['verify']['ask'];
        if (!this.#verification) throw new Error(S.signatures.nothing);
        const milliseconds = this.#verify(merge, trust, this.#considerations);
        this.#trust = trust;
        this.#judge(merge);
        this.#tell(merge);
        return { milliseconds };
      }
      case 'consider': {
        this.#considerations = ask as Questions['consider']['ask'];
        return this.#consider(merge).then(() => {
          if (merge === this.#merge) this.#tell(merge);
          return this.#problems;
        });
      }
    }
  }

  async #content(merge: Merge, { path, layer, limit }: Questions['content']['ask']): Promise<Questions['content']['answer']> {
    const { layer: holder, offset, size } = merge.place(path, layer);
    const place = this.#places[holder];
    if (!place || place.kind === 'none') throw new Error(S.errors.noLayer);
    // An archive that is compressed as a whole goes by once more, up to the file.
    const streamed = place.kind === 'streamed' && place.file !== null;
    const blob = streamed ? (this.#input.archive ?? new Blob()) : this.#input.range(place.file, place.offset, place.len);
    // In a plain tar the file lies where it is said to lie: nothing before it is read.
    if (!streamed && !isCompressed(readNow(blob.slice(0, 4)))) return { size, bytes: readNow(blob.slice(offset, offset + Math.min(size, limit))) };
    const extract = streamed ? new StreamExtract(place.file ?? '', offset, size, limit, this.#limits) : new Extract(offset, size, limit, this.#limits);
    for await (const bytes of pieces(blob)) if (extract.push(bytes)) break;
    return { size, bytes: extract.finish() as Uint8Array<ArrayBuffer> };
  }
}
