//! Policies in Rego (Open Policy Agent's language, version 1): for what thresholds in TOML cannot say.
//!
//! A policy is one or more modules in the package `porthole` or below it. `input` is the report as its JSON export writes it;
//! `data.context` holds what a report does not know: `today`, and the ages in days. Two rules count:
//! `deny`, a set of messages (or of objects with `msg` and, if wanted, `rule`), and `allow`, which must be true where it
//! is declared. A policy that declares neither is refused: it would pass everything. An error while it runs is an error,
//! never a pass.
//!
//! Must not know: files, the clock. Proof: this file's tests, `crates/cli/tests/policy.rs`.

use porthole_report::Report;
use porthole_report::policy::{PolicyResult, Reason, age_in_days};
use regorus::Engine;
use serde_json::{Value, json};
use steps::{counted, is_out_of_steps};

/// The package that policies belong to.
const PACKAGE: &str = "data.porthole";

/// One module.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Module<'a> {
    /// Name for messages, the file's.
    pub name: &'a str,
    /// Its text.
    pub text: &'a str,
}

/// What a policy may cost, where a stranger wrote it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Limits {
    /// Steps of the engine.
    pub steps: u32,
    /// Bytes of the report that it is asked about, as JSON; the engine's own form of it takes ten times as much.
    pub input: usize,
}

/// Why a policy has no verdict.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum Error {
    /// It is no Rego, or cannot be loaded.
    #[error("{module}: {message}")]
    Malformed {
        /// Which module.
        module: String,
        /// What the engine says.
        message: String,
    },
    /// Nothing in it decides.
    #[error("no rule named deny or allow in the package porthole: this policy would pass everything")]
    Undecided,
    /// The report is larger than [`Limits::input`].
    #[error("the report has {len} bytes, and rules are asked about {limit} at most")]
    InputTooLong {
        /// Its bytes.
        len: usize,
        /// Most bytes.
        limit: usize,
    },
    /// It takes more than [`Limits::steps`].
    #[error("the policy takes more than {limit} steps")]
    TooManySteps {
        /// Most steps.
        limit: u32,
    },
    /// It broke off while it ran.
    #[error("while the policy ran: {0}")]
    Failed(String),
}

