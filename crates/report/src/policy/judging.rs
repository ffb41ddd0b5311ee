//! The thresholds of a policy, one by one.

use super::matching::{days, glob};
use super::{Allow, Policy, PolicyResult, Reason};
use crate::export::counted;
use crate::{Outcome, Report, Severity, SignatureState};

/// A policy at work on one report.
pub(super) struct Judge<'a> {
    policy: &'a Policy,
    today: Option<&'a str>,
    pub(super) result: PolicyResult,
}

impl<'a> Judge<'a> {
    pub(super) fn new(policy: &'a Policy, today: Option<&'a str>) -> Self {
        Self { policy, today, result: PolicyResult::default() }
    }
}

impl Judge<'_> {
    pub(super) fn fail(&mut self, rule: &str, message: String) {
        self.result.reasons.push(Reason { rule: rule.into(), message });
    }

    pub(super) fn accepting(&self, ids: &[&str], path: &str, fingerprint: Option<&str>, package: Option<&str>) -> Option<&Allow> {
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

    pub(super) fn vulnerabilities(&mut self, report: &Report) {
        let Some(rule) = self.policy.vulnerabilities.clone() else { return };
        if report.vulnerabilities.database.is_empty() {
            return self.fail("vulnerabilities", "no advisory database was loaded, so nothing is known".into());
        }
        for missing in &report.vulnerabilities.missing {
            self.fail("vulnerabilities", format!("the advisory database lacks {missing}"));
        }
        for found in &report.vulnerabilities.findings {
            if !found.counts() || rule.ignore_base && found.origin == crate::Origin::Base {
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

    pub(super) fn secrets(&mut self, report: &Report) {
        let Some(limit) = self.policy.secrets.as_ref().and_then(|rule| rule.severity) else { return };
        if report.is_of_sbom() {
            return self.fail("secrets", "an SBOM says nothing of secrets".into());
        }
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

    pub(super) fn checks(&mut self, report: &Report) {
        let Some(rule) = self.policy.checks.clone() else { return };
        if report.is_of_sbom() && rule.severity.is_some() {
            self.fail("checks.severity", "an SBOM says nothing that checks could look at".into());
        }
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

    pub(super) fn licenses(&mut self, report: &Report) {
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

    pub(super) fn age(&mut self, report: &Report) {
        let Some(rule) = self.policy.age.clone() else { return };
        let base = report.image.base.as_ref().and_then(|base| base.newest_content.as_deref());
        for (field, limit, since, what) in [
            ("age.image-days", rule.image_days, report.image.created.as_deref(), "the image"),
            ("age.base-days", rule.base_days, base, "the base image"),
        ] {
            let Some(limit) = limit else { continue };
            match self.today.and_then(days).zip(since.and_then(days)) {
                Some((today, then)) if today - then > i64::from(limit) => self.fail(
                    field,
                    format!("{what} is {} old, at most {limit} allowed", counted((today - then).unsigned_abs(), "day")),
                ),
                Some(_) => {}
                None => self.fail(field, format!("the age of {what} is not known")),
            }
        }
    }

    pub(super) fn signatures(&mut self, report: &Report) {
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

    pub(super) fn size(&mut self, report: &Report) {
        let Some(rule) = self.policy.size.clone() else { return };
        if report.is_of_sbom() {
            return self.fail("size", "an SBOM says nothing of sizes".into());
        }
        let (size, waste, score) = (report.image.uncompressed_size, report.efficiency.wasted_bytes, report.efficiency.score);
        if let Some(limit) = rule.max_bytes.filter(|limit| size > *limit) {
            self.fail("size.max-bytes", format!("{size} bytes, at most {limit} allowed"));
        }
        if let Some(limit) = rule.max_wasted_bytes.filter(|limit| waste > *limit) {
            self.fail("size.max-wasted-bytes", format!("{waste} bytes wasted, at most {limit} allowed"));
        }
        if let Some(limit) = rule.min_efficiency.filter(|limit| score < *limit) {
            self.fail("size.min-efficiency", format!("efficiency {score:.3}, {limit} is demanded"));
        }
    }
}
