//! Operating system packages against what package managers said of the same files.

use std::path::{Path, PathBuf};

use porthole_scan::packages::rpm;

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
