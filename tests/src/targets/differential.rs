//! Our tar reader against the `tar` crate: a file that one reader sees and another does not can hide anything.
//!
//! Law: what the crate reads before it stops, we read too, in the same order, with the same name, kind and content; and when we
//! have nothing to say (no error, no warning), we read nothing that it does not.
//!
//! Allowed differences, each because other readers do as we do:
//!
//! - The crate takes the size of links, folders and devices for content. Go's `archive/tar`, which unpacks images, does not.
//! - The crate cuts a PAX value at its first line end; POSIX says that the length counts. Go and GNU tar do as we do.
//! - The crate leaves global PAX headers (`g`) to its caller, as entries. POSIX says that they hold for what follows.
//! - The crate reads old sparse files, not those of PAX (`GNU.sparse.*`), which it gives out as stored.
//! - The crate gives out entries of types that stand for no file (volume labels, multi-volume continuations), and takes every
//!   unknown type for itself; POSIX says that those are read as files, and we say so.
//! - Numbers that do not fit, base-256 above 63 bits, and PAX numbers that are none: each refuses others.
//! - A name that is empty, or longer than the limit: we leave it out and say so.

use std::io::Read as _;

use porthole_oci::tar::{Kind, TarReader};

use super::limits;
use crate::tar_log::Log;

/// Most content of one entry that is compared.
const MOST: u64 = 1 << 20;

/// What both must agree on.
#[derive(Debug, PartialEq, Eq)]
struct Plain {
    name: Vec<u8>,
    kind: Kind,
    content: Vec<u8>,
}

pub(super) fn tar(bytes: &[u8]) {
    let Some((theirs, whole)) = by_the_tar_crate(bytes) else { return };
    let mut log = Log::default();
    let mut reader = TarReader::new(limits());
    let verdict = reader.push(bytes, &mut log).and_then(|()| reader.finish(&mut log));
    let silent = verdict.is_ok() && log.warnings.is_empty();
    let ours: Vec<Plain> = log
        .entries
        .into_iter()
        .filter(|entry| entry.ended)
        .map(|entry| Plain { name: entry.name, kind: entry.kind, content: entry.content })
        .collect();
    if silent && whole {
        assert_eq!(ours, theirs, "both read all of it");
    } else if silent {
        assert!(ours.starts_with(&theirs), "what the other reader saw before it stopped: {theirs:?}, we: {ours:?}");
    }
}

/// The entries up to the crate's first error, and whether there was none. `None` where an allowed difference is at work.
fn by_the_tar_crate(bytes: &[u8]) -> Option<(Vec<Plain>, bool)> {
    let mut archive = tar::Archive::new(bytes);
    let mut out = Vec::new();
    for entry in archive.entries().ok()? {
        let Ok(mut entry) = entry else { return Some((out, false)) };
        let kind = match entry.header().entry_type().as_byte() {
            b'0' | 0 | b'7' => Kind::File,
            b'1' => Kind::Hardlink,
            b'2' => Kind::Symlink,
            b'3' => Kind::CharDevice,
            b'4' => Kind::BlockDevice,
            b'5' => Kind::Directory,
            b'6' => Kind::Fifo,
            _ => return None,
        };
        let has_records = entry.pax_extensions().ok()?.is_some_and(|records| {
            records.into_iter().any(|record| {
                record.is_ok_and(|record| !matches!(record.key_bytes(), b"path" | b"linkpath" | b"mtime" | b"uid" | b"gid"))
            })
        });
        if has_records || entry.size() > MOST || (kind != Kind::File && entry.size() > 0) {
            return None;
        }
        let name = entry.path_bytes().into_owned();
        // What the seventh edition wrote for a folder.
        let kind = if kind == Kind::File && name.ends_with(b"/") { Kind::Directory } else { kind };
        let mut content = Vec::new();
        if entry.read_to_end(&mut content).is_err() {
            return Some((out, false));
        }
        if kind != Kind::File && !content.is_empty() {
            return None;
        }
        out.push(Plain { name, kind, content });
    }
    Some((out, true))
}
