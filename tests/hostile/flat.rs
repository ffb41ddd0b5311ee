//! What must not grow: images without end, made while they are read, and the same scan again and again.
//!
//! The ordinary run reads a part of it; with `PORTHOLE_LONG=1` it is read whole, and what it took is printed:
//! `PORTHOLE_LONG=1 cargo nextest run --profile fast -p porthole-tests --test hostile flat --no-capture`. `README.md` beside this keeps
//! what was measured.

use std::sync::Arc;

use porthole_report::Report;
use porthole_scan::{Analysis, LayerFacts, LayerOptions, LayerScan, Options, ScanLimits, Subject, SubjectLayer};
use porthole_tests::host::{self, Way};
use porthole_tests::image::{gzip, image, layer};

use crate::make::header;
use crate::meter::{Cost, alone, measure};

fn is_long() -> bool {
    std::env::var_os("PORTHOLE_LONG").is_some()
}

fn say(what: &str, cost: Cost) {
    println!("{what}: {} KiB of heap at most, {:.1} s on the processor", cost.peak >> 10, cost.time.as_secs_f64());
}

/// Bytes of one file of the big layer.
const FILE: u64 = 64 << 20;

/// Scans a gzip layer of this many MiB: files of 64 MiB (`content` is one, as a gzip member), each with a lock file beside it.
fn big_layer(mib: u64, content: &[u8]) -> LayerFacts {
    let mut scan = LayerScan::new(&LayerOptions::default());
    for at in 0..mib / 64 {
        let lock = layer()
            .file(format!("app{at}/Cargo.lock"), "[[package]]\nname = \"a\"\nversion = \"1.0.0\"\nsource = \"registry+x\"\n");
        let before = [lock.without_end().tar(), header(&format!("data/{at}"), b'0', FILE, |_| {})].concat();
        scan.push(&gzip(&before));
        content.chunks(64 << 10).for_each(|chunk| scan.push(chunk));
    }
    scan.push(&gzip(&[0; 1024]));
    scan.finish()
}

/// Half a GiB is the ordinary run's share.
#[test]
fn a_layer_of_twenty_gibibytes_is_read_in_flat_memory() {
    let _alone = alone();
    let content = gzip(&vec![0; FILE as usize]);
    let (_, small) = measure(|| big_layer(128, &content));
    let mib = if is_long() { 20 << 10 } else { 512 };
    let (facts, cost) = measure(|| big_layer(mib, &content));
    say(&format!("a layer of {mib} MiB"), cost);
    assert_eq!(facts.uncompressed_size >> 20, mib, "{:?}", facts.gaps);
    assert_eq!(facts.files.len() as u64, mib / 64);
    assert!(facts.complete && facts.gaps.is_empty(), "{:?}", facts.gaps);
    // What is known of it grows by some bytes a file; the reading does not.
    let known = facts.to_bytes().len() * 4;
    assert!(cost.peak < small.peak + known + (1 << 20), "{} KiB, a small layer {} KiB", cost.peak >> 10, small.peak >> 10);
}

/// Ten million entries, of which the ordinary cap lets four million through; the ordinary run has a hundredth of both.
#[test]
fn ten_million_entries_are_capped() {
    let _alone = alone();
    let (entries, cap) = if is_long() { (10_000_000, 4_000_000) } else { (100_000, 40_000) };
    let mut options = LayerOptions::default();
    options.limits.max_entries = cap;
    let block: Vec<u8> = (0..1000).flat_map(|at| header(&format!("srv/data/file-{at}"), b'0', 0, |_| {})).collect();
    let (facts, cost) = measure(|| {
        let mut scan = LayerScan::new(&options);
        (0..entries / 1000).for_each(|_| scan.push(&block));
        scan.finish()
    });
    say(&format!("{entries} entries, {cap} of them let through"), cost);
    assert_eq!(facts.entries.len() as u64, cap);
    assert_eq!(facts.gaps.iter().map(|gap| gap.message.as_str()).collect::<Vec<_>>(), [format!("tar: more than {cap} entries")]);
    assert_eq!(LayerOptions::default().limits.max_entries, 4_000_000, "what the long run shows is the ordinary cap");
    // Some twenty bytes an entry, twice while their list grows.
    assert!(cost.peak < cap as usize * 60 + (4 << 20), "{} KiB", cost.peak >> 10);
}

