//! Secrets inside archives: every kind, every nesting, any chopping, damage, budgets.

use flate2::Compression;
use flate2::write::GzEncoder;
use porthole_oci::layer::{Entry, EntryKind, ImagePath};
use std::io::Write;

use super::{ArchiveFindings, ArchiveScan};
use crate::packages::zip::builder::{FORMS, Form, zip};

/// A Google API key, put together here so that no scanner of this repository stumbles over it.
fn key() -> String {
    ["key = AI", "zaSyD4kQ9rT2vXw7Zb3Lm8Np1Hs6Jf0Gc5YQe", "\n"].concat()
}

fn gzip(bytes: &[u8]) -> Vec<u8> {
    let mut encoder = GzEncoder::new(Vec::new(), Compression::default());
    encoder.write_all(bytes).expect("gzip");
    encoder.finish().expect("gzip")
}

fn tar(files: &[(&str, &[u8])]) -> Vec<u8> {
    let mut out = Vec::new();
    for (name, content) in files {
        let mut header = [0; 512];
        header[..name.len()].copy_from_slice(name.as_bytes());
        header[100..108].copy_from_slice(b"0000644\0");
        header[108..116].copy_from_slice(b"0000000\0");
        header[116..124].copy_from_slice(b"0000000\0");
        header[124..136].copy_from_slice(format!("{:011o}\0", content.len()).as_bytes());
        header[136..148].copy_from_slice(b"00000000000\0");
        header[148..156].copy_from_slice(b"        ");
        header[156] = b'0';
        header[257..265].copy_from_slice(b"ustar\x0000");
        let sum: u32 = header.iter().map(|byte| u32::from(*byte)).sum();
        header[148..156].copy_from_slice(format!("{sum:06o}\0 ").as_bytes());
        out.extend_from_slice(&header);
        out.extend_from_slice(content);
        out.resize(out.len().next_multiple_of(512), 0);
    }
    out.resize(out.len() + 1024, 0);
    out
}

fn entry(path: &str, size: u64) -> Entry {
    Entry {
        path: ImagePath::new(path),
        kind: EntryKind::File,
        size,
        logical_size: size,
        mode: 0o644,
        uid: 0,
        gid: 0,
        mtime: 0,
        link: None,
        offset: 0,
    }
}

fn scan_with(path: &str, bytes: &[u8], chunk: usize, budget: u64) -> ArchiveFindings {
    let entry = entry(path, bytes.len() as u64);
    let mut scan = ArchiveScan::new(&entry, budget).unwrap_or_else(|| panic!("{path} is no archive by its name"));
    bytes.chunks(chunk).for_each(|piece| scan.push(piece));
    scan.finish()
}

fn scan(path: &str, bytes: &[u8]) -> ArchiveFindings {
    scan_with(path, bytes, usize::MAX, u64::MAX)
}

fn places(found: &ArchiveFindings) -> Vec<&str> {
    found.findings.secrets.iter().filter_map(|secret| secret.inner_path.as_deref()).collect()
}

#[test]
fn text_in_every_kind_of_archive_is_read() {
    let key = key();
    let files: [(&str, &[u8]); 2] = [("a/readme", b"nothing"), ("a/app.properties", key.as_bytes())];
    for form in FORMS {
        let found = scan("srv/app.jar", &zip(&files, form));
        assert_eq!(places(&found), ["a/app.properties"], "{form:?}");
        assert!(found.whole, "{form:?}");
    }
    for (name, bytes) in [("srv/x.tar", tar(&files)), ("srv/x.tar.gz", gzip(&tar(&files))), ("srv/x.TGZ", gzip(&tar(&files)))] {
        let found = scan(name, &bytes);
        assert_eq!(places(&found), ["a/app.properties"], "{name}");
        assert_eq!(found.findings.secrets[0].line, Some(1));
        assert!(found.whole && found.findings.gaps.is_empty(), "{name}");
    }
}

