//! The builder: deterministic, merging, tolerant, and small where it counts.

use std::io::{BufRead, BufReader, Read};
use std::path::PathBuf;

use porthole_advisory::build::{BuildOptions, Builder, Database};
use porthole_advisory::{Matcher, Options};

use crate::advisory::{database, database_with, distribution, ids, matched, package, record};

#[test]
fn the_order_of_the_records_does_not_show() {
    let records: Vec<_> = (0..60)
        .map(|i| {
            record(
                &format!("DEBIAN-CVE-20{:02}-{i}", 10 + i % 7),
                "Debian:12",
                &format!("p{}", i % 11),
                "0",
                (i % 3 > 0).then_some("1.0-1"),
                "",
            )
        })
        .collect();
    let forwards = database(&records.concat());
    let backwards = database(&records.iter().rev().cloned().collect::<String>());
    assert_eq!(forwards.index, backwards.index);
    assert_eq!(forwards.files, backwards.files);
    for (name, file) in &forwards.files {
        assert!(name.starts_with("debian-12-") && name.ends_with(".shard"), "{name}");
        assert!(!file.is_empty());
    }
}

#[test]
fn what_several_records_of_one_advisory_say_of_it_is_the_newest_in_any_order() {
    let said = |modified: u8, vector: &str, word: &str| {
        let severity = if vector.is_empty() { String::new() } else { format!(r#"{{"type":"CVSS_V3","score":"{vector}"}}"#) };
        format!(
            r#"{{"id":"PYSEC-2024-1","modified":"2026-01-0{modified}T00:00:00Z","aliases":["CVE-2024-1"],"severity":[{severity}],"database_specific":{{"severity":"{word}"}},"affected":[{{"package":{{"ecosystem":"PyPI","name":"a"}},"versions":["1.0"]}}]}}"#
        ) + "\n"
    };
    let [weak, strong] = ["L", "H"].map(|impact| format!("CVSS:3.1/AV:N/AC:L/PR:N/UI:N/S:U/C:{impact}/I:{impact}/A:{impact}"));
    // The newest has no vector, the one before it counts; of two of one time, one counts whatever their order.
    let records = [said(1, &strong, "low"), said(2, &weak, "moderate"), said(3, "", "high"), said(3, "", "critical")];
    let orders = [[0, 1, 2, 3], [3, 2, 1, 0], [2, 0, 1, 3], [3, 0, 2, 1], [1, 3, 0, 2]];
    let built = orders.map(|order| database(&order.map(|at| records[at].as_str()).concat()));
    for other in &built[1..] {
        assert_eq!((&other.index, &other.files), (&built[0].index, &built[0].files));
    }
    let found = matched(&built[0], None, &[package("pypi", "a", "1.0")], &Options::default()).vulnerabilities.findings;
    assert_eq!(found[0].vector.as_ref(), Some(&weak));
}

#[test]
fn withdrawn_malware_kernel_and_broken_records_are_left_out_and_counted() {
    let records = [
        record("X-1", "npm", "a", "0", None, r#""withdrawn":"2025-01-01T00:00:00Z""#),
        record("MAL-2024-1", "npm", "b", "0", None, ""),
        record("DEBIAN-CVE-2024-1", "Debian:12", "linux", "0", None, ""),
        record("DEBIAN-CVE-2024-2", "Debian:12", "linux-pam", "0", None, ""),
        "nonsense\n".into(),
        r#"{"id":"X-2","affected":[{"package":{"ecosystem":"PyPI","name":"a"}},{"ranges":[]}]}"#.to_owned() + "\n",
        record("X-3", "PyPI", "a", "0", Some("2.0.foo"), ""),
        record("X-4", "PyPI", "a", "0", Some("2.0"), ""),
    ];
    let built = database_with(&records.concat(), BuildOptions { no_kernel: true, ..BuildOptions::default() });
    let summary = &built.summary;
    assert_eq!(
        (summary.records, summary.withdrawn, summary.malware, summary.kernel, summary.unreadable, summary.empty),
        (8, 1, 1, 1, 1, 2)
    );
    assert_eq!(summary.malformed["PyPI"], 1);
    assert!(summary.malformed_samples.contains(&("PyPI".into(), "a".into(), "2.0.foo".into())));
    let keys: Vec<_> = built.index.shards.iter().map(|shard| (shard.key.as_str(), shard.rows, shard.malformed)).collect();
    assert_eq!(keys, [("Debian:12", 1, 0), ("PyPI", 2, 1)]);
    let only = database_with(
        &records.concat(),
        BuildOptions { only: ["Debian".to_owned()].into(), malware: true, ..BuildOptions::default() },
    );
    assert_eq!(only.index.shards.len(), 1);
}

#[test]
fn the_later_statement_counts_and_errata_that_repeat_a_cve_are_not_doubled() {
    let later = record("DEBIAN-CVE-2024-1", "Debian:12", "x", "0", Some("1.1"), "").replace("2026-01-01", "2026-06-01");
    let records = [
        record("DEBIAN-CVE-2024-1", "Debian:12", "x", "0", None, ""),
        later,
        record("DSA-1-1", "Debian:12", "x", "0", Some("1.2"), r#""upstream":["CVE-2024-1"]"#),
        record("DSA-2-1", "Debian:12", "x", "0", Some("1.3"), r#""upstream":["CVE-2024-1","CVE-2024-2"]"#),
        record("DSA-3-1", "Debian:12", "x", "0", Some("1.4"), ""),
    ];
    for order in [records.to_vec(), records.iter().rev().cloned().collect()] {
        let built = database(&order.concat());
        let found = matched(&built, Some(&distribution("debian", "12")), &[package("deb", "x", "1.0")], &Options::default());
        assert_eq!(ids(&found)["x"], ["CVE-2024-1", "CVE-2024-2", "DSA-3-1"]);
        let first = found.vulnerabilities.findings.iter().find(|finding| finding.id == "CVE-2024-1").expect("finding");
        assert_eq!(first.fixed.as_deref(), Some("1.1"));
        assert_eq!(built.summary.merged, 2);
    }
}

#[test]
fn a_record_from_the_future_does_not_make_the_data_look_fresh() {
    let records =
        record("X-1", "npm", "a", "0", None, "") + &record("X-2", "npm", "b", "0", None, "").replace("2026-01-01", "2099-01-01");
    let built = database_with(&records, BuildOptions { today: "2026-11-23".into(), ..BuildOptions::default() });
    assert_eq!(built.index.snapshot, "2026-01-01");
}

/// The advisory data beside the checkout, when it is there.
pub(crate) fn advisories() -> Option<PathBuf> {
    let folder = PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("../../shared/advisories");
    if folder.is_dir() {
        return Some(folder);
    }
    println!("skipped: {} is not there", folder.display());
    None
}

/// Builds from some files of that data, side tables included.
pub(crate) fn real(folder: &std::path::Path, files: &[&str]) -> Database {
    let open = |name: &str| {
        let file = std::fs::File::open(folder.join(name)).expect("file");
        BufReader::new(flate2::read::MultiGzDecoder::new(BufReader::new(file)))
    };
    let mut builder = Builder::new(BuildOptions { today: "2026-11-23".into(), ..BuildOptions::default() });
    for line in open("cvss.jsonl.gz").split(b'\n') {
        builder.cvss_line(&line.expect("line"));
    }
    builder.kev(&std::fs::read(folder.join("kev.json")).expect("kev")).expect("kev");
    let mut epss = String::new();
    open("epss.csv.gz").read_to_string(&mut epss).expect("epss");
    builder.epss(&epss).expect("epss");
    for name in files {
        for line in open(&format!("{name}.jsonl.gz")).split(b'\n') {
            builder.record(&line.expect("line"));
        }
    }
    builder.finish()
}

#[test]
fn shards_of_real_data_are_small_enough_to_be_nothing() {
    let Some(folder) = advisories() else { return };
    let files =
        ["Debian", "Debian_12_changelogs", "Alpine", "crates.io", "Go", "PyPI", "RubyGems", "Packagist", "npm", "Maven", "NuGet"];
    let database = real(&folder, &files);
    let size = |key: &str| database.index.shard(key).expect(key).bytes;
    for shard in &database.index.shards {
        let limit = if shard.key.starts_with("Alpine:") { 50_000 } else { 180_000 };
        assert!(shard.bytes < limit, "{}: {} bytes", shard.key, shard.bytes);
    }
    // A Debian image with Python and Node.js in it, a typical one, and the index beside it.
    assert!(size("Debian:12") + size("PyPI") + size("npm") + (database.index.to_json().len() as u64) < 400_000);
    assert_eq!((database.summary.records, database.summary.unreadable), (69_229, 0));
    matching_is_quick_and_takes_the_bytes_alone(&database);
}

/// 600 Debian packages, some of them with thousands of rows, and as many of npm and PyPI.
fn matching_is_quick_and_takes_the_bytes_alone(database: &Database) {
    let known = [
        "linux",
        "openssl",
        "glibc",
        "curl",
        "imagemagick",
        "tiff",
        "gcc-12",
        "perl",
        "python3.11",
        "openjdk-17",
        "chromium",
        "vim",
    ];
    let mut packages = Vec::new();
    for i in 0..600 {
        let other = format!("lib-{i}");
        packages.push(package("deb", known.get(i).copied().unwrap_or(&other), "1:1.0-1"));
        packages.push(package("npm", if i == 0 { "lodash" } else { &other }, "4.17.1"));
        packages.push(package("pypi", if i == 0 { "django" } else { &other }, "3.2"));
    }
    let started = std::time::Instant::now();
    let mut matcher = Matcher::new(&packages, Some(&distribution("debian", "12")));
    matcher.index(database.index.to_json().as_bytes()).expect("index");
    let wants = matcher.wants();
    for want in &wants {
        matcher.push(&want.key, database.files.get(&want.file).expect("file")).expect("sound");
    }
    let unpacked: u64 = wants.iter().filter_map(|want| database.index.shard(&want.key)).map(|shard| shard.unpacked).sum();
    assert_eq!(matcher.memory() as u64, unpacked, "memory is the bytes");
    let opened = started.elapsed();
    let found = matcher.finish(&packages, &Options::default());
    let ended = started.elapsed();
    println!(
        "{} packages: three shards opened in {opened:?}, {} findings after {ended:?}",
        packages.len(),
        found.vulnerabilities.findings.len()
    );
    // A hundred times what it takes: a busy machine passes, a table that is read twice over does not.
    assert!(ended.as_secs() < 2, "{ended:?}");
}
