//! Packages of programming languages against what their own tools, and public test suites, say of the same files.

use std::path::{Path, PathBuf};

use porthole_oci::layer::{Entry, EntryKind, ImagePath};
use porthole_report::{EvidenceKind, Report};
use porthole_scan::facts::Parsed;
use porthole_scan::packages::Cataloger;
use porthole_scan::packages::java::Java;
use porthole_tests::real::{real_image, scan_layout};

/// Files of public test suites, where a checkout has them beside it.
fn fixtures(folder: &str) -> Option<PathBuf> {
    let found = Path::new(env!("CARGO_MANIFEST_DIR")).ancestors().nth(2)?.join("shared/fixtures").join(folder);
    if !found.exists() {
        eprintln!("skipped: {folder} is not beside the checkout");
        return None;
    }
    Some(found)
}

fn stream(cataloger: &dyn Cataloger, name: &str, bytes: &[u8]) -> Parsed {
    let size = bytes.len() as u64;
    let entry = Entry {
        path: ImagePath::new(name),
        kind: EntryKind::File,
        size,
        logical_size: size,
        mode: 0o644,
        uid: 0,
        gid: 0,
        mtime: 0,
        link: None,
        offset: 0,
    };
    let mut parser = cataloger.stream(&entry).expect("a parser");
    for piece in bytes.chunks(4099) {
        parser.push(piece);
    }
    parser.finish()
}

/// `group:artifact version path`, as the lists of the test suites have it.
fn java_lines(name: &str, parsed: &Parsed) -> Vec<String> {
    let mut lines: Vec<String> = parsed
        .packages
        .iter()
        .map(|package| {
            let inner = package.inner_path.as_ref().map_or_else(String::new, |inner| format!("/{inner}"));
            format!("{}:{} {} {name}{inner}", package.namespace, package.name, package.version)
        })
        .collect();
    lines.sort();
    lines
}

/// Archives whose packages are known. One known answer cannot be had from the bytes: `heuristic-1.0.0-SNAPSHOT.jar` holds
/// an empty manifest and nothing else; its group comes from a question asked of a remote index. Here it stays empty.
#[test]
fn java_archives_of_public_test_suites_hold_what_they_are_known_to_hold() {
    let Some(folder) = fixtures("java") else {
        return;
    };
    let mut compared = 0;
    for entry in std::fs::read_dir(&folder).expect("folder") {
        let path = entry.expect("entry").path();
        let name = path.file_name().expect("name").to_string_lossy().into_owned();
        let Some(archive) = name.strip_suffix(".expected.json") else {
            continue;
        };
        let expected: serde_json::Value = serde_json::from_slice(&std::fs::read(&path).expect("list")).expect("JSON");
        let mut expected: Vec<String> = expected
            .as_array()
            .expect("a list")
            .iter()
            .map(|package| {
                let text = |key: &str| package[key].as_str().unwrap_or_default();
                let name = text("name").replace("com.example:heuristic", ":heuristic");
                format!("{name} {} {}", text("version"), text("path"))
            })
            .collect();
        expected.sort();
        let bytes = std::fs::read(folder.join(archive)).expect("archive");
        let parsed = stream(&Java, archive, &bytes);
        assert_eq!(java_lines(archive, &parsed), expected, "{archive}");
        assert_eq!(parsed.gaps, [], "{archive}");
        compared += 1;
    }
    assert_eq!(compared, 4);
}

#[test]
fn an_archive_nested_a_hundred_deep_ends_with_a_gap() {
    let Some(folder) = fixtures("java") else {
        return;
    };
    let bytes = std::fs::read(folder.join("nested_at_100.jar")).expect("archive");
    let parsed = stream(&Java, "nested_at_100.jar", &bytes);
    assert_eq!(parsed.gaps.len(), 1);
    assert!(parsed.gaps[0].message.ends_with("is nested more than 8 archives deep"), "{:?}", parsed.gaps);
}

/// An archive with nothing but an OSGi manifest: the group comes from the bundle's name.
#[test]
fn an_archive_without_a_pom_is_named_by_its_manifest() {
    let Some(folder) = fixtures("java") else {
        return;
    };
    for (archive, expected) in [
        ("test.jar", "org.springframework:test 2.5.6.SEC03 test.jar"),
        ("multi-license-1.0.0.jar", "com.example:multi-license 1.0.0 multi-license-1.0.0.jar"),
    ] {
        let bytes = std::fs::read(folder.join(archive)).expect("archive");
        assert_eq!(java_lines(archive, &stream(&Java, archive, &bytes)), [expected]);
    }
}

/// Name and version of every installed package below a folder, sorted.
fn installed(report: &Report, kind: &str, folder: &str) -> Vec<String> {
    let mut lines: Vec<String> = report
        .packages
        .iter()
        .filter(|package| package.kind == kind && package.evidence == EvidenceKind::Installed)
        .filter(|package| std::iter::once(&package.path).chain(&package.also_at).any(|path| path.starts_with(folder)))
        .map(|package| format!("{}=={}", package.name, package.version))
        .collect();
    lines.sort();
    lines.dedup();
    lines
}

/// Every `name==version` in a tree as `npm ls --all --json` prints it.
fn npm_tree(tree: &serde_json::Value, lines: &mut Vec<String>) {
    for (name, node) in tree["dependencies"].as_object().into_iter().flatten() {
        // Optional peers that nobody installed stand in the tree without a version.
        if let Some(version) = node["version"].as_str() {
            lines.push(format!("{name}=={version}"));
        }
        npm_tree(node, lines);
    }
}

/// Oracles: `npm ls --all` and `pip list`, asked of the same root file system.
#[test]
fn installed_packages_equal_what_npm_and_pip_say() {
    let Some(folder) = real_image("debian-app") else {
        return;
    };
    let report = scan_layout(&folder.join("layout"));
    let npm = std::fs::read(folder.join("witness/npm.json")).expect("npm.json");
    let mut expected = Vec::new();
    npm_tree(&serde_json::from_slice(&npm).expect("JSON"), &mut expected);
    expected.sort();
    expected.dedup();
    assert_eq!(installed(&report, "npm", "/srv/app/node_modules/"), expected);
    let pip = std::fs::read_to_string(folder.join("witness/pip.txt")).expect("pip.txt");
    let mut expected: Vec<&str> = pip.lines().collect();
    expected.sort_unstable();
    assert_eq!(installed(&report, "pypi", "/usr/local/lib/python3.11/dist-packages/"), expected);
    // Debian's own Python and Node.js packages are there too, each with the package that installed it.
    let mut owned = 0;
    for package in &report.packages {
        let by_debian = package.path.starts_with("/usr/lib/python3/") || package.path.starts_with("/usr/share/nodejs/");
        if by_debian && matches!(package.kind.as_str(), "npm" | "pypi") {
            assert!(package.owned_by.as_deref().is_some_and(|purl| purl.starts_with("pkg:deb/debian/")), "{package:?}");
            owned += 1;
        }
    }
    assert!(owned > 30, "{owned}");
}
