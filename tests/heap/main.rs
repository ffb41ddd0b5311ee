//! Most memory that each stage holds, beside what it is handed: a regression fails here, not on somebody's machine.
//!
//! An allocator counts. The numbers in `tests/tables/peak-heap.txt` are compared with a tolerance; a stage may hold less. Its
//! own program, with one test, since every thread's allocations count. To accept new numbers, copy what the test prints.

use std::fmt::Write as _;
use std::io::Write as _;
use std::sync::LazyLock;

use peak_alloc::PeakAlloc;
use porthole_report::export::{self, Context};
use porthole_scan::oci::Limits;
use porthole_scan::{Analysis, LayerDigests, LayerFacts, LayerOptions, LayerScan, Options, Subject, SubjectLayer};
use porthole_tests::image::image;
use porthole_tests::layer::layer;
use porthole_tests::open::open;

#[global_allocator]
static HEAP: PeakAlloc = PeakAlloc;

const TABLE: &str = include_str!("../tables/peak-heap.txt");
/// A stage may hold this much more than the table says.
const TOLERANCE: f64 = 1.15;
/// And this much, KiB: what an allocator rounds.
const SLACK: f64 = 64.0;
const MIB: usize = 1 << 20;

/// What files hold.
static TEXT: LazyLock<Vec<u8>> = LazyLock::new(|| {
    let line = b"let token = config.value(); // words as they stand in code\n";
    line.iter().copied().cycle().take(MIB).collect()
});

/// What `work` held at most beyond what was held before, KiB, and what it gives.
fn peak<T>(work: impl FnOnce() -> T) -> (f64, T) {
    HEAP.reset_peak_usage();
    let before = HEAP.current_usage();
    let made = work();
    ((HEAP.peak_usage().saturating_sub(before)) as f64 / 1024.0, made)
}

/// A tar that is made while it is read: `files` files of `size` bytes, in pieces of a file.
fn tar(files: usize, size: usize, mut each: impl FnMut(&[u8])) {
    let padding = vec![0; size.next_multiple_of(512) - size];
    for index in 0..files {
        let mut header = tar::Header::new_ustar();
        header.set_path(format!("srv/data/{:04}/file-{index:07}.txt", index / 1000)).expect("a short name");
        header.set_size(size as u64);
        header.set_mode(0o644);
        header.set_cksum();
        each(header.as_bytes());
        let mut left = size;
        while left > 0 {
            let now = left.min(TEXT.len());
            each(&TEXT[..now]);
            left -= now;
        }
        each(&padding);
    }
    each(&[0; 1024]);
}

fn scan(blob: &[u8], chunk: usize) -> LayerFacts {
    let mut scan = LayerScan::new(&LayerOptions::default());
    blob.chunks(chunk).for_each(|chunk| scan.push(chunk));
    scan.finish()
}

fn plain(files: usize, size: usize) -> LayerFacts {
    let mut scan = LayerScan::new(&LayerOptions::default());
    tar(files, size, |bytes| scan.push(bytes));
    scan.finish()
}

fn gzip(files: usize, size: usize) -> Vec<u8> {
    let mut out = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::fast());
    tar(files, size, |bytes| out.write_all(bytes).expect("memory"));
    out.finish().expect("memory")
}

fn zstd(files: usize, size: usize) -> Vec<u8> {
    let mut out = zstd::Encoder::new(Vec::new(), 3).expect("an encoder");
    tar(files, size, |bytes| out.write_all(bytes).expect("memory"));
    out.finish().expect("memory")
}

fn analyse(layers: Vec<LayerFacts>) -> Analysis {
    let subject = Subject { layers: vec![SubjectLayer::default(); layers.len()], ..Subject::default() };
    Analysis::new(&subject, layers.into_iter().map(Some).collect(), &Options { now: Some(1_780_000_000) })
}

#[test]
fn no_stage_holds_more_than_it_did() {
    let mut told = Vec::new();
    let archive = (0..20)
        .fold(image().name("a:1"), |image, at| image.layer(layer().file(format!("f{at}"), vec![0; 1 << 16])))
        .docker_archive();
    told.push(("index an archive of 20 layers", peak(|| open(&archive).expect("an archive")).0));
    LazyLock::force(&TEXT);
    told.push(("scan 1 MiB, plain", peak(|| plain(1, MIB)).0));
    told.push(("scan 32 MiB in one file, plain", peak(|| plain(1, 32 * MIB)).0));
    told.push(("scan 32 MiB in files of 1 MiB, plain", peak(|| plain(32, MIB)).0));
    let blob = gzip(32, MIB);
    told.push(("scan 32 MiB in files of 1 MiB, gzip", peak(|| scan(&blob, MIB)).0));
    told.push((
        "hash 32 MiB, gzip",
        peak(|| {
            let mut pass = LayerDigests::new(Limits::default(), None, Some(Default::default()));
            blob.chunks(MIB).for_each(|chunk| pass.push(chunk));
            pass.finish()
        })
        .0,
    ));
    let blob = zstd(32, MIB);
    told.push(("scan 32 MiB in files of 1 MiB, zstd", peak(|| scan(&blob, MIB)).0));
    let (held, facts) = peak(|| plain(100_000, 24));
    told.push(("scan 100,000 files", held));
    let (held, bytes) = peak(|| facts.to_bytes());
    told.push(("write their facts", held));
    drop(facts);
    let (held, facts) = peak(|| LayerFacts::from_bytes(&bytes).expect("facts"));
    told.push(("read their facts", held));
    let (held, analysis) = peak(|| analyse(vec![facts]));
    told.push(("fold them into a report", held));
    told.push((
        "export it as JSON",
        peak(|| {
            let mut text = String::new();
            export::find("json").expect("a format").write(&analysis.report, &Context::default(), &mut text);
            text
        })
        .0,
    ));

    let mut now = String::new();
    let mut worse = Vec::new();
    for (stage, held) in &told {
        let _ = writeln!(now, "{held:>8.0}  {stage}");
        let known = TABLE.lines().find_map(|line| line.trim().split_once("  ").filter(|(_, name)| name == stage));
        match known.and_then(|(number, _)| number.parse::<f64>().ok()) {
            None => worse.push(format!("{stage}: not in the table")),
            Some(known) if *held > known * TOLERANCE + SLACK => worse.push(format!("{stage}: {held:.0} KiB, was {known:.0}")),
            Some(_) => {}
        }
    }
    println!("{now}");
    assert!(worse.is_empty(), "more memory than tests/tables/peak-heap.txt allows:\n{}\nnow:\n{now}", worse.join("\n"));
}
