//! Chains: from a signer's certificate to an authority that is trusted.
//!
//! RFC 5280, 6.1, as far as signing needs it: names, signatures, validity at one time, authority and path length, purpose,
//! unknown critical extensions. Revocation needs the network and is not looked at. Proof: `tests/suite/signatures/scenes.rs`.

use super::certificate::Certificate;
use super::refusal::Refusal;

/// Longest chain that is followed.
const MAX_DEPTH: usize = 8;

/// Extended key usage for code signing.
pub(super) const CODE_SIGNING: &str = "1.3.6.1.5.5.7.3.3";
/// Extended key usage for timestamps.
pub(super) const TIME_STAMPING: &str = "1.3.6.1.5.5.7.3.8";

/// Builds and verifies the chain at a time. Gives the authorities from the leaf's issuer up to the trusted one.
///
/// # Errors
/// The refusal of the most advanced attempt.
pub(super) fn verify<'a>(
    leaf: &'a Certificate,
    intermediates: &'a [Certificate],
    anchors: &'a [Certificate],
    at: u64,
) -> Result<Vec<&'a Certificate>, Refusal> {
    leaf.valid_at(at)?;
    leaf.refuse_unknown_critical()?;
    let mut chain = Vec::new();
    let mut current = leaf;
    // An anchor may be the leaf itself (a self-signed certificate that a person trusts).
    if anchors.contains(leaf) {
        return Ok(chain);
    }
    for depth in 0..MAX_DEPTH {
        let mut refused = None;
        let mut step = None;
        for (candidate, trusted) in
            anchors.iter().map(|anchor| (anchor, true)).chain(intermediates.iter().map(|middle| (middle, false)))
        {
            if candidate == current || !current.names_as_issuer(candidate) {
                continue;
            }
            match issued(current, candidate, depth, at) {
                Ok(()) => {
                    step = Some((candidate, trusted));
                    break;
                }
                Err(refusal) => refused = Some(refusal),
            }
        }
        let Some((issuer, trusted)) = step else {
            return Err(refused.unwrap_or_else(|| Refusal::UntrustedIssuer { subject: current.shown() }));
        };
        chain.push(issuer);
        if trusted {
            return Ok(chain);
        }
        current = issuer;
    }
    Err(Refusal::UntrustedIssuer { subject: current.shown() })
}

/// Checks one link; `below` counts the authorities between `issuer` and the leaf.
fn issued(certificate: &Certificate, issuer: &Certificate, below: usize, at: u64) -> Result<(), Refusal> {
    if !issuer.is_authority() || issuer.key_usage().is_some_and(|usage| !usage.key_cert_sign()) {
        return Err(Refusal::NotAnAuthority { subject: issuer.shown() });
    }
    if issuer.path_length().is_some_and(|longest| below > usize::from(longest)) {
        return Err(Refusal::PathTooLong { subject: issuer.shown() });
    }
    certificate.signed_by(issuer)?;
    issuer.valid_at(at)?;
    issuer.refuse_unknown_critical()
}

/// Refuses a leaf that is not meant for `purpose`: the wrong extended key usage, no digital signatures, or an authority.
pub(super) fn meant_for(leaf: &Certificate, usage: &str, purpose: &'static str, demanded: bool) -> Result<(), Refusal> {
    let refuse = || Err(Refusal::Purpose { subject: leaf.shown(), purpose });
    match leaf.extended_key_usages() {
        Some(usages) if !usages.iter().any(|found| found == usage) => return refuse(),
        None if demanded => return refuse(),
        _ => {}
    }
    if leaf.is_authority() || leaf.key_usage().is_some_and(|usage| !usage.digital_signature()) {
        return refuse();
    }
    Ok(())
}
