//! The table in `BENCHMARKS.md`.

use std::fmt::Write as _;
use std::time::Duration;

use super::contender::{Contender, Task};
use super::goals;
use super::measure::Sample;

const HEAD: &str = "\
| program | gives | time | of porthole's | range | processor time | first result | digests verified | peak memory |
|---|---|---:|---:|---:|---:|---:|---:|---:|
";

/// The whole file.
pub(super) fn markdown(machine: &str, runs: usize, tasks: &[Task]) -> String {
    let mut out = String::from("# Benchmarks\n\nWritten by `cargo xtask bench`.\n");
    let _ = writeln!(
        out,
        "Medians of {runs} alternating runs after one to warm up; files in the page cache; output thrown away.\n\n{machine}"
    );
    out.push_str(&goals::markdown(tasks));
    out.push('\n');
    for task in tasks {
        let _ = writeln!(out, "## {}: {} MB\n", task.what, task.bytes / 1_000_000);
        out.push_str(HEAD);
        let ours = task.contenders.first().map(median).unwrap_or_default();
        for contender in &task.contenders {
            let (low, high) = range(contender);
            let time = median(contender);
            let ratio = time.as_secs_f64() / ours.as_secs_f64().max(f64::MIN_POSITIVE);
            let memory = peak(contender).map_or_else(|| "–".to_owned(), |bytes| format!("{} MB", bytes / 1_000_000));
            let said =
                |time: Option<Duration>| time.map_or_else(|| "–".to_owned(), |time| format!("{:.2} s", time.as_secs_f64()));
            let first = said(median_of(contender, |sample| sample.first));
            let processor = said(median_of(contender, |sample| sample.processor));
            let verified = said(median_of(contender, |sample| sample.verified));
            let _ = writeln!(
                out,
                "| {} | {} | {:.2} s | {ratio:.2} | {:.2}–{:.2} s | {processor} | {first} | {verified} | {memory} |",
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

/// The median of whole runs.
pub(super) fn median(contender: &Contender) -> Duration {
    middle(contender.samples.iter().map(|sample| sample.wall).collect()).unwrap_or_default()
}

/// The median of a time that not every contender has.
pub(super) fn median_of(contender: &Contender, time: impl Fn(&Sample) -> Option<Duration>) -> Option<Duration> {
    middle(contender.samples.iter().filter_map(time).collect())
}

/// The median; of an even number the later of the two in the middle, a time that happened.
fn middle(mut times: Vec<Duration>) -> Option<Duration> {
    times.sort();
    times.get(times.len() / 2).copied()
}

fn range(contender: &Contender) -> (Duration, Duration) {
    let walls = || contender.samples.iter().map(|sample| sample.wall);
    (walls().min().unwrap_or_default(), walls().max().unwrap_or_default())
}

/// The most memory of any run.
pub(super) fn peak(contender: &Contender) -> Option<u64> {
    contender.samples.iter().filter_map(|sample| sample.peak).max()
}

#[cfg(test)]
mod tests {
    use super::super::contender::{Contender, Task};
    use super::super::measure::Sample;
    use super::*;

    #[test]
    fn times_are_medians_and_multiples_of_the_first() {
        let contender = |name: &str, seconds: [u64; 3]| {
            let mut contender = Contender::new(name, "report", "true", []);
            let sample = |s| Sample {
                wall: Duration::from_secs(s),
                first: None,
                verified: None,
                processor: Some(Duration::from_secs(s)),
                peak: Some(s * 1_000_000),
            };
            contender.samples = seconds.map(sample).into();
            contender
        };
        let contenders = vec![contender("porthole", [9, 2, 1]), contender("other", [4, 4, 100])];
        let text = markdown("- a machine\n", 3, &[Task { what: "archive", bytes: 7_000_000, contenders }]);
        assert!(text.contains("## archive: 7 MB\n"), "{text}");
        assert!(text.contains("| porthole | report | 2.00 s | 1.00 | 1.00–9.00 s | 2.00 s | – | – | 9 MB |\n"), "{text}");
        assert!(text.contains("| other | report | 4.00 s | 2.00 | 4.00–100.00 s | 4.00 s | – | – | 100 MB |\n"), "{text}");
    }
}
