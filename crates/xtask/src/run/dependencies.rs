//! What we depend on: licences, sources and bans (`deny.toml`, by cargo-deny), and the npm lock files, which it does not read.

use std::fs;
use std::path::{Path, PathBuf};

use serde_json::Value;

use crate::child::{About, Child, Failure};
use crate::project::Project;
use crate::setup::cargo_tool;
use crate::step::Done;

/// Licences of npm packages that reach people's browsers.
const SHIPPED: &[&str] = &["MIT", "MIT OR Apache-2.0", "Apache-2.0", "ISC", "0BSD", "BSD-2-Clause", "BSD-3-Clause"];
/// Licences of npm packages that only build and test: nothing of theirs is passed on.
const FOR_BUILDING: &[&str] = &[
    "MPL-2.0",
    "LGPL-3.0-or-later",
    "BlueOak-1.0.0",
    "CC0-1.0",
    "CC-BY-4.0",
    "Python-2.0",
    "Apache-2.0 AND LGPL-3.0-or-later",
    "Apache-2.0 AND LGPL-3.0-or-later AND MIT",
];

/// Cargo's side: every workspace of ours.
pub(super) fn cargo(project: &Project) -> Result<Done, Failure> {
    let bin = cargo_tool::deny().ensure(project)?;
    for manifest in ["Cargo.toml", "worker/Cargo.toml", "tests/fuzz/Cargo.toml"] {
        if project.root.join(manifest).is_file() {
            let label = format!("deny-{}", manifest.replace('/', "-"));
            let child = Child::new(project, &label, "cargo").path(std::slice::from_ref(&bin));
            let child = child.args(["deny", "--color", "never", "--all-features", "--manifest-path", manifest, "--config"]);
            child.args([project.root.join("deny.toml")]).args(["check", "licenses", "bans", "sources"]).succeed()?;
        }
    }
    Ok(Done::Checked)
}

/// npm's side: every lock file in git.
pub(super) fn npm(project: &Project) -> Result<Done, Failure> {
    let listed = Child::new(project, "lock-files", "git").args(["ls-files", "--", "*package-lock.json"]).succeed()?;
    let files: Vec<PathBuf> = listed.lines().map(|file| project.root.join(file)).collect();
    let mut wrong = Vec::new();
    for file in &files {
        let text = fs::read_to_string(file).about(|| format!("read {}", file.display()))?;
        let name = file.strip_prefix(&project.root).unwrap_or(file);
        wrong.extend(complaints(name, &text));
    }
    if wrong.is_empty() { Ok(Done::Checked) } else { Err(Failure::new(wrong.join("\n          "))) }
}

/// What is wrong with a lock file, a sentence each.
fn complaints(file: &Path, text: &str) -> Vec<String> {
    let file = file.display();
    let lock: Value = match serde_json::from_str(text) {
        Ok(lock) => lock,
        Err(error) => return vec![format!("{file}: {error}")],
    };
    let Some(packages) = lock.get("packages").and_then(Value::as_object) else {
        return vec![format!("{file}: names no packages: written by an npm older than 7")];
    };
    let mut wrong = Vec::new();
    // The entry without a name is the folder itself.
    for (name, package) in packages.iter().filter(|(name, _)| !name.is_empty()) {
        let text = |key: &str| package.get(key).and_then(Value::as_str).unwrap_or_default();
        let is = |key: &str| package.get(key).and_then(Value::as_bool).unwrap_or_default();
        if is("link") {
            continue;
        }
        if !text("resolved").is_empty() {
            wrong.push(format!("{file}: {name} names a registry: set omit-lockfile-registry-resolved in .npmrc, lock again"));
        }
        if text("integrity").is_empty() {
            wrong.push(format!("{file}: {name} has no integrity hash"));
        }
        let licence = text("license");
        let for_building = is("dev") || is("devOptional");
        if !(SHIPPED.contains(&licence) || for_building && FOR_BUILDING.contains(&licence)) {
            wrong.push(format!("{file}: {name} has the licence `{licence}`, which is not among those allowed"));
        }
    }
    wrong
}

#[cfg(test)]
mod tests {
    use super::*;

    fn complaints_about(package: &str) -> Vec<String> {
        let lock = format!(r#"{{"lockfileVersion": 3, "packages": {{"": {{"name": "x"}}, "node_modules/a": {package}}}}}"#);
        complaints(Path::new("package-lock.json"), &lock)
    }

    #[test]
    fn a_lock_file_has_hashes_allowed_licences_and_no_registry() {
        let about = |package, said: &str| {
            let complaints = complaints_about(package);
            assert!(complaints.len() == 1 && complaints[0].contains(said), "{package}: {complaints:?}");
        };
        assert_eq!(complaints_about(r#"{"integrity": "sha512-x", "license": "MIT"}"#), Vec::<String>::new());
        assert_eq!(complaints_about(r#"{"integrity": "sha512-x", "license": "MPL-2.0", "dev": true}"#), Vec::<String>::new());
        about(r#"{"integrity": "sha512-x", "license": "MPL-2.0"}"#, "MPL-2.0");
        about(r#"{"integrity": "sha512-x"}"#, "licence ``");
        about(r#"{"license": "MIT"}"#, "no integrity hash");
        about(r#"{"integrity": "sha512-x", "license": "MIT", "resolved": "https://registry.example/a.tgz"}"#, "names a registry");
        assert_eq!(complaints(Path::new("x"), "{}").len(), 1);
    }
}
