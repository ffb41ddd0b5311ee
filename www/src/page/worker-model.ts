// The model worker, as seen from the page: questions out, answers in. Ending it returns its memory at once.
import ModelWorker from '../worker/model-worker.ts?worker&inline';
import type { Consideration, FromModel, InputFile, InputKind, Limit, Model, Question, Questions, Settings, ToModel } from '../shared/protocol';
import { S } from '../shared/strings';

interface Waiting {
  resolve: (answer: never) => void;
  reject: (error: Error) => void;
}

export interface Listener {
  hear(message: FromModel): void;
  /** The worker is gone, and everything in it. */
  died(reason: string): void;
}

export class WorkerModel implements Model {
  // Started from a blob of this page's own script, so that the page's policy binds the worker too.
  readonly #worker = new ModelWorker();
  readonly #waiting = new Map<number, Waiting>();
  #listener: Listener | null = null;
  #next = 1;
  #alive = true;

  constructor(module: WebAssembly.Module) {
    this.#worker.onmessage = (event: MessageEvent<FromModel>) => this.#hear(event.data);
    this.#worker.onerror = (event) => {
      event.preventDefault();
      const reason = event.message || S.errors.worker;
      this.close();
      this.#listener?.died(reason);
    };
    this.#say({ type: 'begin', module });
  }

  /** False once it was closed or has died. */
  get alive(): boolean {
    return this.#alive;
  }

  listen(listener: Listener): void {
    this.#listener = listener;
  }

  #say(message: ToModel): void {
    this.#worker.postMessage(message);
  }

  /** What each file is for. */
  sort(files: InputFile[]): Promise<InputKind[]> {
    return this.#expect<InputKind[]>((id) => this.#say({ type: 'sort', id, files }));
  }

  /** Every cap, as it stands where nobody changed it. */
  limits(): Promise<Limit[]> {
    return this.#expect<Limit[]>((id) => this.#say({ type: 'limits', id }));
  }

  /** Has it readied for an input that is likely to come. */
  warm(): void {
    this.#say({ type: 'warm' });
  }

  open(name: string, kind: InputKind, files: InputFile[], considerations: readonly Consideration[], settings: Settings): void {
    this.#say({ type: 'open', name, kind, files, considerations, settings });
  }

  choose(image: number): void {
    this.#say({ type: 'choose', image });
  }

  #hear(message: FromModel): void {
    if (message.type !== 'answer' && message.type !== 'refused') {
      this.#listener?.hear(message);
      return;
    }
    const waiting = this.#waiting.get(message.id);
    this.#waiting.delete(message.id);
    if (message.type === 'answer') waiting?.resolve(message.answer as never);
    else waiting?.reject(new Error(message.message));
  }

  #expect<Answer>(say: (id: number) => void): Promise<Answer> {
    return new Promise((resolve, reject) => {
      const id = this.#next++;
      this.#waiting.set(id, { resolve, reject });
      say(id);
    });
  }

  ask<Q extends Question>(question: Q, ask: Questions[Q]['ask']): Promise<Questions[Q]['answer']> {
    return this.#expect((id) => this.#say({ type: 'ask', id, question, ask }));
  }

  close(): void {
    this.#alive = false;
    this.#worker.terminate();
    for (const { reject } of this.#waiting.values()) reject(new Error(S.errors.closed));
    this.#waiting.clear();
  }
}
