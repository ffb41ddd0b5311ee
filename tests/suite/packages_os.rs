//! Operating system packages against what package managers said of the same files.

use std::path::{Path, PathBuf};

use porthole_oci::layer::{Entry, EntryKind, ImagePath};
use porthole_scan::packages::{Cataloger, Interest, binary, executable, rpm};

/// Files of public test suites, where a checkout has them beside it.
fn fixtures(folder: &str) -> Option<PathBuf> {
    let found = Path::new(env!("CARGO_MANIFEST_DIR")).ancestors().nth(2)?.join("shared/fixtures").join(folder);
    if !found.exists() {
        eprintln!("skipped: {folder} is not beside the checkout");
        return None;
    }
    Some(found)
}

/// ndb and Berkeley DB files against the lists that `rpm -qa` printed for them.
#[test]
fn rpm_databases_of_older_generations_are_read_completely() {
    let Some(folder) = fixtures("rpm") else { return };
    for (database, expected) in
        [("sle15-bci.Packages.db", "sle15-bci.expected.json"), ("dive-0.9.2-1.Packages", "dive-0.9.2-1.expected.json")]
    {
        let parsed = rpm::parse(&std::fs::read(folder.join(database)).expect(database));
        assert_eq!(parsed.gaps, [], "{database}");
        let expected: serde_json::Value =
            serde_json::from_slice(&std::fs::read(folder.join(expected)).expect(expected)).expect("JSON");
        let mut expected: Vec<String> = expected
            .as_array()
            .expect("a list")
            .iter()
            .map(|package| {
                let text = |key: &str| package[key].as_str().map(str::to_owned);
                let epoch = package["epoch"].as_u64().map_or_else(String::new, |epoch| format!("{epoch}:"));
                let version = format!(
                    "{epoch}{}-{}",
                    package["version"].as_str().unwrap_or("?"),
                    package["release"].as_str().unwrap_or("?")
                );
                format!("{:?} {version} {:?} {:?}", text("name"), text("arch"), text("license"))
            })
            .collect();
        // The smaller list knows no architecture and no licence.
        let bare = !expected.iter().any(|line| line.contains("x86_64"));
        let mut found: Vec<String> = parsed
            .packages
            .iter()
            .map(|package| {
                let (architecture, license) =
                    if bare { (None, None) } else { (package.architecture.clone(), package.licenses.first().cloned()) };
                format!("{:?} {} {architecture:?} {license:?}", Some(&package.name), package.version)
            })
            .collect();
        expected.sort();
        found.sort();
        assert_eq!(found, expected, "{database}");
    }
}

/// A database from a package of a package: one entry, its files, its source.
#[test]
fn a_berkeley_database_of_one_package_is_read() {
    let Some(folder) = fixtures("rpm") else { return };
    let parsed = rpm::parse(&std::fs::read(folder.join("libuuid.Packages")).expect("libuuid.Packages"));
    assert_eq!(parsed.gaps, []);
    let [package] = parsed.packages.as_slice() else { panic!("{} packages", parsed.packages.len()) };
    assert_eq!((package.name.as_str(), package.version.as_str()), ("libuuid", "2.32.1-42.el8_8"));
    assert_eq!(package.source, Some(("util-linux".to_owned(), "2.32.1-42.el8_8".to_owned())));
    assert!(package.owned.contains(&b"usr/lib64/libuuid.so.1.3.0".to_vec()));
}

/// Files below a folder, paths relative to it, in order.
fn files_below(folder: &Path) -> Vec<PathBuf> {
    let mut found = Vec::new();
    let mut stack = vec![folder.to_path_buf()];
    while let Some(folder) = stack.pop() {
        for entry in std::fs::read_dir(&folder).expect("a folder").map(|entry| entry.expect("an entry")) {
            if entry.file_type().expect("a type").is_dir() {
                stack.push(entry.path());
            } else {
                found.push(entry.path());
            }
        }
    }
    found.sort();
    found.iter().map(|path| path.strip_prefix(folder).expect("below").to_path_buf()).collect()
}

