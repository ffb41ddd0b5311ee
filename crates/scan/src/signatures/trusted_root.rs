//! The trusted root: which logs and authorities keyless signatures are held against.
//!
//! Sigstore's `protobuf-specs`, `sigstore_trustroot.proto`, its JSON form, as `trusted_root.json` is published. The root of
//! the public-good instance ships with the program ([`TrustedRoot::public_good`], data of the Sigstore project, Apache-2.0,
//! from the `sigstore` 4.5.1 package on PyPI) and any other can be given instead. Proof: `tests/suite/signatures/conformance.rs`.

use serde::Deserialize;

use super::certificate::Certificate;
use super::encoding::{base64, unix_seconds};
use super::key::PublicKey;
use super::refusal::Refusal;

/// Root of the public-good Sigstore instance, as published.
const PUBLIC_GOOD: &str = include_str!("trusted_root.json");

/// A transparency log or certificate log.
#[derive(Debug, Clone)]
pub(super) struct Log {
    /// Base URL without its scheme.
    pub(super) name: String,
    /// Log id as entries and SCTs quote it.
    pub(super) id: Vec<u8>,
    /// First bytes of the key id that its checkpoints quote.
    pub(super) hint: Vec<u8>,
    /// Its key.
    pub(super) key: PublicKey,
    /// First and last second in force.
    valid: (u64, u64),
}

impl Log {
    /// True when the log's key was in force.
    pub(super) fn in_force(&self, at: u64) -> bool {
        (self.valid.0..=self.valid.1).contains(&at)
    }
}

/// A certificate or timestamp authority.
#[derive(Debug, Clone)]
pub(super) struct Authority {
    /// Its address without its scheme.
    pub(super) name: String,
    /// Its chain, the root last.
    pub(super) chain: Vec<Certificate>,
    valid: (u64, u64),
}

impl Authority {
    /// One root that a person trusts without an end.
    pub(super) fn anchored(root: Certificate) -> Self {
        Self { name: root.shown(), chain: vec![root], valid: (0, u64::MAX) }
    }

    /// True when the authority was in force.
    pub(super) fn in_force(&self, at: u64) -> bool {
        (self.valid.0..=self.valid.1).contains(&at)
    }
}

/// Logs and authorities that keyless signatures are held against.
#[derive(Debug, Clone, Default)]
pub struct TrustedRoot {
    pub(super) certificate_authorities: Vec<Authority>,
    pub(super) transparency_logs: Vec<Log>,
    pub(super) certificate_logs: Vec<Log>,
    pub(super) timestamp_authorities: Vec<Authority>,
}

impl TrustedRoot {
    /// The root of the public-good instance that ships with the program.
    ///
    /// # Errors
    /// None in practice: a test reads the file that ships.
    pub fn public_good() -> Result<Self, Refusal> {
        Self::parse(PUBLIC_GOOD.as_bytes())
    }

    /// Reads a `trusted_root.json`.
    ///
    /// # Errors
    /// [`Refusal::Malformed`] and [`Refusal::Unsupported`]; keys of an unknown kind are passed over, as a root may name
    /// newer logs than a client knows.
    pub fn parse(json: &[u8]) -> Result<Self, Refusal> {
        let file: File = serde_json::from_slice(json).map_err(|error| malformed(error.to_string()))?;
        if !file.media_type.starts_with("application/vnd.dev.sigstore.trustedroot") {
            return Err(Refusal::Unsupported { what: "the trusted root's media type", name: file.media_type });
        }
        Ok(Self {
            certificate_authorities: file.certificate_authorities.into_iter().map(authority).collect::<Result<_, _>>()?,
            transparency_logs: file.tlogs.into_iter().filter_map(|file| log(file).transpose()).collect::<Result<_, _>>()?,
            certificate_logs: file.ctlogs.into_iter().filter_map(|file| log(file).transpose()).collect::<Result<_, _>>()?,
            timestamp_authorities: file.timestamp_authorities.into_iter().map(authority).collect::<Result<_, _>>()?,
        })
    }
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct File {
    media_type: String,
    #[serde(default)]
    tlogs: Vec<LogFile>,
    #[serde(default)]
    certificate_authorities: Vec<AuthorityFile>,
    #[serde(default)]
    ctlogs: Vec<LogFile>,
    #[serde(default)]
    timestamp_authorities: Vec<AuthorityFile>,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct LogFile {
    #[serde(default)]
    base_url: String,
    public_key: KeyFile,
    log_id: IdFile,
    checkpoint_key_id: Option<IdFile>,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct KeyFile {
    raw_bytes: String,
    #[serde(default)]
    key_details: String,
    valid_for: Option<Range>,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct IdFile {
    key_id: String,
}

#[derive(Deserialize)]
struct Range {
    start: Option<String>,
    end: Option<String>,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct AuthorityFile {
    #[serde(default)]
    uri: String,
    cert_chain: ChainFile,
    valid_for: Option<Range>,
}

#[derive(Deserialize)]
struct ChainFile {
    certificates: Vec<RawFile>,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct RawFile {
    raw_bytes: String,
}

fn malformed(why: impl Into<String>) -> Refusal {
    Refusal::malformed("the trusted root", why)
}

fn range(range: Option<Range>) -> Result<(u64, u64), Refusal> {
    let Some(range) = range else { return Ok((0, u64::MAX)) };
    let second = |text: Option<String>, otherwise| match text {
        Some(text) => unix_seconds(&text).ok_or_else(|| malformed(format!("`{text}` is no time"))),
        None => Ok(otherwise),
    };
    Ok((second(range.start, 0)?, second(range.end, u64::MAX)?))
}

fn host(url: &str) -> String {
    url.split_once("://").map_or(url, |(_, rest)| rest).trim_end_matches('/').to_owned()
}

fn log(file: LogFile) -> Result<Option<Log>, Refusal> {
    let raw = base64(&file.public_key.raw_bytes).ok_or_else(|| malformed("a log's key is no base64"))?;
    let key = if file.public_key.key_details.starts_with("PKCS1_RSA") {
        PublicKey::from_pkcs1(&raw)
    } else {
        PublicKey::from_spki(&raw)
    };
    let key = match key {
        Ok(key) => key,
        Err(Refusal::Unsupported { .. }) => return Ok(None),
        Err(refusal) => return Err(refusal),
    };
    let decoded = |file: IdFile| base64(&file.key_id).ok_or_else(|| malformed("a log's id is no base64"));
    let id = decoded(file.log_id)?;
    let hint = file.checkpoint_key_id.map_or(Ok(id.clone()), decoded)?.iter().take(4).copied().collect();
    Ok(Some(Log { name: host(&file.base_url), id, hint, key, valid: range(file.public_key.valid_for)? }))
}

fn authority(file: AuthorityFile) -> Result<Authority, Refusal> {
    let certificate = |raw: &RawFile| {
        let der = base64(&raw.raw_bytes).ok_or_else(|| malformed("a certificate is no base64"))?;
        Certificate::from_der(&der)
    };
    let chain = file.cert_chain.certificates.iter().map(certificate).collect::<Result<_, _>>()?;
    Ok(Authority { name: host(&file.uri), chain, valid: range(file.valid_for)? })
}
