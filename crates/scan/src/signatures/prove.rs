//! Proving a Sigstore signature, by a given key or without one ("keyless").
//!
//! Sigstore client specification, "Verification": time, certificate chain, certificate log, transparency log, signature,
//! identity. One flow for Cosign's annotations and for bundles. Proof: `tests/suite/signatures/{scenes,conformance}.rs`.

use super::certificate::Certificate;
use super::chain::{self, CODE_SIGNING};
use super::encoding::rfc3339;
use super::evidence::{Evidence, Standing};
use super::fulcio;
use super::key::{Hash, PublicKey, Scheme};
use super::log_entry::{About, LogEntry};
use super::refusal::Refusal;
use super::sct;
use super::timestamp;
use super::trust::Trust;
use super::trusted_root::TrustedRoot;

/// What was signed.
#[derive(Debug, Clone, Copy)]
pub(super) enum Signed<'a> {
    /// These bytes.
    Bytes(&'a [u8]),
    /// Bytes of which only the SHA-256 is at hand.
    Sha256(&'a [u8]),
}

/// Everything that comes with one signature.
#[derive(Debug)]
pub(super) struct Material<'a> {
    /// The raw signature.
    pub(super) signature: &'a [u8],
    /// What it is over.
    pub(super) signed: Signed<'a>,
    /// DSSE payload, for envelopes.
    pub(super) payload: Option<&'a [u8]>,
    /// Signer's certificate, DER; none for signatures by a key.
    pub(super) certificate: Option<Vec<u8>>,
    /// Further certificates, DER.
    pub(super) intermediates: Vec<Vec<u8>>,
    /// Transparency log entries.
    pub(super) entries: Vec<LogEntry>,
    /// RFC 3161 timestamps.
    pub(super) timestamps: Vec<Vec<u8>>,
    /// What the timestamps are over.
    pub(super) timestamped: &'a [u8],
    /// Entries must come with an inclusion proof and a checkpoint (bundles since v0.2).
    pub(super) demand_proof: bool,
}

/// Verifies everything that can be verified and says how the signer stands.
pub(super) fn prove(material: &Material<'_>, trust: &Trust, now: u64, evidence: &mut Evidence) -> Standing {
    match &material.certificate {
        Some(certificate) => match &trust.root {
            Some(root) => keyless(material, certificate, root, trust, now, evidence),
            None => {
                evidence.reason("it is keyless, and no trusted root was given");
                name_unproven(certificate, evidence);
                Standing::Unchecked
            }
        },
        None => keyed(material, trust, now, evidence),
    }
}

/// Names the signer that a certificate claims without proof, in a step that says so.
fn name_unproven(certificate: &[u8], evidence: &mut Evidence) {
    let identity = Certificate::from_der(certificate).ok().and_then(|certificate| fulcio::identity(&certificate));
    if let Some(identity) = identity {
        evidence.left_out("signer", format!("its certificate names {}, unproven", identity.subject));
    }
}

fn keyed(material: &Material<'_>, trust: &Trust, now: u64, evidence: &mut Evidence) -> Standing {
    if trust.keys.is_empty() {
        evidence.reason("it was made with a key, and no public key was given");
        evidence.left_out("signature", "no public key was given");
        return Standing::Unchecked;
    }
    let fits = |key: &&PublicKey| verify_signature(key, material).is_ok();
    let Some(key) = trust.keys.iter().find(fits) else {
        let refusal = match trust.keys.as_slice() {
            [only] => verify_signature(only, material).err().unwrap_or(Refusal::NoKeyFits { count: 1 }),
            several => Refusal::NoKeyFits { count: several.len() },
        };
        evidence.refuse("signature", &refusal);
        return Standing::Unchecked;
    };
    if let Ok(scheme) = verify_signature(key, material) {
        evidence.algorithm = Some(key.describe(scheme));
        evidence.proven("signature", format!("{} by the given key {}", key.describe(scheme), key.fingerprint()));
    }
    evidence.signer = Some(format!("the given key {}", key.fingerprint()));
    // With a given key, a log entry is no condition; one that is there must be right.
    match &trust.root {
        Some(root) => {
            let mut times = Vec::new();
            verify_timestamps(material, root, now, evidence, &mut times);
            if material.entries.is_empty() {
                evidence.left_out("transparency log", "it has no entry; a given key needs none");
            } else {
                verify_entries(material, Some(key.spki()), root, now, evidence, &mut times);
            }
            evidence.signed_at = times.iter().min().copied();
        }
        None if !material.entries.is_empty() => evidence.left_out("transparency log", "no trusted root was given"),
        None => {}
    }
    Standing::Trusted
}

