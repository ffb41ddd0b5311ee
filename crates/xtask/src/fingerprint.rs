//! Whether inputs changed since something was made of them: names, sizes and times of files, kept beside the result.
//!
//! Programs such as wasm-pack and Vite always start over. A stamp lets a second run skip them. It errs on the side of
//! work: a touched file counts as changed.

use std::fmt::Write as _;
use std::fs;
use std::path::Path;
use std::time::UNIX_EPOCH;

use crate::child::{About, Failure};

/// Folders that hold results or other people's code, never our inputs.
const NOT_INPUT: &[&str] = &["target", "node_modules", "dist", "pkg", ".git", ".tests"];

/// The state of `inputs` (files and folders, the latter with all that is below) and of `words`, as text.
pub(crate) fn of(inputs: &[&Path], words: &[&str]) -> Result<String, Failure> {
    let mut out = String::new();
    for word in words {
        let _ = writeln!(out, "{word}");
    }
    for input in inputs {
        add(input, &mut out)?;
    }
    Ok(out)
}

/// Whether `stamp` holds exactly `fingerprint`.
pub(crate) fn is_fresh(stamp: &Path, fingerprint: &str) -> bool {
    fs::read_to_string(stamp).is_ok_and(|kept| kept == fingerprint)
}

/// Takes `stamp` away: call it before the result is made, so that half a result is never taken for a whole one.
pub(crate) fn forget(stamp: &Path) {
    // It may not be there: then there is nothing to forget.
    let _ = fs::remove_file(stamp);
}

/// Keeps `fingerprint` in `stamp`: call it after the result is complete.
pub(crate) fn keep(stamp: &Path, fingerprint: &str) -> Result<(), Failure> {
    let dir = stamp.parent().unwrap_or(Path::new("."));
    fs::create_dir_all(dir).about(|| format!("make {}", dir.display()))?;
    fs::write(stamp, fingerprint).about(|| format!("write {}", stamp.display()))
}

fn add(path: &Path, out: &mut String) -> Result<(), Failure> {
    let Ok(meta) = fs::metadata(path) else {
        let _ = writeln!(out, "{} missing", path.display());
        return Ok(());
    };
    if meta.is_dir() {
        let mut below = Vec::new();
        for entry in fs::read_dir(path).about(|| format!("read {}", path.display()))? {
            let entry = entry.about(|| format!("read {}", path.display()))?;
            if !NOT_INPUT.iter().any(|name| entry.file_name() == *name) {
                below.push(entry.path());
            }
        }
        below.sort();
        return below.iter().try_for_each(|path| add(path, out));
    }
    let modified = meta.modified().ok().and_then(|time| time.duration_since(UNIX_EPOCH).ok()).unwrap_or_default();
    let _ = writeln!(out, "{} {} {}", path.display(), meta.len(), modified.as_nanos());
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_changed_input_is_seen_and_a_result_is_not_an_input() {
        let dir = std::env::temp_dir().join(format!("xtask-fingerprint-{}", std::process::id()));
        fs::create_dir_all(dir.join("src")).expect("temp dir");
        fs::create_dir_all(dir.join("target")).expect("temp dir");
        fs::write(dir.join("src/a"), "1").expect("write");
        let stamp = dir.join("target/stamp");
        let first = of(&[&dir], &["v1"]).expect("readable");
        keep(&stamp, &first).expect("write");
        assert!(is_fresh(&stamp, &of(&[&dir], &["v1"]).expect("readable")));
        assert!(!is_fresh(&stamp, &of(&[&dir], &["v2"]).expect("readable")));
        forget(&stamp);
        assert!(!is_fresh(&stamp, &first));
        keep(&stamp, &first).expect("write");
        fs::write(dir.join("src/a"), "22").expect("write");
        assert!(!is_fresh(&stamp, &of(&[&dir], &["v1"]).expect("readable")));
        fs::remove_dir_all(&dir).ok();
    }
}
