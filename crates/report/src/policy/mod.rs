//! Policies: thresholds that a report passes or not, with reasons. A pure function of the report, the same on every host.
//!
//! A policy is TOML; this room knows its fields, the host parses the text ([`Policy`] deserialises from any serde format).
//! What thresholds cannot say is written in Rego, and judged by `crates/rego` into the same [`PolicyResult`].
//! A rule whose input is missing (no advisory database, no time) does not pass in silence: it fails and says why.

use serde::{Deserialize, Serialize};

use crate::export::counted;
use crate::{Report, Severity};

mod judging;
mod matching;

pub use matching::age_in_days;

/// What a report must satisfy. Every field is optional; an empty policy passes everything.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[cfg_attr(feature = "ts", derive(tsify::Tsify), tsify(missing_as_null, hashmap_as_object))]
#[serde(default, deny_unknown_fields, rename_all = "kebab-case")]
pub struct Policy {
    /// Vulnerabilities.
    pub vulnerabilities: Option<VulnerabilityRule>,
    /// Secrets.
    pub secrets: Option<SecretRule>,
    /// Checks.
    pub checks: Option<CheckRule>,
    /// Licences.
    pub licenses: Option<LicenseRule>,
    /// Age of the image and of its base.
    pub age: Option<AgeRule>,
    /// Signatures.
    pub signatures: Option<SignatureRule>,
    /// Size and waste.
    pub size: Option<SizeRule>,
    /// True: a report with gaps does not pass.
    pub complete: bool,
    /// Findings that are accepted, with a reason each.
    pub allow: Vec<Allow>,
}

/// Thresholds for vulnerabilities.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[cfg_attr(feature = "ts", derive(tsify::Tsify), tsify(missing_as_null, hashmap_as_object))]
#[serde(default, deny_unknown_fields, rename_all = "kebab-case")]
pub struct VulnerabilityRule {
    /// Findings of this severity or worse fail.
    pub severity: Option<Severity>,
    /// Findings of this severity or worse fail when a fix exists.
    pub severity_with_fix: Option<Severity>,
    /// Findings known to be exploited (CISA KEV) fail.
    pub known_exploited: bool,
    /// Findings with at least this EPSS probability fail.
    pub epss: Option<f32>,
    /// Findings of the base image do not count.
    pub ignore_base: bool,
}

/// Thresholds for secrets.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[cfg_attr(feature = "ts", derive(tsify::Tsify), tsify(missing_as_null, hashmap_as_object))]
#[serde(default, deny_unknown_fields, rename_all = "kebab-case")]
pub struct SecretRule {
    /// Secrets of this severity or worse fail.
    pub severity: Option<Severity>,
}

/// Thresholds for checks.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[cfg_attr(feature = "ts", derive(tsify::Tsify), tsify(missing_as_null, hashmap_as_object))]
#[serde(default, deny_unknown_fields, rename_all = "kebab-case")]
pub struct CheckRule {
    /// Failed checks of this severity or worse fail.
    pub severity: Option<Severity>,
    /// These checks must pass, by their code or another catalogue's; a warning is a failure.
    pub required: Vec<String>,
}

/// Licences.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[cfg_attr(feature = "ts", derive(tsify::Tsify), tsify(missing_as_null, hashmap_as_object))]
#[serde(default, deny_unknown_fields, rename_all = "kebab-case")]
pub struct LicenseRule {
    /// Licences that no package of the image's own layers may have; `*` stands for any text.
    pub denied: Vec<String>,
    /// True: packages of the base image count too.
    pub include_base: bool,
}

/// Age, in days.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[cfg_attr(feature = "ts", derive(tsify::Tsify), tsify(missing_as_null, hashmap_as_object))]
#[serde(default, deny_unknown_fields, rename_all = "kebab-case")]
pub struct AgeRule {
    /// Most days since the image was created.
    pub image_days: Option<u32>,
    /// Most days since the base image's newest content.
    pub base_days: Option<u32>,
}

