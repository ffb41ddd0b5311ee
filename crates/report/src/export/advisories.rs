//! What the findings rest on, in words: which advisory data, how old, what it lacks, and what was set aside.

use super::plain;
use crate::Report;

/// The database in one sentence; none was loaded where this is `None`.
pub(super) fn database(report: &Report) -> Option<String> {
    let vulnerabilities = &report.vulnerabilities;
    let oldest = vulnerabilities.database.iter().map(|shard| shard.snapshot.as_str()).filter(|day| !day.is_empty()).min();
    let names: Vec<&str> = vulnerabilities.database.iter().map(|shard| shard.ecosystem.as_str()).collect();
    if names.is_empty() {
        return None;
    }
    let mut sentence = plain(&names.join(", ")).into_owned();
    if let Some(day) = oldest {
        sentence.push_str(&format!("; newest records of {}", plain(day)));
    }
    if let Some(days) = vulnerabilities.age_days {
        sentence.push_str(&format!(", {days} {} old", if days == 1 { "day" } else { "days" }));
    }
    if vulnerabilities.stale {
        sentence.push_str(": OLD, what was found since is missing");
    }
    Some(sentence)
}

/// Kinds of package that the database says nothing about, in words.
pub(super) fn missing(report: &Report) -> Option<String> {
    let missing = &report.vulnerabilities.missing;
    (!missing.is_empty()).then(|| format!("not in the database: {}", plain(&missing.join(", "))))
}
