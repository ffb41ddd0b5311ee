//! Everything that can be wrong with an image, named by cause.
//!
//! Messages are lower case, without a full stop, and name the thing. Hosts add their own I/O errors around these.

/// The four families of errors.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum ErrorFamily {
    /// The file is wrong.
    Malformed,
    /// The file may be right; we cannot read its kind yet.
    Unsupported,
    /// Refused on purpose: a cap of [`crate::Limits`] was reached.
    OverBudget,
    /// Our caller did something that the contract forbids.
    Misuse,
}

/// What is wrong. Cheap to clone; strings in it are already lossy text.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum Error {
    /// A digest that is not `algorithm:hex`.
    #[error("not a digest: {text:?}")]
    BadDigest {
        /// What was seen, shortened.
        text: String,
    },
    /// A digest of an algorithm other than sha256 and sha512.
    #[error("digest algorithm {algorithm:?} is not supported")]
    DigestAlgorithm {
        /// Its name.
        algorithm: String,
    },
    /// Content does not hash to what refers to it.
    #[error("{what}: digest mismatch: expected {expected}, found {found}")]
    DigestMismatch {
        /// The thing.
        what: String,
        /// What refers to it.
        expected: String,
        /// What its bytes say.
        found: String,
    },
    /// An image reference that does not parse.
    #[error("not an image reference: {text:?}: {why}")]
    BadReference {
        /// What was seen, shortened.
        text: String,
        /// What is wrong with it.
        why: &'static str,
    },
    /// A platform that is not `os/architecture[/variant]`.
    #[error("not a platform: {text:?}")]
    BadPlatform {
        /// What was seen, shortened.
        text: String,
    },

    /// Compressed data is damaged.
    #[error("{codec}: {what}")]
    Codec {
        /// `gzip` or `zstd`.
        codec: &'static str,
        /// What is wrong.
        what: String,
    },
    /// Compressed data ends early.
    #[error("{codec}: the data ends early, after {at} bytes")]
    CodecTruncated {
        /// `gzip` or `zstd`.
        codec: &'static str,
        /// Compressed bytes seen.
        at: u64,
    },
    /// A compression that we cannot read.
    #[error("{codec} compression is not supported")]
    CodecUnsupported {
        /// Its name.
        codec: &'static str,
    },
    /// A decoder would need more memory than allowed.
    #[error("zstd: window of {size} bytes is over the limit of {limit}")]
    ZstdWindow {
        /// What the frame asks for, bytes.
        size: u64,
        /// What is allowed, bytes.
        limit: u64,
    },
    /// Compressed data expands more than allowed.
    #[error("{stored} bytes expand to more than {limit}: refused as a decompression bomb")]
    Expansion {
        /// Compressed bytes seen.
        stored: u64,
        /// Bytes allowed for them.
        limit: u64,
    },

    /// The first block is no tar header.
    #[error("not a tar archive: {why}")]
    NotTar {
        /// What is seen instead.
        why: String,
    },
    /// A tar header in the middle is damaged.
    #[error("tar: damaged header at offset {offset}{}", behind(.after))]
    TarHeader {
        /// Offset of the header in the uncompressed tar.
        offset: u64,
        /// Name of the entry before it; empty when it is the first.
        after: String,
    },
    /// A number in a tar header is not one.
    #[error("tar: {name}: field {field} is not a number")]
    TarNumber {
        /// Name of the entry.
        name: String,
        /// Field of the header.
        field: &'static str,
    },
    /// A PAX record is damaged.
    #[error("tar: damaged pax record at offset {offset}")]
    TarPax {
        /// Offset of the extended header's content.
        offset: u64,
    },
    /// A sparse map that cannot be.
    #[error("tar: {name}: damaged sparse map")]
    TarSparse {
        /// Name of the entry.
        name: String,
    },
    /// The tar ends inside an entry.
    #[error("tar: {name}: the archive ends {missing} bytes too early")]
    TarTruncated {
        /// Name of the entry; `header` when it ends in one.
        name: String,
        /// Bytes that are missing at least.
        missing: u64,
    },
    /// More entries than allowed.
    #[error("tar: more than {limit} entries")]
    TooManyEntries {
        /// What is allowed.
        limit: u64,
    },
    /// Extended headers longer than allowed.
    #[error("tar: extended header of {size} bytes is over the limit of {limit}")]
    ExtendedHeaderTooLong {
        /// What it says, bytes.
        size: u64,
        /// What is allowed, bytes.
        limit: u64,
    },

    /// The input is no image archive at all.
    #[error("{why}")]
    NotAnImage {
        /// One clear sentence.
        why: String,
    },
    /// A JSON document that does not parse.
    #[error("{name}: {why}")]
    Json {
        /// Name of the file or document.
        name: String,
        /// What is wrong with it.
        why: String,
    },
    /// A manifest of Docker's first schema.
    #[error("{name}: docker image manifest schema 1 is not supported")]
    SchemaOne {
        /// Name of the document.
        name: String,
    },
    /// A document longer than allowed.
    #[error("{name}: {size} bytes are over the limit of {limit}")]
    DocumentTooLong {
        /// Name of the file or document.
        name: String,
        /// Its length, bytes.
        size: u64,
        /// What is allowed, bytes.
        limit: u64,
    },
    /// Something that the archive refers to is not in it.
    #[error("{name} is not in the archive")]
    Missing {
        /// Its name or digest.
        name: String,
    },
    /// Indexes or links nested deeper than allowed, or in a circle.
    #[error("{name}: nested deeper than {limit}")]
    TooDeep {
        /// Where it was noticed.
        name: String,
        /// What is allowed.
        limit: u32,
    },
    /// More images than allowed.
    #[error("more than {limit} {what}")]
    TooMany {
        /// Of what.
        what: &'static str,
        /// What is allowed.
        limit: u64,
    },

    /// Bytes arrived that were not asked for, or after the end.
    #[error("misuse: {what}")]
    Misuse {
        /// What the caller did.
        what: &'static str,
    },
}

impl Error {
    /// The family that it belongs to.
    pub fn family(&self) -> ErrorFamily {
        match self {
            Self::DigestAlgorithm { .. } | Self::CodecUnsupported { .. } | Self::SchemaOne { .. } => ErrorFamily::Unsupported,
            Self::ZstdWindow { .. }
            | Self::Expansion { .. }
            | Self::TooManyEntries { .. }
            | Self::ExtendedHeaderTooLong { .. }
            | Self::DocumentTooLong { .. }
            | Self::TooDeep { .. }
            | Self::TooMany { .. } => ErrorFamily::OverBudget,
            Self::Misuse { .. } => ErrorFamily::Misuse,
            _ => ErrorFamily::Malformed,
        }
    }

    /// The same as [`Self::family`].
    pub fn kind(&self) -> ErrorFamily {
        self.family()
    }
}

fn behind(name: &str) -> String {
    if name.is_empty() { String::new() } else { format!(", after {name}") }
}

/// Raw bytes as short text for a message: lossy, at most about 200 bytes.
pub(crate) fn shown(raw: &[u8]) -> String {
    const MOST: usize = 200;
    if raw.len() <= MOST {
        return String::from_utf8_lossy(raw).into_owned();
    }
    let head = raw.get(..MOST).unwrap_or(raw);
    format!("{}…", String::from_utf8_lossy(head))
}
