//! Shards and their index: whatever is not exactly what was written is refused, in words, and nothing of it is used.

use porthole_advisory::build::Database;
use porthole_advisory::{Error, Index, Matcher, Options, Shard, ShardEntry, load};
use porthole_report::GapKind;
use proptest::prelude::*;
use sha2::{Digest, Sha256};

use crate::advisory::{database, package, record};

fn sample() -> &'static Database {
    static SAMPLE: std::sync::OnceLock<Database> = std::sync::OnceLock::new();
    SAMPLE.get_or_init(build)
}

fn build() -> Database {
    let mut records = String::new();
    for i in 0..40 {
        let aliases = format!(r#""aliases":["CVE-2024-{i}","GHSA-2222-2222-22{:02}"]"#, 22 + i % 7);
        records += &record(
            &format!("RUSTSEC-2024-{i:04}"),
            "crates.io",
            &format!("crate-{}", i % 17),
            "0",
            Some(&format!("1.{i}.0")),
            &aliases,
        );
    }
    records += &record("X", "npm", "crate-1", "0", None, "");
    database(&records)
}

fn entry<'a>(database: &'a Database, key: &str) -> (&'a ShardEntry, &'a [u8]) {
    let entry = database.index.shard(key).expect("entry");
    (entry, database.files.get(&entry.file).expect("file"))
}

/// An index entry that tells the truth about other bytes.
fn honest(key: &str, unpacked: u64, file: &[u8]) -> ShardEntry {
    let sha256 = Sha256::digest(file).iter().map(|byte| format!("{byte:02x}")).collect();
    ShardEntry { key: key.into(), file: "x.shard".into(), bytes: file.len() as u64, unpacked, sha256, ..ShardEntry::default() }
}

fn gzip(bytes: &[u8]) -> Vec<u8> {
    use std::io::Write;
    let mut encoder = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::fast());
    encoder.write_all(bytes).expect("memory");
    encoder.finish().expect("memory")
}

fn unpack(file: &[u8]) -> Vec<u8> {
    use std::io::Read;
    let mut bytes = Vec::new();
    flate2::read::GzDecoder::new(file).read_to_end(&mut bytes).expect("gzip");
    bytes
}

#[test]
fn a_sound_shard_opens_and_takes_its_bytes_and_no_more() {
    let database = sample();
    let (entry, file) = entry(database, "crates.io");
    let shard = load(entry, file).expect("sound");
    shard.check().expect("every table");
    assert_eq!((shard.key(), shard.memory() as u64), ("crates.io", entry.unpacked));
    assert_eq!((entry.packages, entry.advisories, entry.rows), (17, 40, 40));
}

#[test]
fn whatever_was_done_to_a_shard_is_named() {
    let database = sample();
    let (entry, file) = entry(database, "crates.io");
    let (_, foreign) = self::entry(database, "npm");
    let plain = unpack(file);
    let patched = |at: usize, byte: u8| {
        let mut bytes = plain.clone();
        bytes[at] = byte;
        let file = gzip(&bytes);
        load(&honest("crates.io", bytes.len() as u64, &file), &file).map(|_| ()).expect_err("refused").to_string()
    };
    let refused = |entry: &ShardEntry, file: &[u8]| load(entry, file).map(|_| ()).expect_err("refused").to_string();

    let mut altered = file.to_vec();
    altered[20] ^= 1;
    assert!(refused(entry, &altered).starts_with("advisory shard crates.io: altered: its SHA-256 is "));
    let short = &file[..file.len() - 1];
    assert_eq!(refused(entry, short), format!("advisory shard crates.io: truncated: {} bytes of {}", short.len(), file.len()));
    let misplaced = honest("crates.io", unpack(foreign).len() as u64, foreign);
    assert_eq!(refused(&misplaced, foreign), "advisory shard crates.io: foreign: it is for npm");
    assert_eq!(patched(8, 9), "advisory shard crates.io: format 9 is newer than the newest known here, 1");
    assert_eq!(patched(0, b'P'), "advisory shard crates.io: not an advisory shard");
    assert!(patched(16, 0).starts_with("advisory shard crates.io: truncated: "));
    assert!(patched(15, 1).starts_with("advisory shard crates.io: damaged: "));
    assert_eq!(refused(&honest("crates.io", 10, b"hello"), b"hello"), "advisory shard crates.io: not an advisory shard");
    // A small file that unpacks to more than it says.
    let bomb = gzip(&vec![0; 1 << 20]);
    assert!(refused(&honest("crates.io", 1000, &bomb), &bomb).contains("not the stated one"));
    let huge = ShardEntry { unpacked: 1 << 40, ..entry.clone() };
    assert!(refused(&huge, file).contains("at most"));
}

