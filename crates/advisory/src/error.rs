//! What can be wrong with advisory data.

/// Why an index, a shard or a document about vulnerabilities was refused. Nothing of it is used then.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum Error {
    /// Malformed: fewer bytes than the index states.
    #[error("advisory shard {key}: truncated: {seen} bytes of {stated}")]
    Truncated {
        /// Shard key.
        key: String,
        /// Bytes that came.
        seen: u64,
        /// Bytes that the index states.
        stated: u64,
    },
    /// Malformed: not the bytes that the index states.
    #[error("advisory shard {key}: altered: its SHA-256 is {seen}, the index states {stated}")]
    Altered {
        /// Shard key.
        key: String,
        /// SHA-256 of what came, hex.
        seen: String,
        /// SHA-256 in the index, hex.
        stated: String,
    },
    /// Malformed: a whole and sound shard, but of something else.
    #[error("advisory shard {key}: foreign: it is for {seen}")]
    Foreign {
        /// Shard key.
        key: String,
        /// What the shard says it is for.
        seen: String,
    },
    /// Malformed: something in the shard contradicts itself.
    #[error("advisory shard {key}: damaged: {what}")]
    Damaged {
        /// Shard key.
        key: String,
        /// What is wrong.
        what: &'static str,
    },
    /// Unsupported: written by a newer Porthole.
    #[error("{what}: format {seen} is newer than the newest known here, {known}")]
    Newer {
        /// `advisory shard KEY` or `advisory index`.
        what: String,
        /// Format in the file.
        seen: u32,
        /// Newest format that is read.
        known: u32,
    },
    /// Malformed: not a shard at all.
    #[error("advisory shard {key}: not an advisory shard")]
    NotAShard {
        /// Shard key.
        key: String,
    },
    /// Over budget.
    #[error("{what}: {seen} bytes, at most {limit} are read")]
    TooLarge {
        /// What is too large.
        what: String,
        /// Its size, bytes.
        seen: u64,
        /// The limit, bytes.
        limit: u64,
    },
    /// Malformed: the index cannot be read.
    #[error("advisory index: {0}")]
    Index(String),
    /// Malformed: a VEX document or ignore file cannot be read.
    #[error("{name}: {reason}")]
    Document {
        /// Its file name.
        name: String,
        /// What is wrong.
        reason: String,
    },
    /// Misuse: a shard that the index does not name.
    #[error("advisory shard {key}: not in the index")]
    Unknown {
        /// Shard key.
        key: String,
    },
}

impl Error {
    /// The gap that this leaves in a report.
    pub fn gap(&self) -> porthole_report::Gap {
        use porthole_report::GapKind;
        let kind = match self {
            Self::Newer { .. } => GapKind::Unsupported,
            Self::TooLarge { .. } => GapKind::OverBudget,
            Self::Unknown { .. } => GapKind::Missing,
            _ => GapKind::Malformed,
        };
        porthole_report::Gap { kind, layer: None, path: String::new(), message: self.to_string() }
    }
}
