//! The drawing in ARCHITECTURE.md, held against the manifests: who may depend on whom.

use std::collections::BTreeMap;
use std::path::Path;

/// Crate folder, and the crates of this project that it may name.
const ALLOWED: &[(&str, &[&str])] = &[
    ("crates/oci", &[]),
    ("crates/report", &[]),
    ("crates/rego", &["porthole-report"]),
    ("crates/advisory", &["porthole-report"]),
    ("crates/scan", &["porthole-oci", "porthole-report", "porthole-advisory"]),
    ("crates/wasm", &["porthole-scan", "porthole-report"]),
    ("crates/wasm-signatures", &["porthole-scan"]),
    ("crates/wasm-exports", &["porthole-report"]),
    ("crates/wasm-rego", &["porthole-rego", "porthole-report"]),
    ("crates/cli", &["porthole-scan", "porthole-report", "porthole-rego", "porthole-advisory"]),
    ("crates/xtask", &[]),
];

fn dependencies(manifest: &str) -> Vec<String> {
    let mut section = "";
    let mut found = Vec::new();
    for line in manifest.lines().map(str::trim) {
        if line.starts_with('[') {
            section = line;
        } else if section.contains("dependencies") && !section.contains("dev-dependencies") {
            let name: String = line.chars().take_while(|c| c.is_ascii_alphanumeric() || matches!(c, '-' | '_')).collect();
            if name.starts_with("porthole") {
                found.push(name);
            }
        }
    }
    found
}

#[test]
fn arrows_point_as_drawn() {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).parent().expect("the workspace");
    let mut seen = BTreeMap::new();
    for (folder, allowed) in ALLOWED {
        let path = root.join(folder).join("Cargo.toml");
        let manifest = std::fs::read_to_string(&path).expect("a crate of the drawing is missing");
        for name in dependencies(&manifest) {
            assert!(allowed.contains(&name.as_str()), "{folder} depends on {name}, which ARCHITECTURE.md does not draw");
            seen.entry(*folder).or_insert_with(Vec::new).push(name);
        }
    }
    // The reading itself works: the facade names all three.
    assert_eq!(seen["crates/scan"].len(), 3, "{seen:?}");
}

#[test]
fn core_crates_touch_no_world() {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).parent().expect("the workspace");
    let forbidden = ["std::fs", "std::net", "std::thread", "std::env", "SystemTime", "Instant::now", "println!", "unsafe {"];
    let mut files = 0;
    for folder in ["crates/oci/src", "crates/report/src", "crates/rego/src", "crates/scan/src"] {
        let mut stack = vec![root.join(folder)];
        while let Some(path) = stack.pop() {
            if path.is_dir() {
                stack.extend(std::fs::read_dir(&path).expect("folder").map(|entry| entry.expect("entry").path()));
                continue;
            }
            let text = std::fs::read_to_string(&path).expect("source");
            // Tests may look at the disk; they stand last in a file or in a file of their own.
            if path.file_stem().is_some_and(|name| name.to_string_lossy().ends_with("tests")) {
                continue;
            }
            let code = text.split("#[cfg(test)]").next().unwrap_or_default();
            for word in forbidden {
                assert!(!code.contains(word), "{}: {word}", path.display());
            }
            files += 1;
        }
    }
    assert!(files > 30, "only {files} files were looked at");
}
