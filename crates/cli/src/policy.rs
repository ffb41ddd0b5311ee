//! Policies as files: thresholds in TOML, rules in Rego. What they mean is `porthole_report::policy`'s and `porthole_rego`'s.

use std::path::PathBuf;

use porthole_rego::Module;
use porthole_report::Report;
use porthole_report::export::plain;
use porthole_report::policy::{Policy, PolicyResult, judge, mark_allowed};

use crate::exit::Exit;
use crate::signatures::Signatures;

/// Everything that `--policy` named.
pub(crate) struct Policies {
    thresholds: Vec<Policy>,
    /// Names and texts.
    rules: Vec<(String, String)>,
}

/// Reads policies, each by the ending of its name; what the options demand is one more.
pub(crate) fn read(paths: &[PathBuf], options: &Signatures) -> Result<Policies, String> {
    let mut policies = Policies { thresholds: Vec::new(), rules: Vec::new() };
    for path in paths {
        let text = std::fs::read_to_string(path).map_err(|error| format!("{}: {error}", path.display()))?;
        if path.extension().is_some_and(|ending| ending == "rego") {
            policies.rules.push((path.display().to_string(), text));
        } else {
            let policy =
                basic_toml::from_str(&text).map_err(|error| format!("{}: {}", path.display(), error.to_string().trim_end()))?;
            policies.thresholds.push(policy);
        }
    }
    policies.thresholds.extend(options.demand(None));
    Ok(policies)
}

impl Policies {
    /// What the policies say about signatures, for those who verify them: a signer that one of them names is expected.
    pub(crate) fn signatures(&self) -> Option<Policy> {
        let mut rules = self.thresholds.iter().filter_map(|policy| policy.signatures.as_ref());
        let mut all = rules.next()?.clone();
        for rule in rules {
            all.signers.extend_from_slice(&rule.signers);
            all.issuers.extend_from_slice(&rule.issuers);
        }
        Some(Policy { signatures: Some(all), ..Policy::default() })
    }

    /// Says in the report which secrets are accepted.
    pub(crate) fn mark_allowed(&self, report: &mut Report, today: &str) {
        for policy in &self.thresholds {
            mark_allowed(policy, report, Some(today));
        }
    }

    /// Judges the report, and says on standard error how it ended.
    pub(crate) fn judge(&self, report: &Report, today: &str) -> Result<Exit, String> {
        if self.thresholds.is_empty() && self.rules.is_empty() {
            return Ok(Exit::Done);
        }
        let mut result = PolicyResult { passed: true, ..PolicyResult::default() };
        for policy in &self.thresholds {
            result = result.and(judge(policy, report, Some(today)));
        }
        if !self.rules.is_empty() {
            let modules: Vec<Module<'_>> = self.rules.iter().map(|(name, text)| Module { name, text }).collect();
            let day = today.get(..10).unwrap_or(today);
            result = result.and(porthole_rego::judge(&modules, report, Some(day)).map_err(|error| error.to_string())?);
        }
        Ok(tell(&result))
    }
}

fn tell(result: &PolicyResult) -> Exit {
    for reason in &result.reasons {
        eprintln!("policy: {}: {}", plain(&reason.rule), plain(&reason.message));
    }
    let accepted = if result.allowed == 0 { String::new() } else { format!(" ({} findings accepted)", result.allowed) };
    if result.passed {
        eprintln!("policy: passed{accepted}");
        Exit::Done
    } else {
        eprintln!("policy: failed{accepted}");
        Exit::Failed
    }
}
