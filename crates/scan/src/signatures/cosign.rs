//! Cosign's own layout: one layer a signature, what belongs to it in the layer's annotations.
//!
//! sigstore/cosign `specs/SIGNATURE_SPEC.md` and containers/image `containers-signature.5` (simple signing). Attestations
//! (`.att`) are DSSE envelopes with the same annotations. Proof: `tests/suite/signatures/scenes.rs`.

use std::collections::BTreeMap;

use porthole_report::Signature;
use serde::Deserialize;

use super::certificate::Certificate;
use super::dsse::Envelope;
use super::encoding::{base64, unhex};
use super::evidence::{Evidence, Standing};
use super::log_entry::LogEntry;
use super::machine::Subject;
use super::prove::{Material, Signed, prove};
use super::refusal::Refusal;
use super::trust::Trust;

/// Media type of a simple signing payload.
pub(super) const SIMPLE_SIGNING: &str = "application/vnd.dev.cosign.simplesigning.v1+json";
/// Media type of an envelope.
pub(super) const ENVELOPE: &str = "application/vnd.dsse.envelope.v1+json";

const SIGNATURE: &str = "dev.cosignproject.cosign/signature";
const CERTIFICATE: &str = "dev.sigstore.cosign/certificate";
const CHAIN: &str = "dev.sigstore.cosign/chain";
const BUNDLE: &str = "dev.sigstore.cosign/bundle";
const TIMESTAMP: &str = "dev.sigstore.cosign/rfc3161timestamp";

/// Annotations of a layer.
pub(super) type Annotations = BTreeMap<String, String>;

/// Verifies a simple signing layer.
pub(super) fn verify(payload: &[u8], annotations: &Annotations, found_in: &str, context: &Context<'_>) -> Signature {
    let mut evidence = Evidence::new("cosign", found_in);
    let standing = prove_simple(payload, annotations, context, &mut evidence).unwrap_or_else(|refusal| {
        evidence.refuse("payload", &refusal);
        Standing::Unchecked
    });
    evidence.conclude(standing, "this image")
}

/// What every signature of one image is held against.
#[derive(Debug, Clone, Copy)]
pub(super) struct Context<'a> {
    /// The image.
    pub(super) subject: &'a Subject,
    /// What the person trusts.
    pub(super) trust: &'a Trust,
    /// Seconds since 1970.
    pub(super) now: u64,
}

fn prove_simple(
    payload: &[u8],
    annotations: &Annotations,
    context: &Context<'_>,
    evidence: &mut Evidence,
) -> Result<Standing, Refusal> {
    let signature = annotations.get(SIGNATURE).filter(|text| !text.is_empty());
    let signature = signature.ok_or(Refusal::AttributeMissing { name: SIGNATURE })?;
    let signature = base64(signature).ok_or_else(|| Refusal::malformed("the signature", "it is no base64"))?;
    let material = Material {
        signature: &signature,
        signed: Signed::Bytes(payload),
        payload: None,
        certificate: None,
        intermediates: Vec::new(),
        entries: Vec::new(),
        timestamps: Vec::new(),
        timestamped: &signature,
        demand_proof: false,
    };
    let material = with_annotations(material, annotations)?;
    match simple_digest(payload) {
        Ok(digest) if context.subject.is(&digest) => {
            evidence.proven("payload", "it names this image's digest");
            evidence.signed_digest = Some(digest);
        }
        Ok(digest) => {
            evidence.signed_digest = Some(digest.clone());
            evidence.refuse("payload", &Refusal::OtherImage { signed: digest });
        }
        Err(refusal) => evidence.refuse("payload", &refusal),
    }
    Ok(prove(&material, context.trust, context.now, evidence))
}

/// The digest that a simple signing payload names.
fn simple_digest(payload: &[u8]) -> Result<String, Refusal> {
    #[derive(Deserialize)]
    struct Payload {
        critical: Critical,
    }
    #[derive(Deserialize)]
    struct Critical {
        image: Image,
        #[serde(rename = "type")]
        kind: String,
    }
    #[derive(Deserialize)]
    struct Image {
        #[serde(rename = "docker-manifest-digest")]
        digest: String,
    }
    const KIND: &str = "cosign container image signature";
    let payload: Payload =
        serde_json::from_slice(payload).map_err(|error| Refusal::malformed("the payload", error.to_string()))?;
    let kind = payload.critical.kind;
    if kind != KIND && kind != "https://sigstore.dev/cosign/sign/v1" {
        return Err(Refusal::PayloadType { found: kind, expected: KIND });
    }
    Ok(payload.critical.image.digest)
}