#[test]
fn one_compressed_file_is_read_under_its_own_name() {
    let (key, password) = (key(), b"db:\n  password: Kd8sP2qLz\n");
    let found = scan("var/log/app.log.gz", &gzip(key.as_bytes()));
    assert_eq!(places(&found), ["app.log"]);
    assert_eq!(found.findings.secrets[0].line, Some(1));
    assert!(found.whole && found.findings.gaps.is_empty() && found.unpacked == key.len() as u64);
    // What is inside is configuration by its name, or an archive.
    assert_eq!(places(&scan("srv/config.yml.GZ", &gzip(password))), ["config.yml"]);
    assert!(places(&scan("srv/words.txt.gz", &gzip(password))).is_empty());
    let jar = zip(&[("k.txt", key.as_bytes())], Form::Deflated);
    assert_eq!(places(&scan("srv/app.jar.gz", &gzip(&jar))), ["app.jar!/k.txt"]);
    assert_eq!(places(&scan("srv/x.tar", &tar(&[("a/b.log.gz", &gzip(key.as_bytes()))]))), ["a/b.log.gz!/b.log"]);
    // Several members, as log rotation appends them.
    let members = [gzip(b"nothing here\n"), gzip(key.as_bytes())].concat();
    let found = scan("app.log.gz", &members);
    assert_eq!((places(&found), found.findings.secrets[0].line), (vec!["app.log"], Some(2)));
}

#[test]
fn what_can_hold_no_secret_of_the_author_is_not_unpacked() {
    for path in [
        "usr/share/doc/bash/changelog.gz",
        "usr/share/man/man1/ls.1.gz",
        "usr/share/info/sed.info.gz",
        "usr/lib/jvm/java-17/man/man1/java.1.gz",
        "srv/picture.png.gz",
        "usr/lib/modules/x.so.gz",
        ".gz",
    ] {
        assert!(ArchiveScan::new(&entry(path, 100), u64::MAX).is_none(), "{path}");
    }
    for path in
        ["srv/doc/setup.txt.gz", "usr/share/app/seed.sql.gz", "root/.bash_history.gz", "usr/share/doc/x/examples/app.tar.gz"]
    {
        assert!(ArchiveScan::new(&entry(path, 100), u64::MAX).is_some(), "{path}");
    }
}

#[test]
fn any_chopping_gives_the_same_facts() {
    let key = key();
    let long = format!("{}{key}", "line and line\n".repeat(5_000));
    let files: [(&str, &[u8]); 2] = [("long.conf", long.as_bytes()), ("short.conf", key.as_bytes())];
    for (name, bytes) in [("x.zip", zip(&files, Form::Streamed)), ("x.tar", tar(&files)), ("x.tgz", gzip(&tar(&files)))] {
        let whole = scan(name, &bytes);
        assert_eq!(places(&whole), ["long.conf", "short.conf"], "{name}");
        assert_eq!(whole.findings.secrets[0].line, Some(5_001));
        for chunk in [1, 511, 512, 513, 4_096, 16_384, 65_536] {
            assert_eq!(scan_with(name, &bytes, chunk, u64::MAX), whole, "{name} in pieces of {chunk}");
        }
    }
    let bytes = gzip(long.as_bytes());
    let whole = scan("long.conf.gz", &bytes);
    assert_eq!((places(&whole), whole.findings.secrets[0].line), (vec!["long.conf"], Some(5_001)));
    for chunk in [1, 2, 3, 4, 5, 511, 16_384] {
        assert_eq!(scan_with("long.conf.gz", &bytes, chunk, u64::MAX), whole, "in pieces of {chunk}");
    }
}

