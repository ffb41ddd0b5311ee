//! Trust stores and trust policies: who may sign which repository, and what is enforced.
//!
//! notaryproject `trust-store-trust-policy.md`. A person gives stores as PEM and, if they wish, a policy; stores without a
//! policy mean: every repository, level `strict`, any identity that the stores vouch for.

use serde::Deserialize;

use super::super::certificate::{Certificate, distinguished_name};
use super::super::evidence::Evidence;
use super::super::refusal::Refusal;

/// What a trust store is for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum StoreKind {
    /// Signers' authorities.
    Ca,
    /// Signing authorities, which keep keys and clock.
    SigningAuthority,
    /// Timestamp authorities.
    Tsa,
}

impl StoreKind {
    /// By the name of its folder.
    ///
    /// # Errors
    /// [`Refusal::Unsupported`] for another name.
    pub fn named(name: &str) -> Result<Self, Refusal> {
        match name {
            "ca" => Ok(Self::Ca),
            "signingAuthority" => Ok(Self::SigningAuthority),
            "tsa" => Ok(Self::Tsa),
            other => Err(Refusal::Unsupported { what: "the kind of trust store", name: other.into() }),
        }
    }

    fn prefix(self) -> &'static str {
        match self {
            Self::Ca => "ca",
            Self::SigningAuthority => "signingAuthority",
            Self::Tsa => "tsa",
        }
    }
}

/// A named set of root certificates.
#[derive(Debug, Clone)]
pub struct TrustStore {
    kind: StoreKind,
    name: String,
    certificates: Vec<Certificate>,
}

impl TrustStore {
    /// Reads a store from PEM.
    ///
    /// # Errors
    /// [`Refusal::Malformed`] when a certificate can't be read or none is there.
    pub fn from_pem(kind: StoreKind, name: &str, pem: &str) -> Result<Self, Refusal> {
        let certificates = Certificate::all_from_pem(pem)?;
        if certificates.is_empty() {
            return Err(Refusal::malformed("the trust store", "it holds no certificate"));
        }
        Ok(Self { kind, name: name.to_owned(), certificates })
    }

    fn id(&self) -> String {
        format!("{}:{}", self.kind.prefix(), self.name)
    }
}

/// Stores and policy.
#[derive(Debug, Clone, Default)]
pub struct NotationTrust {
    /// Every store that was given.
    pub stores: Vec<TrustStore>,
    /// The policy; `None` trusts every store for every repository.
    pub policy: Option<TrustPolicy>,
}

/// A trust policy document (`trustpolicy.json`).
#[derive(Debug, Clone, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct TrustPolicy {
    version: String,
    trust_policies: Vec<Statement>,
}

#[derive(Debug, Clone, Deserialize)]
#[serde(rename_all = "camelCase")]
struct Statement {
    name: String,
    #[serde(default)]
    registry_scopes: Vec<String>,
    signature_verification: Level,
    #[serde(default)]
    trust_stores: Vec<String>,
    #[serde(default)]
    trusted_identities: Vec<String>,
}

#[derive(Debug, Clone, Deserialize)]
struct Level {
    level: String,
    #[serde(default, rename = "override")]
    overrides: std::collections::BTreeMap<String, String>,
}

impl TrustPolicy {
    /// Reads a policy document.
    ///
    /// # Errors
    /// [`Refusal::Malformed`]; [`Refusal::Unsupported`] for another version or level.
    pub fn parse(json: &[u8]) -> Result<Self, Refusal> {
        let policy: Self =
            serde_json::from_slice(json).map_err(|error| Refusal::malformed("the trust policy", error.to_string()))?;
        if policy.version != "1.0" {
            return Err(Refusal::Unsupported { what: "the trust policy's version", name: policy.version });
        }
        for statement in &policy.trust_policies {
            let level = statement.signature_verification.level.as_str();
            if !matches!(level, "strict" | "permissive" | "audit" | "skip") {
                return Err(Refusal::Unsupported { what: "the verification level", name: level.into() });
            }
            let skips = level == "skip";
            if !skips && (statement.trust_stores.is_empty() || statement.trusted_identities.is_empty()) {
                let why = format!("`{}` names no trust stores or no trusted identities", statement.name);
                return Err(Refusal::malformed("the trust policy", why));
            }
        }
        Ok(policy)
    }
}