/// Signatures.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[cfg_attr(feature = "ts", derive(tsify::Tsify), tsify(missing_as_null, hashmap_as_object))]
#[serde(default, deny_unknown_fields, rename_all = "kebab-case")]
pub struct SignatureRule {
    /// True: at least one verified signature.
    pub required: bool,
    /// The verified signature's signer must match one of these; `*` stands for any text.
    pub signers: Vec<String>,
    /// Its issuer must match one of these.
    pub issuers: Vec<String>,
    /// True: signed provenance about this image.
    pub provenance: bool,
}

/// Size and waste.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[cfg_attr(feature = "ts", derive(tsify::Tsify), tsify(missing_as_null, hashmap_as_object))]
#[serde(default, deny_unknown_fields, rename_all = "kebab-case")]
pub struct SizeRule {
    /// Most bytes of all layers, unpacked.
    pub max_bytes: Option<u64>,
    /// Least efficiency, 0 to 1.
    pub min_efficiency: Option<f64>,
    /// Most wasted bytes.
    pub max_wasted_bytes: Option<u64>,
}

/// One accepted finding. All given fields must match; `*` in them stands for any text.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[cfg_attr(feature = "ts", derive(tsify::Tsify), tsify(missing_as_null, hashmap_as_object))]
#[serde(default, deny_unknown_fields, rename_all = "kebab-case")]
pub struct Allow {
    /// Advisory id or alias, secret rule, check code.
    pub id: Option<String>,
    /// Path, or name of a variable.
    pub path: Option<String>,
    /// A secret's fingerprint.
    pub fingerprint: Option<String>,
    /// Package name.
    pub package: Option<String>,
    /// Why it is accepted. Must be given.
    pub reason: String,
    /// Last day on which it is accepted, `YYYY-MM-DD`.
    pub until: Option<String>,
}

/// How a report did.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[cfg_attr(feature = "ts", derive(tsify::Tsify), tsify(missing_as_null, hashmap_as_object))]
#[serde(rename_all = "camelCase")]
pub struct PolicyResult {
    /// True when no rule failed.
    pub passed: bool,
    /// Why not, one sentence each.
    pub reasons: Vec<Reason>,
    /// Number of findings that were accepted by the policy.
    pub allowed: u64,
}

/// Why a report does not pass.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[cfg_attr(feature = "ts", derive(tsify::Tsify), tsify(missing_as_null, hashmap_as_object))]
pub struct Reason {
    /// The policy's field: `vulnerabilities.severity`, `checks.required`, …
    pub rule: String,
    /// What failed it.
    pub message: String,
}

/// Judges a report. `today` is `YYYY-MM-DD`; without it accepted findings with a last day are not accepted and ages fail.
pub fn judge(policy: &Policy, report: &Report, today: Option<&str>) -> PolicyResult {
    let mut judge = judging::Judge::new(policy, today);
    judge.vulnerabilities(report);
    judge.secrets(report);
    judge.checks(report);
    judge.licenses(report);
    judge.age(report);
    judge.signatures(report);
    judge.size(report);
    if policy.complete && !report.gaps.is_empty() {
        judge.fail("complete", counted(report.gaps.len() as u64, "thing could not be read"));
    }
    let mut result = judge.result;
    result.passed = result.reasons.is_empty();
    result
}

/// Says in the report which secrets the policy accepts ([`crate::Secret::allowed_by`]).
pub fn mark_allowed(policy: &Policy, report: &mut Report, today: Option<&str>) {
    let judge = judging::Judge::new(policy, today);
    for secret in &mut report.secrets {
        let allow = judge.accepting(&[&secret.rule], &secret.path, Some(&secret.fingerprint), None);
        secret.allowed_by = secret.allowed_by.take().or(allow.map(|allow| allow.reason.clone()));
    }
}

impl PolicyResult {
    /// Both: passed when both passed.
    pub fn and(mut self, other: Self) -> Self {
        self.reasons.extend(other.reasons);
        self.passed &= other.passed;
        self.allowed += other.allowed;
        self
    }
}
