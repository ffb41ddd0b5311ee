//! Advisory shards and what they are built from, statements that silence findings.

use porthole_advisory::build::{BuildOptions, Builder};
use porthole_advisory::{Index, Matcher, Options, Shard, load, suppress};
use porthole_report::Package;
use sha2::{Digest, Sha256};

use super::split;
use crate::findings;

/// Law: a shard is refused or can be asked anything; what its check passes is read to the end.
pub(super) fn shard(bytes: &[u8]) {
    let _ = Index::parse(bytes);
    let (key, content) = split(bytes, b'\n');
    let key = String::from_utf8_lossy(key);
    if let Ok(shard) = Shard::open(&key, content.to_vec()) {
        let _ = shard.check();
        matches_without_a_panic(&key, content);
    }
}

/// Packs the content as a database would, and matches packages against it.
fn matches_without_a_panic(key: &str, content: &[u8]) {
    let file = crate::layer::gzip(content);
    let sha256: String = Sha256::digest(&file).iter().map(|byte| format!("{byte:02x}")).collect();
    let index = serde_json::json!({
        "format": porthole_advisory::INDEX_FORMAT,
        "snapshot": "2026-01-01",
        "shards": [{"key": key, "file": "x.shard", "bytes": file.len(), "unpacked": content.len(), "sha256": sha256,
            "packages": 1, "advisories": 1, "rows": 1, "snapshot": "2026-01-01", "source": "x", "license": "x"}],
    });
    let packages = packages();
    let mut matcher = Matcher::new(&packages, None);
    if matcher.index(index.to_string().as_bytes()).is_err() {
        return;
    }
    if let Some(entry) = Index::parse(index.to_string().as_bytes()).ok().and_then(|index| index.shard(key).cloned()) {
        let _ = load(&entry, &file);
    }
    let _ = matcher.push(key, &file);
    let _ = matcher.finish(&packages, &Options::default());
}

fn packages() -> Vec<Package> {
    [("npm", "lodash", "4.17.20"), ("pypi", "django", "4.0"), ("cargo", "a", "1.0.0")]
        .map(|(kind, name, version)| findings::package(kind, name, version))
        .into()
}

/// Records, one a line.
///
/// Law: whatever is in them, the builder's shards pass their own check, and the order of records does not show.
pub(super) fn osv(bytes: &[u8]) {
    let lines: Vec<&[u8]> = bytes.split(|byte| *byte == b'\n').collect();
    let build = |lines: &mut dyn Iterator<Item = &[u8]>| {
        let mut builder = Builder::new(BuildOptions::default());
        lines.for_each(|line| {
            builder.record(line);
            builder.cvss_line(line);
        });
        builder.finish()
    };
    let database = build(&mut lines.iter().copied());
    for entry in &database.index.shards {
        let file = database.files.get(&entry.file).expect("a file for each shard");
        let shard = load(entry, file).expect("the builder's shards can be loaded");
        shard.check().expect("the builder's shards are whole");
    }
    let mut sorted = lines.clone();
    sorted.sort_unstable();
    for again in [build(&mut lines.iter().rev().copied()), build(&mut sorted.into_iter())] {
        assert_eq!(again.index, database.index, "the order of the records shows");
    }
    let mut builder = Builder::new(BuildOptions::default());
    let _ = builder.kev(bytes);
    let _ = builder.epss(&String::from_utf8_lossy(bytes));
}

/// Law: read or refused; what is read can be asked about any finding.
pub(super) fn vex(bytes: &[u8]) {
    let Ok(rules) = suppress::document("x", bytes) else { return };
    let finding = findings::vulnerability("CVE-2024-1", "pkg:npm/lodash@4.17.20");
    for rule in rules {
        let _ = rule.suppression(&finding, Some("2026-01-01"));
    }
}
