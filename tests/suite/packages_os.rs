//! Operating system packages against what package managers said of the same files.

use std::path::{Path, PathBuf};

use porthole_oci::layer::{Entry, EntryKind, ImagePath};
use porthole_report::{EvidenceKind, Package, Report};
use porthole_scan::packages::{Cataloger, Interest, binary, executable, rpm};
use porthole_tests::pieces::pieces;
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

/// One line a package of a kind in the final image, as its witness prints it.
fn installed(report: &Report, kind: &str, line: fn(&Package) -> String) -> Vec<String> {
    let packages = report.packages.iter().filter(|package| package.kind == kind && package.visible);
    let mut lines: Vec<String> = packages.map(line).collect();
    lines.sort();
    lines
}

fn witness(folder: &Path, file: &str) -> Vec<String> {
    let text = std::fs::read_to_string(folder.join("witness").join(file)).expect(file);
    let mut lines: Vec<String> = text.lines().map(str::to_owned).collect();
    lines.sort();
    lines
}

fn source(package: &Package) -> (&str, &str) {
    package.source.as_ref().map_or(("", ""), |source| (source.name.as_str(), source.version.as_str()))
}

fn architecture(package: &Package) -> &str {
    package.architecture.as_deref().unwrap_or("")
}

/// Oracle: `dpkg-query -W` over the same root file system, source package and source version included.
#[test]
fn debian_images_list_exactly_what_dpkg_query_lists() {
    for name in ["debian-slim", "debian-app"] {
        let Some(folder) = real_image(name) else { continue };
        let report = scan_layout(&folder.join("layout"));
        let found = installed(&report, "deb", |package| {
            let (source, version) = source(package);
            format!("ii |{}|{}|{}|{source}|{version}", package.name, package.version, architecture(package))
        });
        assert_eq!(found, witness(&folder, "dpkg.txt"), "{name}");
        let from_packages = |gap: &&porthole_report::Gap| gap.path.contains("dpkg") || gap.path.contains("/share/doc/");
        assert_eq!(report.gaps.iter().find(from_packages), None, "{name}");
        let licensed = report.packages.iter().filter(|package| package.kind == "deb" && !package.licenses.is_empty()).count();
        assert!(licensed * 10 > found.len() * 8, "{name}: only {licensed} of {} have licences", found.len());
        // What a system package brought is listed as that package, not once more by its bytes.
        let echo = report.packages.iter().find(|package| package.evidence == EvidenceKind::Binary && package.owned_by.is_some());
        assert_eq!(echo.map(|package| &package.purl), None, "{name}");
        let application = &report.application;
        assert!(application.owned_bytes > application.bytes, "{name}: {application:?}");
        // Nobody put an application into the slim one: what is left was written by scripts of packages.
        assert!(name != "debian-slim" || application.bytes < 200_000, "{application:?}");
        assert!(name != "debian-app" || application.bytes > 10_000_000, "{application:?}");
    }
}

/// Oracle: the control files of the packages that the image was made of.
#[test]
fn a_distroless_image_lists_the_packages_of_its_status_folder() {
    let Some(folder) = real_image("distroless") else { return };
    let report = scan_layout(&folder.join("layout"));
    let found = installed(&report, "deb", |package| format!("{}|{}", package.name, package.version));
    assert_eq!(found, witness(&folder, "dpkg.txt"));
    let distribution = report.image.distribution.expect("a distribution");
    assert_eq!((distribution.id.as_str(), distribution.flavour.as_deref()), ("debian", Some("distroless")));
}

/// Oracle: the fields P, V and o of apk's own database.
#[test]
fn an_alpine_image_lists_what_apk_lists() {
    let Some(folder) = real_image("alpine") else { return };
    let report = scan_layout(&folder.join("layout"));
    let found = installed(&report, "apk", |package| format!("{}|{}|{}", package.name, package.version, source(package).0));
    assert_eq!(found, witness(&folder, "apk.txt"));
    assert!(report.packages.iter().all(|package| package.kind == "apk"), "BusyBox and OpenSSL are apk's");
}

