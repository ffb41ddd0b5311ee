//! What a person trusts: keys, roots, expected signers, Notary Project stores and policies.
//!
//! Holds no rule of its own beyond matching names. Nothing here is read from an image.

use serde::Deserialize;

use super::key::PublicKey;
use super::notation::{NotationTrust, StoreKind, TrustPolicy, TrustStore};
use super::refusal::Refusal;
use super::trusted_root::TrustedRoot;

/// Everything that signatures are held against.
#[derive(Debug, Clone, Default)]
pub struct Trust {
    /// Keys that may sign.
    pub keys: Vec<PublicKey>,
    /// Logs and authorities of keyless signatures; `None` leaves keyless signatures unchecked.
    pub root: Option<TrustedRoot>,
    /// Keyless signers that are expected; one that fits suffices. Empty: nobody said whom to expect.
    pub expected: Vec<Expected>,
    /// Notary Project trust stores and policy.
    pub notation: NotationTrust,
}

impl Trust {
    /// Trusts the public-good Sigstore instance's logs and authorities, and nobody in particular.
    ///
    /// # Errors
    /// None in practice: the root ships with the program and a test reads it.
    pub fn public_good() -> Result<Self, Refusal> {
        Ok(Self { root: Some(TrustedRoot::public_good()?), ..Self::default() })
    }

    /// Expects every one of these keyless signers, vouched for by any of these issuers; an empty list means any. Nothing
    /// when both are empty. A policy's lists ([`porthole_report::policy::SignatureRule`]) say whom to expect as options do.
    pub fn expect(&mut self, identities: &[String], issuers: &[String]) {
        if identities.is_empty() && issuers.is_empty() {
            return;
        }
        let some = |patterns: &[String]| match patterns {
            [] => vec![None],
            patterns => patterns.iter().cloned().map(Some).collect(),
        };
        let issuers = some(issuers);
        for identity in some(identities) {
            self.expected.extend(issuers.iter().cloned().map(|issuer| Expected { identity: identity.clone(), issuer }));
        }
    }
}

/// What a person types or picks, as text: a host that has no files (the page) hands this over.
#[derive(Debug, Clone, Default, Deserialize)]
#[serde(default, deny_unknown_fields, rename_all = "camelCase")]
pub struct TrustText {
    /// Public keys, PEM.
    pub keys: Vec<String>,
    /// Expected keyless signers, e-mail addresses or URIs; `*` stands for anything.
    pub identities: Vec<String>,
    /// Expected issuers of keyless signers.
    pub issuers: Vec<String>,
    /// Sigstore's `trusted_root.json`; the public instance's where it is none.
    pub trusted_root: Option<String>,
    /// Notary Project trust stores.
    pub stores: Vec<StoreText>,
    /// Notary Project `trustpolicy.json`.
    pub policy: Option<String>,
}

/// A Notary Project trust store as text.
#[derive(Debug, Clone, Default, Deserialize)]
#[serde(default, deny_unknown_fields, rename_all = "camelCase")]
pub struct StoreText {
    /// `ca`, `signingAuthority` or `tsa`.
    pub kind: String,
    /// Name, as trust policies name it.
    pub name: String,
    /// Certificates, PEM.
    pub pem: String,
}

impl TrustText {
    /// From JSON.
    ///
    /// # Errors
    /// [`Refusal::Malformed`] for another shape.
    pub fn from_json(json: &str) -> Result<Self, Refusal> {
        serde_json::from_str(json).map_err(|error| Refusal::malformed("what is trusted", error.to_string()))
    }

    /// Reads every text.
    ///
    /// # Errors
    /// A [`Refusal`] that says which is wrong, and why.
    pub fn read(&self) -> Result<Trust, Refusal> {
        let root = match &self.trusted_root {
            Some(root) => TrustedRoot::parse(root.as_bytes()),
            None => TrustedRoot::public_good(),
        };
        let mut trust = Trust { root: Some(root?), ..Trust::default() };
        trust.keys = self.keys.iter().map(|pem| PublicKey::from_pem(pem)).collect::<Result<_, _>>()?;
        trust.expect(&self.identities, &self.issuers);
        let store = |store: &StoreText| TrustStore::from_pem(StoreKind::named(&store.kind)?, &store.name, &store.pem);
        trust.notation.stores = self.stores.iter().map(store).collect::<Result<_, _>>()?;
        trust.notation.policy = self.policy.as_ref().map(|policy| TrustPolicy::parse(policy.as_bytes())).transpose()?;
        Ok(trust)
    }
}

/// A keyless signer that is expected. `*` stands for any number of characters; everything else for itself.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Expected {
    /// E-mail address or URI; `None` for anybody.
    pub identity: Option<String>,
    /// OIDC issuer; `None` for any.
    pub issuer: Option<String>,
}

impl Expected {
    /// Refuses a signer that does not fit.
    pub(super) fn check(&self, identity: &str, issuer: &str) -> Result<(), Refusal> {
        match (&self.identity, &self.issuer) {
            (Some(pattern), _) if !matches(pattern, identity) => {
                Err(Refusal::Identity { found: identity.into(), expected: pattern.clone() })
            }
            (_, Some(pattern)) if !matches(pattern, issuer) => {
                Err(Refusal::Issuer { found: issuer.into(), expected: pattern.clone() })
            }
            _ => Ok(()),
        }
    }
}

/// Glob with `*` alone, in linear time: the last star is the only one that is ever retried.
pub(super) fn matches(pattern: &str, text: &str) -> bool {
    let (pattern, text) = (pattern.as_bytes(), text.as_bytes());
    let (mut p, mut t) = (0, 0);
    let mut retry = None;
    while let Some(byte) = text.get(t) {
        match pattern.get(p) {
            Some(b'*') => {
                retry = Some((p, t));
                p += 1;
            }
            Some(wanted) if wanted == byte => {
                p += 1;
                t += 1;
            }
            _ => match retry {
                Some((star, from)) => {
                    retry = Some((star, from + 1));
                    p = star + 1;
                    t = from + 1;
                }
                None => return false,
            },
        }
    }
    pattern.get(p..).unwrap_or_default().iter().all(|byte| *byte == b'*')
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn stars_stand_for_any_characters_and_nothing_else_does() {
        for (pattern, text, expected) in [
            ("a@example.com", "a@example.com", true),
            ("a@example.com", "a@exampleXcom", false),
            ("*@example.com", "a@example.com", true),
            ("*@example.com", "a@example.com.evil", false),
            ("https://github.com/org/*@refs/tags/v*", "https://github.com/org/repo/.github/w.yml@refs/tags/v1", true),
            ("https://github.com/org/*", "https://github.com/organ/x", false),
            ("*", "", true),
            ("", "x", false),
            ("a*b*c", "abbbc", true),
            ("a*b*c", "acb", false),
        ] {
            assert_eq!(matches(pattern, text), expected, "{pattern} {text}");
        }
    }
}
