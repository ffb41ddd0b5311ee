//! The edge host: a public image's reference in, a report out.
//!
//! Knows: requests, bindings, caches, time. Must not know: any rule of analysis; layers go through `porthole_scan`'s machines,
//! and what comes out is what the command line says of the same image. It never hands on a blob. Two entrances: [`main`]
//! for everybody, [`layer`] for itself alone (a named entrypoint, which the runtime gives to service bindings and to nobody
//! else). Proof: `tests/edge`, on workerd.

mod body;
mod cache;
mod config;
mod database;
mod events;
mod facts;
mod fetch;
mod flight;
mod limit;
mod page;
mod policy;
mod problem;
mod processes;
mod report;
mod route;
mod sums;
mod wait;

use std::rc::Rc;

use wasm_bindgen::JsValue;
use wasm_bindgen::prelude::wasm_bindgen;
use worker::{Context, Env, Request, Response, event};

/// Everything that one request may use.
struct Host {
    env: Env,
    context: Context,
    config: config::Config,
}

#[event(fetch)]
async fn main(request: Request, env: Env, context: Context) -> worker::Result<Response> {
    let config = config::Config::read(&env);
    let host = Rc::new(Host { env, context, config });
    route::answer(request, host).await
}

/// One layer's facts, in an invocation of its own: its own share of time and memory.
///
/// # Errors
/// When no answer can be written; what is wrong with the layer is an answer.
#[wasm_bindgen(wasm_bindgen_futures = ::worker::wasm_bindgen_futures, js_sys = ::worker::js_sys)]
pub async fn layer(
    request: worker::web_sys::Request,
    env: Env,
    context: worker::worker_sys::Context,
) -> Result<worker::web_sys::Response, JsValue> {
    let config = config::Config::read(&env);
    let host = Rc::new(Host { env, context: Context::new(context), config });
    let answer = facts::serve(Request::from(request), host).await?;
    Ok(answer.into())
}
