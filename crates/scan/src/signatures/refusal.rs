//! Every reason for which something is not believed, each in its own words.
//!
//! One variant a cause, so that a person can act on it and a test can tell two refusals apart. Proof:
//! `tests/suite/signatures/scenes.rs` (each variant that input can cause, caused).

use thiserror::Error;

/// Why a signature, certificate, log entry or timestamp is refused.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
#[non_exhaustive]
pub enum Refusal {
    /// A blob's bytes don't have the digest that names them.
    #[error("the bytes of {what} do not have the digest {digest} that names them")]
    BlobDigest {
        /// What was fetched.
        what: String,
        /// Digest that names it.
        digest: String,
    },
    /// A part of the envelope can't be read.
    #[error("{what} is malformed: {why}")]
    Malformed {
        /// Which part.
        what: &'static str,
        /// What is wrong with it.
        why: String,
    },
    /// A format, version or algorithm that is not known.
    #[error("{what} `{name}` is not supported")]
    Unsupported {
        /// Kind of thing.
        what: &'static str,
        /// As it names itself.
        name: String,
    },
    /// The payload is about another image.
    #[error("it signs {signed}, not this image")]
    OtherImage {
        /// Digest in the payload.
        signed: String,
    },
    /// The payload's type is not that of the format.
    #[error("the payload's type is `{found}`, expected `{expected}`")]
    PayloadType {
        /// As found.
        found: String,
        /// As the format demands.
        expected: &'static str,
    },
    /// The payload's bytes are not those that were signed, or another key signed them.
    #[error("the signature does not fit the payload and the key {key}: either was changed, or another key signed")]
    WrongSignature {
        /// Which key, in words.
        key: String,
    },
    /// No given key fits.
    #[error("none of the {count} given keys made this signature")]
    NoKeyFits {
        /// Number of keys that were tried.
        count: usize,
    },
    /// The algorithm does not belong to the key.
    #[error("the stated algorithm {algorithm} does not belong to a key of kind {key}")]
    AlgorithmMismatch {
        /// As stated.
        algorithm: String,
        /// Kind of the key.
        key: String,
    },
    /// An algorithm that is too weak to prove anything.
    #[error("{algorithm} is too weak to prove anything")]
    Weak {
        /// In words.
        algorithm: String,
    },
    /// The certificate is not valid at the time that counts.
    #[error("the certificate of {subject} was not valid at {at}: it is valid from {from} to {until}")]
    CertificateTime {
        /// Subject.
        subject: String,
        /// Time that counts.
        at: String,
        /// Start.
        from: String,
        /// End.
        until: String,
    },
    /// No chain leads to a trusted authority.
    #[error("no trusted authority issued the certificate of {subject}")]
    UntrustedIssuer {
        /// Subject of the last certificate that could be reached.
        subject: String,
    },
    /// A certificate that is not an authority issued another.
    #[error("{subject} issued a certificate without being a certificate authority")]
    NotAnAuthority {
        /// Subject of the issuer.
        subject: String,
    },
    /// The chain is longer than an authority allows.
    #[error("the chain is longer than {subject} allows")]
    PathTooLong {
        /// Subject of the authority.
        subject: String,
    },
    /// The certificate may not be used for this.
    #[error("the certificate of {subject} is not meant for {purpose}")]
    Purpose {
        /// Subject.
        subject: String,
        /// What it was used for.
        purpose: &'static str,
    },
    /// A critical extension that is not understood (RFC 5280, 4.2).
    #[error("the certificate of {subject} has the critical extension {oid}, which is not understood")]
    CriticalExtension {
        /// Subject.
        subject: String,
        /// OID.
        oid: String,
    },
    /// The trusted authority itself was not in force then.
    #[error("{what} was not in force at {at}")]
    AuthorityTime {
        /// Log or authority.
        what: String,
        /// Time that counts.
        at: String,
    },
    /// No signed certificate timestamp.
    #[error("the certificate carries no signed certificate timestamp: it may not be in any certificate log")]
    SctMissing,
    /// No SCT of a trusted log verifies.
    #[error("no signed certificate timestamp comes from a trusted certificate log")]
    SctUntrusted,
    /// A trusted log's SCT is wrong.
    #[error("the certificate log's signed timestamp does not fit this certificate")]
    SctWrong,
    /// Nothing says when the signature was made.
    #[error("nothing that is trusted says when the signature was made")]
    NoTime,
    /// No log entry.
    #[error("there is no transparency log entry")]
    LogEntryMissing,
    /// The log is not trusted.
    #[error("the transparency log {log} is not in the trusted root")]
    LogUntrusted {
        /// Log id, hex.
        log: String,
    },
    /// The log entry has no proof that the bundle's version demands.
    #[error("the transparency log entry lacks its {what}")]
    LogProofMissing {
        /// `inclusion proof`, `checkpoint`, `signed entry timestamp`.
        what: &'static str,
    },
    /// The Merkle proof does not lead to the root.
    #[error("the inclusion proof does not lead to the log's root hash")]
    InclusionProof,
    /// The checkpoint's root or size differ from the proof's.
    #[error("the checkpoint is of another tree than the inclusion proof")]
    CheckpointTree,
    /// The checkpoint's signature is wrong.
    #[error("the checkpoint is not signed by the log")]
    CheckpointSignature,
    /// The checkpoint is no signed note.
    #[error("the checkpoint is no signed note: {why}")]
    CheckpointForm {
        /// What is wrong.
        why: &'static str,
    },
    /// The SET is wrong.
    #[error("the log's signed entry timestamp does not fit the entry")]
    SignedEntryTimestamp,
    /// The entry is about something else.
    #[error("the transparency log entry is of another {what}")]
    LogEntryOther {
        /// `signature`, `payload`, `key`.
        what: &'static str,
    },
    /// Times that lie in the future.
    #[error("{what} lies in the future: {at}")]
    Future {
        /// What.
        what: &'static str,
        /// When.
        at: String,
    },
    /// The timestamp authority refused or the token is of something else.
    #[error("the timestamp is of another message than this signature")]
    TimestampMessage,
    /// The timestamp's own signature is wrong.
    #[error("the timestamp is not signed by its authority")]
    TimestampSignature,
    /// The timestamp's attributes do not fit its content.
    #[error("the timestamp's signed attributes do not fit its content")]
    TimestampAttributes,
    /// The authority is unknown.
    #[error("the timestamp comes from an authority that is not trusted")]
    TimestampUntrusted,
    /// Identity differs from the expected.
    #[error("signed by {found}, expected {expected}")]
    Identity {
        /// As signed.
        found: String,
        /// As demanded.
        expected: String,
    },
    /// Issuer differs from the expected.
    #[error("the identity was vouched for by {found}, expected {expected}")]
    Issuer {
        /// As signed.
        found: String,
        /// As demanded.
        expected: String,
    },
    /// The signature has run out.
    #[error("the signature expired at {at}")]
    Expired {
        /// When.
        at: String,
    },
    /// A critical header that is not understood.
    #[error("the envelope has the critical attribute `{name}`, which is not understood")]
    CriticalAttribute {
        /// Attribute.
        name: String,
    },
    /// An attribute that the format demands is missing.
    #[error("the envelope lacks the attribute `{name}`")]
    AttributeMissing {
        /// Attribute.
        name: &'static str,
    },
    /// No trust policy statement applies.
    #[error("no statement of the trust policy covers {scope}")]
    NoPolicy {
        /// Repository.
        scope: String,
    },
    /// The trust policy names other identities.
    #[error("the trust policy does not list {subject} as a trusted identity")]
    PolicyIdentity {
        /// Subject.
        subject: String,
    },
    /// The thumbprints in the manifest are of other certificates.
    #[error("the manifest's certificate thumbprints are of other certificates than the envelope's")]
    Thumbprints,
    /// More than one signature where the format has one.
    #[error("the envelope has {count} signatures, expected one")]
    SignatureCount {
        /// As found.
        count: usize,
    },
    /// The blob was not there.
    #[error("{what} is not in the input")]
    Missing {
        /// Which.
        what: String,
    },
}

impl Refusal {
    /// Shorthand for [`Refusal::Malformed`].
    pub(super) fn malformed(what: &'static str, why: impl Into<String>) -> Self {
        Self::Malformed { what, why: why.into() }
    }
}
