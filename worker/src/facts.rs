//! One layer: fetched, inflated, scanned as it arrives; its facts kept under the blob's digest. The blob goes nowhere.

use std::cell::RefCell;
use std::rc::Rc;

use futures_util::future::{Either, select};
use porthole_scan::oci::registry::{Download, Error, Session};
use porthole_scan::oci::{Digest, Limits, Reference};
use porthole_scan::{FACTS_VERSION, LayerOptions, LayerScan, ScanLimits};
use serde::{Deserialize, Serialize};
use worker::js_sys::Uint8Array;
use worker::{Request, Response};

use crate::Host;
use crate::cache::{FOR_EVER, bytes_of, response_of};
use crate::config::Config;
use crate::fetch::Client;
use crate::flight::{Flights, Gate};
use crate::problem::{Kind, Problem};
use crate::processes;
use crate::sums::SUMS;
use crate::wait::sleep;

/// Layers that one isolate scans at once.
pub(crate) const AT_ONCE: usize = 2;
/// Part of the key: change it with [`options`].
const BUDGET: &str = "edge2";
/// Largest window of a zstd frame, bytes: what RFC 8878 asks every decoder to have, and writers of images stay below.
const ZSTD_WINDOW: u64 = 8 << 20;
/// Largest file that a cataloger gets whole, bytes. The command line allows four times as much; a larger one is a gap.
const WHOLE_FILE: u64 = 12 << 20;
/// Most bytes of the list of one layer's entries: 20 for an entry, 250,000 of them.
const LISTED: usize = 5 << 20;
/// Most packages of one layer.
const PACKAGES: usize = 50_000;
/// The service binding to ourselves.
const LAYERS: &str = "LAYERS";

thread_local! {
    static FLIGHTS: Flights<Uint8Array, ()> = Flights::new();
    static GATE: Rc<Gate> = Gate::new(AT_ONCE);
}

/// A layer that is wanted.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub(crate) struct Wanted {
    /// Registry as in references.
    pub(crate) registry: String,
    /// Repository.
    pub(crate) repository: String,
    /// Digest of the blob.
    pub(crate) digest: String,
    /// Its size, bytes, where the manifest states it.
    pub(crate) size: Option<u64>,
    /// Which of the image's layers it is, for errors.
    pub(crate) index: usize,
}

/// What one layer may cost here.
fn options() -> LayerOptions {
    let mut scan_limits = ScanLimits::default();
    scan_limits.max_whole_file = WHOLE_FILE;
    scan_limits.max_listed = LISTED;
    scan_limits.max_packages_per_layer = PACKAGES;
    LayerOptions { limits: Limits { max_zstd_window: ZSTD_WINDOW, ..Limits::default() }, scan_limits, ..LayerOptions::default() }
}

impl Wanted {
    /// Where its facts are kept.
    fn key(&self) -> String {
        format!("facts/v{FACTS_VERSION}-{BUDGET}/{}", self.digest.replace(':', "-"))
    }

    /// Its facts, if anybody has made them.
    pub(crate) async fn kept(&self, host: &Host) -> Option<Uint8Array> {
        host.kept(&self.key()).await
    }

    /// Its facts: from another process or an invocation of its own where there is a binding, else made here. `read` hears of
    /// bytes as they come.
    pub(crate) async fn facts(&self, host: &Host, read: impl Fn(u64)) -> Result<Uint8Array, Problem> {
        let binding = if host.config.layer_processes > 0 { None } else { host.env.service(LAYERS).ok() };
        let Some(binding) = binding else { return self.made(host, read).await };
        let mut response = binding.fetch("http://layer/", Some(self.request())).await?;
        if response.status_code() != 200 {
            return Err(Problem::from_wire(&response.text().await.unwrap_or_default()));
        }
        let bytes = bytes_of(response).await.ok_or_else(|| Problem::from_wire(""))?;
        read(self.size.unwrap_or(0));
        Ok(bytes)
    }

