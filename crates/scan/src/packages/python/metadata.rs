//! Core metadata (PyPA, "Core metadata specifications", 1.0 to 2.4): name, version, licence.

use porthole_report::EvidenceKind;

use super::super::language::{file_name, folder, is_below, is_name, is_version, lossy, malformed, parsed};
use super::super::syntax::{fields, text};
use crate::facts::{PackageFact, Parsed};

pub(super) fn parse(path: &[u8], bytes: &[u8]) -> Parsed {
    let (mut name, mut version) = (String::new(), String::new());
    let (mut expression, mut license, mut classifiers) = (None, None, Vec::new());
    for (field, value, more) in fields(&text(bytes)) {
        match field {
            "Name" => name = value.to_owned(),
            "Version" => version = value.to_owned(),
            "License-Expression" => expression = Some(value.to_owned()),
            // Some put the whole text of the licence here.
            "License" if more.is_empty() && is_short(value) => license = Some(value.to_owned()),
            "Classifier" => classifiers.extend(from_classifier(value)),
            _ => {}
        }
    }
    if !is_name(&name) || !is_version(&version) {
        return malformed("python metadata without a name and a version");
    }
    let licenses = match (expression, license) {
        (Some(expression), _) => vec![expression],
        (None, Some(license)) => vec![license],
        (None, None) => classifiers,
    };
    // A lone `x.egg-info` file is its own key; everything else lies in a metadata folder.
    let is_file = file_name(path).ends_with(b".egg-info");
    let home = if is_file { path } else { folder(path) };
    let is_egg = home.ends_with(b".egg/EGG-INFO");
    let home = if is_egg { folder(home) } else { home };
    let package = PackageFact {
        licenses,
        evidence: if is_below(path, b"_vendor") { EvidenceKind::Embedded } else { EvidenceKind::Installed },
        key: lossy(home).into_owned(),
        owned: if is_file { vec![path.to_vec()] } else { Vec::new() },
        owned_folders: if is_file { Vec::new() } else { vec![home.to_vec()] },
        ..PackageFact::new("pypi", name, version)
    };
    parsed(vec![package], Ok(()))
}

fn is_short(license: &str) -> bool {
    !license.is_empty() && license.len() <= 100 && !license.eq_ignore_ascii_case("UNKNOWN")
}

/// The licence that a trove classifier names: `License :: OSI Approved :: MIT License`.
fn from_classifier(classifier: &str) -> Option<String> {
    let rest = classifier.strip_prefix("License ::")?;
    let last = rest.rsplit("::").next()?.trim();
    (!last.is_empty() && last != "OSI Approved").then(|| last.to_owned())
}