#[test]
fn nested_archives_are_read_and_their_configuration_is_their_makers() {
    let (key, password) = (key(), b"db:\n  password: Kd8sP2qLz\n");
    let library = zip(&[("k.txt", key.as_bytes()), ("application.yml", password)], Form::Deflated);
    let app = zip(&[("BOOT-INF/lib/x.jar", &library), ("BOOT-INF/classes/application.yml", password)], Form::Stored);
    let found = scan("srv/app.tar.gz", &gzip(&tar(&[("app.jar", &app)])));
    // The key is a key anywhere; the password of a library's default configuration is nobody's.
    assert_eq!(places(&found), ["app.jar!/BOOT-INF/lib/x.jar!/k.txt"]);
    let found = scan("srv/app.jar", &app);
    assert_eq!(places(&found), ["BOOT-INF/lib/x.jar!/k.txt", "BOOT-INF/classes/application.yml"]);
    let deep = zip(&[("a.zip", &zip(&[("b.zip", &zip(&[("c.zip", &library)], Form::Stored))], Form::Stored))], Form::Stored);
    let found = scan("srv/deep.zip", &deep);
    assert!(places(&found).is_empty());
    assert!(found.findings.gaps.iter().any(|gap| gap.message.contains("nested 3 archives deep")), "{:?}", found.findings.gaps);
}

#[test]
fn what_the_budget_leaves_out_is_a_gap() {
    let key = key();
    let filler = vec![b'x'; 300_000];
    let files: [(&str, &[u8]); 3] = [("before", key.as_bytes()), ("filler", &filler), ("after", key.as_bytes())];
    for (name, bytes) in [("x.zip", zip(&files, Form::Deflated)), ("x.tgz", gzip(&tar(&files))), ("x.tar", tar(&files))] {
        let found = scan_with(name, &bytes, 1_000, 100_000);
        assert_eq!(places(&found), ["before"], "{name}");
        assert!(!found.whole && found.findings.gaps.len() == 1, "{name}: {:?}", found.findings.gaps);
        assert!(found.unpacked < 200_000, "{name}: {}", found.unpacked);
        assert_eq!(scan_with(name, &bytes, 1_000, 0).findings.gaps.len(), 1, "{name}");
    }
    let bytes = gzip(&[key.as_bytes(), &filler, key.as_bytes()].concat());
    let found = scan_with("x.log.gz", &bytes, 1_000, 100_000);
    assert!(!found.whole && found.findings.gaps.len() == 1 && found.unpacked < 200_000, "{found:?}");
}

#[test]
fn a_bomb_costs_its_budget_only() {
    let inner = vec![0; 32 << 20];
    let bytes = gzip(&tar(&[("a", &inner), ("b", &inner), ("c", &inner)]));
    let found = scan("x.tgz", &bytes);
    assert!(found.unpacked <= super::MAX_UNPACKED + (32 << 20), "{}", found.unpacked);
    assert_eq!(found.findings.gaps.len(), 1);
    let found = scan("x.gz", &gzip(&vec![0; 96 << 20]));
    assert!(found.unpacked <= super::MAX_UNPACKED + (32 << 20) && found.findings.gaps.len() == 1, "{found:?}");
}

#[test]
fn damage_costs_what_lies_behind_it() {
    let key = key();
    let files: [(&str, &[u8]); 2] = [("a", key.as_bytes()), ("b", b"no secret at all, but of some length")];
    for (name, bytes) in [
        ("x.zip", zip(&files, Form::Deflated)),
        ("x.tar.gz", gzip(&tar(&files))),
        ("x.tar", tar(&files)),
        ("x.gz", gzip(files[0].1)),
    ] {
        for end in 0..bytes.len() {
            let found = scan(name, &bytes[..end]);
            assert!(found.findings.secrets.len() <= 1, "{name} {end}");
        }
    }
    // A file that is only named like an archive says nothing; the search of its raw bytes goes on.
    for name in ["x.zip", "x.tar", "x.tar.gz", "x.gz"] {
        let found = scan(name, b"plain text, whatever the name says");
        assert!(!found.whole && found.findings.gaps.is_empty(), "{name}: {found:?}");
    }
}
