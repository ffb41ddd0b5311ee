//! Other processes of this machine that read layers: workerd has one thread for everything, so that a process is a core.
//!
//! `worker/serve.mjs` starts them beside the one that answers, each behind a socket of its own that only this user may open. A layer
//! goes to the process that has the fewest bytes to read. One that cannot be reached, or that ends on the way, gets no more
//! for a while, and its layer is read here. Proof: `tests/edge/suite/edge-processes.test.js`.

use std::cell::RefCell;

use worker::js_sys::Uint8Array;
use worker::{Method, RequestInit};

use crate::Host;
use crate::cache::bytes_of;
use crate::facts::Wanted;
use crate::problem::Problem;
use crate::wait::now;

/// Bindings that `worker/workerd.capnp` has: `LAYERS_1` and so on.
pub(crate) const MOST: usize = 8;
/// Milliseconds for which a process that failed gets nothing: whoever watches over it needs one second.
const FAILED: f64 = 3000.0;

#[derive(Default)]
struct Load {
    at_work: Vec<Job>,
    next: u64,
    /// Until when each gets nothing.
    failed: [f64; MOST],
}

struct Job {
    id: u64,
    process: usize,
    bytes: u64,
    /// Whoever's request went away tells of no end.
    until: f64,
}

/// One layer in the hands of a process, until it is dropped.
struct Place {
    id: u64,
    process: usize,
}

thread_local! {
    static LOAD: RefCell<Load> = RefCell::default();
}

impl Load {
    /// The process with the least to do, of so many; none when all have failed.
    fn choose(&mut self, processes: usize, bytes: u64, until: f64) -> Option<Place> {
        let now = now();
        self.at_work.retain(|job| job.until > now);
        let to_do = |process: usize| self.at_work.iter().filter(|job| job.process == process).map(|job| job.bytes).sum::<u64>();
        let process =
            (0..processes.min(MOST)).filter(|process| self.failed[*process] <= now).min_by_key(|process| to_do(*process))?;
        let id = self.next;
        self.next += 1;
        // A layer whose manifest states no size is still something to do.
        self.at_work.push(Job { id, process, bytes: bytes.max(1), until });
        Some(Place { id, process })
    }
}

impl Place {
    /// The process did not do it.
    fn fail(&self) {
        LOAD.with_borrow_mut(|load| load.failed[self.process] = now() + FAILED);
    }
}

impl Drop for Place {
    fn drop(&mut self) {
        LOAD.with_borrow_mut(|load| load.at_work.retain(|job| job.id != self.id));
    }
}

/// A layer's facts from another process, or what that says is wrong with the layer. None when there is no such process, or
/// none that works.
pub(crate) async fn ask(host: &Host, wanted: &Wanted) -> Option<Result<Uint8Array, Problem>> {
    let until = now() + host.config.max_seconds as f64 * 1000.0;
    let place = LOAD.with_borrow_mut(|load| load.choose(host.config.layer_processes, wanted.size.unwrap_or(0), until))?;
    let answer = told(host, wanted, place.process).await;
    if answer.is_none() {
        place.fail();
    }
    answer
}

async fn told(host: &Host, wanted: &Wanted, process: usize) -> Option<Result<Uint8Array, Problem>> {
    let binding = host.env.service(&format!("LAYERS_{}", process + 1)).ok()?;
    let mut response = binding.fetch("http://layer/", Some(wanted.request())).await.ok()?;
    match response.status_code() {
        200 => bytes_of(response).await.map(Ok),
        _ => Some(Err(Problem::from_wire(&response.text().await.ok()?))),
    }
}

impl Wanted {
    /// As one invocation asks another for it.
    pub(crate) fn request(&self) -> RequestInit {
        let mut init = RequestInit::new();
        init.with_method(Method::Post).with_body(Some(serde_json::to_string(self).unwrap_or_default().into()));
        init
    }
}
