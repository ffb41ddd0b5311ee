//! Small text files that name the version of the installation around them.

use super::hit::{Grammar, java, python, two};
use super::package;
use crate::facts::PackageFact;

/// Largest such file, bytes.
pub(super) const MAX_SIZE: u64 = 64 << 10;

/// True for their names.
pub(super) fn is_known(name: &[u8]) -> bool {
    matches!(name, b"VERSION" | b"VERSION.cache" | b"OTP_VERSION" | b"release" | b"patchlevel.h")
}

/// What such a file says; most files of these names say nothing of interest.
pub(super) fn parse(path: &[u8], bytes: &[u8]) -> Option<PackageFact> {
    let text = std::str::from_utf8(bytes).ok()?;
    match path.rsplit(|byte| *byte == b'/').next()? {
        b"patchlevel.h" => patchlevel(text),
        b"release" => jvm_release(text),
        b"OTP_VERSION" => {
            let version = text.trim();
            whole(version, two).then(|| package("erlang", version.to_owned()))
        }
        _ => go_version(text),
    }
}

/// First line of Go's own `VERSION`: `go1.22.1`, `devel go1.25-d524e1e Sun Feb 16 …`.
fn go_version(text: &str) -> Option<PackageFact> {
    let line = text.lines().next()?.trim();
    let word = line.strip_prefix("devel ").unwrap_or(line).split_whitespace().next()?;
    let version = word.strip_prefix("go")?;
    let is_version = version.starts_with(|char: char| char.is_ascii_digit()) && version.contains('.') && version.len() <= 48;
    is_version.then(|| package("go", version.to_owned()))
}

/// `#define PY_VERSION "3.8.16"` of CPython's headers.
fn patchlevel(text: &str) -> Option<PackageFact> {
    let line = text.lines().find_map(|line| line.trim().strip_prefix("#define PY_VERSION")?.strip_prefix([' ', '\t']))?;
    let version = line.trim().trim_matches('"');
    whole(version, python).then(|| package("python", version.to_owned()))
}

/// The `release` file of a Java runtime: shell assignments (JEP 223 and its `JAVA_RUNTIME_VERSION`).
fn jvm_release(text: &str) -> Option<PackageFact> {
    let value = |key: &str| {
        let raw = text.lines().find_map(|line| line.trim().strip_prefix(key)?.strip_prefix('='))?;
        Some(raw.trim().trim_matches('"')).filter(|value| !value.is_empty())
    };
    let stated = ["JAVA_RUNTIME_VERSION", "SEMANTIC_VERSION", "JAVA_VERSION"].into_iter().filter_map(value);
    let version = stated.into_iter().find(|version| whole(version, java))?;
    // Oracle's own builds are another product than the open one, which many vendors build alike.
    let is_oracle = value("IMPLEMENTOR") == Some("Oracle Corporation") && value("BUILD_TYPE") == Some("commercial");
    let name = match (is_oracle, value("GRAALVM_VERSION")) {
        (_, Some(_)) => "graalvm",
        (true, None) => "java",
        (false, None) => "openjdk",
    };
    Some(package(name, version.to_owned()))
}

fn whole(text: &str, grammar: Grammar) -> bool {
    !text.is_empty() && text.len() <= 64 && grammar(text.as_bytes()) == text.len()
}
