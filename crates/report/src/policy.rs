//! Policies: thresholds that a report passes or not, with reasons. A pure function of the report, the same on every host.
//!
//! A policy is TOML; this room knows its fields, the host parses the text ([`Policy`] deserialises from any serde format).
//! A rule whose input is missing (no advisory database, no time) does not pass in silence: it fails and says why.

use serde::{Deserialize, Serialize};

use crate::{Outcome, Report, Severity, SignatureState};

/// What a report must satisfy. Every field is optional; an empty policy passes everything.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
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
#[cfg_attr(feature = "ts", derive(tsify::Tsify), tsify(missing_as_null, hashmap_as_object))]
#[serde(default, deny_unknown_fields, rename_all = "kebab-case")]
pub struct SecretRule {
    /// Secrets of this severity or worse fail.
    pub severity: Option<Severity>,
}

/// Thresholds for checks.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
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
#[cfg_attr(feature = "ts", derive(tsify::Tsify), tsify(missing_as_null, hashmap_as_object))]
pub struct Reason {
    /// The policy's field: `vulnerabilities.severity`, `checks.required`, …
    pub rule: String,
    /// What failed it.
    pub message: String,
}

/// Judges a report. `today` is `YYYY-MM-DD`; without it accepted findings with a last day are not accepted and ages fail.
pub fn judge(policy: &Policy, report: &Report, today: Option<&str>) -> PolicyResult {
    let mut judge = Judge { policy, today, result: PolicyResult::default() };
    judge.vulnerabilities(report);
    judge.secrets(report);
    judge.checks(report);
    judge.licenses(report);
    judge.age(report);
    judge.signatures(report);
    judge.size(report);
    if policy.complete && !report.gaps.is_empty() {
        judge.fail("complete", format!("{} things could not be read", report.gaps.len()));
    }
    let mut result = judge.result;
    result.passed = result.reasons.is_empty();
    result
}

/// Says in the report which secrets the policy accepts ([`crate::Secret::allowed_by`]).
pub fn mark_allowed(policy: &Policy, report: &mut Report, today: Option<&str>) {
    let judge = Judge { policy, today, result: PolicyResult::default() };
    for secret in &mut report.secrets {
        let allow = judge.accepting(&[&secret.rule], &secret.path, Some(&secret.fingerprint), None);
        secret.allowed_by = secret.allowed_by.take().or(allow.map(|allow| allow.reason.clone()));
    }
}

struct Judge<'a> {
    policy: &'a Policy,
    today: Option<&'a str>,
    result: PolicyResult,
}

