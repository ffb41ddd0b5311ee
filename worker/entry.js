// What the runtime starts: one WebAssembly instance for the isolate, and two entrances to it.
//
// `Layers` is a named entrypoint: service bindings reach it, requests from outside never do.
import { WorkerEntrypoint } from 'cloudflare:workers';
import * as porthole from './bound/porthole_worker.js';

// After a trap (no memory, a panic) the instance's memory is not to be trusted: the next request gets a new one.
let broken = false;
addEventListener('error', ({ error }) => { broken ||= error instanceof WebAssembly.RuntimeError; });
addEventListener('unhandledrejection', ({ reason }) => { broken ||= reason instanceof WebAssembly.RuntimeError; });

// How often that has happened. Whoever asked an instance that is gone would wait for ever.
let instance = 0;
// Milliseconds between two looks whether it is gone: a request cannot be woken by another's trap.
const LOOK = 250;

function failed() {
  const problem = { type: '/problems#internal', title: 'this edge failed', status: 500, detail: 'this edge failed; ask again' };
  const headers = { 'content-type': 'application/problem+json', 'cache-control': 'no-store', 'access-control-allow-origin': '*' };
  return Response.json(problem, { status: 500, headers });
}

async function answered(handler, request, env, context) {
  if (broken) {
    broken = false;
    instance += 1;
    porthole.__wbg_reset_state();
  }
  const asked = instance;
  let timer;
  const gone = new Promise((answer) => {
    const look = () => {
      if (broken || instance !== asked) answer(failed());
      else timer = setTimeout(look, LOOK);
    };
    timer = setTimeout(look, LOOK);
  });
  try {
    return await Promise.race([handler(request, env, context), gone]);
  } catch (error) {
    broken ||= error instanceof WebAssembly.RuntimeError;
    console.error('failed', error);
    return failed();
  } finally {
    clearTimeout(timer);
  }
}

export class Layers extends WorkerEntrypoint {
  fetch(request) {
    return answered(porthole.layer, request, this.env, this.ctx);
  }
}

export default {
  fetch: (request, env, context) => answered(porthole.fetch, request, env, context),
};
