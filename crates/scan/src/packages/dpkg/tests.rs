//! Small samples of every file that the cataloger reads, whole and damaged.

use std::io::Write;

use porthole_oci::layer::{EntryKind, ImagePath};

use super::*;

const STATUS: &str = "Package: bash\nStatus: install ok installed\nInstalled-Size: 7164\nArchitecture: amd64\nMulti-Arch: foreign\nSource: bash (5.2.15-2)\nVersion: 5.2.15-2+b8\nConffiles:\n /etc/bash.bashrc 89269e1298235f1b12b4c16e4065ad0d\nDescription: GNU Bourne Again SHell\n Package: no\n\n\
Package: libc6\nStatus: install ok installed\nArchitecture: amd64\nMulti-Arch: same\nSource: glibc\nVersion: 2.36-9+deb12u9\n\n\
Package: libc6\nStatus: install ok installed\nArchitecture: i386\nMulti-Arch: same\nSource: glibc\nVersion: 2.36-9+deb12u9\n\n\
Package: gone\nStatus: deinstall ok config-files\nArchitecture: amd64\nVersion: 1\n\n\
Package: never\nStatus: unknown ok not-installed\nArchitecture: amd64\n\n\
Package: dbus\nStatus: install ok triggers-pending\nArchitecture: amd64\nVersion: 1:1.14.10-1~deb12u1\n";

fn line(package: &crate::facts::PackageFact) -> String {
    let (source, version) = package.source.clone().unwrap_or_default();
    let size = package.installed_size.map_or_else(|| "-".to_owned(), |size| size.to_string());
    let architecture = package.architecture.as_deref().unwrap_or("-");
    format!("{} {} {} {architecture} {source} {version} {size}", package.key, package.name, package.version)
}

#[test]
fn unpacked_packages_are_listed_with_their_source() {
    let parsed = parse(STATUS.as_bytes());
    let lines: Vec<_> = parsed.packages.iter().map(line).collect();
    assert_eq!(
        lines,
        [
            "bash bash 5.2.15-2+b8 amd64 bash 5.2.15-2 7335936",
            "libc6:amd64 libc6 2.36-9+deb12u9 amd64 glibc 2.36-9+deb12u9 -",
            "libc6:i386 libc6 2.36-9+deb12u9 i386 glibc 2.36-9+deb12u9 -",
            "dbus dbus 1:1.14.10-1~deb12u1 amd64 dbus 1:1.14.10-1~deb12u1 -",
        ]
    );
    assert_eq!(parsed.gaps, []);
}

#[test]
fn a_stanza_without_a_version_costs_itself_only() {
    let parsed = parse(b"Package: a\nVersion: 1\n\nPackage: broken\n\nPackage: b\nVersion: 2\n");
    assert_eq!(parsed.packages.len(), 2);
    assert_eq!(parsed.gaps.len(), 1);
}

#[test]
fn lists_give_files_not_their_folders() {
    let owned = file_list(b"/.\n/bin\n/bin/bash\n/etc\n/etc/skel\n/etc/skel/.bashrc\n/etc/skel/.profile\n/var/empty\n");
    let owned: Vec<_> = owned.iter().map(|path| String::from_utf8_lossy(path).into_owned()).collect();
    assert_eq!(owned, ["bin/bash", "etc/skel/.bashrc", "etc/skel/.profile", "var/empty"]);
}

#[test]
fn md5sums_give_paths() {
    let text = b"108877c29ef6a482337ddc42ea8b0985  lib/x86_64-linux-gnu/libm.so.6\nnonsense\n108877c29ef6a482337ddc42ea8b0985 *./bin/x\n";
    assert_eq!(md5sums(text), [b"lib/x86_64-linux-gnu/libm.so.6".to_vec(), b"bin/x".to_vec()]);
}

#[test]
fn a_diverted_file_belongs_to_its_diverter() {
    let found = diversions(b"/bin/sh\n/bin/sh.distrib\ndash\n/etc/x\n/etc/x.old\n:\n/half\n");
    assert_eq!(found.len(), 1);
    assert_eq!((found[0].key.as_str(), found[0].owned.as_slice()), ("dash", [b"bin/sh.distrib".to_vec()].as_slice()));
}