/// What the catalogers for programs say of one file, whatever its mode.
fn classify(path: &Path, bytes: &[u8]) -> Vec<(String, String)> {
    let path = ImagePath::new(path.to_str().expect("UTF-8"));
    let size = bytes.len() as u64;
    let entry = Entry {
        path,
        kind: EntryKind::File,
        size,
        logical_size: size,
        mode: 0o755,
        uid: 0,
        gid: 0,
        mtime: 0,
        link: None,
        offset: 0,
    };
    let mut found = Vec::new();
    for cataloger in [&binary::Binary as &dyn Cataloger, &executable::Executable] {
        let parsed = match cataloger.interest(&entry) {
            Interest::Skip => continue,
            Interest::Whole { .. } => cataloger.parse(&entry.path, bytes),
            Interest::Stream => {
                let mut parser = cataloger.stream(&entry).expect("a parser");
                parser.push(bytes);
                parser.finish()
            }
        };
        assert_eq!(parsed.gaps, [], "{:?}", entry.path);
        found.extend(parsed.packages.into_iter().map(|package| (package.name, package.version)));
    }
    found
}

/// Snippets of released programs: the path names product and version, the bytes have to say the same.
#[test]
fn released_programs_are_recognised_by_their_bytes() {
    let Some(folder) = fixtures("classifiers/snippets") else { return };
    let mut wrong = Vec::new();
    let mut right = 0;
    for path in files_below(&folder) {
        let parts: Vec<&str> = path.iter().map(|part| part.to_str().expect("UTF-8")).collect();
        let (product, version) = (parts[0], parts[1]);
        // Go's installation is told by its VERSION file; the program beside it says nothing here.
        if product == "go-version-hint" && !parts.last().is_some_and(|name| name.starts_with("VERSION")) {
            assert_eq!(classify(&path, &std::fs::read(folder.join(&path)).expect("a file")), [], "{path:?}");
            continue;
        }
        let expected = match (product, version) {
            // Folder names are made unique by a suffix; the bytes have no such.
            ("go-version-hint", "1.15-dev" | "1.15w") => "1.15",
            ("go-version-hint", "1.25" | "1.25w") => "1.25-d524e1e",
            // The build number is part of what the file says.
            ("java-jre-openjdk-arm64-eclipse" | "java-jre-openjdk-eclipse", _) => "11.0.22+7",
            ("java-jre-oracle", "19.0.1") => "19.0.1+10-21",
            // A plus sign became a hyphen in the folder's name.
            ("grafana", "12.3.2-security-01") => "12.3.2+security-01",
            (_, version) => version,
        };
        let name = match product {
            "go-version-hint" => "go",
            "heimdal-krb5" => "heimdal",
            "istio_pilot-agent" | "istio_pilot-discovery" => "istio",
            "java-jdk-oracle" | "java-jre-oracle" => "java",
            "java-graal-openjdk" | "java-jdk-openjdk" | "java-jre-openjdk-arm64-eclipse" | "java-jre-openjdk-eclipse" => {
                "openjdk"
            }
            "mysqld" => "mysql",
            "ndb_mgmd" => "mysql-cluster",
            "nginx-openresty" => "openresty",
            "postgres" => "postgresql",
            "pypy-shared-lib" => "pypy",
            "python-duplicates" | "python-with-incorrect-match" => "python",
            "valkey-server" => "valkey",
            product => product,
        };
        let found = classify(&path, &std::fs::read(folder.join(&path)).expect("a file"));
        if found == [(name.to_owned(), expected.to_owned())] {
            right += 1;
        } else {
            wrong.push(format!("{}: {found:?}, expected {name} {expected}", path.display()));
        }
    }
    assert!(wrong.is_empty(), "{} of {} wrong:\n{}", wrong.len(), wrong.len() + right, wrong.join("\n"));
    assert!(right > 150, "only {right} snippets");
}

/// Files of the right name and the wrong content.
#[test]
fn look_alikes_are_not_recognised() {
    let Some(folder) = fixtures("classifiers/negative") else { return };
    for path in files_below(&folder) {
        assert_eq!(classify(&path, &std::fs::read(folder.join(&path)).expect("a file")), [], "{path:?}");
    }
}
