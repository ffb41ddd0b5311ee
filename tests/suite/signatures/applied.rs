//! What trusted attestations do to a report: VEX silences findings, attested scans and SBOMs are compared, policies and exports
//! carry the verdicts. Untrusted ones do nothing.

use porthole_advisory::Options;
use porthole_report::policy::{Policy, SignatureRule, judge};
use porthole_report::{Outcome, Report, SignatureState, export};
use serde_json::{Value, json};

use super::attached::{Layout, scan};
use super::scenes::Samples;
use crate::advisory::{database, record};

/// Scans and matches against a database in which CVE-2024-0001 and CVE-2024-0003 are in bash.
fn matched(scene: &Value, samples: &Samples) -> Report {
    let (mut report, rules) = scan(samples, scene, Layout::Tags);
    let records = [
        record("DEBIAN-CVE-2024-0001", "Debian:12", "bash", "0", Some("6"), ""),
        record("DEBIAN-CVE-2024-0003", "Debian:12", "bash", "0", None, ""),
    ];
    let mut matcher = porthole_scan::matcher(&report);
    let database = database(&records.concat());
    matcher.index(database.index.to_json().as_bytes()).expect("index");
    for want in matcher.wants() {
        matcher.push(&want.key, database.files.get(&want.file).expect("file")).expect("sound shard");
    }
    porthole_scan::set_vulnerabilities(&mut report, matcher, &Options { rules, ..Options::default() });
    report
}

fn silenced(report: &Report) -> Vec<&str> {
    assert_eq!(report.vulnerabilities.findings.len(), 2, "what is silenced stays");
    let silent = report.vulnerabilities.findings.iter().filter(|finding| finding.suppressed.is_some());
    silent.map(|finding| finding.id.as_str()).collect()
}

#[test]
fn attested_vex_silences_findings_only_for_a_trusted_signer_and_this_image() {
    let samples = Samples::read();
    for (name, expected) in [
        ("OpenVEX", vec!["CVE-2024-0001"]),
        ("CycloneDX with VEX", vec!["CVE-2024-0001"]),
        ("OpenVEX by another key", vec![]),
        ("OpenVEX without a key", vec![]),
        ("OpenVEX about another image", vec![]),
        ("vulnerability scan by in-toto", vec![]),
    ] {
        let report = matched(samples.named(name), &samples);
        assert_eq!(silenced(&report), expected, "{name}");
        for finding in report.vulnerabilities.findings.iter().filter_map(|finding| finding.suppressed.as_ref()) {
            assert!(finding.source.starts_with("VEX attested by the given key sha256:"), "{}", finding.source);
        }
    }
}

/// What `require-signature` names as signers is whom a VEX document may come from.
#[test]
fn attested_vex_is_applied_only_when_the_policy_trusts_its_signer() {
    let samples = Samples::read();
    for (signers, expected) in [
        (json!([]), vec![]),
        (json!([{ "identity": "vex@example.com" }]), vec!["CVE-2024-0001"]),
        (
            json!([{ "identity": "*@example.com", "issuer": "https://token.actions.githubusercontent.com" }]),
            vec!["CVE-2024-0001"],
        ),
        (json!([{ "identity": "vex@example.com", "issuer": "https://other.example" }]), vec![]),
        (json!([{ "identity": "*@example.org" }]), vec![]),
    ] {
        let mut scene = samples.named("OpenVEX by an identity").clone();
        scene["trust"]["expected"] = signers.clone();
        assert_eq!(silenced(&matched(&scene, &samples)), expected, "{signers}");
    }
}

#[test]
fn vex_that_can_t_be_read_is_a_gap() {
    let samples = Samples::read();
    let (report, rules) = scan(&samples, samples.named("CSAF VEX"), Layout::Tags);
    assert!(rules.is_empty());
    assert!(report.gaps.iter().any(|gap| gap.message.contains("VEX attested by the given key")), "{:?}", report.gaps);
}

#[test]
fn attested_scans_are_held_against_what_is_found_here() {
    let samples = Samples::read();
    for (name, trusted) in [
        ("vulnerability scan by in-toto", true),
        ("vulnerability scan by Trivy", true),
        ("vulnerability scan by Grype", true),
        ("vulnerability scan as SARIF", true),
        ("vulnerability scan by another key", false),
        ("vulnerability scan without a key", false),
    ] {
        let report = matched(samples.named(name), &samples);
        let attestation = &report.signatures.attestations[0];
        let scan = attestation.scan.as_ref().unwrap_or_else(|| panic!("{name}: no ids"));
        assert_eq!(scan.ids, ["CVE-2024-0001", "CVE-2024-0002"], "{name}");
        let compared = scan.compared.as_ref().expect("matched");
        assert_eq!((compared.both, compared.only_here, compared.only_attested), (1, 1, 1), "{name}");
        assert_eq!(compared.only_attested_examples, ["CVE-2024-0002"]);
        assert_eq!(scan.trusted, trusted, "{name}");
        let claimed = attestation.missing.iter().any(|why| why.contains("is a claim"));
        assert_eq!(claimed, !trusted, "{name}: {:?}", attestation.missing);
    }
    let empty = matched(samples.named("vulnerability scan"), &samples);
    assert_eq!(empty.signatures.attestations[0].scan.as_ref().expect("ids").ids.len(), 0);
    let unknown = matched(samples.named("vulnerability scan of an unknown kind"), &samples);
    assert!(unknown.signatures.attestations[0].scan.is_none());
    assert!(unknown.signatures.attestations[0].missing.iter().any(|why| why.contains("a format that is not read")));
}

