//! VEX: what somebody says about whether the image's vulnerabilities count.
//!
//! OpenVEX, CSAF and CycloneDX VEX as predicates are given out whole, for whoever applies them. A document is marked trusted when its signature is verified for a signer
//! that the person expects, and it is about this image: nothing else may silence a finding.

use porthole_report::Signature;
use serde::{Deserialize, Serialize};
use serde_json::Value;

use super::{Facts, Statement};

/// A VEX document that came as an attestation.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct VexDocument {
    /// in-toto predicate type.
    pub predicate_type: String,
    /// The document, JSON.
    pub document: Vec<u8>,
    /// Who signed it, where that is proven.
    pub signer: Option<String>,
    /// True when the signer is one whom the person trusts and the statement is about this image.
    pub trusted: bool,
}

/// The VEX document of a statement, where it has one.
pub(super) fn document(statement: &Statement, signature: Option<&Signature>, trusted: bool) -> Option<VexDocument> {
    let kind = statement.predicate_type.as_str();
    let predicate = statement.predicate.get("Data").unwrap_or(&statement.predicate);
    let is_vex = kind.starts_with("https://openvex.dev/ns")
        || kind.starts_with("https://cyclonedx.org/") && predicate.get("vulnerabilities").is_some_and(Value::is_array)
        || kind.contains("csaf") && kind.contains("vex");
    if !is_vex {
        return None;
    }
    let document = match predicate {
        Value::String(text) => text.clone().into_bytes(),
        other => serde_json::to_vec(other).ok()?,
    };
    let signer = signature.and_then(|signature| signature.signer.clone());
    Some(VexDocument { predicate_type: kind.to_owned(), document, signer, trusted })
}

/// Reads the facts of VEX documents; other predicates give none.
pub(super) fn describe(statement: &Statement, facts: &mut Facts) {
    let predicate = &statement.predicate;
    if statement.predicate_type.starts_with("https://openvex.dev/ns") {
        facts.text("author", predicate, "/author");
        facts.text("created", predicate, "/timestamp");
        if let Some(statements) = predicate.get("statements").and_then(Value::as_array) {
            facts.add("statements", statements.len().to_string());
        }
    } else if !predicate.is_null() {
        facts.missing.push("this kind of statement is not read any further".to_owned());
    }
}
