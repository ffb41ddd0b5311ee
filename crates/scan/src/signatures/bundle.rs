//! Sigstore bundles: signature, certificate or key hint, log entries and timestamps in one document.
//!
//! Sigstore `protobuf-specs`, `sigstore_bundle.proto`, its JSON form, versions 0.1 to 0.3. Proof:
//! `tests/suite/signatures/conformance.rs` (bundles of public clients).

use serde::Deserialize;

use super::dsse;
use super::encoding::base64;
use super::log_entry::{InclusionProof, LogEntry};
use super::refusal::Refusal;

/// A bundle, decoded.
#[derive(Debug)]
pub(super) struct Bundle {
    /// Minor version of its format: 1 to 3.
    pub(super) version: u8,
    /// Signer's certificate, DER; none when a key signed.
    pub(super) certificate: Option<Vec<u8>>,
    /// Further certificates, DER.
    pub(super) intermediates: Vec<Vec<u8>>,
    pub(super) entries: Vec<LogEntry>,
    pub(super) timestamps: Vec<Vec<u8>>,
    pub(super) content: Content,
}

/// What a bundle signs.
#[derive(Debug)]
pub(super) enum Content {
    /// An artifact by its digest.
    Message {
        /// `SHA2_256`, …
        algorithm: String,
        digest: Vec<u8>,
        signature: Vec<u8>,
    },
    /// An envelope.
    Envelope(dsse::Envelope),
}

/// True for every media type that bundles have.
pub(super) fn is_media_type(media_type: &str) -> bool {
    media_type.starts_with("application/vnd.dev.sigstore.bundle")
}

fn malformed(why: impl Into<String>) -> Refusal {
    Refusal::malformed("the bundle", why)
}

impl Bundle {
    /// Reads the JSON form.
    pub(super) fn parse(json: &[u8]) -> Result<Self, Refusal> {
        let file: File = serde_json::from_slice(json).map_err(|error| malformed(error.to_string()))?;
        let version = version(&file.media_type)?;
        let material = file.verification_material;
        let mut chain = match (material.certificate, material.x509_certificate_chain) {
            (Some(one), None) => vec![one],
            (None, Some(chain)) if version < 3 => chain.certificates,
            (None, Some(_)) => return Err(malformed("version 0.3 has one certificate, not a chain")),
            (None, None) if material.public_key.is_some() => Vec::new(),
            (None, None) => return Err(malformed("it has neither certificate nor key")),
            (Some(_), Some(_)) => return Err(malformed("it has two kinds of certificates")),
        }
        .into_iter()
        .map(|raw| bytes(&raw.raw_bytes, "a certificate"))
        .collect::<Result<Vec<_>, _>>()?
        .into_iter();
        let content = match (file.message_signature, file.dsse_envelope) {
            (Some(message), None) => Content::Message {
                algorithm: message.message_digest.algorithm,
                digest: bytes(&message.message_digest.digest, "the digest")?,
                signature: bytes(&message.signature, "the signature")?,
            },
            (None, Some(envelope)) => Content::Envelope(dsse::Envelope::decode(envelope)?),
            (None, None) => return Err(malformed("it signs nothing")),
            (Some(_), Some(_)) => return Err(malformed("it signs two things")),
        };
        let timestamps = material.timestamp_verification_data.unwrap_or_default().rfc3161_timestamps;
        let bundle = Self {
            version,
            certificate: chain.next(),
            intermediates: chain.collect(),
            entries: material.tlog_entries.into_iter().map(entry).collect::<Result<_, _>>()?,
            timestamps: timestamps.iter().map(|one| bytes(&one.signed_timestamp, "a timestamp")).collect::<Result<_, _>>()?,
            content,
        };
        for (index, one) in bundle.entries.iter().enumerate() {
            if bundle.entries.iter().skip(index + 1).any(|other| other.log_id == one.log_id && other.index == one.index) {
                return Err(malformed("it names the same log entry twice"));
            }
        }
        Ok(bundle)
    }
}

