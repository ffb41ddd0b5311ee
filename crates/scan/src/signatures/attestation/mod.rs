//! Attestations: signed statements about the image, read into facts that a person can judge.
//!
//! in-toto Statement v0.1 and v1. The predicate decides who reads it: provenance (`slsa.rs`), SBOMs (`sbom.rs`), VEX
//! (`vex.rs`), vulnerability scans (`vulnerabilities.rs`). Whether a statement is signed is decided elsewhere; here it is only read, and what an
//! unsigned statement says is called a claim. Proof: `tests/suite/signatures/attestations.rs`.

mod sbom;
mod slsa;
mod statement;
mod vex;
mod vulnerabilities;

use porthole_report::{Attestation, AttestationFact, SbomComparison, ScanComparison, Signature, SignatureState};
use serde_json::Value;

use super::machine::Subject;

pub(super) use statement::{IN_TOTO, Statement};
pub use vex::VexDocument;

/// Longest value of a fact that is kept, characters.
const MAX_VALUE: usize = 400;

/// Collects facts; empty values and repeated ones are left out.
#[derive(Debug, Default)]
struct Facts {
    list: Vec<AttestationFact>,
    missing: Vec<String>,
    sbom: Option<SbomComparison>,
    scan: Option<ScanComparison>,
}

impl Facts {
    fn add(&mut self, name: &str, value: impl AsRef<str>) {
        let value: String = value.as_ref().chars().filter(|c| !c.is_control()).take(MAX_VALUE).collect();
        if !value.is_empty() && !self.list.iter().any(|fact| fact.name == name && fact.value == value) {
            self.list.push(AttestationFact { name: name.to_owned(), value });
        }
    }

    fn text(&mut self, name: &str, value: &Value, pointer: &str) {
        if let Some(text) = value.pointer(pointer).and_then(Value::as_str) {
            self.add(name, text);
        }
    }
}

/// Reads a statement. A VEX document is given out beside it, with whether its signer is trusted.
pub(super) fn describe(
    statement: &Statement,
    signature: Option<Signature>,
    subject: &Subject,
    purls: &[&str],
) -> (Attestation, Option<VexDocument>) {
    let mut facts = Facts::default();
    let kind = statement.predicate_type.as_str();
    let about_this_image = statement.is_about(subject);
    let trusted = about_this_image && signature.as_ref().is_some_and(|signature| signature.state == SignatureState::Verified);
    let mut vex = None;
    if kind.starts_with("https://slsa.dev/provenance/") {
        slsa::describe(statement, signature.as_ref(), about_this_image, &mut facts);
    } else if kind.starts_with("https://spdx.dev/Document") || kind.starts_with("https://cyclonedx.org/") {
        sbom::describe(&statement.predicate, purls, &mut facts);
        // A CycloneDX document may carry VEX as well.
        vex = vex::document(statement, signature.as_ref(), trusted);
    } else if vulnerabilities::is_scan(kind) {
        vulnerabilities::describe(&statement.predicate, trusted, &mut facts);
    } else {
        vex = vex::document(statement, signature.as_ref(), trusted);
        vex::describe(statement, &mut facts);
    }
    if let Some(vex) = &vex {
        match vex.trusted {
            true => facts.add("effect", "findings that it says do not count are suppressed"),
            false => facts.missing.push("a signer whom you trust: nothing that it says is applied".to_owned()),
        }
    }
    if signature.is_none() {
        facts.missing.insert(0, "nobody signed it: anybody who could write the image could write this".to_owned());
    }
    let attestation = Attestation {
        predicate_type: statement.predicate_type.clone(),
        signature,
        subject: statement.first_digest(),
        about_this_image,
        facts: facts.list,
        missing: facts.missing,
        sbom: facts.sbom,
        scan: facts.scan,
    };
    (attestation, vex)
}

/// An SBOM that was attached without a statement around it and without a signature.
pub(super) fn bare_sbom(media_type: &str, bytes: &[u8], purls: &[&str]) -> Attestation {
    let mut facts = Facts::default();
    match serde_json::from_slice::<Value>(bytes) {
        Ok(document) => sbom::describe(&document, purls, &mut facts),
        Err(error) if media_type.ends_with("json") => facts.missing.push(format!("it can't be read: {error}")),
        Err(_) => facts.missing.push(sbom::OTHER_FORMAT.to_owned()),
    }
    facts.missing.insert(0, "nobody signed it, and it does not say which image it is about".to_owned());
    Attestation {
        predicate_type: media_type.to_owned(),
        signature: None,
        subject: None,
        about_this_image: false,
        facts: facts.list,
        missing: facts.missing,
        sbom: facts.sbom,
        scan: None,
    }
}
