//! VEX documents and ignore files: what they silence, what they do not, and that the silenced stays countable.

use porthole_advisory::Options;
use porthole_advisory::suppress::{Rule, apply, document, vex};
use porthole_report::Vulnerabilities;

use crate::advisory::{database, distribution, matched, package, record};

fn findings(rules: Vec<Rule>, today: Option<&str>) -> Vulnerabilities {
    let records = [
        record("DEBIAN-CVE-2024-1", "Debian:12", "bash", "0", Some("6"), ""),
        record("DEBIAN-CVE-2024-2", "Debian:12", "bash", "0", None, ""),
        record("DEBIAN-CVE-2024-1", "Debian:12", "dash", "0", None, ""),
    ];
    let mut packages = [package("deb", "bash", "5"), package("deb", "dash", "1")];
    packages[0].purl = "pkg:deb/debian/bash@5?arch=amd64&distro=debian-12".into();
    packages[1].purl = "pkg:deb/debian/dash@1?arch=amd64&distro=debian-12".into();
    // One record names both packages.
    let both = records[2].replace("\"id\":\"DEBIAN-CVE-2024-1\"", "\"id\":\"X-CVE-2024-1\"");
    let database = database(&(records[..2].concat() + &both));
    let options = Options { today: today.map(str::to_owned), rules, ..Options::default() };
    matched(&database, Some(&distribution("debian", "12")), &packages, &options).vulnerabilities
}

/// `package id` of what is silenced.
fn silenced(text: &str, today: Option<&str>) -> Vec<String> {
    let rules = document("rules", text.as_bytes()).unwrap_or_else(|error| panic!("{error}"));
    let found = findings(rules, today);
    assert_eq!(found.findings.len(), 3, "what is silenced stays");
    let mut names: Vec<_> = found
        .findings
        .iter()
        .filter(|finding| finding.suppressed.is_some())
        .map(|finding| format!("{} {}", finding.package, finding.id))
        .collect();
    names.sort();
    names
}