/// Oracle: the database's own lines `P:`, `V:` and `o:`, put side by side.
#[test]
fn root_file_systems_of_alpine_list_what_their_databases_say() {
    let Some(folder) = fixtures("rootfs") else { return };
    let mut compared = 0;
    for entry in std::fs::read_dir(&folder).expect("folder") {
        let bytes = std::fs::read(entry.expect("entry").path()).expect("archive");
        let mut scan = porthole_scan::LayerScan::new(&porthole_scan::LayerOptions::default());
        pieces(&bytes).for_each(|piece| scan.push(piece));
        let subject =
            porthole_scan::Subject { layers: vec![porthole_scan::SubjectLayer::default()], ..porthole_scan::Subject::default() };
        let facts = vec![Some(scan.finish())];
        let report = porthole_scan::Analysis::new(&subject, facts, &porthole_scan::Options::default()).report;
        let found = installed(&report, "apk", |package| format!("{}|{}|{}", package.name, package.version, source(package).0));
        let mut archive = tar::Archive::new(flate2::read::GzDecoder::new(bytes.as_slice()));
        let mut database = String::new();
        for file in archive.entries().expect("tar") {
            let mut file = file.expect("entry");
            if file.path().expect("path").ends_with("lib/apk/db/installed") {
                std::io::Read::read_to_string(&mut file, &mut database).expect("text");
            }
        }
        let field =
            |stanza: &str, name: &str| stanza.lines().find_map(|line| line.strip_prefix(name)).unwrap_or_default().to_owned();
        let mut expected: Vec<String> = database
            .split("\n\n")
            .filter(|stanza| stanza.contains("P:"))
            .map(|stanza| format!("{}|{}|{}", field(stanza, "P:"), field(stanza, "V:"), field(stanza, "o:")))
            .collect();
        expected.sort();
        assert_eq!(found, expected);
        assert!(found.len() >= 14, "{}", found.len());
        assert_eq!(report.gaps, []);
        compared += 1;
    }
    assert_eq!(compared, 2);
}

/// Oracle: `rpm -qa` over the same root file system; its database is SQLite.
#[test]
fn an_rpm_image_lists_what_rpm_lists() {
    let Some(folder) = real_image("rpm") else { return };
    let report = scan_layout(&folder.join("layout"));
    let found = installed(&report, "rpm", |package| {
        let (epoch, version) = package.version.split_once(':').unwrap_or(("0", &package.version));
        let (version, release) = version.rsplit_once('-').expect("a release");
        let source = package.source.as_ref().expect("a source");
        let source_version = source.version.split_once(':').map_or(source.version.as_str(), |(_, version)| version);
        let name = &package.name;
        format!("{name}|{epoch}|{version}|{release}|{}|{}-{source_version}.src.rpm", architecture(package), source.name)
    });
    assert_eq!(found, witness(&folder, "rpm.txt"));
    let owned = report.application.owned_bytes;
    assert!(owned > 0, "the readme of each package is its own");
}

/// One line a module as `go version -m` prints it, without checksums and build settings.
fn go_lines(text: &str) -> Vec<String> {
    let line = |line: &str| {
        let columns: Vec<&str> = line.trim().split('\t').collect();
        match columns.as_slice() {
            [kind @ ("mod" | "dep" | "=>"), path, version, ..] => Some(format!("{kind}\t{path}\t{version}")),
            [first] if first.contains(": go1.") => first.rsplit(": ").next().map(|version| format!("go\t{version}")),
            _ => None,
        }
    };
    text.lines().filter_map(line).collect()
}

/// Oracle: `go version -m` on the Go program of an image, as recorded; where the Go toolchain is installed, it is asked again.
#[test]
fn a_go_program_lists_the_modules_that_go_version_prints() {
    let Some(folder) = real_image("debian-app") else { return };
    let program = folder.join("rootfs/usr/local/bin/go-program");
    let recorded: Vec<String> =
        include_str!("../tables/go-version-m.txt").lines().filter(|line| !line.starts_with('#')).map(str::to_owned).collect();
    match std::process::Command::new("go").args(["version", "-m"]).arg(&program).output() {
        Ok(output) => assert_eq!(go_lines(&String::from_utf8(output.stdout).expect("UTF-8")), recorded),
        Err(_) => println!("the Go toolchain is not installed: what it said before stands"),
    }
    let mut expected: Vec<String> = Vec::new();
    for line in &recorded {
        match line.split('\t').collect::<Vec<_>>().as_slice() {
            // Built from a checkout: the version is the one that the linker was given.
            ["mod", path, ..] => expected.push(format!("{path} v1.18.1")),
            ["dep", path, version] => expected.push(format!("{path} {version}")),
            ["=>", path, version] => {
                expected.pop();
                expected.push(format!("{path} {version}"));
            }
            ["go", version] => expected.push(format!("stdlib {}", version.trim_start_matches("go"))),
            _ => panic!("{line}"),
        }
    }
    let parsed = executable::parse(&std::fs::read(&program).expect("the program"));
    let full = |package: &porthole_scan::facts::PackageFact| {
        let slash = if package.namespace.is_empty() { "" } else { "/" };
        format!("{}{slash}{} {}", package.namespace, package.name, package.version)
    };
    let mut found: Vec<String> = parsed.packages.iter().map(full).collect();
    expected.sort();
    found.sort();
    assert_eq!(found, expected);
    assert!(found.len() > 100, "{} modules", found.len());
}