fn version(media_type: &str) -> Result<u8, Refusal> {
    match media_type {
        "application/vnd.dev.sigstore.bundle+json;version=0.1" => Ok(1),
        "application/vnd.dev.sigstore.bundle+json;version=0.2" => Ok(2),
        "application/vnd.dev.sigstore.bundle+json;version=0.3" | "application/vnd.dev.sigstore.bundle.v0.3+json" => Ok(3),
        other => Err(Refusal::Unsupported { what: "the bundle's version", name: other.into() }),
    }
}

fn bytes(text: &str, what: &str) -> Result<Vec<u8>, Refusal> {
    base64(text).ok_or_else(|| malformed(format!("{what} is no base64")))
}

fn entry(file: EntryFile) -> Result<LogEntry, Refusal> {
    let proof = match file.inclusion_proof {
        Some(proof) => Some(InclusionProof {
            index: proof.log_index.0,
            size: proof.tree_size.0,
            root: bytes(&proof.root_hash, "the root hash")?,
            hashes: proof.hashes.iter().map(|hash| bytes(hash, "a proof's hash")).collect::<Result<_, _>>()?,
            checkpoint: proof.checkpoint.map(|checkpoint| checkpoint.envelope).filter(|note| !note.is_empty()),
        }),
        None => None,
    };
    Ok(LogEntry {
        log_id: bytes(&file.log_id.key_id, "the log id")?,
        index: file.log_index.0,
        integrated_time: file.integrated_time.0,
        signed_entry_timestamp: match file.inclusion_promise {
            Some(promise) => Some(bytes(&promise.signed_entry_timestamp, "the signed entry timestamp")?),
            None => None,
        },
        proof,
        body: bytes(&file.canonicalized_body, "the log entry's body")?,
    })
}

/// 64-bit numbers are strings in the JSON of protocol buffers; plain numbers are accepted too.
#[derive(Default)]
struct Number(u64);

impl<'de> Deserialize<'de> for Number {
    fn deserialize<D: serde::Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        #[derive(Deserialize)]
        #[serde(untagged)]
        enum Either {
            Number(u64),
            Text(String),
        }
        match Either::deserialize(deserializer)? {
            Either::Number(number) => Ok(Self(number)),
            Either::Text(text) => text.parse().map(Self).map_err(serde::de::Error::custom),
        }
    }
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct File {
    media_type: String,
    verification_material: MaterialFile,
    message_signature: Option<MessageFile>,
    dsse_envelope: Option<dsse::File>,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct MaterialFile {
    certificate: Option<RawFile>,
    x509_certificate_chain: Option<ChainFile>,
    public_key: Option<serde::de::IgnoredAny>,
    #[serde(default)]
    tlog_entries: Vec<EntryFile>,
    timestamp_verification_data: Option<TimestampsFile>,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct RawFile {
    raw_bytes: String,
}

#[derive(Deserialize)]
struct ChainFile {
    certificates: Vec<RawFile>,
}

#[derive(Deserialize, Default)]
#[serde(rename_all = "camelCase")]
struct TimestampsFile {
    #[serde(default)]
    rfc3161_timestamps: Vec<TimestampFile>,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct TimestampFile {
    signed_timestamp: String,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct MessageFile {
    message_digest: DigestFile,
    signature: String,
}

#[derive(Deserialize)]
struct DigestFile {
    algorithm: String,
    digest: String,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct EntryFile {
    #[serde(default)]
    log_index: Number,
    log_id: IdFile,
    #[serde(default)]
    integrated_time: Number,
    inclusion_promise: Option<PromiseFile>,
    inclusion_proof: Option<ProofFile>,
    canonicalized_body: String,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct IdFile {
    key_id: String,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct PromiseFile {
    signed_entry_timestamp: String,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct ProofFile {
    #[serde(default)]
    log_index: Number,
    root_hash: String,
    tree_size: Number,
    #[serde(default)]
    hashes: Vec<String>,
    checkpoint: Option<CheckpointFile>,
}

#[derive(Deserialize)]
struct CheckpointFile {
    envelope: String,
}