/// Verifies an attestation's envelope; its payload is read elsewhere. `document` is the envelope as stored.
pub(super) fn verify_envelope(
    envelope: &Envelope,
    document: &[u8],
    annotations: &Annotations,
    context: &Context<'_>,
    evidence: &mut Evidence,
) -> Standing {
    let [signature] = envelope.signatures.as_slice() else {
        evidence.refuse("signature", &Refusal::SignatureCount { count: envelope.signatures.len() });
        return Standing::Unchecked;
    };
    let signed = envelope.signed_bytes();
    let material = Material {
        signature,
        signed: Signed::Bytes(&signed),
        payload: Some(&envelope.payload),
        certificate: None,
        intermediates: Vec::new(),
        entries: Vec::new(),
        timestamps: Vec::new(),
        // Cosign has the whole envelope timestamped, for want of a signature annotation.
        timestamped: document,
        demand_proof: false,
    };
    match with_annotations(material, annotations) {
        Ok(material) => prove(&material, context.trust, context.now, evidence),
        Err(refusal) => {
            evidence.refuse("annotations", &refusal);
            Standing::Unchecked
        }
    }
}

fn with_annotations<'a>(mut material: Material<'a>, annotations: &Annotations) -> Result<Material<'a>, Refusal> {
    let present = |name: &str| annotations.get(name).filter(|text| !text.is_empty());
    if let Some(pem) = present(CERTIFICATE) {
        let certificates = Certificate::all_from_pem(pem)?;
        let first = certificates.first().ok_or_else(|| Refusal::malformed("the certificate", "it is no PEM"))?;
        material.certificate = Some(first.der().to_vec());
    }
    if let Some(pem) = present(CHAIN) {
        material.intermediates = Certificate::all_from_pem(pem)?.iter().map(|one| one.der().to_vec()).collect();
    }
    if let Some(json) = present(BUNDLE) {
        material.entries.push(rekor_bundle(json)?);
    }
    if let Some(json) = present(TIMESTAMP) {
        #[derive(Deserialize)]
        #[serde(rename_all = "PascalCase")]
        struct File {
            #[serde(rename = "SignedRFC3161Timestamp")]
            timestamp: String,
        }
        let file: File = serde_json::from_str(json).map_err(|error| Refusal::malformed("the timestamp", error.to_string()))?;
        let der = base64(&file.timestamp).ok_or_else(|| Refusal::malformed("the timestamp", "it is no base64"))?;
        material.timestamps.push(der);
    }
    Ok(material)
}

/// The log entry of the bundle annotation: a signed entry timestamp without an inclusion proof.
fn rekor_bundle(json: &str) -> Result<LogEntry, Refusal> {
    #[derive(Deserialize)]
    #[serde(rename_all = "PascalCase")]
    struct File {
        signed_entry_timestamp: String,
        payload: Payload,
    }
    #[derive(Deserialize)]
    #[serde(rename_all = "camelCase")]
    struct Payload {
        body: String,
        integrated_time: u64,
        log_index: u64,
        #[serde(rename = "logID")]
        log_id: String,
    }
    let bad = |why: &str| Refusal::malformed("the log entry", why);
    let file: File = serde_json::from_str(json).map_err(|error| bad(&error.to_string()))?;
    Ok(LogEntry {
        log_id: unhex(&file.payload.log_id).ok_or_else(|| bad("its log id is no hex"))?,
        index: file.payload.log_index,
        integrated_time: file.payload.integrated_time,
        signed_entry_timestamp: Some(base64(&file.signed_entry_timestamp).ok_or_else(|| bad("its timestamp is no base64"))?),
        proof: None,
        body: base64(&file.payload.body).ok_or_else(|| bad("its body is no base64"))?,
    })
}