/// What a level says about each kind of check.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Action {
    Authenticity,
    AuthenticTimestamp,
    Expiry,
}

impl Action {
    fn name(self) -> &'static str {
        match self {
            Self::Authenticity => "authenticity",
            Self::AuthenticTimestamp => "authenticTimestamp",
            Self::Expiry => "expiry",
        }
    }
}

/// The statement that applies to a repository, or the plain stores.
#[derive(Debug)]
pub(super) struct Applied<'a> {
    stores: Vec<&'a TrustStore>,
    statement: Option<&'a Statement>,
}

impl NotationTrust {
    /// What applies; `None` when nothing was given.
    pub(super) fn applied(&self, repository: Option<&str>) -> Result<Option<Applied<'_>>, Refusal> {
        let Some(policy) = &self.policy else {
            let stores: Vec<&TrustStore> = self.stores.iter().collect();
            return Ok((!stores.is_empty()).then_some(Applied { stores, statement: None }));
        };
        let covers = |wanted: &str| policy.trust_policies.iter().find(|one| one.registry_scopes.iter().any(|s| s == wanted));
        let statement = repository.and_then(covers).or_else(|| covers("*"));
        let Some(statement) = statement else {
            return Err(Refusal::NoPolicy { scope: repository.unwrap_or("an image without a name").to_owned() });
        };
        let stores = self.stores.iter().filter(|store| statement.trust_stores.contains(&store.id())).collect();
        Ok(Some(Applied { stores, statement: Some(statement) }))
    }
}

impl Applied<'_> {
    fn level(&self) -> &str {
        self.statement.map_or("strict", |statement| statement.signature_verification.level.as_str())
    }

    /// True when the policy says not to verify.
    pub(super) fn skips(&self) -> bool {
        self.level() == "skip"
    }

    /// `enforce`, `log` or `skip`.
    fn action(&self, action: Action) -> &str {
        let overridden = self
            .statement
            .and_then(|statement| statement.signature_verification.overrides.get(action.name()))
            .map(String::as_str);
        overridden.unwrap_or(match (self.level(), action) {
            ("strict", _) | ("permissive", Action::Authenticity) => "enforce",
            _ => "log",
        })
    }

    /// Root certificates of the stores of one kind.
    pub(super) fn anchors(&self, kind: StoreKind) -> Vec<Certificate> {
        self.stores.iter().filter(|store| store.kind == kind).flat_map(|store| store.certificates.iter().cloned()).collect()
    }

    /// The stores' names, for sentences.
    pub(super) fn store_names(&self) -> String {
        self.stores.iter().map(|store| store.id()).collect::<Vec<_>>().join(", ")
    }

    /// Refuses a signer that the statement does not list.
    pub(super) fn identity_is_trusted(&self, leaf: &Certificate) -> Result<(), Refusal> {
        let Some(statement) = self.statement else { return Ok(()) };
        let subject = leaf.subject_attributes();
        let fits = |identity: &String| match identity.strip_prefix("x509.subject:") {
            Some(listed) => {
                let listed = distinguished_name(listed);
                !listed.is_empty() && listed.iter().all(|attribute| subject.contains(attribute))
            }
            None => identity == "*",
        };
        if statement.trusted_identities.iter().any(fits) {
            return Ok(());
        }
        Err(Refusal::PolicyIdentity { subject: leaf.shown() })
    }

    /// Notes an outcome as the level demands; true when it was right.
    pub(super) fn note(
        &self,
        action: Action,
        what: &str,
        outcome: Result<(), Refusal>,
        evidence: &mut Evidence,
        detail: impl FnOnce() -> String,
    ) -> bool {
        match (outcome, self.action(action)) {
            (Ok(()), _) => {
                evidence.proven(what, detail());
                true
            }
            (Err(refusal), "enforce") => {
                evidence.refuse(what, &refusal);
                false
            }
            (Err(refusal), how) => {
                let why = format!("the trust policy does not enforce this ({how}): {refusal}");
                evidence.reason(why.clone());
                evidence.left_out(what, why);
                false
            }
        }
    }
}
