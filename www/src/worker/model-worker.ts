// The model worker: owns one opened input, its folded view and its report, and answers the page's questions about it.
import { initSync, type InitOutput } from '../pkg/porthole';
import type { FromModel, ToModel } from '../shared/protocol';
import { S } from '../shared/strings';
import { causeOf } from './failure';
import { Input } from './input';
import { ordinaryLimits } from './limits';
import { Session } from './session';
import { kindOf } from './sort';
import { Warming } from './warm';

let wasm: InitOutput | undefined;
let module: WebAssembly.Module | undefined;
let session: Session | undefined;
let warming: Warming | undefined;

const say = (message: FromModel): void => { postMessage(message); };
const reason = (error: unknown): string => S.errors.because(causeOf(error, wasm));
const failed = (error: unknown): void => say({ type: 'failed', message: reason(error) });

async function answer({ id, question, ask }: ToModel & { type: 'ask' }): Promise<void> {
  try {
    if (!session) throw new Error(S.errors.nothingOpen);
    say({ type: 'answer', id, answer: await session.answer(question, ask) });
  } catch (error) {
    say({ type: 'refused', id, message: reason(error) });
  }
}

onmessage = (event: MessageEvent<ToModel>): void => {
  const message = event.data;
  switch (message.type) {
    case 'begin':
      module = message.module;
      wasm = initSync({ module });
      break;
    case 'sort':
      try {
        say({ type: 'answer', id: message.id, answer: message.files.map(kindOf) });
      } catch (error) {
        say({ type: 'refused', id: message.id, message: reason(error) });
      }
      break;
    case 'limits':
      say({ type: 'answer', id: message.id, answer: ordinaryLimits() });
      break;
    case 'warm':
      if (module) warming ??= new Warming(module);
      break;
    case 'open':
      warming?.end();
      if (!wasm || !module) break;
      session = new Session(wasm, module, message.name, new Input(message.files), message.settings, say);
      session.open(message.kind, message.considerations).catch(failed);
      break;
    case 'choose':
      session?.choose(message.image).catch(failed);
      break;
    case 'ask':
      void answer(message);
      break;
  }
};
