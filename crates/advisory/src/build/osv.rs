//! The OSV schema's records (OSV schema 1.7), as far as a shard needs them. Prose, references, credits and Git ranges are not read.

use serde::Deserialize;
use serde_json::Value;

#[derive(Debug, Default, Deserialize)]
pub(super) struct Record {
    pub(super) id: String,
    #[serde(default)]
    pub(super) aliases: Vec<String>,
    #[serde(default)]
    pub(super) upstream: Vec<String>,
    #[serde(default)]
    pub(super) related: Vec<String>,
    #[serde(default)]
    pub(super) modified: String,
    #[serde(default)]
    pub(super) withdrawn: Option<String>,
    #[serde(default)]
    pub(super) severity: Vec<Severity>,
    #[serde(default)]
    pub(super) affected: Vec<Affected>,
    #[serde(default)]
    pub(super) database_specific: Option<Value>,
}

#[derive(Debug, Default, Deserialize)]
pub(super) struct Severity {
    #[serde(default, rename = "type")]
    pub(super) kind: String,
    #[serde(default)]
    pub(super) score: String,
}

#[derive(Debug, Default, Deserialize)]
pub(super) struct Affected {
    #[serde(default)]
    pub(super) package: Option<Package>,
    #[serde(default)]
    pub(super) ranges: Vec<Range>,
    #[serde(default)]
    pub(super) versions: Vec<String>,
    #[serde(default)]
    pub(super) severity: Vec<Severity>,
    #[serde(default)]
    pub(super) ecosystem_specific: Option<Value>,
    #[serde(default)]
    pub(super) database_specific: Option<Value>,
}

#[derive(Debug, Default, Deserialize)]
pub(super) struct Package {
    #[serde(default)]
    pub(super) ecosystem: String,
    #[serde(default)]
    pub(super) name: String,
}

#[derive(Debug, Default, Deserialize)]
pub(super) struct Range {
    #[serde(default, rename = "type")]
    pub(super) kind: String,
    #[serde(default)]
    pub(super) events: Vec<Event>,
}

#[derive(Debug, Default, Deserialize)]
pub(super) struct Event {
    #[serde(default)]
    pub(super) introduced: Option<String>,
    #[serde(default)]
    pub(super) fixed: Option<String>,
    #[serde(default)]
    pub(super) last_affected: Option<String>,
}

/// A text field of a free-form object, lower case.
pub(super) fn word(object: Option<&Value>, field: &str) -> Option<String> {
    let word = object?.get(field)?.as_str()?.trim().to_lowercase();
    (!word.is_empty()).then_some(word)
}

impl Record {
    /// The highest version of CVSS among the severities.
    pub(super) fn vector(severities: &[Severity]) -> Option<&str> {
        let cvss = severities.iter().filter(|severity| severity.kind.starts_with("CVSS_V"));
        cvss.max_by(|a, b| a.kind.cmp(&b.kind)).map(|severity| severity.score.trim())
    }

    /// The word of a distribution or database that rates the whole record.
    pub(super) fn word(&self) -> Option<String> {
        let named = self.severity.iter().find(|severity| !severity.kind.starts_with("CVSS"));
        named.map(|severity| severity.score.trim().to_lowercase()).or_else(|| word(self.database_specific.as_ref(), "severity"))
    }
}

impl Affected {
    /// The word that rates this package in this release.
    pub(super) fn word(&self) -> Option<String> {
        let specific = self.ecosystem_specific.as_ref();
        let named = self.severity.iter().find(|severity| !severity.kind.starts_with("CVSS"));
        word(specific, "urgency")
            .or_else(|| word(specific, "ubuntu_priority"))
            .or_else(|| named.map(|severity| severity.score.trim().to_lowercase()))
            .or_else(|| word(specific, "severity"))
    }

    /// RustSec's `unmaintained`, `unsound`, `notice`.
    pub(super) fn informational(&self) -> Option<String> {
        word(self.database_specific.as_ref(), "informational").or_else(|| word(self.ecosystem_specific.as_ref(), "informational"))
    }

    /// True when the source says that no fix will come.
    pub(super) fn wont_fix(&self) -> bool {
        let states = [word(self.database_specific.as_ref(), "fix_state"), word(self.ecosystem_specific.as_ref(), "fix_state")];
        states
            .into_iter()
            .flatten()
            .any(|state| matches!(state.as_str(), "will not fix" | "wont-fix" | "won't fix" | "wontfix" | "out of support scope"))
    }
}
