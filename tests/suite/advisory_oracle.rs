//! Findings of real images against an independent computation: `tests/oracle/advisories.py` reads the OSV records themselves, evaluates them
//! as the OSV schema says, and asks dpkg, rpm, node-semver, packaging and their like for every comparison.

use std::collections::BTreeSet;
use std::io::Write;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

use porthole_advisory::Options;
use porthole_report::Report;
use porthole_tests::real::{real_image, scan_layout};

use crate::advisory::matched;
use crate::advisory_build::{advisories, real};

/// What the oracle says, one finding a line; none when a tool that it needs is missing.
fn oracle(folder: &Path, report: &Report) -> Option<BTreeSet<String>> {
    let script = PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("oracle/advisories.py");
    let mut child = Command::new("python3").arg(script).arg(folder).stdin(Stdio::piped()).stdout(Stdio::piped()).spawn().ok()?;
    let input = serde_json::json!({ "distribution": report.image.distribution, "packages": report.packages });
    child.stdin.take()?.write_all(input.to_string().as_bytes()).ok()?;
    let output = child.wait_with_output().ok()?;
    if output.status.code() == Some(3) {
        return None;
    }
    assert!(output.status.success(), "the oracle failed");
    Some(String::from_utf8(output.stdout).expect("UTF-8").lines().map(str::to_owned).collect())
}

#[test]
fn findings_of_real_images_equal_the_oracles() {
    let Some(folder) = advisories() else { return };
    let images = ["debian-app", "debian-slim", "distroless", "alpine", "rpm"];
    let reports: Vec<_> =
        images.iter().filter_map(|name| Some((*name, scan_layout(&real_image(name)?.join("layout"))))).collect();
    if reports.is_empty() {
        return;
    }
    let database = real(
        &folder,
        &[
            "Debian",
            "Debian_12_changelogs",
            "Alpine",
            "AlmaLinux",
            "Rocky_Linux",
            "npm",
            "PyPI",
            "Go",
            "crates.io",
            "Maven",
            "RubyGems",
        ],
    );
    for (name, report) in reports {
        let found = matched(&database, report.image.distribution.as_ref(), &report.packages, &Options::default());
        let ours: BTreeSet<_> = found
            .vulnerabilities
            .findings
            .iter()
            .map(|finding| {
                let fixed = finding.fixed.as_deref().unwrap_or_default();
                [&finding.ecosystem, &finding.package, &finding.installed, &finding.id, fixed].map(str::to_owned).join("\t")
            })
            .collect();
        let Some(theirs) = oracle(&folder, &report) else {
            println!("skipped: a reference tool is missing");
            return;
        };
        let only = |a: &BTreeSet<String>, b: &BTreeSet<String>| a.difference(b).take(20).cloned().collect::<Vec<_>>().join("\n");
        assert!(
            ours == theirs,
            "{name}: {} findings here, {} of the oracle\nonly here:\n{}\nonly there:\n{}",
            ours.len(),
            theirs.len(),
            only(&ours, &theirs),
            only(&theirs, &ours)
        );
        println!("{name}: {} findings, the same as the oracle's", ours.len());
    }
}
