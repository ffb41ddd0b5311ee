//! One hostile image: its trick, what reading it may cost, and what is said about it.

use std::time::Duration;

use porthole_report::{Gap, Report};
use porthole_scan::{LayerFacts, LayerOptions, LayerScan};
use porthole_tests::host::{self, Way};
use porthole_tests::targets::reports::write_all;

use crate::meter::{Cost, alone, measure};

/// What is given to the scan.
pub(crate) enum Input {
    /// An archive: read by ranges and as a stream.
    Archive(Vec<u8>),
    /// An archive that can only be read as a stream.
    Stream(Vec<u8>),
    /// Layer blobs, lowest first.
    Layers(Vec<Vec<u8>>),
    /// One layer blob that is made while it is read.
    Made(Maker),
}

/// Pushes a layer blob, piece by piece.
pub(crate) type Maker = fn(&mut dyn FnMut(&[u8]));

/// What must be said.
#[derive(Debug, Clone, Copy)]
pub(crate) enum Says {
    /// A gap of the report, exactly.
    Gap(&'static str),
    /// No report, and exactly this instead.
    Error(&'static str),
    /// Nothing: the trick does not work here. The words say why that is right.
    Nothing(&'static str),
}

/// One image of the gallery.
pub(crate) struct Case {
    /// Kebab-case name.
    pub(crate) name: &'static str,
    /// What it tries.
    pub(crate) trick: &'static str,
    /// The image.
    pub(crate) input: fn() -> Input,
    /// Most heap that reading it may take, MiB.
    pub(crate) mib: usize,
    /// Most time on the processor, seconds. Generous: tests run unoptimised, on busy machines.
    pub(crate) seconds: u64,
    /// What is said.
    pub(crate) says: Says,
    /// Changed caps, where the trick is about one that would take long to reach.
    pub(crate) options: fn(&mut LayerOptions),
    /// What else must hold of the report.
    pub(crate) also: fn(&Report),
}

/// A case with the ordinary bounds.
pub(crate) const fn case(name: &'static str, trick: &'static str, says: Says, input: fn() -> Input) -> Case {
    Case { name, trick, input, mib: 8, seconds: 10, says, options: |_| {}, also: |_| {} }
}

impl Case {
    /// Another bound on memory.
    pub(crate) const fn mib(mut self, mib: usize) -> Self {
        self.mib = mib;
        self
    }

    /// Another bound on time.
    pub(crate) const fn seconds(mut self, seconds: u64) -> Self {
        self.seconds = seconds;
        self
    }

    /// Under other caps.
    pub(crate) const fn within(mut self, options: fn(&mut LayerOptions)) -> Self {
        self.options = options;
        self
    }

    /// What else must hold.
    pub(crate) const fn also(mut self, also: fn(&Report)) -> Self {
        self.also = also;
        self
    }
}

/// Runs cases one after the other; all failures are told at the end.
pub(crate) fn hold(cases: &[Case]) {
    let _alone = alone();
    let mut failures = Vec::new();
    for case in cases {
        let mut way = Way::default();
        (case.options)(&mut way.options);
        match (case.input)() {
            Input::Archive(bytes) => {
                run(case, "by ranges", || host::by_ranges(&bytes, &way).map_err(|error| error.to_string()), &mut failures);
                run(case, "as a stream", || host::as_stream(&bytes, &way).map_err(|error| error.to_string()), &mut failures);
            }
            Input::Stream(bytes) => {
                run(case, "as a stream", || host::as_stream(&bytes, &way).map_err(|error| error.to_string()), &mut failures);
            }
            Input::Layers(blobs) => run(case, "layers", || Ok(host::of_layers(&blobs, &way)), &mut failures),
            Input::Made(make) => {
                run(case, "while it is made", || Ok(host::of_facts(vec![Some(made(make, &way))], &way)), &mut failures)
            }
        }
    }
    assert!(failures.is_empty(), "\n{}", failures.join("\n"));
}

fn made(make: Maker, way: &Way) -> LayerFacts {
    let mut scan = LayerScan::new(&way.options);
    make(&mut |bytes| scan.push(bytes));
    scan.finish()
}

fn run(case: &Case, how: &str, read: impl FnOnce() -> Result<Report, String>, failures: &mut Vec<String>) {
    let (result, cost) = measure(read);
    let Cost { peak, time, .. } = cost;
    println!("{:<40} {how:<18} {:>8} KiB {:>6} ms", case.name, peak >> 10, time.as_millis());
    let mut fail = |what: String| failures.push(format!("{} {how}: {what}", case.name));
    if peak > case.mib << 20 {
        fail(format!("{} KiB of heap, the bound is {} MiB", peak >> 10, case.mib));
    }
    if time > Duration::from_secs(case.seconds) {
        fail(format!("{time:?}, the bound is {} s", case.seconds));
    }
    match (case.says, &result) {
        (Says::Error(expected), Err(said)) if said == expected => {}
        (Says::Error(expected), Err(said)) => fail(format!("said {said:?}, not {expected:?}")),
        (Says::Error(expected), Ok(report)) => fail(format!("gave a report, not {expected:?}; gaps: {:?}", messages(report))),
        (_, Err(said)) => fail(format!("gave no report: {said}")),
        (Says::Gap(expected), Ok(report)) if !messages(report).iter().any(|said| said == expected) => {
            fail(format!("did not say {expected:?}, but {:?}", messages(report)));
        }
        (Says::Nothing(_), Ok(report)) if !report.gaps.is_empty() => fail(format!("said {:?}", messages(report))),
        _ => {}
    }
    if let Ok(report) = &result {
        write_all(report);
        (case.also)(report);
    }
}

/// Gaps as they are shown: the path, where there is one, then the message. At most twenty.
fn messages(report: &Report) -> Vec<String> {
    let shown = |gap: &Gap| if gap.path.is_empty() { gap.message.clone() } else { format!("{}: {}", gap.path, gap.message) };
    report.gaps.iter().take(20).map(shown).collect()
}
