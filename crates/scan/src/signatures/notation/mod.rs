//! Notary Project signatures (`notation sign`): envelopes with X.509 chains, held against trust stores and a trust policy.
//!
//! notaryproject/specifications: `signature-specification.md`, `trust-store-trust-policy.md`. Revocation needs the network
//! and is not looked at; every report says so. Proof: `tests/suite/signatures/scenes.rs`.

mod cose;
mod jws;
mod policy;

use porthole_report::Signature;
use serde::Deserialize;

use super::certificate::Certificate;
use super::chain::{self, CODE_SIGNING};
use super::encoding::rfc3339;
use super::evidence::{Evidence, Standing};
use super::key::{Hash, PublicKey, Scheme};
use super::log_entry::CLOCK_SKEW;
use super::machine::Subject;
use super::refusal::Refusal;
use super::timestamp;
use super::trusted_root::Authority;

use policy::{Action, Applied};
pub use policy::{NotationTrust, StoreKind, TrustPolicy, TrustStore};

/// Type of the payload.
const PAYLOAD: &str = "application/vnd.cncf.notary.payload.v1+json";
/// Signing by a person's own key, and by an authority that keeps keys and clock.
const SCHEMES: [&str; 2] = ["notary.x509", "notary.x509.signingAuthority"];
/// Attributes that are understood, so that they may be critical.
const UNDERSTOOD: [&str; 4] = [
    "io.cncf.notary.signingScheme",
    "io.cncf.notary.signingTime",
    "io.cncf.notary.authenticSigningTime",
    "io.cncf.notary.expiry",
];

/// An envelope in parts, whichever its encoding.
#[derive(Debug)]
struct Envelope {
    content_type: String,
    payload: Vec<u8>,
    algorithm: Algorithm,
    /// What the signature is over.
    signed: Vec<u8>,
    signature: Vec<u8>,
    signing_scheme: String,
    critical: Vec<String>,
    /// Claimed by the signer.
    signing_time: Option<u64>,
    /// Vouched for by a signing authority.
    authentic_time: Option<u64>,
    expiry: Option<u64>,
    /// Certificates, DER, the signer's first.
    chain: Vec<Vec<u8>>,
    /// RFC 3161 token over the signature.
    timestamp: Option<Vec<u8>>,
}

/// Algorithm of the envelope: its name and scheme.
#[derive(Debug)]
struct Algorithm {
    name: String,
    scheme: Scheme,
}

impl Algorithm {
    /// By name; `none`, HMAC and PKCS #1 v1.5 are not allowed by the specification.
    fn named(name: &str) -> Result<Self, Refusal> {
        let scheme = match name {
            "PS256" => Scheme::RsaPss(Hash::Sha256),
            "PS384" => Scheme::RsaPss(Hash::Sha384),
            "PS512" => Scheme::RsaPss(Hash::Sha512),
            "ES256" => Scheme::Ecdsa(Hash::Sha256),
            "ES384" => Scheme::Ecdsa(Hash::Sha384),
            "ES512" => Scheme::Ecdsa(Hash::Sha512),
            other => return Err(Refusal::Unsupported { what: "the envelope's algorithm", name: other.into() }),
        };
        Ok(Self { name: name.to_owned(), scheme })
    }

    /// The specification ties each key size to one algorithm.
    fn belongs_to(&self, key: &PublicKey) -> Result<(), Refusal> {
        let expected = match key.kind().as_str() {
            "RSA 2048" => "PS256",
            "RSA 3072" => "PS384",
            "RSA 4096" => "PS512",
            "ECDSA P-256" => "ES256",
            "ECDSA P-384" => "ES384",
            _ => "",
        };
        if self.name == expected {
            return Ok(());
        }
        Err(Refusal::AlgorithmMismatch { algorithm: self.name.clone(), key: key.kind() })
    }
}

/// One signature manifest's envelope.
#[derive(Debug, Clone, Copy)]
pub(super) struct Input<'a> {
    /// Media type of the envelope's layer.
    pub(super) media_type: &'a str,
    /// The envelope.
    pub(super) bytes: &'a [u8],
    /// Digest of the signature manifest.
    pub(super) found_in: &'a str,
    /// The manifest's thumbprint annotation, a JSON array of hex SHA-256.
    pub(super) thumbprints: Option<&'a str>,
}

