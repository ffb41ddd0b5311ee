//! Attested SBOMs: read far enough to be held against what the scan found.
//!
//! SPDX 2.x JSON (`externalRefs` of type purl) and CycloneDX JSON (`components`, nested). Cosign wraps documents in
//! `{"Data": …}` or in a string; BuildKit doesn't.

use std::collections::BTreeSet;

use porthole_report::{Purl, SbomComparison};
use serde_json::Value;

use super::Facts;

/// Most examples of a difference.
const MAX_EXAMPLES: usize = 50;
/// Deepest nesting of components that is followed.
const MAX_DEPTH: usize = 16;
/// Why a document is not compared.
pub(super) const OTHER_FORMAT: &str = "a comparison: its document is neither SPDX nor CycloneDX in JSON";

/// Reads the predicate and compares.
pub(super) fn describe(predicate: &Value, purls: &[&str], facts: &mut Facts) {
    let unwrapped = unwrap(predicate);
    let document = unwrapped.as_ref().unwrap_or(predicate);
    let mut listed = BTreeSet::new();
    if let Some(version) = document.get("spdxVersion").and_then(Value::as_str) {
        facts.add("format", version.replacen("SPDX-", "SPDX ", 1));
        facts.text("created", document, "/creationInfo/created");
        for creator in array(document.pointer("/creationInfo/creators")).iter().filter_map(Value::as_str) {
            facts.add("creator", creator);
        }
        for reference in array(document.get("packages")).iter().flat_map(|package| array(package.get("externalRefs"))) {
            if reference.get("referenceType").and_then(Value::as_str) == Some("purl") {
                listed.extend(reference.get("referenceLocator").and_then(Value::as_str).and_then(identity));
            }
        }
    } else if document.get("bomFormat").and_then(Value::as_str) == Some("CycloneDX") {
        let version = document.get("specVersion").and_then(Value::as_str).unwrap_or_default();
        facts.add("format", format!("CycloneDX {version}").trim_end());
        facts.text("created", document, "/metadata/timestamp");
        components(array(document.get("components")), 0, &mut listed);
    } else {
        facts.missing.push(OTHER_FORMAT.to_owned());
        return;
    }
    let found: BTreeSet<String> = purls.iter().filter_map(|purl| identity(purl)).collect();
    let only = |ours: &BTreeSet<String>, theirs: &BTreeSet<String>| -> (u32, Vec<String>) {
        let difference: Vec<String> = ours.difference(theirs).cloned().collect();
        (difference.len() as u32, difference.into_iter().take(MAX_EXAMPLES).collect())
    };
    let (only_scan, only_scan_examples) = only(&found, &listed);
    let (only_sbom, only_sbom_examples) = only(&listed, &found);
    facts.add("packages", listed.len().to_string());
    facts.sbom = Some(SbomComparison {
        both: found.intersection(&listed).count() as u32,
        only_scan,
        only_sbom,
        only_scan_examples,
        only_sbom_examples,
    });
}

/// The document inside Cosign's wrapping.
fn unwrap(predicate: &Value) -> Option<Value> {
    match predicate.get("Data").unwrap_or(predicate) {
        Value::String(text) => serde_json::from_str(text).ok(),
        document @ Value::Object(_) => Some(document.clone()),
        _ => None,
    }
}

fn array(value: Option<&Value>) -> &[Value] {
    value.and_then(Value::as_array).map(Vec::as_slice).unwrap_or_default()
}

fn components(list: &[Value], depth: usize, listed: &mut BTreeSet<String>) {
    if depth > MAX_DEPTH {
        return;
    }
    for component in list {
        listed.extend(component.get("purl").and_then(Value::as_str).and_then(identity));
        components(array(component.get("components")), depth + 1, listed);
    }
}

/// A package URL without qualifiers and subpath; `None` for the image itself and for what is no package URL.
fn identity(purl: &str) -> Option<String> {
    let mut purl = Purl::parse(purl)?;
    if matches!(purl.kind.as_str(), "oci" | "docker") {
        return None;
    }
    purl.qualifiers.clear();
    purl.subpath.clear();
    Some(purl.to_string())
}
