//! SBOMs as inputs: without an image, the same findings.

mod common;

use common::{folder, porthole, text, write};
use porthole_tests::image::{image, layer};
use serde_json::Value;

#[test]
fn an_sbom_finds_what_its_image_finds() {
    let folder = folder("sbom_findings");
    let manifest = r#"{"name":"left","version":"1.0.0","license":"MIT"}"#;
    let blob = layer().file("srv/node_modules/left/package.json", manifest).gzip();
    let image = write(&folder, "app.tar", image().name("app:v1").layer(blob).docker_archive());
    let record = r#"{"id":"CVE-2024-1","modified":"2026-01-01T00:00:00Z","affected":[{"package":{"ecosystem":"npm","name":"left"},"ranges":[{"type":"SEMVER","events":[{"introduced":"0"},{"fixed":"1.1.0"}]}]}]}"#;
    let records = write(&folder, "npm.jsonl", record);
    let database = folder.join("db").to_str().expect("path").to_owned();
    let built = porthole(&["db", "build", "--quiet", "--osv", &records, "--out", &database], None);
    assert!(built.status.success(), "{}", text(&built.stderr));
    let scan = |source: &str, format: &str| {
        let output = porthole(&["scan", source, "-q", "-f", format, "--db", &database, "--now", "2026-06-01T00:00:00Z"], None);
        assert_eq!(output.status.code(), Some(0), "{}", text(&output.stderr));
        output.stdout
    };
    let findings = |report: &[u8]| {
        let report: Value = serde_json::from_slice(report).expect("json");
        let findings = report["vulnerabilities"]["findings"].as_array().expect("findings").clone();
        findings
            .iter()
            .map(|finding| ["id", "purl", "installed", "fixed"].map(|field| finding[field].clone()))
            .collect::<Vec<_>>()
    };
    let expected = findings(&scan(&image, "json"));
    assert_eq!(expected.len(), 1);
    for format in ["cyclonedx", "spdx", "spdx3"] {
        let bom = write(&folder, &format!("{format}.json"), scan(&image, format));
        assert_eq!(findings(&scan(&bom, "json")), expected, "{format}");
        // A policy judges it like an image.
        let policy = write(&folder, "policy.toml", "[vulnerabilities]\nseverity-with-fix = \"unknown\"\n");
        let output = porthole(&["scan", &bom, "-q", "--db", &database, "--policy", &policy], None);
        assert_eq!(output.status.code(), Some(1), "{format}: {}", text(&output.stderr));
    }
}

/// What an SBOM does not say is neither shown as good nor passed over by a policy.
#[test]
fn an_sbom_is_not_praised_for_what_it_does_not_say() {
    let folder = folder("sbom_silence");
    let document = r#"{"bomFormat":"CycloneDX","specVersion":"1.6","components":[{"type":"library","name":"left","version":"1.0.0","purl":"pkg:npm/left@1.0.0"}]}"#;
    let bom = write(&folder, "bom.json", document);
    for format in ["table", "markdown", "github-summary", "html"] {
        let told = text(&porthole(&["scan", &bom, "-q", "-f", format], None).stdout);
        for wrong in ["efficien", "0 B unpacked", "root (none", "0 failed", "seen"] {
            assert!(!told.contains(wrong), "{format} says {wrong:?}: {told}");
        }
        assert!(told.contains("SBOM"), "{format}: {told}");
    }
    for (policy, rule) in [
        ("[secrets]\nseverity = \"high\"\n", "secrets: an SBOM"),
        ("[size]\nmin-efficiency = 0.9\n", "size: an SBOM"),
        ("[checks]\nseverity = \"high\"\n", "checks.severity: an SBOM"),
        ("[checks]\nrequired = [\"runs-as-root\"]\n", "there is no check runs-as-root"),
        ("[age]\nimage-days = 3\n", "not known"),
    ] {
        let policy = write(&folder, "policy.toml", policy);
        let output = porthole(&["scan", &bom, "-q", "--policy", &policy], None);
        assert_eq!(output.status.code(), Some(1), "{rule}");
        assert!(text(&output.stderr).contains(rule), "{}", text(&output.stderr));
    }
}