/// True for the media types of envelopes.
pub(super) fn is_media_type(media_type: &str) -> bool {
    matches!(media_type, "application/jose+json" | "application/cose")
}

/// Verifies one envelope.
pub(super) fn verify(input: Input<'_>, subject: &Subject, trust: &NotationTrust, now: u64) -> Signature {
    let format = if input.media_type == "application/cose" { "notation-cose" } else { "notation-jws" };
    let mut evidence = Evidence::new(format, input.found_in);
    let standing = prove(input, subject, trust, now, &mut evidence).unwrap_or_else(|refusal| {
        evidence.refuse("envelope", &refusal);
        Standing::Unchecked
    });
    evidence.conclude(standing, "this image")
}

fn prove(
    input: Input<'_>,
    subject: &Subject,
    trust: &NotationTrust,
    now: u64,
    evidence: &mut Evidence,
) -> Result<Standing, Refusal> {
    let envelope = match input.media_type {
        "application/cose" => cose::parse(input.bytes)?,
        _ => jws::parse(input.bytes)?,
    };
    check_form(&envelope)?;
    let chain: Vec<Certificate> = envelope.chain.iter().map(|der| Certificate::from_der(der)).collect::<Result<_, _>>()?;
    let (leaf, rest) = chain.split_first().ok_or(Refusal::AttributeMissing { name: "x5c" })?;
    check_thumbprints(input.thumbprints, &chain)?;
    let key = leaf.public_key()?;
    envelope.algorithm.belongs_to(&key)?;
    key.verify_jose(envelope.algorithm.scheme, &envelope.signed, &envelope.signature)?;
    evidence.algorithm = Some(key.describe(envelope.algorithm.scheme));
    evidence.proven("signature", format!("{} by the key of {}", key.describe(envelope.algorithm.scheme), leaf.shown()));
    evidence.signed_digest = Some(payload_digest(&envelope.payload, subject)?);
    evidence.proven("payload", "it names this image's digest");

    let applied = match trust.applied(subject.repository.as_deref()) {
        Ok(Some(applied)) => applied,
        Ok(None) => {
            evidence.reason("no trust store was given");
            evidence.left_out("certificate", format!("{} says so of itself; no trust store was given", leaf.shown()));
            return Ok(Standing::Unchecked);
        }
        Err(refusal) => {
            evidence.refuse("trust policy", &refusal);
            return Ok(Standing::Unchecked);
        }
    };
    if applied.skips() {
        evidence.reason("the trust policy says to skip verification here");
        return Ok(Standing::Unchecked);
    }
    evidence.signer = Some(leaf.shown());
    let at = proven_time(&envelope, &applied, now, evidence);
    let kind = if envelope.signing_scheme == SCHEMES[1] { StoreKind::SigningAuthority } else { StoreKind::Ca };
    let anchors = applied.anchors(kind);
    let authentic = chain::meant_for(leaf, CODE_SIGNING, "code signing", false)
        .and_then(|()| check_time(leaf, rest, &anchors, at.unwrap_or(now), &applied, evidence))
        .and_then(|()| applied.identity_is_trusted(leaf));
    let standing = applied.note(Action::Authenticity, "certificate", authentic, evidence, || {
        format!("the chain leads from {} to the trust store {}", leaf.shown(), applied.store_names())
    });
    let expiry = match envelope.expiry {
        Some(expiry) if expiry < now => Err(Refusal::Expired { at: rfc3339(expiry) }),
        _ => Ok(()),
    };
    applied.note(Action::Expiry, "expiry", expiry, evidence, || {
        envelope.expiry.map_or("the signature states none".into(), |at| format!("not before {}", rfc3339(at)))
    });
    evidence.left_out("revocation", "asking the authority needs the network");
    Ok(if standing { Standing::Trusted } else { Standing::Unjudged })
}