impl Judge<'_> {
    fn fail(&mut self, rule: &str, message: String) {
        self.result.reasons.push(Reason { rule: rule.into(), message });
    }

    fn accepting(&self, ids: &[&str], path: &str, fingerprint: Option<&str>, package: Option<&str>) -> Option<&Allow> {
        let fits = |wanted: &Option<String>, value: Option<&str>| {
            wanted.as_ref().is_none_or(|wanted| value.is_some_and(|value| glob(wanted, value)))
        };
        self.policy.allow.iter().find(|allow| {
            let says_something =
                allow.id.is_some() || allow.path.is_some() || allow.fingerprint.is_some() || allow.package.is_some();
            let holds = allow.until.as_deref().is_none_or(|until| self.today.is_some_and(|today| today <= until));
            says_something
                && holds
                && !allow.reason.trim().is_empty()
                && allow.id.as_ref().is_none_or(|wanted| ids.iter().any(|id| glob(wanted, id)))
                && fits(&allow.path, Some(path))
                && fits(&allow.fingerprint, fingerprint)
                && fits(&allow.package, package)
        })
    }

    fn accepts(&mut self, ids: &[&str], path: &str, fingerprint: Option<&str>, package: Option<&str>) -> bool {
        let accepted = self.accepting(ids, path, fingerprint, package).is_some();
        self.result.allowed += u64::from(accepted);
        accepted
    }

    fn vulnerabilities(&mut self, report: &Report) {
        let Some(rule) = self.policy.vulnerabilities.clone() else { return };
        if report.vulnerabilities.database.is_empty() {
            return self.fail("vulnerabilities", "no advisory database was loaded, so nothing is known".into());
        }
        for missing in &report.vulnerabilities.missing {
            self.fail("vulnerabilities", format!("the advisory database lacks {missing}"));
        }
        for found in &report.vulnerabilities.findings {
            if found.suppressed.is_some()
                || found.informational.is_some()
                || rule.ignore_base && found.origin == crate::Origin::Base
            {
                continue;
            }
            let reached = |limit: Option<Severity>| limit.is_some_and(|limit| found.severity >= limit);
            let (field, why) = if reached(rule.severity) {
                ("vulnerabilities.severity", found.severity.word().to_owned())
            } else if found.fixed.is_some() && reached(rule.severity_with_fix) {
                (
                    "vulnerabilities.severity-with-fix",
                    format!("{}, fixed in {}", found.severity.word(), found.fixed.as_deref().unwrap_or_default()),
                )
            } else if rule.known_exploited && found.kev {
                ("vulnerabilities.known-exploited", "known to be exploited".to_owned())
            } else if rule.epss.zip(found.epss).is_some_and(|(limit, epss)| epss >= limit) {
                ("vulnerabilities.epss", format!("EPSS {:.3}", found.epss.unwrap_or_default()))
            } else {
                continue;
            };
            let mut ids: Vec<&str> = found.aliases.iter().map(String::as_str).collect();
            ids.extend([found.id.as_str(), found.advisory.as_str()]);
            if !self.accepts(&ids, "", None, Some(&found.package)) {
                self.fail(field, format!("{} in {} {}: {why}", found.id, found.package, found.installed));
            }
        }
    }

    fn secrets(&mut self, report: &Report) {
        let Some(limit) = self.policy.secrets.as_ref().and_then(|rule| rule.severity) else { return };
        for secret in report
            .secrets
            .iter()
            .filter(|secret| secret.severity >= limit && secret.harmless.is_none() && secret.allowed_by.is_none())
        {
            if !self.accepts(&[&secret.rule], &secret.path, Some(&secret.fingerprint), None) {
                self.fail(
                    "secrets.severity",
                    format!("{} in {} {} ({})", secret.title, secret.place, secret.path, secret.fingerprint),
                );
            }
        }
    }

    fn checks(&mut self, report: &Report) {
        let Some(rule) = self.policy.checks.clone() else { return };
        for required in &rule.required {
            let named = |check: &&crate::Check| check.code == *required || check.also_known_as.contains(required);
            if !report.checks.iter().any(|check| named(&check)) {
                self.fail("checks.required", format!("there is no check {required}"));
            }
        }
        for check in &report.checks {
            let required = rule.required.iter().any(|required| check.code == *required || check.also_known_as.contains(required));
            let field = if required && matches!(check.outcome, Outcome::Fail | Outcome::Warn) {
                "checks.required"
            } else if check.outcome == Outcome::Fail && rule.severity.is_some_and(|limit| check.severity >= limit) {
                "checks.severity"
            } else {
                continue;
            };
            if !self.accepts(&[&check.code], "", None, None) {
                self.fail(field, format!("{}: {}", check.code, check.message));
            }
        }
    }

    fn licenses(&mut self, report: &Report) {
        let Some(rule) = self.policy.licenses.clone() else { return };
        for package in report
            .packages
            .iter()
            .filter(|package| package.visible && (rule.include_base || package.origin != crate::Origin::Base))
        {
            for license in &package.licenses {
                // An expression counts by its parts: `MIT OR GPL-3.0-only` leaves a choice, `AND` does not.
                let denied = license.split(" OR ").all(|choice| {
                    choice
                        .split(" AND ")
                        .any(|part| rule.denied.iter().any(|denied| glob(denied, part.trim_matches(['(', ')', ' ']))))
                });
                if denied && !self.accepts(&[license], &package.path, None, Some(&package.name)) {
                    self.fail("licenses.denied", format!("{} {} is under {license}", package.name, package.version));
                }
            }
        }
    }

    fn age(&mut self, report: &Report) {
        let Some(rule) = self.policy.age.clone() else { return };
        let base = report.image.base.as_ref().and_then(|base| base.newest_content.as_deref());
        for (field, limit, since, what) in [
            ("age.image-days", rule.image_days, report.image.created.as_deref(), "the image"),
            ("age.base-days", rule.base_days, base, "the base image"),
        ] {
            let Some(limit) = limit else { continue };
            match self.today.and_then(days).zip(since.and_then(days)) {
                Some((today, then)) if today - then > i64::from(limit) => {
                    self.fail(field, format!("{what} is {} days old, {limit} are allowed", today - then))
                }
                Some(_) => {}
                None => self.fail(field, format!("the age of {what} is not known")),
            }
        }
    }

    fn signatures(&mut self, report: &Report) {
        let Some(rule) = self.policy.signatures.clone() else { return };
        let matches = |patterns: &[String], value: Option<&str>| {
            patterns.is_empty() || value.is_some_and(|value| patterns.iter().any(|pattern| glob(pattern, value)))
        };
        let proven = |signature: &crate::Signature| {
            signature.state == SignatureState::Verified
                && matches(&rule.signers, signature.signer.as_deref())
                && matches(&rule.issuers, signature.issuer.as_deref())
        };
        if (rule.required || !rule.signers.is_empty() || !rule.issuers.is_empty())
            && !report.signatures.signatures.iter().any(proven)
        {
            self.fail("signatures.required", "no verified signature of an accepted signer".into());
        }
        let provenance = |attestation: &crate::Attestation| {
            attestation.about_this_image
                && attestation.predicate_type.contains("provenance")
                && attestation.signature.as_ref().is_some_and(proven)
        };
        if rule.provenance && !report.signatures.attestations.iter().any(provenance) {
            self.fail("signatures.provenance", "no verified provenance about this image".into());
        }
    }

    fn size(&mut self, report: &Report) {
        let Some(rule) = self.policy.size.clone() else { return };
        let (size, waste, score) = (report.image.uncompressed_size, report.efficiency.wasted_bytes, report.efficiency.score);
        if let Some(limit) = rule.max_bytes.filter(|limit| size > *limit) {
            self.fail("size.max-bytes", format!("{size} bytes, {limit} are allowed"));
        }
        if let Some(limit) = rule.max_wasted_bytes.filter(|limit| waste > *limit) {
            self.fail("size.max-wasted-bytes", format!("{waste} bytes are wasted, {limit} are allowed"));
        }
        if let Some(limit) = rule.min_efficiency.filter(|limit| score < *limit) {
            self.fail("size.min-efficiency", format!("efficiency {score:.3}, {limit} is demanded"));
        }
    }
}