#[test]
fn a_refused_shard_is_a_gap_and_gives_no_finding() {
    let database = sample();
    let packages = [package("cargo", "crate-1", "0.1.0"), package("npm", "crate-1", "1.0.0")];
    let mut matcher = Matcher::new(&packages, None);
    matcher.index(database.index.to_json().as_bytes()).expect("index");
    let (_, file) = entry(database, "crates.io");
    let mut altered = file.to_vec();
    altered[20] ^= 1;
    assert!(matches!(matcher.push("crates.io", &altered), Err(Error::Altered { .. })));
    assert!(matches!(matcher.push("Debian:12", file), Err(Error::Unknown { .. })));
    let (_, npm) = entry(database, "npm");
    matcher.push("npm", npm).expect("sound");
    let found = matcher.finish(&packages, &Options::default());
    assert!(found.vulnerabilities.findings.iter().all(|finding| finding.ecosystem == "npm"));
    assert_eq!(found.vulnerabilities.missing, ["crates.io"]);
    assert!(found.gaps.iter().any(|gap| gap.kind == GapKind::Malformed && gap.message.contains("altered")));
}

#[test]
fn an_index_names_plain_files_beside_it_only() {
    let index = |text: &str| Index::parse(text.as_bytes()).map(|_| ()).map_err(|error| error.to_string());
    assert_eq!(
        index(r#"{"format":2,"other":"shape"}"#),
        Err("advisory index: format 2 is newer than the newest known here, 1".into())
    );
    assert!(index("nonsense").is_err());
    let with = |file: &str| {
        let shard = format!(
            r#"{{"key":"npm","file":"{file}","bytes":1,"unpacked":1,"sha256":"","packages":0,"advisories":0,"rows":0,"snapshot":"","source":"","license":""}}"#
        );
        index(&format!(r#"{{"format":1,"snapshot":"","shards":[{shard}]}}"#))
    };
    assert_eq!(with("npm-0.shard"), Ok(()));
    for file in ["../x", "/etc/passwd", "https://a/b", "a/b", "", ".x", "A"] {
        assert!(with(file).is_err(), "{file}");
    }
    let database = sample();
    assert_eq!(Index::parse(database.index.to_json().as_bytes()).expect("index"), database.index);
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(400))]

    /// Oracle: no panic, no endless loop. A shard whose hash was forged too is opened, walked and matched against.
    #[test]
    fn a_shard_with_any_bytes_changed_is_survived(changes in prop::collection::vec((any::<prop::sample::Index>(), any::<u8>()), 1..8), cut in any::<prop::sample::Index>(), do_cut in any::<bool>()) {
        let database = sample();
        let mut bytes = unpack(entry(database, "crates.io").1);
        for (at, byte) in changes {
            let at = at.index(bytes.len());
            bytes[at] = byte;
        }
        if do_cut {
            bytes.truncate(cut.index(bytes.len()));
        }
        if let Ok(shard) = Shard::open("crates.io", bytes.clone()) {
            let _ = shard.check();
        }
        let file = gzip(&bytes);
        let forged = honest("crates.io", bytes.len() as u64, &file);
        let index = Index { format: 1, shards: vec![forged], ..Index::default() };
        let packages: Vec<_> = (0..17).map(|i| package("cargo", &format!("crate-{i}"), "1.2.0")).collect();
        let mut matcher = Matcher::new(&packages, None);
        matcher.index(index.to_json().as_bytes()).expect("index");
        let pushed = matcher.push("crates.io", &file);
        let found = matcher.finish(&packages, &Options::default());
        // Refused or damaged means a gap and no finding at all.
        if pushed.is_err() || !found.vulnerabilities.missing.is_empty() {
            prop_assert!(found.vulnerabilities.findings.is_empty() && !found.gaps.is_empty());
        }
    }
}
