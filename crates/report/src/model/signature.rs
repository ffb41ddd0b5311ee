//! Integrity, signatures and attestations.

use serde::{Deserialize, Serialize};

use super::Verification;

/// What is proven about the image's origin, and what is not.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "ts", derive(tsify::Tsify))]
#[serde(rename_all = "camelCase")]
pub struct Signatures {
    /// Every descriptor whose digest was compared.
    pub integrity: Vec<Integrity>,
    /// Signatures found, verified or not.
    pub signatures: Vec<Signature>,
    /// Attestations found, verified or not.
    pub attestations: Vec<Attestation>,
}

/// One digest comparison.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "ts", derive(tsify::Tsify))]
#[serde(rename_all = "camelCase")]
pub struct Integrity {
    /// What was compared: `manifest`, `config`, `layer 3`, `diff_id 3`.
    pub what: String,
    /// The stated digest.
    pub digest: String,
    /// How it ended.
    pub verification: Verification,
}

/// One signature over the image.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "ts", derive(tsify::Tsify))]
#[serde(rename_all = "camelCase")]
pub struct Signature {
    /// `cosign`, `sigstore-bundle`, `notation-jws`, `notation-cose`, `docker-content-trust`.
    pub format: String,
    /// Verified, refused, or not checked for want of a key.
    pub state: SignatureState,
    /// In words: what is proven and what is not.
    pub statement: String,
    /// Why it was refused or not checked.
    pub reasons: Vec<String>,
    /// Signer's identity: certificate subject, e-mail or URI, or key fingerprint.
    pub signer: Option<String>,
    /// OIDC issuer, for keyless signatures.
    pub issuer: Option<String>,
    /// Proven signing time, RFC 3339.
    pub signed_at: Option<String>,
    /// Algorithm, `ECDSA P-256 with SHA-256`.
    pub algorithm: Option<String>,
    /// Digest that was signed.
    pub signed_digest: Option<String>,
    /// Transparency log entry, where proven.
    pub log_index: Option<u64>,
}

/// How a signature's verification ended.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[cfg_attr(feature = "ts", derive(tsify::Tsify))]
#[serde(rename_all = "camelCase")]
pub enum SignatureState {
    /// Every step that the format demands was proven against what the person trusts.
    Verified,
    /// Wrong: see the reasons.
    Refused,
    /// Present and not checked: no key or trust root was given.
    Unchecked,
}

/// One attestation about the image.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "ts", derive(tsify::Tsify))]
#[serde(rename_all = "camelCase")]
pub struct Attestation {
    /// in-toto predicate type.
    pub predicate_type: String,
    /// The signature over it; none for BuildKit's unsigned attestations.
    pub signature: Option<Signature>,
    /// Digest that it is about.
    pub subject: Option<String>,
    /// True when the subject is this image.
    pub about_this_image: bool,
    /// Name and value pairs that a person reads: builder, source, commit, level, …
    pub facts: Vec<AttestationFact>,
}

/// One fact of an attestation.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "ts", derive(tsify::Tsify))]
pub struct AttestationFact {
    /// For example `builder`.
    pub name: String,
    /// The value.
    pub value: String,
}