#[test]
fn openvex_statements_silence_what_is_not_affected_or_fixed() {
    let statement = |status: &str, products: &str| {
        format!(
            r#"{{"@context":"https://openvex.dev/ns/v0.2.0","@id":"https://x/1","author":"a","timestamp":"2026-01-01T00:00:00Z","version":1,
            "statements":[{{"vulnerability":{{"name":"CVE-2024-1"}},"products":[{products}],"status":"{status}","justification":"vulnerable_code_not_present","impact_statement":"not linked"}}]}}"#
        )
    };
    for (status, products, expected) in [
        ("not_affected", r#"{"@id":"pkg:deb/debian/bash@5"}"#, vec!["bash CVE-2024-1"]),
        ("not_affected", r#"{"@id":"pkg:deb/debian/bash"}"#, vec!["bash CVE-2024-1"]),
        ("fixed", r#"{"@id":"pkg:deb/debian/bash@5?arch=amd64"}"#, vec!["bash CVE-2024-1"]),
        ("not_affected", r#"{"@id":"pkg:deb/debian/bash@5?arch=arm64"}"#, vec![]),
        ("not_affected", r#"{"@id":"pkg:deb/debian/bash@4"}"#, vec![]),
        ("affected", r#"{"@id":"pkg:deb/debian/bash@5"}"#, vec![]),
        ("under_investigation", r#"{"@id":"pkg:deb/debian/bash@5"}"#, vec![]),
        (
            "not_affected",
            r#"{"@id":"pkg:oci/app@sha256:00","subcomponents":[{"@id":"pkg:deb/debian/dash"}]}"#,
            vec!["dash CVE-2024-1"],
        ),
        ("not_affected", r#"{"@id":"pkg:oci/app@sha256:00"}"#, vec!["bash CVE-2024-1", "dash CVE-2024-1"]),
    ] {
        assert_eq!(silenced(&statement(status, products), None), expected, "{status} {products}");
    }
    let rules = document("a.json", statement("not_affected", r#"{"@id":"pkg:deb/debian/bash"}"#).as_bytes()).expect("vex");
    let found = findings(rules, None);
    let suppression = found.findings.iter().find_map(|finding| finding.suppressed.clone()).expect("one");
    assert_eq!((suppression.by.as_str(), suppression.source.as_str()), ("vex", "a.json"));
    assert_eq!(
        (suppression.status.as_str(), suppression.reason.as_str()),
        ("not_affected: vulnerable_code_not_present", "not linked")
    );
    // What is silenced is no reason to upgrade.
    assert!(found.upgrades.iter().all(|upgrade| !upgrade.closes.contains(&"CVE-2024-1".to_owned())));
}

#[test]
fn cyclonedx_analyses_silence_by_reference_or_purl() {
    let bom = |state: &str, reference: &str| {
        format!(
            r#"{{"bomFormat":"CycloneDX","specVersion":"1.6","components":[{{"type":"library","name":"bash","bom-ref":"c1","purl":"pkg:deb/debian/bash@5"}}],
            "vulnerabilities":[{{"id":"CVE-2024-2","analysis":{{"state":"{state}","justification":"code_not_reachable","detail":"no shell"}},"affects":[{{"ref":"{reference}"}}]}}]}}"#
        )
    };
    for (state, reference, expected) in [
        ("not_affected", "c1", vec!["bash CVE-2024-2"]),
        ("false_positive", "pkg:deb/debian/bash@5", vec!["bash CVE-2024-2"]),
        ("resolved", "urn:cdx:3e671687-395b-41f5-a30f-a58921a69b79/1#pkg:deb/debian/bash@5", vec!["bash CVE-2024-2"]),
        ("exploitable", "c1", vec![]),
        ("in_triage", "c1", vec![]),
        ("not_affected", "c9", vec![]),
    ] {
        assert_eq!(silenced(&bom(state, reference), None), expected, "{state} {reference}");
    }
}

#[test]
fn ignore_rules_hold_until_their_day_and_need_a_reason() {
    let rule = |rest: &str| format!("[[ignore]]\n{rest}\n");
    for (rest, today, expected) in [
        ("id = 'CVE-2024-1'\nreason = 'r'", None, vec!["bash CVE-2024-1", "dash CVE-2024-1"]),
        ("id = 'CVE-2024-1'\npackage = 'dash'\nreason = 'r'", None, vec!["dash CVE-2024-1"]),
        ("id = 'DEBIAN-CVE-2024-2'\nreason = 'r'", None, vec!["bash CVE-2024-2"]),
        ("id = '*'\npackage = 'pkg:deb/debian/bash'\nreason = 'r'", None, vec!["bash CVE-2024-1", "bash CVE-2024-2"]),
        ("id = 'CVE-2024-2'\nreason = 'r'\nexpires = '2026-01-01'", Some("2026-01-01"), vec!["bash CVE-2024-2"]),
        ("id = 'CVE-2024-2'\nreason = 'r'\nexpires = '2026-01-01'", Some("2026-01-02T00:00:00Z"), vec![]),
    ] {
        assert_eq!(silenced(&rule(rest), today), expected, "{rest}");
    }
    for (rest, message) in [
        ("id = 'CVE-1'", "rules: rule 1: no reason"),
        ("reason = 'r'", "rules: rule 1: no id"),
        ("id = '*'\nreason = 'r'", "rules: rule 1: id \"*\" needs a package"),
        ("id = 'CVE-1'\nreason = 'r'\nexpires = 'tomorrow'", "rules: rule 1: expires is no day of the form YYYY-MM-DD"),
    ] {
        assert_eq!(document("rules", rule(rest).as_bytes()).expect_err("refused").to_string(), message);
    }
    for text in ["[[ignore]]\nid = 'CVE-1'\nreason = 'r'\nexpire = '2026-01-01'\n", "{\"a\":1}", "{", "= =", "\u{1}"] {
        assert!(document("rules", text.as_bytes()).is_err(), "{text}");
    }
}

#[test]
fn rules_can_be_put_on_and_taken_off_a_report_that_is_there() {
    let rules = document("rules", b"[[ignore]]\nid = 'CVE-2024-1'\nreason = 'r'\nexpires = '2026-01-01'\n").expect("rules");
    let closes = |found: &Vulnerabilities| -> usize { found.upgrades.iter().map(|upgrade| upgrade.closes.len()).sum() };
    let mut found = findings(Vec::new(), Some("2026-01-01"));
    let before = found.clone();
    assert_eq!(closes(&before), 1);
    apply(&rules, Some("2026-01-01"), &mut found);
    assert_eq!((found.findings.iter().filter(|finding| finding.suppressed.is_some()).count(), closes(&found)), (2, 0));
    assert_eq!(found, findings(rules.clone(), Some("2026-01-01")), "the same as with the rules from the start");
    apply(&rules, Some("2026-01-02"), &mut found);
    assert_eq!(found, before);
    assert!(rules[0].has_expired(Some("2026-01-02")) && !rules[0].has_expired(Some("2026-01-01")) && !rules[0].has_expired(None));
}

#[test]
fn a_vex_document_is_no_ignore_file() {
    assert!(vex("x", b"[[ignore]]\nid = 'CVE-2024-1'\nreason = 'r'\n").is_err());
    assert!(vex("x", br#"{"a":1}"#).is_err());
}
