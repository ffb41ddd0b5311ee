//! Findings of real images against an independent computation: `tests/oracle/advisories.py` reads the OSV records themselves, evaluates them
//! as the OSV schema says, and asks dpkg, rpm, node-semver, packaging and their like for every comparison.

use std::collections::{BTreeMap, BTreeSet};
use std::io::{BufRead, BufReader, Write};
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

use porthole_advisory::Options;
use porthole_advisory::build::Database;
use porthole_advisory::version::Scheme;
use porthole_report::{Distribution, Package, Vulnerability};
use porthole_tests::real::{real_image, scan_layout};
use serde_json::Value;

use crate::advisory::{distribution, matched, package};
use crate::advisory_build::{advisories, real};

/// What the oracle says, one finding a line; none when a tool that it needs is missing.
fn oracle(folder: &Path, distribution: Option<&Distribution>, packages: &[Package]) -> Option<BTreeSet<String>> {
    let script = PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("oracle/advisories.py");
    let mut child = Command::new("python3").arg(script).arg(folder).stdin(Stdio::piped()).stdout(Stdio::piped()).spawn().ok()?;
    let input = serde_json::json!({ "distribution": distribution, "packages": packages });
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
        if !agree(name, &folder, &database, report.image.distribution.as_ref(), &report.packages) {
            return;
        }
    }
}

/// Compares; false when there is nothing to compare with.
fn agree(name: &str, folder: &Path, database: &Database, distribution: Option<&Distribution>, packages: &[Package]) -> bool {
    let found = matched(database, distribution, packages, &Options::default());
    let line = |finding: &Vulnerability| {
        let fixed = finding.fixed.as_deref().unwrap_or_default();
        [&finding.ecosystem, &finding.package, &finding.installed, &finding.id, fixed].map(str::to_owned).join("\t")
    };
    let ours: BTreeSet<_> = found.vulnerabilities.findings.iter().map(line).collect();
    let Some(theirs) = oracle(folder, distribution, packages) else {
        println!("skipped: a reference tool is missing");
        return false;
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
    println!("{name}: {} packages, {} findings, the same as the oracle's", packages.len(), ours.len());
    true
}

/// Packages of an ecosystem, spread over all of its names, each installed in a version that some advisory names; those with a bound that
/// is no version are left out, because tools differ there.
fn made_up(folder: &Path, file: &str, ecosystem: &str, kind: &str, scheme: Scheme, count: usize) -> Vec<Package> {
    let file = std::fs::File::open(folder.join(format!("{file}.jsonl.gz"))).expect("file");
    let mut versions: BTreeMap<String, BTreeSet<String>> = BTreeMap::new();
    for line in BufReader::new(flate2::read::MultiGzDecoder::new(file)).lines() {
        let record: Value = serde_json::from_str(&line.expect("line")).expect("JSON");
        for affected in
            record["affected"].as_array().into_iter().flatten().filter(|affected| affected["package"]["ecosystem"] == ecosystem)
        {
            let known = versions.entry(affected["package"]["name"].as_str().unwrap_or_default().to_owned()).or_default();
            let events = affected["ranges"]
                .as_array()
                .into_iter()
                .flatten()
                .flat_map(|range| range["events"].as_array().into_iter().flatten());
            known.extend(
                events
                    .flat_map(|event| event.as_object().into_iter().flatten())
                    .filter_map(|(_, version)| version.as_str().map(str::to_owned)),
            );
        }
    }
    // A leading zero is a fraction to apk, and the oracle does not go into that.
    let plain =
        |version: &str| scheme != Scheme::Apk || !version.split('.').skip(1).any(|part| part.len() > 1 && part.starts_with('0'));
    let from_start = |version: &str| matches!(version, "0" | "0.0.0-0");
    versions.retain(|_, known| known.iter().all(|version| from_start(version) || (scheme.is_valid(version) && plain(version))));
    let step = (versions.len() / count).max(1);
    let mut packages = Vec::new();
    for (i, (name, known)) in versions.iter().step_by(step).enumerate() {
        let real: Vec<_> = known.iter().filter(|version| !from_start(version)).collect();
        if let Some(version) = real.get(i % real.len().max(1)) {
            packages.push(package(kind, name, version));
        }
    }
    packages
}

#[test]
fn findings_of_made_up_images_equal_the_oracles() {
    let Some(folder) = advisories() else { return };
    let languages = [
        ("npm", "npm", "npm", Scheme::Npm),
        ("PyPI", "PyPI", "pypi", Scheme::Pep440),
        ("Go", "Go", "golang", Scheme::Npm),
        ("crates.io", "crates.io", "cargo", Scheme::Npm),
        ("Maven", "Maven", "maven", Scheme::Maven),
        ("RubyGems", "RubyGems", "gem", Scheme::Gem),
    ];
    let database = real(
        &folder,
        &["AlmaLinux", "Alpine", "Debian", "Debian_12_changelogs", "npm", "PyPI", "Go", "crates.io", "Maven", "RubyGems"],
    );
    for (file, ecosystem, kind, scheme, os) in [
        ("AlmaLinux", "AlmaLinux:8", "rpm", Scheme::Rpm, ("almalinux", "8.10")),
        ("Alpine", "Alpine:v3.20", "apk", Scheme::Apk, ("alpine", "3.20.3")),
        ("Debian", "Debian:11", "deb", Scheme::Dpkg, ("debian", "11")),
    ] {
        let mut packages = made_up(&folder, file, ecosystem, kind, scheme, if kind == "deb" { 60 } else { 300 });
        if kind == "rpm" {
            for (file, ecosystem, kind, scheme) in languages {
                packages.extend(made_up(&folder, file, ecosystem, kind, scheme, 250));
            }
        }
        if !agree(ecosystem, &folder, &database, Some(&distribution(os.0, os.1)), &packages) {
            return;
        }
    }
}
