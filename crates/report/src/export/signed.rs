//! What is proven about an image's origin, in lines: what every format but JSON writes.
//!
//! Every line begins with the state that verification gave: no format has a word or a mark of its own for it.

use std::borrow::Cow;

use super::{counted, plain};
use crate::{Attestation, Report, Signature, SignatureState, Verification};

/// A signature, or an attestation with or without one.
pub(super) struct Signed<'a> {
    /// `signature` or `attestation`.
    pub(super) kind: &'static str,
    /// `verified`, `refused`, `unjudged`, `unchecked` or `unsigned`.
    pub(super) state: &'static str,
    /// Format of a signature, predicate type of an attestation.
    pub(super) format: Cow<'a, str>,
    /// What is proven and what is not, in one sentence.
    pub(super) statement: String,
    /// The signature, where there is one.
    pub(super) signature: Option<&'a Signature>,
    /// What an attestation says, compares and lacks.
    pub(super) details: Vec<(String, String)>,
}

/// Everything that came with the image: signatures, then attestations, in the report's order.
pub(super) fn signed(report: &Report) -> Vec<Signed<'_>> {
    let signatures = report.signatures.signatures.iter().map(|signature| Signed {
        kind: "signature",
        state: signature.state.word(),
        format: plain(&signature.format),
        statement: plain(&signature.statement).into_owned(),
        signature: Some(signature),
        details: Vec::new(),
    });
    let attestations = report.signatures.attestations.iter().map(|attestation| Signed {
        kind: "attestation",
        state: attestation.signature.as_ref().map_or("unsigned", |signature| signature.state.word()),
        format: plain(&attestation.predicate_type),
        statement: match &attestation.signature {
            Some(signature) => plain(&signature.statement).into_owned(),
            None => "Nobody signed this attestation, so whatever it says is a claim.".into(),
        },
        signature: attestation.signature.as_ref(),
        details: details(attestation),
    });
    signatures.chain(attestations).collect()
}

fn details(attestation: &Attestation) -> Vec<(String, String)> {
    let mut details: Vec<(String, String)> =
        attestation.facts.iter().map(|fact| (plain(&fact.name).into_owned(), plain(&fact.value).into_owned())).collect();
    let mut add = |name: &str, value: String| details.push((name.to_owned(), plain(&value).into_owned()));
    if !attestation.about_this_image {
        add("about", attestation.subject.clone().unwrap_or_else(|| "nothing that it names by digest".into()));
    }
    if let Some(sbom) = &attestation.sbom {
        add(
            "compared",
            format!(
                "{} in both, {} found here alone, {} listed there alone",
                counted(sbom.both, "package"),
                sbom.only_scan,
                sbom.only_sbom
            ),
        );
    }
    if let Some(scan) = attestation.scan.as_ref().and_then(|scan| scan.compared.as_ref()) {
        add(
            "compared",
            format!(
                "{} in both, {} found here alone, {} attested alone",
                counted(scan.both, "id"),
                scan.only_here,
                scan.only_attested
            ),
        );
    }
    for missing in &attestation.missing {
        add("lacks", missing.clone());
    }
    details
}

/// Everything that came with the image, a line each, for formats that have room for a remark alone.
pub(super) fn remark(report: &Report) -> Option<String> {
    let lines: Vec<String> =
        signed(report).iter().map(|one| format!("{} {} ({}): {}", one.state, one.kind, one.format, one.statement)).collect();
    (!lines.is_empty()).then(|| lines.join("\n"))
}

/// `1 verified, 2 refused`, or that there is none.
pub(super) fn signatures_in_short(report: &Report) -> String {
    let (signatures, attestations) = (&report.signatures.signatures, report.signatures.attestations.len());
    let count = |state| signatures.iter().filter(|signature| signature.state == state).count();
    let states = [SignatureState::Verified, SignatureState::Refused, SignatureState::Unjudged, SignatureState::Unchecked];
    let mut parts: Vec<String> = states
        .into_iter()
        .map(|state| (count(state), state.word()))
        .filter(|(count, _)| *count > 0)
        .map(|(count, word)| format!("{count} {word}"))
        .collect();
    if parts.is_empty() {
        parts.push("none came with the image".into());
    }
    if attestations > 0 {
        parts.push(format!("{attestations} attestations"));
    }
    parts.join(", ")
}

/// `9 of 10 verified, 1 wrong`.
pub(super) fn digests_in_short(report: &Report) -> String {
    let rows = &report.signatures.integrity;
    let verified = rows.iter().filter(|row| row.verification == Verification::Verified).count();
    let wrong = rows.iter().filter(|row| matches!(row.verification, Verification::Mismatch { .. })).count();
    match (rows.len(), wrong) {
        (0, _) => "none is stated".into(),
        (all, 0) => format!("{verified} of {all} verified"),
        (all, wrong) => format!("{verified} of {all} verified, {wrong} WRONG"),
    }
}

/// A digest's state in words.
pub(super) fn verification(state: &Verification) -> String {
    match state {
        Verification::Verified => "verified".into(),
        Verification::Mismatch { actual, .. } => format!("WRONG: the bytes are {}", plain(actual)),
        Verification::Pending => "pending".into(),
        Verification::Unstated => "not stated".into(),
        Verification::Unread => "not read".into(),
    }
}