/// `*` stands for any text; linear in the length of the text for each star.
fn glob(pattern: &str, text: &str) -> bool {
    let mut parts = pattern.split('*');
    let first = parts.next().unwrap_or_default();
    let Some(mut rest) = text.strip_prefix(first) else { return false };
    let Some(last) = pattern.contains('*').then(|| pattern.rsplit('*').next().unwrap_or_default()) else {
        return rest.is_empty();
    };
    let Some(trimmed) = rest.strip_suffix(last) else { return false };
    rest = trimmed;
    let middle: Vec<&str> = parts.collect();
    for part in middle.iter().take(middle.len().saturating_sub(1)) {
        match rest.find(part) {
            Some(at) => rest = rest.get(at + part.len()..).unwrap_or_default(),
            None => return false,
        }
    }
    true
}

/// Days since 1970 of the day that an RFC 3339 time or date begins with.
fn days(text: &str) -> Option<i64> {
    let number = |range: std::ops::Range<usize>| text.get(range).and_then(|digits| digits.parse::<i64>().ok());
    let (year, month, day) = (number(0..4)?, number(5..7)?, number(8..10)?);
    let year = year - i64::from(month <= 2);
    let era = year.div_euclid(400);
    let of_era = year.rem_euclid(400);
    let of_year = (153 * (if month > 2 { month - 3 } else { month + 9 }) + 2) / 5 + day - 1;
    Some(era * 146_097 + of_era * 365 + of_era / 4 - of_era / 100 + of_year - 719_468)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn stars_stand_for_any_text() {
        for (pattern, text, fits) in [
            ("*", "", true),
            ("a*c", "abc", true),
            ("a*c", "ac", true),
            ("a*c", "abd", false),
            ("abc", "abc", true),
            ("abc", "abcd", false),
            ("a*b*c", "a-b-c", true),
            ("a*b*c", "a-c-b", false),
            ("*@x.org", "me@x.org", true),
            ("ab*ba", "aba", false),
        ] {
            assert_eq!(glob(pattern, text), fits, "{pattern} {text}");
        }
    }

    #[test]
    fn days_are_counted_as_the_calendar_does() {
        assert_eq!(days("1970-01-01"), Some(0));
        assert_eq!(days("2024-02-29T00:00:00Z"), Some(19_782));
        assert_eq!(days("x"), None);
    }
}
