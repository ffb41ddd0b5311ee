//! The ignore file: TOML, one `[[ignore]]` table a rule, each with a reason.
//!
//! ```toml
//! [[ignore]]
//! id = "CVE-2024-3094"          # or ids = [...]; "*" together with a package
//! package = "xz-utils"          # a name or a purl; optional
//! reason = "the affected code is not linked"
//! expires = "2026-12-31"        # the last day on which it holds; optional
//! ```

use serde::Deserialize;

use super::{Error, Rule, day_number, refuse, text};

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct File {
    #[serde(default)]
    ignore: Vec<Entry>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Entry {
    #[serde(default)]
    id: Option<String>,
    #[serde(default)]
    ids: Vec<String>,
    #[serde(default)]
    package: Option<String>,
    #[serde(default)]
    reason: String,
    #[serde(default)]
    expires: Option<String>,
}

/// Reads an ignore file.
///
/// # Errors
/// When it is no such file, a key is unknown, a rule has no id or no reason, or a day is no day: a rule that is not understood must not
/// silently do nothing.
pub fn ignore_file(name: &str, bytes: &[u8]) -> Result<Vec<Rule>, Error> {
    let file: File = basic_toml::from_str(text(name, bytes)?).map_err(|error| refuse(name, &error.to_string()))?;
    file.ignore.into_iter().enumerate().map(|(i, entry)| rule(name, i + 1, entry)).collect()
}

fn rule(source: &str, number: usize, entry: Entry) -> Result<Rule, Error> {
    let wrong = |what: &str| refuse(source, &format!("rule {number}: {what}"));
    let ids: Vec<_> = entry.id.into_iter().chain(entry.ids).collect();
    if ids.is_empty() || ids.iter().any(String::is_empty) {
        return Err(wrong("no id"));
    }
    if entry.reason.trim().is_empty() {
        return Err(wrong("no reason"));
    }
    if ids.iter().any(|id| id == "*") && entry.package.is_none() {
        return Err(wrong("id \"*\" needs a package"));
    }
    if entry.expires.as_deref().is_some_and(|day| day_number(day).is_none()) {
        return Err(wrong("expires is no day of the form YYYY-MM-DD"));
    }
    let packages = entry.package.into_iter().collect();
    let (by, status) = ("ignore".to_owned(), "ignored".to_owned());
    Ok(Rule { ids, packages, by, status, reason: entry.reason, expires: entry.expires, source: source.to_owned() })
}
