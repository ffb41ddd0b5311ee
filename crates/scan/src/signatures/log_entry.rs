//! Transparency log entries: that a log holds them, and that they are about this very signature.
//!
//! Rekor v1 (signed entry timestamps, inclusion proofs, checkpoints) and v2 (proof and checkpoint alone); entry kinds
//! `hashedrekord` 0.0.1 and 0.0.2, `dsse` 0.0.1 and 0.0.2, `intoto` 0.0.1 and 0.0.2. Proof:
//! `tests/suite/signatures/{conformance,scenes}.rs`.

use serde_json::Value;

use super::checkpoint;
use super::encoding::{base64, hex, rfc3339, to_base64, unhex};
use super::key::Hash;
use super::merkle;
use super::refusal::Refusal;
use super::trusted_root::{Log, TrustedRoot};

/// Clocks of logs and of this machine may differ by this much, seconds.
pub(super) const CLOCK_SKEW: u64 = 300;

/// Where in a log's tree an entry is.
#[derive(Debug, Clone)]
pub(super) struct InclusionProof {
    pub(super) index: u64,
    pub(super) size: u64,
    pub(super) root: Vec<u8>,
    pub(super) hashes: Vec<Vec<u8>>,
    pub(super) checkpoint: Option<String>,
}

/// One entry as a bundle carries it.
#[derive(Debug, Clone)]
pub(super) struct LogEntry {
    pub(super) log_id: Vec<u8>,
    pub(super) index: u64,
    pub(super) integrated_time: u64,
    pub(super) signed_entry_timestamp: Option<Vec<u8>>,
    pub(super) proof: Option<InclusionProof>,
    pub(super) body: Vec<u8>,
}

/// What a verified entry proves.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Logged {
    /// The log's name.
    pub(super) log: String,
    /// Entry's number.
    pub(super) index: u64,
    /// When the log took it, where the log signed that.
    pub(super) time: Option<u64>,
}

/// What the entry must be about.
#[derive(Debug, Clone, Copy)]
pub(super) struct About<'a> {
    /// The raw signature.
    pub(super) signature: &'a [u8],
    /// Bytes that `hashedrekord` hashes, where they are at hand.
    pub(super) message: Option<&'a [u8]>,
    /// SHA-256 of those bytes, where only that is known.
    pub(super) message_sha256: Option<&'a [u8]>,
    /// DSSE payload, for the envelope kinds.
    pub(super) payload: Option<&'a [u8]>,
    /// Certificate in DER, or public key as SubjectPublicKeyInfo; `None` when no key is known.
    pub(super) verifier: Option<&'a [u8]>,
}

impl LogEntry {
    /// Verifies that a trusted log holds the entry. `demand_proof`: an inclusion proof with a checkpoint must be there.
    pub(super) fn verify(&self, root: &TrustedRoot, demand_proof: bool, now: u64) -> Result<Logged, Refusal> {
        let log = root
            .transparency_logs
            .iter()
            .find(|log| log.id == self.log_id || log.hint == self.log_id)
            .ok_or_else(|| Refusal::LogUntrusted { log: hex(&self.log_id) })?;
        let proven = self.included(log)?;
        if demand_proof && !proven {
            let what = if self.proof.is_none() { "inclusion proof" } else { "checkpoint" };
            return Err(Refusal::LogProofMissing { what });
        }
        let promised = self.promised(log)?;
        if !proven && !promised {
            return Err(Refusal::LogProofMissing { what: "signed entry timestamp" });
        }
        let time = (promised && self.integrated_time > 0).then_some(self.integrated_time);
        if let Some(at) = time {
            if at > now.saturating_add(CLOCK_SKEW) {
                return Err(Refusal::Future { what: "the log entry's time", at: rfc3339(at) });
            }
            if !log.in_force(at) {
                return Err(Refusal::AuthorityTime { what: format!("the transparency log {}", log.name), at: rfc3339(at) });
            }
        }
        Ok(Logged { log: log.name.clone(), index: self.index, time })
    }

