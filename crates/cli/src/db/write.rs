//! A database as files: shards first, the index last and in one step, so that a reader never sees an index without its shards.

use std::path::Path;

use porthole_advisory::build::{Database, Summary};
use porthole_advisory::{INDEX_FILE, Index};
use porthole_report::export::{bytes, plain};

/// Writes the files. Shards of the index that was there before and are no longer named are removed; nothing else is touched.
pub(super) fn database(folder: &Path, database: &Database) -> Result<(), String> {
    let about = |path: &Path, error: std::io::Error| format!("{}: {error}", path.display());
    std::fs::create_dir_all(folder).map_err(|error| about(folder, error))?;
    let before = super::read_index(folder).unwrap_or_default();
    for (name, content) in &database.files {
        replace(&folder.join(name), content)?;
    }
    replace(&folder.join(INDEX_FILE), database.index.to_json().as_bytes())?;
    for old in before.shards.iter().filter(|old| !database.files.contains_key(&old.file)) {
        // Gone already is fine.
        let _ = std::fs::remove_file(folder.join(&old.file));
    }
    Ok(())
}

/// Writes beside the target and renames.
pub(super) fn replace(path: &Path, content: &[u8]) -> Result<(), String> {
    let about = |error: std::io::Error| format!("{}: {error}", path.display());
    let part = path.with_extension("part");
    std::fs::write(&part, content).map_err(about)?;
    std::fs::rename(&part, path).map_err(about)
}

/// Says what was built and what was left out, on standard error.
pub(super) fn tell(folder: &Path, index: &Index, summary: &Summary) {
    let total: u64 = index.shards.iter().map(|shard| shard.bytes).sum();
    eprintln!(
        "{}: {} shards, {}, from {} records up to {}",
        folder.display(),
        index.shards.len(),
        bytes(total),
        summary.records,
        if index.snapshot.is_empty() { "nowhen" } else { &index.snapshot }
    );
    for (count, what) in [
        (summary.unreadable, "records are not OSV and were left out"),
        (summary.withdrawn, "records are withdrawn and were left out"),
        (summary.malware, "malware records were left out"),
        (summary.empty, "affected entries name no package or no version and were left out"),
        (summary.too_long, "entries are too long and were left out"),
        (summary.kernel, "entries of kernel packages were left out"),
        (summary.merged, "statements repeat another one and were merged"),
        (summary.side_unreadable, "lines of side tables could not be read"),
        (summary.malformed.values().sum(), "bounds are no versions of their ecosystem; findings by them are marked as uncertain"),
    ] {
        if count > 0 {
            eprintln!("  {count} {what}");
        }
    }
    for (key, name, version) in &summary.malformed_samples {
        eprintln!("    {}: {}: {}", plain(key), plain(name), plain(version));
    }
}
