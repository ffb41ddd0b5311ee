//! Known vulnerabilities of what we depend on, found by Porthole itself: every lock file of the checkout becomes an SBOM,
//! and the program that this repository makes reads it with the database that it has built.

use std::collections::BTreeSet;
use std::fs;

use serde_json::{Value, json};

use super::advisories;
use crate::child::{About, Child, Failure};
use crate::fingerprint;
use crate::project::Project;
use crate::step::Done;

/// Findings that do not reach us, each with the reason: `("GHSA-…", "why")`.
const ACCEPTED: &[(&str, &str)] = &[
    // Marvin: the time of operations with a private RSA key tells about it. Porthole only verifies, with public keys.
    ("CVE-2023-49092", "only public-key operations are used"),
];

pub(super) fn check(project: &Project) -> Result<Done, Failure> {
    let mut purls = BTreeSet::new();
    for file in
        Child::new(project, "lock-files", "git").args(["ls-files", "--", "*Cargo.lock", "*package-lock.json"]).succeed()?.lines()
    {
        let path = project.root.join(file);
        let text = fs::read_to_string(&path).about(|| format!("read {file}"))?;
        if file.ends_with("Cargo.lock") { purls.extend(crates(&text)) } else { purls.extend(packages(&text)) }
    }
    let components: Vec<Value> = purls.iter().map(|purl| json!({ "type": "library", "name": purl, "purl": purl })).collect();
    let sbom = json!({ "bomFormat": "CycloneDX", "specVersion": "1.6", "version": 1, "components": components });
    let (input, output) = (project.state().join("dependencies.cdx.json"), project.state().join("dependencies.report.json"));
    fingerprint::keep(&input, &sbom.to_string())?;
    Child::new(project, "vulnerabilities", "cargo")
        .args(["run", "--quiet", "--package", "porthole", "--", "scan", "--quiet", "--format", "json", "--db"])
        .args([advisories::built(project)])
        .args(["--output"])
        .args([&output, &input])
        .succeed()?;
    let report = fs::read_to_string(&output).about(|| format!("read {}", output.display()))?;
    let report: Value = serde_json::from_str(&report).map_err(|error| Failure::new(format!("{}: {error}", output.display())))?;
    let findings = findings(&report)?;
    println!("  {} packages of our lock files, {} findings", purls.len(), findings.len());
    if findings.is_empty() { Ok(Done::Checked) } else { Err(Failure::new(findings.join("\n          "))) }
}

/// purls of a `Cargo.lock`: what has a source is not ours.
fn crates(lock: &str) -> Vec<String> {
    let field = |package: &str, name: &str| {
        let found = package.lines().find_map(|line| line.strip_prefix(name)?.strip_prefix(" = \"")?.strip_suffix('"'));
        found.map(str::to_owned)
    };
    let packages = lock.split("[[package]]").filter(|package| field(package, "source").is_some());
    packages.filter_map(|package| Some(format!("pkg:cargo/{}@{}", field(package, "name")?, field(package, "version")?))).collect()
}

/// purls of a `package-lock.json`.
fn packages(lock: &str) -> Vec<String> {
    let lock: Value = serde_json::from_str(lock).unwrap_or_default();
    let packages = lock.get("packages").and_then(Value::as_object).into_iter().flatten();
    let purl = |(path, package): (&String, &Value)| {
        let name = path.rsplit("node_modules/").next().filter(|name| !name.is_empty() && path.contains("node_modules/"))?;
        Some(format!("pkg:npm/{}@{}", name.replacen('@', "%40", 1), package.get("version")?.as_str()?))
    };
    packages.filter_map(purl).collect()
}

/// A line for each finding of the report that is not accepted.
fn findings(report: &Value) -> Result<Vec<String>, Failure> {
    let list = |pointer: &str| report.pointer(pointer).and_then(Value::as_array).cloned().unwrap_or_default();
    let text = |value: &Value, key: &str| value.get(key).and_then(Value::as_str).unwrap_or("?").to_owned();
    // Without these, an empty list of findings would say nothing.
    for ecosystem in ["crates.io", "npm"] {
        if !list("/vulnerabilities/database").iter().any(|shard| text(shard, "ecosystem") == ecosystem) {
            return Err(Failure::new(format!("the advisory database has no records of {ecosystem}")));
        }
    }
    let reaches_us = |finding: &Value| !ACCEPTED.iter().any(|(id, _)| text(finding, "id") == *id);
    let line = |finding: &Value| {
        let [id, package, installed, fixed] = ["id", "package", "installed", "fixed"].map(|key| text(finding, key));
        format!("{id}: {package} {installed}, fixed in {fixed}")
    };
    Ok(list("/vulnerabilities/findings").iter().filter(|finding| reaches_us(finding)).map(line).collect())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lock_files_become_package_urls() {
        let lock = "version = 4\n\n[[package]]\nname = \"ours\"\nversion = \"0.1.0\"\n\n[[package]]\nname = \"tar\"\nversion = \"0.4.46\"\nsource = \"registry\"\n";
        assert_eq!(crates(lock), ["pkg:cargo/tar@0.4.46"]);
        let lock = r#"{"packages": {"": {"version": "1"}, "node_modules/a/node_modules/@b/c": {"version": "2.0.0"}, "node_modules/d": {"version": "3.1.0"}}}"#;
        assert_eq!(packages(lock), ["pkg:npm/%40b/c@2.0.0", "pkg:npm/d@3.1.0"]);
    }

    #[test]
    fn a_database_without_our_ecosystems_is_no_good_news() {
        let report = |ecosystems: &[&str]| {
            let database: Vec<Value> = ecosystems.iter().map(|name| json!({ "ecosystem": name })).collect();
            let finding = json!({ "id": "GHSA-1", "package": "tar", "installed": "0.1.0", "fixed": "0.2.0" });
            json!({ "vulnerabilities": { "database": database, "findings": [finding] } })
        };
        assert!(findings(&report(&["npm"])).is_err());
        assert_eq!(findings(&report(&["npm", "crates.io"])).expect("usable"), ["GHSA-1: tar 0.1.0, fixed in 0.2.0"]);
    }
}