/// Each layer replaces a file of the one below, adds one and hides one.
fn many_layers(count: usize) -> Report {
    let facts = (0..count).map(|at| {
        let layer = layer()
            .file("etc/changed", format!("{at}"))
            .file(format!("own/{at}"), "x")
            .whiteout(&format!("own/{}", at.wrapping_sub(2)));
        Some(host::scan(&layer.gzip().blob(), &Way::default()))
    });
    let facts: Vec<_> = facts.collect();
    let subject = Subject { layers: vec![SubjectLayer::default(); count], ..Subject::default() };
    Analysis::new(&subject, facts, &Options::default()).report
}

#[test]
fn an_image_of_a_thousand_layers_costs_what_its_entries_cost() {
    let _alone = alone();
    let (_, hundred) = measure(|| many_layers(100));
    let (report, cost) = measure(|| many_layers(1000));
    say("an image of 1,000 layers", cost);
    assert_eq!((report.layers.len(), report.gaps.len()), (1000, 0));
    assert_eq!(report.image.visible_entries, 3, "the changed file and the last two");
    assert!(cost.peak < hundred.peak * 12 + (1 << 20), "{} KiB, a hundred layers {} KiB", cost.peak >> 10, hundred.peak >> 10);
    assert!(cost.peak < 24 << 20, "{} KiB", cost.peak >> 10);
}

/// A small archive can list one blob a thousand times, and everything in it counts a thousand times. Hosts hold the blob's facts once;
/// what is folded is cut at a cap.
#[test]
fn one_blob_a_thousand_times_is_held_once_and_its_facts_are_capped() {
    let _alone = alone();
    let packages: String = (0..2_000).map(|at| format!("P:p{at}\nV:1.0-r0\nA:x86_64\n\n")).collect();
    let made = layer().file("lib/apk/db/installed", packages).file("etc/passwd", "x:x:1:1:::\n".repeat(2_000));
    let facts = Arc::new(host::scan(&made.gzip().blob(), &Way::default()));
    let subject = Subject { layers: vec![SubjectLayer::default(); 1000], ..Subject::default() };
    let mut limits = ScanLimits::default();
    limits.max_facts = 8 << 20;
    let all = vec![Some(Arc::clone(&facts)); 1000];
    let (report, cost) = measure(|| Analysis::within(&subject, all, &Options::default(), &limits).report);
    say("one blob a thousand times", cost);
    assert_eq!(
        report.gaps.iter().map(|gap| gap.message.as_str()).collect::<Vec<_>>(),
        ["packages, secrets, kept files and gaps of all layers together take more than 8388608 bytes: the rest is left out"]
    );
    assert_eq!(report.packages.len(), 2_000, "each is told once");
    assert!(cost.peak < 2 * limits.max_facts, "{} KiB", cost.peak >> 10);
    assert_eq!(Arc::strong_count(&facts), 1);
}

/// Two thousand scans leave nothing behind; half of them are dropped in the middle, as a person drops them who opens another
/// image.
#[test]
fn scans_leave_nothing_and_cancelled_scans_neither() {
    let _alone = alone();
    let small = image()
        .layer(layer().file("etc/os-release", "ID=x\n").file("app/package-lock.json", "{}").gzip())
        .name("a:1")
        .docker_archive();
    let blob = layer().file("lib/apk/db/installed", "P:a\nV:1\n\n".repeat(2000)).file("b", vec![7; 100_000]).gzip().blob();
    let round = || {
        let report = host::by_ranges(&small, &Way::default()).expect("a report");
        assert_eq!(report.layers.len(), 1);
        let mut cancelled = LayerScan::new(&LayerOptions::default());
        cancelled.push(&blob[..blob.len() / 2]);
        drop(cancelled);
    };
    // What is made once and kept for ever (tables of rules) is made here.
    round();
    let (_, cost) = measure(|| (0..if is_long() { 2000 } else { 200 }).for_each(|_| round()));
    say("scans again and again", cost);
    assert!(cost.kept.abs() < 4096, "{} bytes were kept", cost.kept);
}
