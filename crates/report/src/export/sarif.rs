//! SARIF 2.1.0 (OASIS Standard), for code scanning. Proof: `tests/suite/exports.rs`, against the standard's schema.

use std::collections::BTreeMap;

use serde_json::{Value, json};

use super::finding::{Finding, findings, subject};
use super::signed::{digests_in_short, signed};
use super::{Context, Exporter};
use crate::{Report, Severity};

/// The format.
pub struct Sarif;

impl Exporter for Sarif {
    fn id(&self) -> &'static str {
        "sarif"
    }

    fn media_type(&self) -> &'static str {
        "application/sarif+json"
    }

    fn extension(&self) -> &'static str {
        "sarif"
    }

    fn write(&self, report: &Report, context: &Context, out: &mut String) {
        let findings = findings(report);
        let mut rules: BTreeMap<&str, &Finding<'_>> = BTreeMap::new();
        for finding in &findings {
            let rule = rules.entry(&finding.rule).or_insert(finding);
            if finding.severity > rule.severity {
                *rule = finding;
            }
        }
        let index: BTreeMap<&str, usize> = rules.keys().enumerate().map(|(i, id)| (*id, i)).collect();
        let name = subject(report);
        let mut run = json!({
            "tool": { "driver": {
                "name": "Porthole",
                "semanticVersion": report.tool.version,
                "rules": rules.iter().map(|(id, finding)| rule(id, finding)).collect::<Vec<_>>(),
            }},
            "columnKind": "unicodeCodePoints",
            "originalUriBaseIds": { "IMAGE": { "description": { "text": format!("the root of the image {name}") } } },
            "properties": {
                "image": name, "configDigest": report.image.config_digest, "manifestDigest": report.image.manifest_digest,
                "signatures": origin(report), "digests": digests_in_short(report),
            },
            "results": findings.iter().map(|finding| result(finding, &index, &name)).collect::<Vec<_>>(),
        });
        if let Some(now) = &context.now {
            run["invocations"] = json!([{ "executionSuccessful": true, "endTimeUtc": now }]);
        }
        let document = json!({
            "$schema": "https://docs.oasis-open.org/sarif/sarif/v2.1.0/errata01/os/schemas/sarif-schema-2.1.0.json",
            "version": "2.1.0",
            "runs": [run],
        });
        out.push_str(&serde_json::to_string_pretty(&document).unwrap_or_default());
        out.push('\n');
    }
}

/// Signatures and attestations as properties of the run: they are no complaints. What is wrong with them is a check's result.
fn origin(report: &Report) -> Vec<Value> {
    signed(report)
        .iter()
        .map(|one| {
            json!({
                "kind": one.kind,
                "state": one.state,
                "format": one.format,
                "statement": one.statement,
                "signer": one.signature.and_then(|signature| signature.signer.as_ref()),
                "issuer": one.signature.and_then(|signature| signature.issuer.as_ref()),
                "signedAt": one.signature.and_then(|signature| signature.signed_at.as_ref()),
            })
        })
        .collect()
}

fn rule(id: &str, finding: &Finding<'_>) -> Value {
    let mut rule = json!({
        "id": id,
        "shortDescription": { "text": finding.title },
        "help": { "text": finding.fix },
        "defaultConfiguration": { "level": level(finding.severity) },
        "properties": { "security-severity": score(finding.severity), "tags": ["security", finding.kind] },
    });
    if finding.reference.starts_with("https://") || finding.reference.starts_with("http://") {
        rule["helpUri"] = json!(encode(&finding.reference, b":/?#[]@!$&'()*+,;=%"));
    }
    rule
}

fn result(finding: &Finding<'_>, index: &BTreeMap<&str, usize>, image: &str) -> Value {
    let uri = if finding.path.is_empty() { image } else { finding.path.trim_start_matches('/') };
    let mut physical = json!({ "artifactLocation": { "uri": encode(uri, b"/"), "uriBaseId": "IMAGE" } });
    // Code scanning wants a region; a finding without a line is shown at the first.
    physical["region"] = json!({ "startLine": finding.line.unwrap_or(1).max(1) });
    let mut result = json!({
        "ruleId": finding.rule,
        "ruleIndex": index.get(finding.rule.as_ref()),
        "level": level(finding.severity),
        "message": { "text": finding.message },
        "locations": [{ "physicalLocation": physical }],
        "partialFingerprints": { "porthole/v1": finding.identity },
        "properties": { "kind": finding.kind, "layer": finding.layer, "origin": finding.origin() },
    });
    if let Some(why) = &finding.suppressed {
        result["suppressions"] = json!([{ "kind": "external", "status": "accepted", "justification": why }]);
    }
    result
}

fn level(severity: Severity) -> &'static str {
    match severity {
        Severity::Critical | Severity::High => "error",
        Severity::Medium => "warning",
        _ => "note",
    }
}

/// The middle of the severity's CVSS band, as code scanning sorts by it.
fn score(severity: Severity) -> &'static str {
    match severity {
        Severity::Critical => "9.5",
        Severity::High => "8.0",
        Severity::Medium => "5.5",
        Severity::Low => "2.0",
        _ => "0.0",
    }
}

/// Percent-encodes everything but unreserved characters and those of `keep` (RFC 3986).
fn encode(text: &str, keep: &[u8]) -> String {
    let mut out = String::with_capacity(text.len());
    for byte in text.bytes() {
        if byte.is_ascii_alphanumeric() || b"-._~".contains(&byte) || keep.contains(&byte) {
            out.push(char::from(byte));
        } else {
            out.push_str(&format!("%{byte:02X}"));
        }
    }
    out
}
