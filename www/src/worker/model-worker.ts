// The model worker: owns one opened input, its folded view and its report, and answers the page's questions about it.
import { initSync } from '../pkg/porthole';
import type { FromModel, ToModel } from '../shared/protocol';
import { Input } from './input';
import { Session } from './session';

let session: Session | undefined;

const say = (message: FromModel): void => { postMessage(message); };
const reason = (error: unknown): string => (error instanceof Error ? error.message : String(error));

onmessage = (event: MessageEvent<ToModel>): void => {
  const message = event.data;
  switch (message.type) {
    case 'open': {
      const wasm = initSync({ module: message.module });
      session = new Session(wasm, message.module, message.name, new Input(message.files), message.settings, say);
      session.open().catch((error: unknown) => say({ type: 'failed', message: reason(error) }));
      break;
    }
    case 'choose':
      session?.choose(message.image).catch((error: unknown) => say({ type: 'failed', message: reason(error) }));
      break;
    case 'ask':
      try {
        if (!session) throw new Error('nothing is open yet');
        say({ type: 'answer', id: message.id, answer: session.answer(message.question, message.ask) });
      } catch (error) {
        say({ type: 'refused', id: message.id, message: reason(error) });
      }
      break;
  }
};
