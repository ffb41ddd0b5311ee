//! The layers of a pulled image, several at once: the largest first, each scanned as it arrives, one failure ends all.

use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use std::sync::{Arc, Mutex};

use porthole_scan::oci::Digest;
use porthole_scan::oci::archive::{LayerSource, Location};
use porthole_scan::oci::layer::Verify;
use porthole_scan::oci::registry::{Download, Pulled};
use porthole_scan::{LayerFacts, LayerOptions, LayerScan};

use super::cache::Cache;
use super::client::Client;
use crate::progress::Progress;

/// Largest layer read whose manifest does not state a size, bytes.
const MAX_LAYER: u64 = 1 << 40;
/// Layers read at once even where there are fewer cores: while one waits for the net another is scanned.
const LEAST_JOBS: usize = 3;

/// Facts of every layer, in order; `None` for one that the registry does not have (foreign layers).
pub(super) fn read(
    client: &Client,
    pulled: &Pulled,
    jobs: Option<usize>,
    limits: &LayerOptions,
    cache: Option<&Cache>,
    progress: &Progress,
) -> Result<Vec<Option<Arc<LayerFacts>>>, String> {
    // A layer that is listed twice is read once, and held once.
    let mut distinct: Vec<(usize, Digest, &LayerSource)> = Vec::new();
    for (index, layer) in pulled.image.layers.iter().enumerate() {
        if let (Location::Remote, Some(digest)) = (&layer.location, layer.digest)
            && distinct.iter().all(|(_, known, _)| *known != digest)
        {
            distinct.push((index, digest, layer));
        }
    }
    distinct.sort_by_key(|(index, _, layer)| (std::cmp::Reverse(layer.size), *index));
    progress.expect(distinct.iter().filter_map(|(.., layer)| layer.size).sum());

    let cores = || std::thread::available_parallelism().map_or(1, Into::into).max(LEAST_JOBS);
    let threads = jobs.unwrap_or_else(cores).clamp(1, 64).min(distinct.len());
    let next = AtomicUsize::new(0);
    let stop = AtomicBool::new(false);
    let results: Mutex<Vec<(Digest, Arc<LayerFacts>)>> = Mutex::new(Vec::new());
    let failure: Mutex<Option<String>> = Mutex::new(None);
    std::thread::scope(|scope| {
        for _ in 0..threads {
            scope.spawn(|| {
                while let Some((index, digest, layer)) = distinct.get(next.fetch_add(1, Ordering::Relaxed)) {
                    match one(client, pulled, *index, *digest, layer, limits, cache, progress, &stop) {
                        Ok(facts) => {
                            results.lock().map(|mut results| results.push((*digest, Arc::new(facts)))).unwrap_or_default()
                        }
                        // The first failure is the one to tell: the others only stop because of it.
                        Err(message) if !stop.swap(true, Ordering::Relaxed) => {
                            failure.lock().map(|mut failure| *failure = Some(message)).unwrap_or_default();
                        }
                        Err(_) => {}
                    }
                    if stop.load(Ordering::Relaxed) {
                        return;
                    }
                }
            });
        }
    });
    let broken = |_| "a thread that read a layer broke off".to_owned();
    if let Some(message) = failure.into_inner().map_err(|_| broken(()))? {
        return Err(message);
    }
    let results = results.into_inner().map_err(|_| broken(()))?;
    let facts =
        |layer: &LayerSource| results.iter().find(|(digest, _)| Some(*digest) == layer.digest).map(|(_, facts)| facts.clone());
    Ok(pulled.image.layers.iter().map(facts).collect())
}

#[allow(clippy::too_many_arguments)]
fn one(
    client: &Client,
    pulled: &Pulled,
    index: usize,
    digest: Digest,
    layer: &LayerSource,
    limits: &LayerOptions,
    cache: Option<&Cache>,
    progress: &Progress,
    stop: &AtomicBool,
) -> Result<LayerFacts, String> {
    if let Some(facts) = cache.and_then(|cache| cache.get(&digest)) {
        progress.add(layer.size.unwrap_or(0));
        return Ok(facts);
    }
    let mut download = Download::new(&pulled.session, digest, layer.size, MAX_LAYER, format!("layer {index}"));
    let verify = Verify::by(Some(&digest), layer.diff_id.as_ref());
    let mut scan = LayerScan::new(&LayerOptions { verify, ..limits.clone() });
    client.download(&mut download, &mut |new| {
        scan.push(new);
        progress.add(new.len() as u64);
        !stop.load(Ordering::Relaxed)
    })?;
    let facts = scan.finish();
    download.finish(Digest::parse(&facts.digest).ok()).map_err(|error| error.to_string())?;
    if let Some(cache) = cache {
        cache.put(&digest, &facts);
    }
    Ok(facts)
}
