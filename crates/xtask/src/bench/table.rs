//! The table in `BENCHMARKS.md`.

use std::fmt::Write as _;
use std::time::Duration;

use super::contender::{Contender, Task};

/// The whole file.
pub(super) fn markdown(machine: &str, runs: usize, tasks: &[Task]) -> String {
    let mut out = String::from("# Benchmarks\n\nWritten by `cargo xtask bench`.\n");
    let _ = writeln!(
        out,
        "Medians of {runs} alternating runs after one to warm up; files in the page cache; output thrown away.\n\n{machine}"
    );
    for task in tasks {
        let _ = writeln!(out, "## {}: {} MB\n", task.what, task.bytes / 1_000_000);
        out.push_str("| program | gives | time | of porthole's | range | peak memory |\n|---|---|---:|---:|---:|---:|\n");
        let first = task.contenders.first().map(median).unwrap_or_default();
        for contender in &task.contenders {
            let (low, high) = range(contender);
            let time = median(contender);
            let ratio = time.as_secs_f64() / first.as_secs_f64().max(f64::MIN_POSITIVE);
            let memory = peak(contender).map_or_else(|| "–".to_owned(), |bytes| format!("{} MB", bytes / 1_000_000));
            let _ = writeln!(
                out,
                "| {} | {} | {:.2} s | {ratio:.2} | {:.2}–{:.2} s | {memory} |",
                contender.name,
                contender.gives,
                time.as_secs_f64(),
                low.as_secs_f64(),
                high.as_secs_f64(),
            );
        }
        out.push('\n');
    }
    out
}

fn median(contender: &Contender) -> Duration {
    let mut walls: Vec<Duration> = contender.samples.iter().map(|sample| sample.wall).collect();
    walls.sort();
    walls.get(walls.len() / 2).copied().unwrap_or_default()
}

fn range(contender: &Contender) -> (Duration, Duration) {
    let walls = || contender.samples.iter().map(|sample| sample.wall);
    (walls().min().unwrap_or_default(), walls().max().unwrap_or_default())
}

fn peak(contender: &Contender) -> Option<u64> {
    contender.samples.iter().filter_map(|sample| sample.peak).max()
}