    /// Verifies proof and checkpoint; false when either is absent.
    fn included(&self, log: &Log) -> Result<bool, Refusal> {
        let Some(proof) = &self.proof else { return Ok(false) };
        let hashes = proof.hashes.iter().map(|hash| merkle::Root::try_from(hash.as_slice()).ok()).collect::<Option<Vec<_>>>();
        let root = hashes.and_then(|hashes| merkle::root(proof.index, proof.size, merkle::leaf_hash(&self.body), &hashes));
        if root.is_none_or(|root| root.as_slice() != proof.root) {
            return Err(Refusal::InclusionProof);
        }
        let Some(note) = &proof.checkpoint else { return Ok(false) };
        let checkpoint = checkpoint::verify(note, log)?;
        if checkpoint.size != proof.size || checkpoint.root != proof.root {
            return Err(Refusal::CheckpointTree);
        }
        Ok(true)
    }

    /// Verifies the signed entry timestamp: the log's signature over the entry's canonical JSON (RFC 8785, keys in order).
    fn promised(&self, log: &Log) -> Result<bool, Refusal> {
        let Some(signature) = &self.signed_entry_timestamp else { return Ok(false) };
        let signed = format!(
            r#"{{"body":"{}","integratedTime":{},"logID":"{}","logIndex":{}}}"#,
            to_base64(&self.body),
            self.integrated_time,
            hex(&self.log_id),
            self.index
        );
        let verified = log.key.verify_usual(signed.as_bytes(), signature);
        verified.map(|_| true).map_err(|_| Refusal::SignedEntryTimestamp)
    }

    /// Verifies that the entry is of this signature, payload and key.
    pub(super) fn is_about(&self, about: &About<'_>) -> Result<(), Refusal> {
        let body: Value =
            serde_json::from_slice(&self.body).map_err(|error| Refusal::malformed("the log entry's body", error.to_string()))?;
        let text = |pointer: &str| body.pointer(pointer).and_then(Value::as_str).unwrap_or_default();
        let kind = text("/kind");
        let found = match (kind, text("/apiVersion")) {
            ("hashedrekord", "0.0.1") => Found {
                signatures: vec![(text("/spec/signature/content"), text("/spec/signature/publicKey/content"))],
                message: Some((text("/spec/data/hash/algorithm"), unhex(text("/spec/data/hash/value")))),
                payload: None,
            },
            ("hashedrekord", "0.0.2") => Found {
                signatures: vec![(
                    text("/spec/hashedRekordV002/signature/content"),
                    verifier_v2(&body, "/spec/hashedRekordV002/signature"),
                )],
                message: Some((
                    text("/spec/hashedRekordV002/data/algorithm"),
                    base64(text("/spec/hashedRekordV002/data/digest")),
                )),
                payload: None,
            },
            ("dsse", "0.0.1") => Found {
                signatures: array(&body, "/spec/signatures").map(|one| (at(one, "/signature"), at(one, "/verifier"))).collect(),
                message: None,
                payload: Some((text("/spec/payloadHash/algorithm"), unhex(text("/spec/payloadHash/value")))),
            },
            ("dsse", "0.0.2") => Found {
                signatures: array(&body, "/spec/dsseV002/signatures")
                    .map(|one| (at(one, "/content"), verifier_v2(one, "")))
                    .collect(),
                message: None,
                payload: Some((text("/spec/dsseV002/payloadHash/algorithm"), base64(text("/spec/dsseV002/payloadHash/digest")))),
            },
            // Version 0.0.1 keeps no signature: the payload's hash and the key bind it.
            ("intoto", "0.0.1") => Found {
                signatures: vec![("", text("/spec/publicKey"))],
                message: None,
                payload: Some((text("/spec/content/payloadHash/algorithm"), unhex(text("/spec/content/payloadHash/value")))),
            },
            ("intoto", "0.0.2") => Found {
                signatures: array(&body, "/spec/content/envelope/signatures")
                    .map(|one| (at(one, "/sig"), at(one, "/publicKey")))
                    .collect(),
                message: None,
                payload: Some((text("/spec/content/payloadHash/algorithm"), unhex(text("/spec/content/payloadHash/value")))),
            },
            (kind, version) => {
                return Err(Refusal::Unsupported { what: "the log entry's kind", name: format!("{kind} {version}") });
            }
        };
        found.compare(about)
    }
}

