// The model worker, as seen from the page: questions out, answers in. Ending it returns its memory at once.
import ModelWorker from '../worker/model-worker.ts?worker&inline';
import type { FromModel, InputFile, Model, Question, Questions, Settings, ToModel } from '../shared/protocol';
import { S } from './strings';

interface Waiting {
  resolve: (answer: never) => void;
  reject: (error: Error) => void;
}

export class WorkerModel implements Model {
  // Started from a blob of this page's own script, so that the page's policy binds the worker too.
  readonly #worker = new ModelWorker();
  readonly #waiting = new Map<number, Waiting>();
  #listener: (message: FromModel) => void = () => undefined;
  #next = 1;

  constructor() {
    this.#worker.onmessage = (event: MessageEvent<FromModel>) => this.#hear(event.data);
    this.#worker.onerror = (event) => this.#listener({ type: 'failed', message: event.message || S.errors.worker });
  }

  listen(listener: (message: FromModel) => void): void {
    this.#listener = listener;
  }

  #say(message: ToModel): void {
    this.#worker.postMessage(message);
  }

  open(module: WebAssembly.Module, name: string, files: InputFile[], settings: Settings): void {
    this.#say({ type: 'open', module, name, files, settings });
  }

  choose(image: number): void {
    this.#say({ type: 'choose', image });
  }

  #hear(message: FromModel): void {
    if (message.type !== 'answer' && message.type !== 'refused') {
      this.#listener(message);
      return;
    }
    const waiting = this.#waiting.get(message.id);
    this.#waiting.delete(message.id);
    if (message.type === 'answer') waiting?.resolve(message.answer as never);
    else waiting?.reject(new Error(message.message));
  }

  ask<Q extends Question>(question: Q, ask: Questions[Q]['ask']): Promise<Questions[Q]['answer']> {
    return new Promise((resolve, reject) => {
      const id = this.#next++;
      this.#waiting.set(id, { resolve, reject });
      this.#say({ type: 'ask', id, question, ask });
    });
  }

  close(): void {
    this.#worker.terminate();
    this.#waiting.clear();
  }
}
