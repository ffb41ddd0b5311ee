//! Reports, policies and every format that a report is written in.

use porthole_report::export::{self, Context};
use porthole_report::policy::{Policy, judge, mark_allowed};
use porthole_report::{Check, Evidence, Gap, GapKind, Origin, Outcome, Report, Secret, Severity};
use porthole_scan::{Analysis, LayerFacts, Options, Subject, SubjectLayer};
use serde_json::Value;

use crate::findings;

/// A report in which this name stands wherever a name can stand.
pub fn named(name: &str) -> Report {
    let subject = Subject {
        source: name.into(),
        kind: "docker-archive".into(),
        names: vec![name.into()],
        author: Some(name.into()),
        annotations: [(name.to_owned(), name.to_owned())].into(),
        layers: vec![SubjectLayer { media_type: Some(name.into()), ..SubjectLayer::default() }],
        ..Subject::default()
    };
    let mut report = Analysis::new(&subject, vec![None::<LayerFacts>], &Options::default()).report;
    report.packages.push(findings::package("npm", name, name));
    report.vulnerabilities.findings.push(findings::vulnerability(name, &format!("pkg:npm/{name}@1.0")));
    report.secrets.push(Secret {
        rule: "aws-access-key-id".into(),
        title: name.into(),
        severity: Severity::Critical,
        place: "file".into(),
        path: format!("/{name}"),
        inner_path: Some(name.into()),
        line: Some(3),
        masked: name.into(),
        fingerprint: "00112233aabbccdd".into(),
        layer: Some(0),
        origin: Origin::Own,
        visible: true,
        removed_in: None,
        harmless: Some(name.into()),
        allowed_by: None,
    });
    report.checks.push(Check {
        code: "made-up".into(),
        also_known_as: vec![name.into()],
        title: name.into(),
        outcome: Outcome::Fail,
        severity: Severity::High,
        message: name.into(),
        why: name.into(),
        fix: name.into(),
        reference: name.into(),
        evidence: vec![Evidence { path: Some(name.into()), layer: Some(0), origin: Origin::Own, text: name.into() }],
        evidence_total: 1,
        origin: Origin::Own,
        saves: None,
    });
    report.gaps.push(Gap { kind: GapKind::Malformed, layer: None, path: name.into(), message: name.into() });
    report
}

/// Law: every format takes it, and no format lets a control character, a bidirectional mark or markup through.
pub(super) fn exports(bytes: &[u8]) {
    write_all(&named(&String::from_utf8_lossy(bytes)));
}

/// Law: what reads as a report can be written in every format, and as JSON it is the same report.
pub(super) fn report(bytes: &[u8]) {
    let Ok(report) = serde_json::from_slice::<Report>(bytes) else { return };
    write_all(&report);
    let _ = porthole_report::diff::diff(&named("a"), &report);
    let _ = porthole_report::diff::diff(&report, &report);
}

/// Law: a policy is refused or judges any report, and accepting findings never makes a report worse.
pub(super) fn policy(bytes: &[u8]) {
    let Ok(policy) = serde_json::from_slice::<Policy>(bytes) else { return };
    let mut report = named("a");
    let before = judge(&policy, &report, Some("2026-01-01"));
    assert_eq!(before.passed, before.reasons.is_empty());
    let _ = judge(&policy, &report, None);
    mark_allowed(&policy, &mut report, Some("2026-01-01"));
    let _ = judge(&policy, &report, Some("2026-01-01"));
}

/// Writes a report in every format, and holds each to being harmless.
///
/// # Panics
/// When one is not.
pub fn write_all(report: &Report) {
    for exporter in export::ALL {
        let id = exporter.id();
        let mut out = String::new();
        exporter.write(report, &Context::default(), &mut out);
        if exporter.media_type().contains("json") {
            let parsed: Value = serde_json::from_str(&out).unwrap_or_else(|error| panic!("{id}: {error}"));
            assert!(parsed.is_object(), "{id}");
            continue;
        }
        let is_mark = |c: char| matches!(c, '\u{202a}'..='\u{202e}' | '\u{2066}'..='\u{2069}' | '\u{200e}' | '\u{200f}');
        assert!(!out.contains(is_mark), "{id}: bidirectional mark");
        assert!(!out.chars().any(|c| c.is_control() && !matches!(c, '\n' | '\r')), "{id}: control character");
        if matches!(id, "html" | "markdown" | "github-summary" | "junit") {
            assert!(!out.contains("<img") && !out.contains("<iframe"), "{id}: markup");
        }
    }
}