fn keyless(
    material: &Material<'_>,
    certificate: &[u8],
    root: &TrustedRoot,
    trust: &Trust,
    now: u64,
    evidence: &mut Evidence,
) -> Standing {
    let leaf = match Certificate::from_der(certificate) {
        Ok(leaf) => leaf,
        Err(refusal) => {
            evidence.refuse("certificate", &refusal);
            return Standing::Unchecked;
        }
    };
    let mut times = Vec::new();
    verify_timestamps(material, root, now, evidence, &mut times);
    if material.entries.is_empty() && !root.transparency_logs.is_empty() {
        evidence.refuse("transparency log", &Refusal::LogEntryMissing);
    }
    verify_entries(material, Some(leaf.der()), root, now, evidence, &mut times);
    if times.is_empty() {
        evidence.refuse("signing time", &Refusal::NoTime);
    }
    let issuer = verify_certificate(&leaf, material, root, &times, evidence);
    if let Some(issuer) = issuer
        && !root.certificate_logs.is_empty()
    {
        let outcome = sct::verify(&leaf, &issuer, &root.certificate_logs);
        evidence
            .step("certificate log", outcome, |(log, at)| format!("{log} promised to hold the certificate at {}", rfc3339(*at)));
    }
    match leaf.public_key() {
        Ok(key) => {
            if let Some(scheme) = evidence.step("signature", verify_signature(&key, material), |scheme| key.describe(*scheme)) {
                evidence.algorithm = Some(key.describe(scheme));
            }
        }
        Err(refusal) => evidence.refuse("signature", &refusal),
    }
    evidence.signed_at = times.iter().min().copied();
    judge(&leaf, trust, evidence)
}

/// Chain, validity and purpose at every proven time. Gives the issuing certificate.
fn verify_certificate(
    leaf: &Certificate,
    material: &Material<'_>,
    root: &TrustedRoot,
    times: &[u64],
    evidence: &mut Evidence,
) -> Option<Certificate> {
    let given: Vec<Certificate> = material.intermediates.iter().filter_map(|der| Certificate::from_der(der).ok()).collect();
    let mut issuer = None;
    for at in times {
        let outcome = issued_by(leaf, &given, root, *at);
        issuer = evidence.step("certificate", outcome, |(issuer, name)| {
            format!("issued by {} of {name}, valid at {}", issuer.shown(), rfc3339(*at))
        });
        if issuer.is_none() {
            break;
        }
    }
    if let Err(refusal) = chain::meant_for(leaf, CODE_SIGNING, "code signing", true) {
        evidence.refuse("certificate", &refusal);
    }
    issuer.map(|(issuer, _)| issuer)
}

fn issued_by(leaf: &Certificate, given: &[Certificate], root: &TrustedRoot, at: u64) -> Result<(Certificate, String), Refusal> {
    let mut refused = Refusal::UntrustedIssuer { subject: leaf.shown() };
    leaf.valid_at(at)?;
    for authority in &root.certificate_authorities {
        let Some((anchor, middle)) = authority.chain.split_last() else { continue };
        let intermediates: Vec<Certificate> = middle.iter().chain(given).cloned().collect();
        match chain::verify(leaf, &intermediates, std::slice::from_ref(anchor), at) {
            Ok(_) if !authority.in_force(at) => {
                refused = Refusal::AuthorityTime { what: format!("the authority {}", authority.name), at: rfc3339(at) };
            }
            Ok(chain) => {
                let issuer = chain.first().copied().unwrap_or(anchor).clone();
                return Ok((issuer, authority.name.clone()));
            }
            Err(Refusal::UntrustedIssuer { .. } | Refusal::WrongSignature { .. }) => {}
            Err(refusal) => refused = refusal,
        }
    }
    Err(refused)
}

