//! Why a finding does not count: VEX statements and ignore rules, brought to one shape.
//!
//! A suppressed finding stays in the report and says who silenced it. Proof: `tests/suite/advisory_suppress.rs`.

mod cyclonedx;
mod ignore;
mod openvex;

use porthole_report::{Purl, Suppression, Vulnerabilities, Vulnerability};

use crate::day::day_number;
use crate::{Error, upgrade};

pub use cyclonedx::cyclonedx_vex;
pub use ignore::ignore_file;
pub use openvex::openvex;

/// Largest document that is read, bytes.
const MAX_DOCUMENT: usize = 16 << 20;

/// One statement: this id does not count, in these packages, until that day.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Rule {
    /// Ids that it names, any of a finding's will do; `*` for every one (ignore files only, and only with a package).
    pub ids: Vec<String>,
    /// purls (a missing version or qualifier means any), or plain package names; empty means every package.
    pub packages: Vec<String>,
    /// `vex` or `ignore`.
    pub by: String,
    /// Status or justification.
    pub status: String,
    /// Reason in words.
    pub reason: String,
    /// Last day on which it holds, `YYYY-MM-DD`.
    pub expires: Option<String>,
    /// File that it comes from.
    pub source: String,
}

/// Says anew which findings count: the first rule that applies silences one, and what no rule names counts again. What to
/// upgrade follows from it.
pub fn apply(rules: &[Rule], today: Option<&str>, vulnerabilities: &mut Vulnerabilities) {
    let mut changed = false;
    for finding in &mut vulnerabilities.findings {
        let suppressed = rules.iter().find_map(|rule| rule.suppression(finding, today));
        changed |= finding.suppressed != suppressed;
        finding.suppressed = suppressed;
    }
    // Upgrades rest on what counts; weighing them takes longer than all the rules.
    if changed || vulnerabilities.upgrades.is_empty() {
        vulnerabilities.upgrades = upgrade::upgrades(&vulnerabilities.findings);
    }
}

impl Rule {
    /// True on the days after its last one.
    pub fn has_expired(&self, today: Option<&str>) -> bool {
        let day = |text: Option<&str>| text.and_then(day_number);
        day(self.expires.as_deref()).zip(day(today)).is_some_and(|(expires, today)| today > expires)
    }

    /// What the rule makes of a finding on a day; `None` when it does not apply or has expired.
    pub fn suppression(&self, finding: &Vulnerability, today: Option<&str>) -> Option<Suppression> {
        if self.has_expired(today) {
            return None;
        }
        let known = |id: &String| id == "*" || *id == finding.id || *id == finding.advisory || finding.aliases.contains(id);
        if !self.ids.iter().any(known) {
            return None;
        }
        if !self.packages.is_empty() && !self.packages.iter().any(|package| names_package(package, finding)) {
            return None;
        }
        Some(Suppression {
            by: self.by.clone(),
            status: self.status.clone(),
            reason: self.reason.clone(),
            expires: self.expires.clone(),
            source: self.source.clone(),
        })
    }
}

/// True when a purl or a plain name means the finding's package.
fn names_package(wanted: &str, finding: &Vulnerability) -> bool {
    let Some(wanted) = Purl::parse(wanted) else {
        return wanted == finding.package || Some(wanted) == finding.matched_source.as_deref();
    };
    let Some(own) = Purl::parse(&finding.purl) else {
        return false;
    };
    wanted.kind == own.kind
        && wanted.name == own.name
        && wanted.namespace == own.namespace
        && (wanted.version.is_empty() || wanted.version == own.version)
        && wanted.qualifiers.iter().all(|(key, value)| own.qualifier(key) == Some(value))
}

/// Reads a document of any known kind, by its content: OpenVEX, CycloneDX with analyses, or an ignore file.
///
/// # Errors
/// When it is none of them, damaged or too large.
pub fn document(name: &str, bytes: &[u8]) -> Result<Vec<Rule>, Error> {
    if text(name, bytes)?.trim_start().starts_with('{') { vex(name, bytes) } else { ignore_file(name, bytes) }
}

/// Reads a VEX document, OpenVEX or CycloneDX.
///
/// # Errors
/// When it is neither, damaged or too large.
pub fn vex(name: &str, bytes: &[u8]) -> Result<Vec<Rule>, Error> {
    let json: serde_json::Value = json(name, text(name, bytes)?)?;
    if json.get("bomFormat").is_some() { cyclonedx_vex(name, bytes) } else { openvex(name, bytes) }
}

fn text<'a>(name: &str, bytes: &'a [u8]) -> Result<&'a str, Error> {
    if bytes.len() > MAX_DOCUMENT {
        return Err(Error::TooLarge { what: name.to_owned(), seen: bytes.len() as u64, limit: MAX_DOCUMENT as u64 });
    }
    std::str::from_utf8(bytes).map_err(|_| refuse(name, "not UTF-8"))
}

fn json<T: serde::de::DeserializeOwned>(name: &str, text: &str) -> Result<T, Error> {
    // As bytes: values are read from bytes everywhere else, and that reader is compiled already.
    serde_json::from_slice(text.as_bytes()).map_err(|error| refuse(name, &error.to_string()))
}

fn refuse(name: &str, reason: &str) -> Error {
    Error::Document { name: name.to_owned(), reason: reason.to_owned() }
}