/// Judges a report. `today` is `YYYY-MM-DD`.
///
/// # Errors
/// When there is no verdict: see [`Error`].
pub fn judge(modules: &[Module<'_>], report: &Report, today: Option<&str>) -> Result<PolicyResult, Error> {
    ask(modules, report, today, None)
}

/// The same for a policy that a stranger wrote.
///
/// # Errors
/// As [`judge`]; and when a limit is reached.
pub fn judge_within(
    modules: &[Module<'_>],
    report: &Report,
    today: Option<&str>,
    limits: &Limits,
) -> Result<PolicyResult, Error> {
    ask(modules, report, today, Some(limits))
}

fn ask(modules: &[Module<'_>], report: &Report, today: Option<&str>, limits: Option<&Limits>) -> Result<PolicyResult, Error> {
    let failed = |error: &dyn std::fmt::Display| Error::Failed(one_line(&error.to_string(), false));
    let mut engine = Engine::new();
    if let Some(limits) = limits {
        engine.set_execution_timer_config(counted(limits.steps));
    }
    engine.set_strict_builtin_errors(true);
    let mut packages: Vec<(String, bool, bool)> = Vec::new();
    for (at, module) in modules.iter().enumerate() {
        // The engine tells modules apart by their paths, and two files may have one name.
        let path = format!("{} ({at})", module.name);
        let malformed = |message: String| Error::Malformed { module: module.name.to_owned(), message: one_line(&message, true) };
        let package = engine.add_policy(path.clone(), module.text.to_owned()).map_err(|error| malformed(error.to_string()))?;
        if package != PACKAGE && !package.starts_with(&format!("{PACKAGE}.")) {
            continue;
        }
        let declares = |rule: &str| engine.has_declared_rule_rooted_at(&path, rule).map_err(|error| malformed(error.to_string()));
        packages.push((package.clone(), declares("deny")?, declares("allow")?));
    }
    packages.sort();
    packages.dedup();
    if !packages.iter().any(|(_, deny, allow)| *deny || *allow) {
        return Err(Error::Undecided);
    }
    let input = serde_json::to_string(report).map_err(|error| failed(&error))?;
    if let Some(limits) = limits.filter(|limits| input.len() > limits.input) {
        return Err(Error::InputTooLong { len: input.len(), limit: limits.input });
    }
    engine.set_input_json(&input).map_err(|error| failed(&error))?;
    engine.add_data_json(&context(report, today).to_string()).map_err(|error| failed(&error))?;
    let mut result = PolicyResult::default();
    for (package, deny, allow) in &packages {
        let mut ask = |rule: &str| -> Result<Value, Error> {
            let value = engine.eval_rule(format!("{package}.{rule}")).map_err(|error| match limits {
                Some(limits) if is_out_of_steps(error.downcast_ref()) => Error::TooManySteps { limit: limits.steps },
                _ => failed(&error),
            })?;
            // A rule without a value is written as a word that is no JSON.
            let text = value.to_json_str().map_err(|error| failed(&error))?;
            Ok(serde_json::from_str(&text).unwrap_or(Value::Null))
        };
        let name = package.trim_start_matches("data.");
        if *deny {
            result.reasons.extend(reasons(&format!("{name}.deny"), &ask("deny")?));
        }
        if *allow && !matches!(ask("allow")?, Value::Bool(true)) {
            result.reasons.push(Reason { rule: format!("{name}.allow"), message: "the policy does not allow this image".into() });
        }
    }
    result.reasons.sort();
    result.reasons.dedup();
    result.passed = result.reasons.is_empty();
    Ok(result)
}

fn context(report: &Report, today: Option<&str>) -> Value {
    let age = |since: Option<&str>| today.zip(since).and_then(|(today, since)| age_in_days(since, today));
    let base = report.image.base.as_ref().and_then(|base| base.newest_content.as_deref());
    json!({ "context": { "today": today, "imageDays": age(report.image.created.as_deref()), "baseDays": age(base) } })
}

/// What `deny` says: a set is written as a list; a complete rule may also be one message, or false for none.
fn reasons(rule: &str, value: &Value) -> Vec<Reason> {
    let one = |value: &Value| match value {
        Value::String(message) => Reason { rule: rule.into(), message: message.clone() },
        Value::Object(object) => {
            let text = |names: &[&str]| names.iter().find_map(|name| object.get(*name)?.as_str()).map(str::to_owned);
            Reason {
                rule: text(&["rule", "id", "code"]).unwrap_or_else(|| rule.into()),
                message: text(&["msg", "message"]).unwrap_or_else(|| value.to_string()),
            }
        }
        other => Reason { rule: rule.into(), message: other.to_string() },
    };
    match value {
        Value::Null | Value::Bool(false) => Vec::new(),
        Value::Array(list) => list.iter().map(one).collect(),
        Value::Bool(true) => vec![Reason { rule: rule.into(), message: "the policy denies this image".into() }],
        other => vec![one(other)],
    }
}

/// What the engine says as one line. It draws most messages over several, with the source beneath: then only the module (where it
/// is not known already), line and column are kept, and the words.
fn one_line(message: &str, is_known: bool) -> String {
    let words = |text: &str| text.split_whitespace().collect::<Vec<_>>().join(" ");
    drawn(message, is_known).map_or_else(|| words(message), |(place, said)| format!("{place}: {}", words(said)))
}

/// Place and words of a drawn message: `--> policy.rego (0):2:15`, the source, `error: …`.
fn drawn(message: &str, is_known: bool) -> Option<(String, &str)> {
    let (head, said) = message.split_once("\nerror: ")?;
    let place = head.trim_start().strip_prefix("--> ")?.lines().next()?;
    let [column, line, path] = place.rsplitn(3, ':').collect::<Vec<_>>().try_into().ok()?;
    let module = path.rsplit_once(" (").map_or(path, |(name, _)| name);
    let module = if is_known { String::new() } else { format!("{module}: ") };
    Some((format!("{module}line {line}, column {column}"), said))
}

mod steps;
#[cfg(test)]
mod tests;
