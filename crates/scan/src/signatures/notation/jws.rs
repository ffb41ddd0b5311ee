//! The JWS envelope: RFC 7515, flattened JSON, as notaryproject's `signature-envelope-jws.md` narrows it.

use serde::Deserialize;

use super::super::encoding::{base64, base64url, unix_seconds};
use super::super::refusal::Refusal;
use super::{Algorithm, Envelope};

#[derive(Deserialize)]
struct File {
    payload: String,
    protected: String,
    header: Header,
    signature: String,
}

#[derive(Deserialize)]
struct Header {
    #[serde(default)]
    x5c: Vec<String>,
    #[serde(rename = "io.cncf.notary.timestampSignature")]
    timestamp: Option<String>,
}

#[derive(Deserialize)]
struct Protected {
    alg: String,
    cty: String,
    #[serde(default)]
    crit: Vec<String>,
    #[serde(rename = "io.cncf.notary.signingScheme", default)]
    signing_scheme: String,
    #[serde(rename = "io.cncf.notary.signingTime")]
    signing_time: Option<String>,
    #[serde(rename = "io.cncf.notary.authenticSigningTime")]
    authentic_time: Option<String>,
    #[serde(rename = "io.cncf.notary.expiry")]
    expiry: Option<String>,
}

fn malformed(why: impl Into<String>) -> Refusal {
    Refusal::malformed("the JWS envelope", why)
}

/// Reads an envelope.
pub(super) fn parse(json: &[u8]) -> Result<Envelope, Refusal> {
    let file: File = serde_json::from_slice(json).map_err(|error| malformed(error.to_string()))?;
    let part = |text: &str, what: &str| base64url(text).ok_or_else(|| malformed(format!("its {what} is no base64url")));
    let protected: Protected =
        serde_json::from_slice(&part(&file.protected, "protected header")?).map_err(|error| malformed(error.to_string()))?;
    let time = |text: Option<String>| match text {
        Some(text) => unix_seconds(&text).map(Some).ok_or_else(|| malformed(format!("`{text}` is no time"))),
        None => Ok(None),
    };
    Ok(Envelope {
        content_type: protected.cty,
        payload: part(&file.payload, "payload")?,
        algorithm: Algorithm::named(&protected.alg)?,
        signed: format!("{}.{}", file.protected, file.payload).into_bytes(),
        signature: part(&file.signature, "signature")?,
        signing_scheme: protected.signing_scheme,
        critical: protected.crit,
        signing_time: time(protected.signing_time)?,
        authentic_time: time(protected.authentic_time)?,
        expiry: time(protected.expiry)?,
        chain: file
            .header
            .x5c
            .iter()
            .map(|one| base64(one).ok_or_else(|| malformed("a certificate is no base64")))
            .collect::<Result<_, _>>()?,
        timestamp: file.header.timestamp.as_deref().and_then(base64),
    })
}
