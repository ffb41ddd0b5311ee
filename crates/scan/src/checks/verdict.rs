//! How a check ended, with its evidence.

pub(crate) use porthole_report::export::counted;
use porthole_report::{Evidence, Outcome};

/// Bytes as a person reads them.
pub(crate) fn bytes_of(count: u64) -> String {
    porthole_report::export::bytes(count)
}

/// The answer of one check.
pub(crate) struct Verdict {
    pub(crate) outcome: Outcome,
    pub(crate) message: String,
    pub(crate) evidence: Vec<Evidence>,
    pub(crate) saves: Option<u64>,
}

impl Verdict {
    fn new(outcome: Outcome, message: impl Into<String>) -> Self {
        Self { outcome, message: message.into(), evidence: Vec::new(), saves: None }
    }

    /// All well.
    pub(crate) fn pass(message: impl Into<String>) -> Self {
        Self::new(Outcome::Pass, message)
    }

    /// Something is wrong.
    pub(crate) fn fail(message: impl Into<String>) -> Self {
        Self::new(Outcome::Fail, message)
    }

    /// Worth a look.
    pub(crate) fn warn(message: impl Into<String>) -> Self {
        Self::new(Outcome::Warn, message)
    }

    /// The image cannot show it.
    pub(crate) fn not_applicable(message: impl Into<String>) -> Self {
        Self::new(Outcome::NotApplicable, message)
    }

    /// Adds what the answer rests on.
    pub(crate) fn with(mut self, evidence: Vec<Evidence>) -> Self {
        self.evidence = evidence;
        self
    }

    /// Adds the bytes that a fix would save.
    pub(crate) fn saving(mut self, bytes: u64) -> Self {
        self.saves = (bytes > 0).then_some(bytes);
        self
    }
}