fn check_form(envelope: &Envelope) -> Result<(), Refusal> {
    if envelope.content_type != PAYLOAD {
        return Err(Refusal::PayloadType { found: envelope.content_type.clone(), expected: PAYLOAD });
    }
    if let Some(unknown) = envelope.critical.iter().find(|name| !UNDERSTOOD.contains(&name.as_str())) {
        return Err(Refusal::CriticalAttribute { name: unknown.clone() });
    }
    if !SCHEMES.contains(&envelope.signing_scheme.as_str()) {
        return Err(Refusal::Unsupported { what: "the signing scheme", name: envelope.signing_scheme.clone() });
    }
    let must_be_critical = |present: bool, name: &'static str| {
        let critical = envelope.critical.iter().any(|critical| critical == name);
        if present && !critical { Err(Refusal::malformed("the envelope", format!("`{name}` is not critical"))) } else { Ok(()) }
    };
    must_be_critical(true, UNDERSTOOD[0])?;
    must_be_critical(envelope.expiry.is_some(), UNDERSTOOD[3])?;
    if envelope.signing_scheme == SCHEMES[1] {
        must_be_critical(true, UNDERSTOOD[2])?;
        if envelope.authentic_time.is_none() {
            return Err(Refusal::AttributeMissing { name: UNDERSTOOD[2] });
        }
    } else if envelope.signing_time.is_none() {
        return Err(Refusal::AttributeMissing { name: UNDERSTOOD[1] });
    }
    Ok(())
}

fn check_thumbprints(annotation: Option<&str>, chain: &[Certificate]) -> Result<(), Refusal> {
    let Some(annotation) = annotation else { return Ok(()) };
    let listed: Vec<String> = serde_json::from_str(annotation).map_err(|_| Refusal::Thumbprints)?;
    let actual: Vec<String> = chain.iter().map(Certificate::thumbprint).collect();
    if listed == actual { Ok(()) } else { Err(Refusal::Thumbprints) }
}

/// The digest that the payload names, which must be the subject's.
fn payload_digest(payload: &[u8], subject: &Subject) -> Result<String, Refusal> {
    #[derive(Deserialize)]
    #[serde(rename_all = "camelCase")]
    struct Payload {
        target_artifact: Target,
    }
    #[derive(Deserialize)]
    struct Target {
        digest: String,
    }
    let payload: Payload =
        serde_json::from_slice(payload).map_err(|error| Refusal::malformed("the payload", error.to_string()))?;
    let digest = payload.target_artifact.digest;
    if subject.is(&digest) { Ok(digest) } else { Err(Refusal::OtherImage { signed: digest }) }
}

/// When it was signed, as far as somebody other than the signer says so.
fn proven_time(envelope: &Envelope, applied: &Applied<'_>, now: u64, evidence: &mut Evidence) -> Option<u64> {
    if let Some(at) = envelope.authentic_time.filter(|_| envelope.signing_scheme == SCHEMES[1]) {
        if at > now.saturating_add(CLOCK_SKEW) {
            evidence.refuse("signing time", &Refusal::Future { what: "the signing time", at: rfc3339(at) });
        } else {
            evidence.proven("signing time", format!("the signing authority says {}", rfc3339(at)));
            evidence.signed_at = Some(at);
        }
        return Some(at);
    }
    let token = envelope.timestamp.as_ref()?;
    let authorities: Vec<Authority> = applied.anchors(StoreKind::Tsa).into_iter().map(Authority::anchored).collect();
    if authorities.is_empty() {
        evidence.left_out("timestamp", "no trust store for timestamp authorities was given");
        return None;
    }
    match timestamp::verify(token, &envelope.signature, &authorities, now) {
        Ok((at, authority)) => {
            evidence.proven("timestamp", format!("{authority} says it existed at {}", rfc3339(at)));
            evidence.signed_at = Some(at);
            Some(at)
        }
        Err(refusal) => {
            applied.note(Action::AuthenticTimestamp, "timestamp", Err(refusal), evidence, String::new);
            None
        }
    }
}

/// The chain must hold at the proven time, or now where none is proven; a certificate that has merely run out since then is
/// a matter of the `authenticTimestamp` action.
fn check_time(
    leaf: &Certificate,
    rest: &[Certificate],
    anchors: &[Certificate],
    at: u64,
    applied: &Applied<'_>,
    evidence: &mut Evidence,
) -> Result<(), Refusal> {
    match chain::verify(leaf, rest, anchors, at) {
        Err(refusal @ Refusal::CertificateTime { .. }) => {
            applied.note(Action::AuthenticTimestamp, "signing time", Err(refusal), evidence, String::new);
            chain::verify(leaf, rest, anchors, leaf.validity().1).map(|_| ())
        }
        outcome => outcome.map(|_| ()),
    }
}