fn verify_timestamps(material: &Material<'_>, root: &TrustedRoot, now: u64, evidence: &mut Evidence, times: &mut Vec<u64>) {
    for der in &material.timestamps {
        match timestamp::verify(der, material.timestamped, &root.timestamp_authorities, now) {
            Ok((time, authority)) => {
                evidence.proven("timestamp", format!("{authority} says it existed at {}", rfc3339(time)));
                times.push(time);
            }
            Err(Refusal::TimestampUntrusted) => {
                evidence.left_out("timestamp", Refusal::TimestampUntrusted.to_string());
            }
            Err(refusal) => evidence.refuse("timestamp", &refusal),
        }
    }
}

fn verify_entries(
    material: &Material<'_>,
    verifier: Option<&[u8]>,
    root: &TrustedRoot,
    now: u64,
    evidence: &mut Evidence,
    times: &mut Vec<u64>,
) {
    let (message, message_sha256) = match material.signed {
        Signed::Bytes(bytes) => (Some(bytes), None),
        Signed::Sha256(hash) => (None, Some(hash)),
    };
    let about = About { signature: material.signature, message, message_sha256, payload: material.payload, verifier };
    for entry in &material.entries {
        let outcome = entry.verify(root, material.demand_proof, now).and_then(|logged| entry.is_about(&about).map(|()| logged));
        let logged = evidence.step("transparency log", outcome, |logged| {
            let when = logged.time.map(|at| format!(", taken at {}", rfc3339(at))).unwrap_or_default();
            format!("{} holds it as entry {}{when}", logged.log, logged.index)
        });
        if let Some(logged) = logged {
            evidence.log_index = Some(logged.index);
            times.extend(logged.time);
        }
    }
}

fn verify_signature(key: &PublicKey, material: &Material<'_>) -> Result<Scheme, Refusal> {
    match material.signed {
        Signed::Bytes(bytes) => key.verify_usual(bytes, material.signature),
        Signed::Sha256(hash) => {
            for scheme in key.usual_schemes() {
                if matches!(scheme, Scheme::Ecdsa(Hash::Sha256) | Scheme::RsaPkcs1(Hash::Sha256) | Scheme::RsaPss(Hash::Sha256)) {
                    match key.verify_hashed(*scheme, hash, material.signature) {
                        Err(_) => {}
                        Ok(()) => return Ok(*scheme),
                    }
                }
            }
            key.verify_usual(&[], material.signature)
        }
    }
}

/// Holds the certificate's identity against those that are expected.
fn judge(leaf: &Certificate, trust: &Trust, evidence: &mut Evidence) -> Standing {
    let Some(identity) = fulcio::identity(leaf) else {
        evidence.refuse("signer", &Refusal::malformed("the certificate", "it names nobody"));
        return Standing::Unchecked;
    };
    evidence.signer = Some(identity.subject.clone());
    evidence.issuer = (!identity.issuer.is_empty()).then(|| identity.issuer.clone());
    let mut refused = None;
    for expected in &trust.expected {
        match expected.check(&identity.subject, &identity.issuer) {
            Ok(()) => {
                evidence.proven("signer", format!("{} is expected", identity.subject));
                return Standing::Trusted;
            }
            Err(refusal) => refused = refused.or(Some(refusal)),
        }
    }
    match refused {
        Some(refusal) => evidence.refuse("signer", &refusal),
        None => {
            evidence.reason("nobody told us whom to expect");
            evidence.left_out("signer", "nobody told us whom to expect");
        }
    }
    Standing::Unjudged
}
