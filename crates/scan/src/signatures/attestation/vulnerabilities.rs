//! Attested vulnerability scans: which scanner said so, when, with which database, and which ids it names.
//!
//! in-toto `spec/predicates/vuln.md` (v0.1, v0.2) and Cosign's `COSIGN_VULN_ATTESTATION_SPEC.md`, whose `result` is the scanner's
//! own JSON: those of Trivy and Grype, and SARIF, are read. What was found here is compared later, when advisories are
//! matched. Proof: `tests/suite/signatures/attestations.rs`.

use std::collections::BTreeSet;

use porthole_report::ScanComparison;
use serde_json::Value;

use super::Facts;

/// Most ids that are kept.
const MAX_IDS: usize = 2000;
/// Longest id that is one.
const MAX_ID: usize = 64;
/// Where each format keeps its ids: lists, then the id in one element.
const PLACES: &[(&[&str], &str)] = &[
    (&[], "/id"),
    (&["Results", "Vulnerabilities"], "/VulnerabilityID"),
    (&["matches"], "/vulnerability/id"),
    (&["runs", "results"], "/ruleId"),
];

/// True for predicates that carry a scan.
pub(super) fn is_scan(predicate_type: &str) -> bool {
    predicate_type.starts_with("https://cosign.sigstore.dev/attestation/vuln/")
        || predicate_type.starts_with("https://in-toto.io/attestation/vulns")
}

/// Reads the predicate.
pub(super) fn describe(predicate: &Value, trusted: bool, facts: &mut Facts) {
    facts.text("scanner", predicate, "/scanner/uri");
    facts.text("scanner version", predicate, "/scanner/version");
    facts.text("database", predicate, "/scanner/db/uri");
    facts.text("database version", predicate, "/scanner/db/version");
    facts.text("database of", predicate, "/scanner/db/lastUpdate");
    facts.text("scanned", predicate, "/metadata/scanFinishedOn");
    let mut ids = BTreeSet::new();
    let result = predicate.pointer("/scanner/result").unwrap_or(&Value::Null);
    for (lists, id) in PLACES {
        gather(result, lists, id, &mut ids);
    }
    let empty = result.as_array().is_some_and(Vec::is_empty);
    let known = empty || !ids.is_empty() || ["Results", "matches", "runs"].iter().any(|list| result.get(list).is_some());
    if !known {
        facts.missing.push("its result is in a format that is not read".to_owned());
        return;
    }
    facts.add("vulnerabilities", ids.len().to_string());
    if !trusted {
        facts.missing.push("a signer whom you trust: what it names is a claim".to_owned());
    }
    facts.scan = Some(ScanComparison { ids: ids.into_iter().take(MAX_IDS).collect(), trusted, compared: None });
}

/// Follows lists in lists down to the elements with ids.
fn gather(value: &Value, lists: &[&str], id: &str, ids: &mut BTreeSet<String>) {
    let (list, rest) = match lists.split_first() {
        Some((name, rest)) => (value.get(name), Some(rest)),
        None => (Some(value), None),
    };
    for element in list.and_then(Value::as_array).into_iter().flatten() {
        match rest {
            Some(rest) if !rest.is_empty() => gather(element, rest, id, ids),
            _ => {
                let text = element.pointer(id).and_then(Value::as_str);
                ids.extend(text.filter(|text| !text.is_empty() && text.len() <= MAX_ID).map(str::to_owned));
            }
        }
    }
}
