//! What Fulcio's certificates say about a keyless signer.
//!
//! Fulcio's `docs/oid-info.md`: extensions under 1.3.6.1.4.1.57264.1. The first six hold plain text, later ones DER
//! UTF8Strings. Proof: `tests/suite/signatures/conformance.rs`.

use super::certificate::Certificate;
use super::tlv::Walk;

/// Who signed, by whose word, and from which build.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(super) struct Identity {
    /// Alternative name: an e-mail address, or the URI of a workflow.
    pub(super) subject: String,
    /// OIDC issuer.
    pub(super) issuer: String,
    /// Further claims as (name, value), in the order of their numbers.
    pub(super) claims: Vec<(&'static str, String)>,
}

/// Number of the extension, its name, and whether its value is a DER UTF8String.
const CLAIMS: &[(u32, &str, bool)] = &[
    (9, "build signer", true),
    (10, "build signer commit", true),
    (11, "runner", true),
    (12, "source repository", true),
    (13, "source commit", true),
    (14, "source ref", true),
    (16, "source owner", true),
    (18, "build configuration", true),
    (20, "build trigger", true),
    (21, "build run", true),
    (22, "source visibility", true),
];

/// Reads the identity; `None` when the certificate names nobody.
pub(super) fn identity(certificate: &Certificate) -> Option<Identity> {
    let subject = certificate.alternative_names().into_iter().next()?;
    let issuer = text(certificate, 8, true).or_else(|| text(certificate, 1, false)).unwrap_or_default();
    let claims = CLAIMS.iter().filter_map(|(number, name, der)| Some((*name, text(certificate, *number, *der)?))).collect();
    Some(Identity { subject, issuer, claims })
}

fn text(certificate: &Certificate, number: u32, der: bool) -> Option<String> {
    let value = certificate.extension(&format!("1.3.6.1.4.1.57264.1.{number}"))?;
    let bytes = if der { Walk::new(value).expect(0x0c)?.value } else { value };
    String::from_utf8(bytes.to_vec()).ok().filter(|text| !text.is_empty())
}
