//! Exit codes, documented in `porthole --help` and the README.

use std::process::ExitCode;

/// How the program ends.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Exit {
    /// Everything asked for was done; policies passed.
    Done = 0,
    /// The image was read and a policy failed.
    Failed = 1,
    /// No report could be made: bad usage, unreadable input.
    Error = 2,
}

impl From<Exit> for ExitCode {
    fn from(exit: Exit) -> Self {
        Self::from(exit as u8)
    }
}