    /// Its facts as they are kept, or made for this isolate: once, for all who ask.
    async fn made(&self, host: &Host, read: impl Fn(u64)) -> Result<Uint8Array, Problem> {
        let key = self.key();
        let (flight, is_ours) = FLIGHTS.with(|flights| flights.join(&key));
        if !is_ours {
            return flight.wait(|| ()).await;
        }
        let made = beating(&|| flight.beat(), async {
            if let Some(bytes) = host.kept(&key).await {
                return Ok(bytes);
            }
            match processes::ask(host, self).await {
                Some(answer) => answer.inspect(|_| read(self.size.unwrap_or(0))),
                None => self.make(host, &read).await,
            }
        })
        .await;
        FLIGHTS.with(|flights| flights.land(&key, &flight, made.clone()));
        if let Ok(bytes) = &made {
            host.keep(&key, bytes, FOR_EVER).await;
        }
        made
    }

    async fn make(&self, host: &Host, read: &impl Fn(u64)) -> Result<Uint8Array, Problem> {
        let bad = |why: &dyn std::fmt::Display| Problem::new(Kind::BadParameter, why.to_string());
        let digest = Digest::parse(&self.digest).map_err(|error| bad(&error))?;
        let reference = Reference::parse(&format!("{}/{}", self.registry, self.repository)).map_err(|error| bad(&error))?;
        let place = GATE.with(Rc::clone).enter(|| ()).await;
        let scanned = beating(&|| place.beat(), self.scan(&host.config, &reference, digest, read)).await;
        scanned.map_err(|error| Problem::of_registry(&error, &reference.registry))
    }

    /// Reads the blob once, from its first byte to its last.
    async fn scan(
        &self,
        config: &Config,
        reference: &Reference,
        digest: Digest,
        read: &impl Fn(u64),
    ) -> Result<Uint8Array, Error> {
        let client = Client::new(config, reference)?;
        let session = Session::of(reference, config.guard.trusts(&reference.registry))?;
        let what = format!("layer {}", self.index);
        let mut download = Download::new(&session, digest, self.size, config.max_layer, what);
        let mut scan = LayerScan::new(&options()).summed_by(SUMS);
        let mut got = 0;
        let take = |new: &[u8]| {
            scan.push(new);
            got += new.len() as u64;
            read(got);
        };
        client.download(&mut download, take).await?;
        let facts = scan.finish();
        download.finish(Digest::parse(&facts.digest).ok())?;
        Ok(Uint8Array::from(facts.to_bytes().as_slice()))
    }
}

/// The inner entrance: a [`Wanted`] in, its facts out.
pub(crate) async fn serve(mut request: Request, host: Rc<Host>) -> worker::Result<Response> {
    let wanted: Wanted = match request.json().await {
        Ok(wanted) => wanted,
        Err(_) => return Ok(Response::ok(Problem::from_wire("").to_wire())?.with_status(502)),
    };
    // The caller may go away; what was begun for others too is finished.
    let outcome: Rc<RefCell<Option<Result<Uint8Array, Problem>>>> = Rc::default();
    let (work, told) = (Rc::clone(&host), Rc::clone(&outcome));
    host.context.wait_until(async move {
        let made = wanted.made(&work, |_| ()).await;
        *told.borrow_mut() = Some(made);
    });
    let made = loop {
        if let Some(made) = outcome.borrow_mut().take() {
            break made;
        }
        sleep(2).await;
    };
    match made {
        Ok(bytes) => response_of(&bytes),
        Err(problem) => Ok(Response::ok(problem.to_wire())?.with_status(502)),
    }
}

/// Does the work, and calls `beat` every second meanwhile.
pub(crate) async fn beating<F: Future>(beat: &dyn Fn(), work: F) -> F::Output {
    let mut work = Box::pin(work);
    loop {
        match select(work, Box::pin(sleep(1000))).await {
            Either::Left((output, _)) => return output,
            Either::Right(((), unfinished)) => work = unfinished,
        }
        beat();
    }
}
