// What the runtime starts: one WebAssembly instance for the isolate, and two entrances to it.
//
// `Layers` is a named entrypoint: service bindings reach it, requests from outside never do.
import { WorkerEntrypoint } from 'cloudflare:workers';
import * as porthole from './bound/porthole_worker.js';

// After a trap (no memory, a panic) the instance's memory is not to be trusted: the next request gets a new one.
let broken = false;
addEventListener('error', ({ error }) => { broken ||= error instanceof WebAssembly.RuntimeError; });
addEventListener('unhandledrejection', ({ reason }) => { broken ||= reason instanceof WebAssembly.RuntimeError; });

async function answered(handler, request, env, context) {
  if (broken) {
    broken = false;
    porthole.__wbg_reset_state();
  }
  try {
    return await handler(request, env, context);
  } catch (error) {
    broken ||= error instanceof WebAssembly.RuntimeError;
    console.error('failed', error);
    const problem = { type: '/problems#internal', title: 'this edge failed', status: 500, detail: 'this edge failed; ask again' };
    return Response.json(problem, { status: 500, headers: { 'content-type': 'application/problem+json', 'cache-control': 'no-store' } });
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
