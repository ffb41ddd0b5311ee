//! A contender is a program and its arguments; a task is an input that several of them read.

use std::ffi::OsString;
use std::path::PathBuf;

use super::measure::Sample;

/// One input, and everybody who reads it.
pub(super) struct Task {
    /// What is read.
    pub(super) what: &'static str,
    /// Its size in bytes.
    pub(super) bytes: u64,
    /// Porthole first: the others' times are given as multiples of its.
    pub(super) contenders: Vec<Contender>,
}

/// A program that does the task, or a part of it.
pub(super) struct Contender {
    /// Its name in the table.
    pub(super) name: String,
    /// What it gives: a decoder gives no report.
    pub(super) gives: &'static str,
    pub(super) program: PathBuf,
    pub(super) args: Vec<OsString>,
    pub(super) env: Vec<(&'static str, OsString)>,
    /// Who knows how long the work took.
    pub(super) clock: Clock,
    pub(super) samples: Vec<Sample>,
}

/// Where a contender's time comes from.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum Clock {
    /// From start to exit.
    Process,
    /// It prints what `tests/web/bench.js` prints: starting a browser is not the page's work.
    Printed,
}

impl Contender {
    /// A program whose process does all of the work.
    pub(super) fn new(
        name: &str,
        gives: &'static str,
        program: impl Into<PathBuf>,
        args: impl IntoIterator<Item = OsString>,
    ) -> Self {
        let args = args.into_iter().collect();
        Self {
            name: name.to_owned(),
            gives,
            program: program.into(),
            args,
            env: Vec::new(),
            clock: Clock::Process,
            samples: Vec::new(),
        }
    }

    /// A shell script over files, for a program that has to be called once a file.
    pub(super) fn script(name: &str, gives: &'static str, script: &str, files: &[PathBuf]) -> Self {
        let args = ["-c", script, "sh"].map(OsString::from).into_iter().chain(files.iter().map(OsString::from));
        Self::new(name, gives, "sh", args)
    }
}
