//! What reading packages costs: scans layer blobs with and without catalogers, by turns, and prints both times on the processor and
//! their ratio: `cataloger_cost [--runs=N] BLOB...`. The promise is less than 1.15.

use std::time::Duration;

use porthole_scan::{LayerOptions, LayerScan};

/// Time that this thread has spent on a processor: what else the machine does counts little.
fn on_processor() -> Duration {
    let text = std::fs::read_to_string("/proc/thread-self/schedstat").unwrap_or_default();
    Duration::from_nanos(text.split(' ').next().and_then(|field| field.parse().ok()).unwrap_or(0))
}

fn scan(blob: &[u8], without_packages: bool) -> (Duration, usize) {
    let began = on_processor();
    let mut scan = LayerScan::new(&LayerOptions { without_packages, ..LayerOptions::default() });
    for chunk in blob.chunks(256 << 10) {
        scan.push(chunk);
    }
    let facts = scan.finish();
    (on_processor() - began, facts.files.iter().map(|file| file.parsed.packages.len()).sum())
}

fn main() -> std::io::Result<()> {
    let (mut runs, mut blobs) = (5, Vec::new());
    for argument in std::env::args().skip(1) {
        match argument.strip_prefix("--runs=") {
            Some(number) => runs = number.parse().unwrap_or(runs),
            None => blobs.push(std::fs::read(argument)?),
        }
    }
    let (mut with, mut without, mut packages) = (Vec::new(), Vec::new(), 0);
    for _ in 0..runs {
        let total = |without_packages| {
            let scanned = blobs.iter().map(|blob| scan(blob, without_packages));
            scanned.fold((Duration::ZERO, 0), |(time, found), (more, packages)| (time + more, found + packages))
        };
        without.push(total(true).0);
        let (time, found) = total(false);
        with.push(time);
        packages = found;
    }
    let (Some(best), Some(bare)) = (with.iter().min(), without.iter().min()) else { return Ok(()) };
    let ratio = best.as_secs_f64() / bare.as_secs_f64().max(f64::MIN_POSITIVE);
    println!("{packages} records: {best:.2?} with catalogers, {bare:.2?} without, ratio {ratio:.3}");
    Ok(())
}
