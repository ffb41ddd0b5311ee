//! The COSE envelope: COSE_Sign1 (RFC 9052), as notaryproject's `signature-envelope-cose.md` narrows it.

use minicbor::data::{Tag, Type};
use minicbor::{Decoder, Encoder};

use super::super::refusal::Refusal;
use super::{Algorithm, Envelope};

/// Tag of COSE_Sign1.
const SIGN1: u64 = 18;
/// Labels of RFC 9052 and RFC 9360.
const ALG: i64 = 1;
const CRIT: i64 = 2;
const CONTENT_TYPE: i64 = 3;
const X5CHAIN: i64 = 33;
/// Most entries of a header that are read.
const MAX_HEADERS: u64 = 64;

fn malformed(why: impl ToString) -> Refusal {
    Refusal::malformed("the COSE envelope", why.to_string())
}

/// A header's label.
enum Label {
    Number(i64),
    Text(String),
}

#[derive(Default)]
struct Headers {
    algorithm: Option<i64>,
    content_type: String,
    critical: Vec<String>,
    signing_scheme: String,
    signing_time: Option<u64>,
    authentic_time: Option<u64>,
    expiry: Option<u64>,
    chain: Vec<Vec<u8>>,
    timestamp: Option<Vec<u8>>,
}

/// Reads an envelope.
pub(super) fn parse(bytes: &[u8]) -> Result<Envelope, Refusal> {
    let mut decoder = Decoder::new(bytes);
    if decoder.datatype().map_err(malformed)? == Type::Tag && decoder.tag().map_err(malformed)? != Tag::new(SIGN1) {
        return Err(malformed("it is tagged as something other than COSE_Sign1"));
    }
    if decoder.array().map_err(malformed)? != Some(4) {
        return Err(malformed("COSE_Sign1 has four parts"));
    }
    let protected_bytes = decoder.bytes().map_err(malformed)?;
    let mut protected = Headers::default();
    headers(&mut Decoder::new(protected_bytes), &mut protected)?;
    let mut unprotected = Headers::default();
    headers(&mut decoder, &mut unprotected)?;
    let payload = decoder.bytes().map_err(malformed)?;
    let signature = decoder.bytes().map_err(malformed)?;
    if decoder.position() != bytes.len() {
        return Err(malformed("bytes follow it"));
    }
    let algorithm = match protected.algorithm.ok_or(Refusal::AttributeMissing { name: "alg" })? {
        -7 => "ES256",
        -35 => "ES384",
        -36 => "ES512",
        -37 => "PS256",
        -38 => "PS384",
        -39 => "PS512",
        other => return Err(Refusal::Unsupported { what: "the envelope's algorithm", name: other.to_string() }),
    };
    Ok(Envelope {
        content_type: protected.content_type,
        payload: payload.to_vec(),
        algorithm: Algorithm::named(algorithm)?,
        signed: to_be_signed(protected_bytes, payload),
        signature: signature.to_vec(),
        signing_scheme: protected.signing_scheme,
        critical: protected.critical,
        signing_time: protected.signing_time,
        authentic_time: protected.authentic_time,
        expiry: protected.expiry,
        chain: unprotected.chain,
        timestamp: unprotected.timestamp,
    })
}

/// `Sig_structure` of RFC 9052, 4.4.
fn to_be_signed(protected: &[u8], payload: &[u8]) -> Vec<u8> {
    let mut out = Vec::with_capacity(protected.len() + payload.len() + 32);
    let mut encoder = Encoder::new(&mut out);
    // Writing into a vector can't fail.
    let _ = encoder
        .array(4)
        .and_then(|e| e.str("Signature1"))
        .and_then(|e| e.bytes(protected))
        .and_then(|e| e.bytes(&[]))
        .and_then(|e| e.bytes(payload));
    out
}

fn headers(decoder: &mut Decoder<'_>, into: &mut Headers) -> Result<(), Refusal> {
    let count = decoder.map().map_err(malformed)?.ok_or_else(|| malformed("a header of indefinite length"))?;
    if count > MAX_HEADERS {
        return Err(malformed("it has too many headers"));
    }
    for _ in 0..count {
        match label(decoder)? {
            Label::Number(ALG) => into.algorithm = Some(decoder.i64().map_err(malformed)?),
            Label::Number(CRIT) => {
                let count = decoder.array().map_err(malformed)?.unwrap_or(0).min(MAX_HEADERS);
                for _ in 0..count {
                    into.critical.push(match label(decoder)? {
                        Label::Number(number) => number.to_string(),
                        Label::Text(text) => text,
                    });
                }
            }
            Label::Number(CONTENT_TYPE) => into.content_type = decoder.str().map_err(malformed)?.to_owned(),
            Label::Number(X5CHAIN) => certificates(decoder, &mut into.chain)?,
            Label::Text(name) => match name.as_str() {
                "io.cncf.notary.signingScheme" => into.signing_scheme = decoder.str().map_err(malformed)?.to_owned(),
                "io.cncf.notary.signingTime" => into.signing_time = Some(time(decoder)?),
                "io.cncf.notary.authenticSigningTime" => into.authentic_time = Some(time(decoder)?),
                "io.cncf.notary.expiry" => into.expiry = Some(time(decoder)?),
                "io.cncf.notary.timestampSignature" => into.timestamp = Some(decoder.bytes().map_err(malformed)?.to_vec()),
                _ => decoder.skip().map_err(malformed)?,
            },
            Label::Number(_) => decoder.skip().map_err(malformed)?,
        }
    }
    // `crit` may name labels by number; those that are known have no text name.
    into.critical.retain(|name| !matches!(name.as_str(), "1" | "3"));
    Ok(())
}

fn label(decoder: &mut Decoder<'_>) -> Result<Label, Refusal> {
    match decoder.datatype().map_err(malformed)? {
        Type::String => Ok(Label::Text(decoder.str().map_err(malformed)?.to_owned())),
        _ => decoder.i64().map(Label::Number).map_err(malformed),
    }
}

/// One certificate, or an array of them (RFC 9360).
fn certificates(decoder: &mut Decoder<'_>, chain: &mut Vec<Vec<u8>>) -> Result<(), Refusal> {
    if decoder.datatype().map_err(malformed)? == Type::Bytes {
        chain.push(decoder.bytes().map_err(malformed)?.to_vec());
        return Ok(());
    }
    for _ in 0..decoder.array().map_err(malformed)?.unwrap_or(0).min(MAX_HEADERS) {
        chain.push(decoder.bytes().map_err(malformed)?.to_vec());
    }
    Ok(())
}

/// Seconds since 1970 under tag 1.
fn time(decoder: &mut Decoder<'_>) -> Result<u64, Refusal> {
    if decoder.datatype().map_err(malformed)? == Type::Tag && decoder.tag().map_err(malformed)? != Tag::new(1) {
        return Err(malformed("a time has another tag than 1"));
    }
    decoder.u64().map_err(malformed)
}
