//! Verifying one Sigstore bundle: over an image, or over any artifact of which the digest is known.
//!
//! Sigstore client specification. Bundles hold either a message signature over a digest or an envelope with an in-toto
//! statement. Proof: `tests/suite/signatures/conformance.rs`.

use porthole_oci::Digest;
use porthole_report::Signature;

use super::attestation::Statement;
use super::bundle::{Bundle, Content};
use super::cosign::Context;
use super::evidence::{Evidence, Standing};
use super::machine::Subject;
use super::prove::{Material, Signed, prove};
use super::refusal::Refusal;
use super::trust::Trust;

/// A verified or refused bundle, and the statement that it carries.
pub(super) struct Opened {
    pub(super) evidence: Evidence,
    pub(super) standing: Standing,
    /// The in-toto statement, for envelopes; readable whether verified or not.
    pub(super) statement: Option<Statement>,
}

/// Verifies a bundle over an artifact, outside of any image.
///
/// `bytes` are the artifact's own, where they are at hand (Ed25519 needs them).
pub fn verify_artifact(bundle: &[u8], digest: Digest, bytes: Option<&[u8]>, trust: &Trust, now: u64) -> Signature {
    let subject = Subject { manifests: vec![(digest, bytes.map(<[u8]>::to_vec))], altered: Vec::new(), repository: None };
    let opened = open(bundle, "", &Context { subject: &subject, trust, now });
    opened.evidence.conclude(opened.standing, "this artifact")
}

/// Verifies a bundle.
pub(super) fn open(json: &[u8], found_in: &str, context: &Context<'_>) -> Opened {
    let mut evidence = Evidence::new("sigstore-bundle", found_in);
    match prove_bundle(json, context, &mut evidence) {
        Ok((standing, statement)) => Opened { evidence, standing, statement },
        Err(refusal) => {
            evidence.refuse("bundle", &refusal);
            Opened { evidence, standing: Standing::Unchecked, statement: None }
        }
    }
}

fn prove_bundle(json: &[u8], context: &Context<'_>, evidence: &mut Evidence) -> Result<(Standing, Option<Statement>), Refusal> {
    let bundle = Bundle::parse(json)?;
    let material = |signature, signed, payload| Material {
        signature,
        signed,
        payload,
        certificate: bundle.certificate.clone(),
        intermediates: bundle.intermediates.clone(),
        entries: bundle.entries.clone(),
        timestamps: bundle.timestamps.clone(),
        timestamped: signature,
        demand_proof: bundle.version >= 2,
    };
    match &bundle.content {
        Content::Message { algorithm, digest, signature } => {
            if algorithm != "SHA2_256" {
                return Err(Refusal::Unsupported { what: "the message digest", name: algorithm.clone() });
            }
            let found = context.subject.manifests.iter().find(|(known, _)| known.as_bytes() == digest.as_slice());
            let named = format!("sha256:{}", super::encoding::hex(digest));
            evidence.signed_digest = Some(named.clone());
            // The digest in a bundle is a hint: what counts is that the signature fits the artifact's own digest.
            let Some((known, bytes)) = found.or(context.subject.manifests.first()) else {
                return Err(Refusal::OtherImage { signed: named });
            };
            if found.is_none() {
                evidence.refuse("payload", &Refusal::OtherImage { signed: named });
            }
            let signed = match bytes {
                Some(bytes) => Signed::Bytes(bytes),
                None => Signed::Sha256(known.as_bytes()),
            };
            Ok((prove(&material(signature, signed, None), context.trust, context.now, evidence), None))
        }
        Content::Envelope(envelope) => {
            let [signature] = envelope.signatures.as_slice() else {
                return Err(Refusal::SignatureCount { count: envelope.signatures.len() });
            };
            let signed = envelope.signed_bytes();
            let material = material(signature, Signed::Bytes(&signed), Some(&envelope.payload));
            let standing = prove(&material, context.trust, context.now, evidence);
            match Statement::parse(&envelope.payload_type, &envelope.payload) {
                Ok(statement) => {
                    statement.check_subject(context.subject, evidence);
                    Ok((standing, Some(statement)))
                }
                Err(refusal) => {
                    evidence.refuse("payload", &refusal);
                    Ok((standing, None))
                }
            }
        }
    }
}