#[test]
fn copyright_files_name_licences() {
    for (text, expected) in [
        (
            "Format: https://www.debian.org/doc/packaging-manuals/copyright-format/1.0/\n\nFiles: *\nLicense: GPL-2+  and MIT\n text\n\nFiles: x\nLicense: BSD-3-clause\n\nLicense: BSD-3-clause\n text\n",
            vec!["GPL-2+ and MIT", "BSD-3-clause"],
        ),
        (
            "The full text is in\n/usr/share/common-licenses/LGPL-2.1. See also `/usr/share/common-licenses/GPL-3'.\n",
            vec!["LGPL-2.1", "GPL-3"],
        ),
        ("Permission is hereby granted, free of\n charge, to any person obtaining a copy\n", vec!["MIT"]),
        (
            "Redistributions of source code must retain x\n# Redistributions in binary form must reproduce\nNeither the name of\n",
            vec!["BSD-3-Clause"],
        ),
        (
            "1. Redistributions of source code must retain\n2. Redistributions in binary form must reproduce\n",
            vec!["BSD-2-Clause"],
        ),
        ("", vec![]),
    ] {
        assert_eq!(licenses(text.as_bytes()), expected, "{text}");
    }
}

fn gzip(text: &str) -> Vec<u8> {
    let mut encoder = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::default());
    encoder.write_all(text.as_bytes()).expect("write to memory");
    encoder.finish().expect("write to memory")
}

const CHANGELOG: &str = "openssl (3.0.11-1~deb12u2) bookworm-security; urgency=medium\n\n  * CVE-2023-5363 (Incorrect cipher key & IV length)\n  * Fix CVE-2023-5678, CVE-2023-12345678\n  * Revert the fix for CVE-2020-0001\n  * CVE-99-1 is no id, CVE-2023-12 neither\n";

#[test]
fn changelogs_claim_fixes() {
    let (ids, gap) = fixes(&gzip(CHANGELOG));
    assert_eq!(ids, ["CVE-2023-12345678", "CVE-2023-5363", "CVE-2023-5678"]);
    assert_eq!(gap, None);
    assert_eq!(fixes(&gzip("Version 3\n CVE-2023-5363\n")), (Vec::new(), None), "upstream's own");
}

#[test]
fn paths_decide_what_is_read() {
    for (path, wanted) in [
        ("var/lib/dpkg/status", true),
        ("var/lib/dpkg/status-old", false),
        ("var/lib/dpkg/status.d/base-files", true),
        ("var/lib/dpkg/info/bash.list", true),
        ("var/lib/dpkg/info/bash.md5sums", false),
        ("usr/share/doc/bash/copyright", true),
        ("usr/share/doc/bash/changelog.Debian.gz", true),
        ("usr/share/doc/bash/README", false),
        ("srv/var/lib/dpkg/status", false),
    ] {
        assert_eq!(Dpkg.interest(&file(path)) != Interest::Skip, wanted, "{path}");
    }
}

fn file(path: &str) -> Entry {
    Entry {
        path: ImagePath::new(path),
        kind: EntryKind::File,
        size: 100,
        logical_size: 100,
        mode: 0o644,
        uid: 0,
        gid: 0,
        mtime: 0,
        link: None,
        offset: 0,
    }
}

#[test]
fn attachments_are_keyed_as_dpkg_names_its_files() {
    let parsed = Dpkg.parse(&ImagePath::new("var/lib/dpkg/info/libc6:amd64.list"), b"/.\n/lib/libc.so.6\n");
    assert_eq!(parsed.attachments[0].key, "libc6:amd64");
    let parsed = Dpkg.parse(&ImagePath::new("usr/share/doc/libc6/copyright"), b"/usr/share/common-licenses/LGPL-2.1");
    assert_eq!((parsed.attachments[0].key.as_str(), parsed.attachments[0].licenses.len()), ("libc6", 1));
    assert!(Dpkg.parse(&ImagePath::new("usr/share/doc/x/copyright"), b"nothing").is_empty());
}

#[test]
fn no_cut_panics() {
    let changelog = gzip(CHANGELOG);
    for (path, bytes) in [
        ("var/lib/dpkg/status", STATUS.as_bytes()),
        ("var/lib/dpkg/diversions", b"/a\n/b\nc\n/d\n/e\nf\n".as_slice()),
        ("var/lib/dpkg/status.d/x.md5sums", b"108877c29ef6a482337ddc42ea8b0985  lib/x\n".as_slice()),
        ("usr/share/doc/x/changelog.Debian.gz", &changelog),
    ] {
        let path = ImagePath::new(path);
        for cut in 0..=bytes.len() {
            Dpkg.parse(&path, &bytes[..cut]);
        }
    }
}

#[test]
fn a_damaged_changelog_is_a_gap_and_keeps_what_was_read() {
    let mut bytes = gzip(CHANGELOG);
    bytes.truncate(bytes.len() - 6);
    let (ids, gap) = fixes(&bytes);
    assert!(gap.is_some());
    assert!(!ids.is_empty());
}
