//! `porthole db` as a program: builds from every kind of source, writes in one step, shows, checks.

use std::io::Write;
use std::path::{Path, PathBuf};
use std::process::{Command, Output};

/// A folder of its own, emptied first.
fn folder(name: &str) -> PathBuf {
    let folder = Path::new(env!("CARGO_TARGET_TMPDIR")).join(name);
    let _ = std::fs::remove_dir_all(&folder);
    std::fs::create_dir_all(&folder).expect("folder");
    folder
}

fn porthole(args: &[&str]) -> Output {
    Command::new(env!("CARGO_BIN_EXE_porthole")).args(args).output().expect("porthole")
}

fn record(id: &str, name: &str, fixed: &str) -> String {
    format!(
        r#"{{"id":"{id}","modified":"2026-01-01T00:00:00Z","affected":[{{"package":{{"ecosystem":"npm","name":"{name}"}},"ranges":[{{"type":"SEMVER","events":[{{"introduced":"0"}},{{"fixed":"{fixed}"}}]}}]}}]}}"#
    )
}

fn zip(records: &[(&str, String)]) -> Vec<u8> {
    let mut zip = zip::ZipWriter::new(std::io::Cursor::new(Vec::new()));
    for (name, record) in records {
        zip.start_file(*name, zip::write::SimpleFileOptions::default()).expect("entry");
        zip.write_all(record.as_bytes()).expect("memory");
    }
    zip.finish().expect("zip").into_inner()
}

fn gzip(bytes: &[u8]) -> Vec<u8> {
    let mut encoder = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::fast());
    encoder.write_all(bytes).expect("memory");
    encoder.finish().expect("memory")
}

/// Every file of a folder, by name.
fn files(folder: &Path) -> Vec<(String, Vec<u8>)> {
    let mut files: Vec<_> = std::fs::read_dir(folder)
        .expect("folder")
        .map(|entry| entry.expect("entry").path())
        .map(|path| (path.file_name().expect("name").to_string_lossy().into_owned(), std::fs::read(&path).expect("file")))
        .collect();
    files.sort();
    files
}

#[test]
fn every_kind_of_source_gives_the_same_database() {
    let root = folder("db-sources");
    let (a, b) = (record("X-1", "a", "1.0.0"), record("X-2", "b", "2.0.0"));
    let write = |path: &str, bytes: &[u8]| {
        let path = root.join(path);
        std::fs::create_dir_all(path.parent().expect("parent")).expect("folder");
        std::fs::write(&path, bytes).expect("file");
        path.to_string_lossy().into_owned()
    };
    write("single/npm/X-1.json", a.as_bytes());
    write("single/npm/X-2.json", b.as_bytes());
    write("single/README.md", b"not a record");
    let lines = format!("{b}\n\n{a}\n");
    let sources = [
        root.join("single").to_string_lossy().into_owned(),
        write("all.zip", &zip(&[("X-1.json", a.clone()), ("X-2.json", b.clone()), ("notes.txt", "x".into())])),
        write("lines.jsonl", lines.as_bytes()),
        write("lines.jsonl.gz", &gzip(lines.as_bytes())),
    ];
    let mut first = None;
    for (i, source) in sources.iter().enumerate() {
        let out = root.join(format!("out{i}"));
        let out_text = out.to_string_lossy().into_owned();
        let done = porthole(&["db", "build", "--osv", source, "--out", &out_text, "--quiet"]);
        assert!(done.status.success(), "{source}: {}", String::from_utf8_lossy(&done.stderr));
        assert!(done.stderr.is_empty(), "--quiet");
        let files = files(&out);
        assert_eq!(files.len(), 2, "the index and one shard");
        assert_eq!(*first.get_or_insert(files.clone()), files, "{source}");
        assert!(porthole(&["db", "verify", &out_text]).status.success());
    }
}

#[test]
fn side_tables_are_found_by_name_and_a_rebuild_leaves_no_old_shard() {
    let root = folder("db-side");
    let out = root.join("out").to_string_lossy().into_owned();
    std::fs::write(root.join("npm.jsonl"), record("CVE-2024-1", "a", "1.0.0")).expect("file");
    std::fs::write(root.join("kev.json"), r#"{"catalogVersion":"2026.02.03","vulnerabilities":[{"cveID":"CVE-2024-1"}]}"#)
        .expect("file");
    std::fs::write(root.join("epss.csv.gz"), gzip(b"cve,epss,percentile\nCVE-2024-1,0.5,0.9\n")).expect("file");
    let source = root.join("npm.jsonl").to_string_lossy().into_owned();
    assert!(porthole(&["db", "build", "--osv", &source, "--out", &out, "--quiet"]).status.success());
    let before = files(Path::new(&out));
    let all = root.to_string_lossy().into_owned();
    let done = porthole(&["db", "build", "--osv", &all, "--out", &out]);
    assert!(done.status.success(), "{}", String::from_utf8_lossy(&done.stderr));
    let after = files(Path::new(&out));
    assert_eq!((before.len(), after.len()), (2, 2));
    assert_ne!(before, after, "KEV and EPSS are in the shard");
    let shown = String::from_utf8(porthole(&["db", "info", &out]).stdout).expect("UTF-8");
    assert!(shown.contains("npm") && shown.contains("2026.02.03") && shown.contains("EPSS: yes"), "{shown}");
    let json = String::from_utf8(porthole(&["db", "info", "--json", &out]).stdout).expect("UTF-8");
    assert_eq!(json.as_bytes(), after.iter().find(|(name, _)| name == "index.json").expect("index").1);
}

#[test]
fn what_is_wrong_with_a_database_or_a_source_is_said() {
    let root = folder("db-wrong");
    let source = root.join("npm.jsonl");
    std::fs::write(&source, record("CVE-2024-1", "a", "1.0.0")).expect("file");
    let out = root.join("out").to_string_lossy().into_owned();
    let says = |args: &[&str]| {
        let done = porthole(args);
        assert_eq!(done.status.code(), Some(2), "{args:?}");
        String::from_utf8(done.stderr).expect("UTF-8")
    };
    assert!(porthole(&["db", "build", "--osv", &source.to_string_lossy(), "--out", &out, "--quiet"]).status.success());
    let shard = files(Path::new(&out)).into_iter().find(|(name, _)| name.ends_with(".shard")).expect("shard");
    let path = Path::new(&out).join(&shard.0);
    let mut bytes = shard.1.clone();
    bytes[15] ^= 1;
    std::fs::write(&path, &bytes).expect("file");
    assert!(says(&["db", "verify", &out]).contains("advisory shard npm: altered"));
    std::fs::write(&path, &shard.1[..10]).expect("file");
    assert!(says(&["db", "verify", &out]).contains("advisory shard npm: truncated: 10 bytes of"));
    std::fs::remove_file(&path).expect("file");
    assert!(says(&["db", "verify", &out]).contains("advisory shard npm: "));
    assert!(says(&["db", "info", &root.join("none").to_string_lossy()]).contains("index.json"));
    std::fs::write(root.join("bad.zip"), b"PK").expect("file");
    assert!(says(&["db", "build", "--osv", &root.join("bad.zip").to_string_lossy(), "--out", &out]).contains("bad.zip"));
    std::fs::write(root.join("x.txt"), b"").expect("file");
    assert!(says(&["db", "build", "--osv", &root.join("x.txt").to_string_lossy(), "--out", &out]).contains("x.txt"));
}