/// What an entry's body holds. Texts are as written: base64 of a signature, base64 of PEM or DER.
struct Found<'a> {
    signatures: Vec<(&'a str, &'a str)>,
    message: Option<(&'a str, Option<Vec<u8>>)>,
    payload: Option<(&'a str, Option<Vec<u8>>)>,
}

impl Found<'_> {
    fn compare(&self, about: &About<'_>) -> Result<(), Refusal> {
        let [(signature, verifier)] = self.signatures.as_slice() else {
            return Err(Refusal::SignatureCount { count: self.signatures.len() });
        };
        if !signature.is_empty() && !same_signature(signature, about.signature) {
            return Err(Refusal::LogEntryOther { what: "signature" });
        }
        if let Some((algorithm, digest)) = &self.message {
            let expected = match about.message {
                Some(message) => Some(hash_named(algorithm)?.of(message)),
                None if hash_named(algorithm)? == Hash::Sha256 => about.message_sha256.map(<[u8]>::to_vec),
                None => None,
            };
            if expected.is_none() || *digest != expected {
                return Err(Refusal::LogEntryOther { what: "payload" });
            }
        }
        if let Some((algorithm, digest)) = &self.payload {
            let payload = about.payload.ok_or(Refusal::LogEntryOther { what: "payload" })?;
            if digest.as_deref() != Some(hash_named(algorithm)?.of(payload).as_slice()) {
                return Err(Refusal::LogEntryOther { what: "payload" });
            }
        }
        match about.verifier {
            Some(expected) if key_bytes(verifier).as_deref() != Some(expected) => Err(Refusal::LogEntryOther { what: "key" }),
            _ => Ok(()),
        }
    }
}

/// `intoto` 0.0.2 encodes the envelope's base64 once more.
fn same_signature(written: &str, expected: &[u8]) -> bool {
    let Some(once) = base64(written) else { return false };
    once == expected || std::str::from_utf8(&once).ok().and_then(base64).is_some_and(|twice| twice == expected)
}

/// The DER within base64 of PEM (Rekor v1) or base64 of DER (v2).
fn key_bytes(written: &str) -> Option<Vec<u8>> {
    let bytes = base64(written)?;
    match std::str::from_utf8(&bytes).ok().filter(|text| text.contains("-----BEGIN")) {
        Some(pem) => der::pem::decode_vec(pem.trim().as_bytes()).ok().map(|(_, der)| der),
        None => Some(bytes),
    }
}

fn hash_named(name: &str) -> Result<Hash, Refusal> {
    match name {
        "sha256" | "SHA2_256" => Ok(Hash::Sha256),
        "sha384" | "SHA2_384" => Ok(Hash::Sha384),
        "sha512" | "SHA2_512" => Ok(Hash::Sha512),
        other => Err(Refusal::Unsupported { what: "the log entry's hash", name: other.into() }),
    }
}

fn at<'a>(value: &'a Value, pointer: &str) -> &'a str {
    value.pointer(pointer).and_then(Value::as_str).unwrap_or_default()
}

fn array<'a>(value: &'a Value, pointer: &str) -> impl Iterator<Item = &'a Value> {
    value.pointer(pointer).and_then(Value::as_array).map(Vec::as_slice).unwrap_or_default().iter()
}

fn verifier_v2<'a>(value: &'a Value, under: &str) -> &'a str {
    let certificate = at(value, &format!("{under}/verifier/x509Certificate/rawBytes"));
    if certificate.is_empty() { at(value, &format!("{under}/verifier/publicKey/rawBytes")) } else { certificate }
}