#[test]
fn an_attested_sbom_is_held_against_the_scan() {
    let samples = Samples::read();
    for name in ["SPDX", "SPDX in cosign's wrapping", "CycloneDX"] {
        let (report, _) = scan(&samples, samples.named(name), Layout::Tags);
        let sbom = report.signatures.attestations[0].sbom.as_ref().unwrap_or_else(|| panic!("{name}: no comparison"));
        // bash is in both, dash in the image alone, one more in the document alone.
        assert_eq!((sbom.both, sbom.only_scan, sbom.only_sbom), (1, 1, 1), "{name}: {sbom:?}");
        assert_eq!(sbom.only_scan_examples, ["pkg:deb/debian/dash@0.5.12-2"], "{name}");
    }
}

#[test]
fn a_refused_provenance_is_no_proof_of_the_build() {
    let samples = Samples::read();
    let mut scene = samples.named("provenance 1 by a key").clone();
    for (keys, outcome) in [(json!(["p256"]), Outcome::Pass), (json!(["other"]), Outcome::Fail), (json!([]), Outcome::Warn)] {
        scene["trust"] = json!({ "keys": keys });
        let (report, _) = scan(&samples, &scene, Layout::Tags);
        let check = report.checks.iter().find(|check| check.code == "provenance").expect("check");
        assert_eq!(check.outcome, outcome, "{keys}: {}", check.message);
    }
}

#[test]
fn policies_demand_signatures_and_their_signers() {
    let samples = Samples::read();
    let (keyed, keyless) = ("ECDSA P-256", "bundle 0.3 with a statement");
    let text = |items: &[&str]| items.iter().map(|item| (*item).to_owned()).collect::<Vec<_>>();
    let rule = |signers: &[&str], issuers: &[&str]| SignatureRule {
        required: true,
        signers: text(signers),
        issuers: text(issuers),
        provenance: false,
    };
    for (name, rule, passes) in [
        (keyed, rule(&[], &[]), true),
        (keyless, rule(&["*@example.com"], &["https://issuer.example"]), true),
        (keyless, rule(&["*@example.org"], &[]), false),
        (keyless, rule(&[], &["https://issuer.example.evil"]), false),
        ("no key given", rule(&[], &[]), false),
        ("another key", rule(&[], &[]), false),
        ("nobody is expected", rule(&[], &[]), false),
        ("Docker Content Trust", rule(&[], &[]), false),
        ("provenance 1 by a key", SignatureRule { provenance: true, ..SignatureRule::default() }, true),
        ("provenance by BuildKit", SignatureRule { provenance: true, ..SignatureRule::default() }, false),
    ] {
        let (report, _) = scan(&samples, samples.named(name), Layout::Tags);
        let policy = Policy { signatures: Some(rule), ..Policy::default() };
        let result = judge(&policy, &report, None);
        assert_eq!(result.passed, passes, "{name}: {:?}", result.reasons);
        assert!(result.reasons.iter().all(|reason| reason.rule.starts_with("signatures.")));
    }
}

#[test]
fn signers_of_a_policy_are_whom_the_person_expects() {
    let samples = Samples::read();
    let scene = samples.named("nobody is expected");
    let judged = |identities: &[&str], issuers: &[&str]| {
        let mut trust = samples.trust(scene);
        let text = |items: &[&str]| items.iter().map(|item| (*item).to_owned()).collect::<Vec<_>>();
        trust.expect(&text(identities), &text(issuers));
        let outcome = super::scenes::run_with(&samples, scene, &trust);
        super::scenes::signature(&outcome).expect("signature").state
    };
    assert_eq!(judged(&[], &[]), SignatureState::Unjudged);
    assert_eq!(judged(&["mallory@example.com", "*@example.com"], &[]), SignatureState::Verified);
    assert_eq!(judged(&["*@example.com"], &["https://other.example", "https://issuer.example"]), SignatureState::Verified);
    assert_eq!(judged(&["mallory@example.com"], &[]), SignatureState::Refused);
    assert_eq!(judged(&[], &["https://other.example"]), SignatureState::Refused);
}

/// Oracle: the report. Each format says what it says, with the state in front.
#[test]
fn every_export_carries_the_verdict_in_words() {
    let samples = Samples::read();
    for (name, state) in [
        ("ECDSA P-256", "verified"),
        ("another key", "refused"),
        ("no key given", "unchecked"),
        ("nobody is expected", "unjudged"),
        ("Docker Content Trust", "unchecked"),
        ("SPDX by BuildKit", "unsigned"),
        ("provenance 1 by a key", "verified"),
    ] {
        let (report, _) = scan(&samples, samples.named(name), Layout::Tags);
        for exporter in export::ALL {
            let mut out = String::new();
            exporter.write(&report, &export::Context::default(), &mut out);
            let id = exporter.id();
            match (id, state) {
                // The model has no word for what has no signature.
                ("json", "unsigned") => assert!(out.contains("\"signature\": null"), "{name}"),
                // A badge has room for the worst finding alone.
                ("badge", _) => {}
                // JUnit has words of its own: what is verified passes.
                ("junit", "verified") => assert!(out.contains("<system-out>Proven: "), "{name}"),
                ("junit", "refused") => assert!(out.contains("<failure type=\"refused\""), "{name}"),
                ("junit", _) => assert!(!out.contains("<system-out>Proven"), "{name}"),
                _ => assert!(out.contains(state), "{name}: {id} does not say {state}"),
            }
            if state != "verified" {
                assert!(!out.contains("Proven: "), "{name}: {id} calls it proven");
            }
        }
    }
}
