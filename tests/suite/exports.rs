//! Every format: hostile names arrive harmless, counts agree, SARIF is what its schema says. Policies and differences too.

use std::path::Path;

use porthole_report::diff::diff;
use porthole_report::export::{self, Context};
use porthole_report::policy::{
    Allow, CheckRule, Policy, SecretRule, SignatureRule, SizeRule, VulnerabilityRule, judge, mark_allowed,
};
use porthole_report::{
    Check, DatabaseShard, Evidence, FixState, Gap, GapKind, HistoryEntry, Origin, Outcome, Report, Secret, Severity, Suppression,
    Vulnerability,
};
use porthole_scan::{Analysis, LayerOptions, LayerScan, Options, Subject, SubjectLayer};
use porthole_tests::layer::layer;
use porthole_tests::pieces::pieces;
use porthole_tests::validators::validators;
use serde_json::Value;

/// Terminal escapes, markup, a formula, a mention, line ends, letters that reorder others, all in one name.
const HOSTILE: &str =
    "=cmd|' /C calc'!A0\u{1b}[31m<script>alert(1)</script>\"'>\u{202e}gpj\r\n@everyone [x](javascript:alert(1)) `|` ]]>&amp;";

fn sample(name: &str) -> Report {
    let blob = layer()
        .file("etc/os-release", "ID=debian\nVERSION_ID=\"12\"\nPRETTY_NAME=\"Debian GNU/Linux 12\"\n")
        .file("srv/node_modules/b/package.json", r#"{"name":"b","version":"2.0.0","license":"MIT"}"#)
        .blob();
    let mut scan = LayerScan::new(&LayerOptions::default());
    pieces(&blob).for_each(|piece| scan.push(piece));
    let subject = Subject {
        source: name.into(),
        kind: "docker-archive".into(),
        names: vec![name.into()],
        layers: vec![SubjectLayer::default()],
        ..Subject::default()
    };
    let mut report = Analysis::new(&subject, vec![Some(scan.finish())], &Options::default()).report;
    report.secrets.push(Secret {
        rule: "aws-access-key-id".into(),
        title: name.into(),
        severity: Severity::Critical,
        place: "file".into(),
        path: format!("/{name}"),
        inner_path: None,
        line: Some(3),
        masked: "AKIA… (20 characters)".into(),
        fingerprint: "00112233aabbccdd".into(),
        layer: Some(0),
        origin: Origin::Own,
        visible: true,
        removed_in: None,
        harmless: None,
        allowed_by: None,
    });
    report.checks.push(Check {
        code: "made-up".into(),
        also_known_as: vec![name.into()],
        title: name.into(),
        outcome: Outcome::Fail,
        severity: Severity::High,
        origin: Origin::Own,
        message: name.into(),
        why: name.into(),
        fix: name.into(),
        reference: name.into(),
        evidence: vec![Evidence { path: Some(name.into()), layer: Some(0), origin: Origin::Own, text: name.into() }],
        evidence_total: 1,
        saves: None,
    });
    report.gaps.push(Gap { kind: GapKind::Malformed, layer: None, path: name.into(), message: name.into() });
    report
}

fn write(report: &Report, format: &str) -> String {
    let context = Context {
        now: Some("2026-06-01T00:00:00Z".into()),
        serial: Some("00000000-0000-4000-8000-000000000000".into()),
        ..Context::default()
    };
    let mut out = String::new();
    export::find(format).expect(format).write(report, &context, &mut out);
    out
}

#[test]
fn hostile_names_arrive_harmless_in_every_format() {
    let report = sample(HOSTILE);
    for exporter in export::ALL {
        let id = exporter.id();
        let out = write(&report, id);
        assert!(!out.contains('\u{1b}'), "{id}: terminal escape");
        if exporter.media_type().contains("json") {
            let parsed: Value = serde_json::from_str(&out).unwrap_or_else(|error| panic!("{id}: {error}"));
            assert!(parsed.is_object(), "{id}");
            continue;
        }
        assert!(!out.contains('\u{202e}'), "{id}: bidirectional mark");
        assert!(!out.chars().any(|c| c.is_control() && !matches!(c, '\n' | '\r')), "{id}: control character");
        if matches!(id, "html" | "markdown" | "github-summary" | "junit" | "badge") {
            assert!(!out.contains("<script>alert"), "{id}: markup");
            assert!(!out.contains("](javascript") || matches!(id, "html" | "junit"), "{id}: link");
            assert!(!out.contains("@everyone") || id == "html" || id == "junit", "{id}: mention");
        }
        if id == "csv" {
            for line in out.split("\r\n") {
                for cell in line.split(',') {
                    assert!(!cell.trim_start_matches('"').starts_with(['=', '+', '@']), "{id}: formula {cell}");
                }
            }
        }
    }
}

fn finding(severity: &str) -> Vulnerability {
    let finding = serde_json::json!({
        "id": "CVE-2026-1", "aliases": [], "advisory": "CVE-2026-1", "purl": "pkg:deb/debian/p@1", "package": "p", "installed": "1",
        "fixed": null, "fixState": "unknown", "severity": severity, "score": null, "vector": null, "urgency": null, "kev": false,
        "epss": null, "epssPercentile": null, "layer": 0, "origin": "unknown", "matchedSource": null, "uncertain": null,
        "changelogClaimsFix": false, "informational": null, "suppressed": null, "references": [],
    });
    serde_json::from_value(finding).expect("a finding")
}

fn shard() -> DatabaseShard {
    DatabaseShard {
        ecosystem: "Debian:12".into(),
        snapshot: "2026-06-01".into(),
        source: String::new(),
        license: String::new(),
        sha256: String::new(),
        rows: 1,
    }
}

#[test]
fn a_badge_says_what_is_known_and_what_is_not() {
    let mut report = sample("app:1");
    report.vulnerabilities = Default::default();
    report.gaps.clear();
    let says = |report: &Report| {
        let out = write(report, "badge");
        let title = out.split_once("<title>porthole: ").and_then(|(_, rest)| rest.split_once("</title>"));
        title.map(|(title, _)| title.to_owned()).expect("a title")
    };
    assert_eq!(says(&report), "1 package");
    report.vulnerabilities.database.push(shard());
    assert_eq!(says(&report), "nothing known");
    for (at, severity) in ["critical", "low", "high", "high"].into_iter().enumerate() {
        report.vulnerabilities.findings.push(Vulnerability { id: format!("CVE-2026-{at}"), ..finding(severity) });
    }
    report.vulnerabilities.findings[0].informational = Some("unmaintained".into());
    assert_eq!(says(&report), "2 high, 1 low");
    report.vulnerabilities.findings.clear();
    report.gaps.push(Gap { kind: GapKind::Missing, layer: Some(0), path: String::new(), message: "gone".into() });
    assert_eq!(says(&report), "nothing known, not wholly read");
}

#[test]
fn packages_of_one_source_are_one_issue_where_people_count() {
    let mut report = sample("app:1");
    let of = |package: &str, severity: &str| Vulnerability {
        package: package.into(),
        purl: format!("pkg:deb/debian/{package}@1"),
        matched_source: Some("openssl".into()),
        ..finding(severity)
    };
    let ignored = Suppression {
        by: "ignore".into(),
        status: "ignored".into(),
        reason: "not called".into(),
        expires: None,
        source: "ignore.toml".into(),
    };
    let spared = Vulnerability { suppressed: Some(ignored), ..of("openssl", "high") };
    report.vulnerabilities.findings = vec![spared, of("libssl3", "high"), of("libssl-dev", "high"), finding("high")];
    report.vulnerabilities.database = vec![shard()];
    let table = write(&report, "table");
    assert!(table.contains("2 high"), "{table}");
    assert!(table.contains("openssl (2 packages)"), "{table}");
    assert!(!table.contains("set aside"), "one of its packages counts: {table}");
    assert!(write(&report, "badge").contains(">2 high<"));
    let markdown = write(&report, "markdown");
    assert!(markdown.contains("| vulnerabilities | 0 | 2 |"), "{markdown}");
    // Machines get every package.
    assert_eq!(write(&report, "csv").matches("vulnerability,").count(), 4);

    report.vulnerabilities.findings.truncate(1);
    let table = write(&report, "table");
    assert!(table.contains("none known; 1 set aside by VEX or ignore rules"), "{table}");
}

#[test]
fn html_fetches_nothing() {
    let out = write(&sample("registry.internal/app:1"), "html");
    assert!(out.contains("default-src 'none'"));
    for forbidden in ["<img", "<link", "src=", "@import", "url(", "fetch(", "innerHTML"] {
        assert!(!out.contains(forbidden), "{forbidden}");
    }
}

#[test]
fn csv_rows_have_as_many_cells_as_the_head() {
    let out = write(&sample(HOSTILE), "csv");
    let cells = |line: &str| {
        let mut quoted = false;
        1 + line
            .chars()
            .filter(|c| {
                quoted ^= *c == '"';
                *c == ',' && !quoted
            })
            .count()
    };
    let lines: Vec<_> = out.split("\r\n").filter(|line| !line.is_empty()).collect();
    assert!(lines.len() > 3);
    for line in &lines {
        assert_eq!(cells(line), cells(lines[0]), "{line}");
    }
}

#[test]
fn junit_counts_agree_with_its_cases() {
    let out = write(&sample(HOSTILE), "junit");
    let number = |name: &str| {
        out.split(&format!(" {name}=\""))
            .nth(1)
            .and_then(|rest| rest.split('"').next())
            .and_then(|text| text.parse::<usize>().ok())
    };
    assert_eq!(number("tests"), Some(out.matches("<testcase ").count()));
    assert_eq!(number("failures"), Some(out.matches("<failure ").count()));
    assert!(out.matches("<failure ").count() >= 2);
}

/// The parts of SARIF's schema that code scanning relies on; `every_format_is_valid_by_its_official_schema` asks for the rest.
#[test]
fn sarif_says_what_was_found_and_where() {
    let out: Value = serde_json::from_str(&write(&sample("app"), "sarif")).expect("JSON");
    assert_eq!(out["version"], "2.1.0");
    let run = &out["runs"][0];
    let rules = run["tool"]["driver"]["rules"].as_array().expect("rules");
    let results = run["results"].as_array().expect("results");
    let secret = results.iter().find(|result| result["ruleId"] == "aws-access-key-id").expect("secret");
    let place = &secret["locations"][0]["physicalLocation"];
    assert_eq!((place["artifactLocation"]["uri"].as_str(), place["region"]["startLine"].as_u64()), (Some("app"), Some(3)));
    for result in results {
        let rule = &rules[result["ruleIndex"].as_u64().expect("index") as usize];
        assert_eq!(rule["id"], result["ruleId"]);
        assert!(result["partialFingerprints"].is_object());
    }
}

/// Every format, for a plain report, for one whose names attack, and for one in which nothing was found.
#[test]
fn every_format_is_valid_by_its_official_schema() {
    let Some(validators) = validators() else { return };
    let folder = Path::new(env!("CARGO_TARGET_TMPDIR")).join("exports");
    std::fs::create_dir_all(&folder).expect("folder");
    let mut bare = sample("bare");
    (bare.secrets, bare.checks, bare.gaps) = (Vec::new(), Vec::new(), Vec::new());
    let mut files = Vec::new();
    for (name, report) in [("plain", full("app")), ("hostile", full(HOSTILE)), ("bare", bare)] {
        for exporter in export::ALL {
            let ending = if exporter.id() == "json" { "report-1.json" } else { exporter.extension() };
            let file = folder.join(format!("{name}.{}.{ending}", exporter.id()));
            std::fs::write(&file, write(&report, exporter.id())).expect("file");
            files.push(file);
        }
    }
    let (a, mut b) = (full(HOSTILE), full("app"));
    b.secrets.clear();
    let difference = diff(&a, &b);
    for (name, text) in [
        ("diff.diff-1.json", porthole_report::diff::json(&difference)),
        ("diff.md", porthole_report::diff::markdown(&difference)),
        ("diff.txt", porthole_report::diff::table(&difference, None)),
        ("diff-narrow.txt", porthole_report::diff::table(&difference, Some(80))),
    ] {
        let file = folder.join(name);
        std::fs::write(&file, text).expect("file");
        files.push(file);
    }
    validators.check(&files);
}

/// A report with something of everything, all of it named so.
fn full(name: &str) -> Report {
    let mut report = sample(name);
    let mut text = serde_json::to_value(&report.packages[0]).expect("package");
    for field in ["name", "version", "path"] {
        text[field] = name.into();
    }
    text["licenses"] = serde_json::json!([name, "MIT"]);
    report.packages.push(serde_json::from_value(text).expect("package"));
    report.image.config.env.push(format!("X={name}"));
    report.image.config.labels.insert(name.into(), name.into());
    report.image.history.push(HistoryEntry { created_by: Some(name.into()), ..HistoryEntry::default() });
    report.layers[0].created_by = Some(name.into());
    report.vulnerabilities.database.push(DatabaseShard {
        ecosystem: "npm".into(),
        snapshot: "2026-05-30".into(),
        source: "OSV".into(),
        license: "CC-BY-4.0".into(),
        sha256: "0".repeat(64),
        rows: 1,
    });
    for (id, suppressed) in [("CVE-2026-1", false), ("CVE-2026-2", true)] {
        report.vulnerabilities.findings.push(Vulnerability {
            id: id.into(),
            aliases: vec![name.into()],
            advisory: name.into(),
            ecosystem: "npm".into(),
            purl: report.packages[0].purl.clone(),
            package: name.into(),
            installed: name.into(),
            fixed: Some(name.into()),
            fix_state: FixState::Fixed,
            severity: Severity::High,
            score: Some(7.5),
            vector: Some("CVSS:3.1/AV:N/AC:L/PR:N/UI:N/S:U/C:H/I:N/A:N".into()),
            urgency: None,
            kev: true,
            epss: Some(0.5),
            epss_percentile: Some(0.9),
            layer: 0,
            origin: Origin::Base,
            matched_source: None,
            uncertain: None,
            changelog_claims_fix: false,
            informational: None,
            suppressed: suppressed.then(|| Suppression {
                by: "vex".into(),
                status: "not_affected".into(),
                reason: name.into(),
                expires: None,
                source: name.into(),
            }),
            references: vec!["javascript:alert(1)".into(), name.into()],
        });
    }
    report
}

#[test]
fn policies_give_reasons() {
    let report = sample("app");
    let reasons = |policy: &Policy| {
        judge(policy, &report, Some("2026-06-01")).reasons.into_iter().map(|reason| reason.rule).collect::<Vec<_>>()
    };
    assert!(reasons(&Policy::default()).is_empty());
    let secrets = Policy { secrets: Some(SecretRule { severity: Some(Severity::High) }), ..Policy::default() };
    assert_eq!(reasons(&secrets), ["secrets.severity"]);
    let lax = Policy { secrets: Some(SecretRule { severity: None }), ..Policy::default() };
    assert!(reasons(&lax).is_empty());
    let checks = Policy {
        checks: Some(CheckRule { severity: None, required: vec!["CIS 4.1".into(), "no-such".into()] }),
        ..Policy::default()
    };
    assert_eq!(reasons(&checks), ["checks.required", "checks.required"]);
    let signed = Policy { signatures: Some(SignatureRule { required: true, ..SignatureRule::default() }), ..Policy::default() };
    assert_eq!(reasons(&signed), ["signatures.required"]);
    let complete = Policy { complete: true, ..Policy::default() };
    assert_eq!(reasons(&complete), ["complete"]);
    let size = Policy { size: Some(SizeRule { max_bytes: Some(1), ..SizeRule::default() }), ..Policy::default() };
    assert_eq!(reasons(&size), ["size.max-bytes"]);
}

#[test]
fn a_policy_without_its_input_does_not_pass() {
    let policy = Policy {
        vulnerabilities: Some(VulnerabilityRule { severity: Some(Severity::Critical), ..VulnerabilityRule::default() }),
        ..Policy::default()
    };
    let result = judge(&policy, &sample("app"), Some("2026-06-01"));
    assert!(!result.passed);
    assert!(result.reasons[0].message.contains("no advisory database"));
}

#[test]
fn accepted_findings_need_a_reason_and_end_on_their_day() {
    let allow = |reason: &str, until: Option<&str>| Policy {
        secrets: Some(SecretRule { severity: Some(Severity::Low) }),
        allow: vec![Allow {
            id: Some("aws-*".into()),
            path: Some("/a*".into()),
            reason: reason.into(),
            until: until.map(Into::into),
            ..Allow::default()
        }],
        ..Policy::default()
    };
    let passes = |policy: &Policy, today| judge(policy, &sample("app"), today).passed;
    assert!(passes(&allow("rotated", None), None));
    assert!(!passes(&allow(" ", None), None));
    assert!(passes(&allow("rotated", Some("2026-06-01")), Some("2026-06-01")));
    assert!(!passes(&allow("rotated", Some("2026-06-01")), Some("2026-06-02")));
    assert!(!passes(&allow("rotated", Some("2026-06-01")), None));
    let mut report = sample("app");
    mark_allowed(&allow("rotated", None), &mut report, None);
    assert_eq!(report.secrets[0].allowed_by.as_deref(), Some("rotated"));
}
