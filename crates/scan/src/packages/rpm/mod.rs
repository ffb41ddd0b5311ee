//! RPM: its databases of three generations, read directly.
//!
//! `rpmdb.sqlite` (rpm 4.16 and newer, Fedora and its relatives), `Packages.db` (ndb, SUSE), `Packages` (Berkeley DB hash,
//! everything older), and the manifest that CBL-Mariner and Azure Linux leave in images without a database. The stores
//! know pages and give header blobs; `header.rs` knows tags; neither knows the other. The purl's namespace is left to the
//! fold. Proof: this folder's tests against recorded `rpm -qa` lists, and `tests/suite/packages_os.rs`.

mod bdb;
mod header;
mod manifest;
mod ndb;
mod sqlite;

use porthole_oci::layer::{Entry, ImagePath};
use porthole_report::{Gap, GapKind};

use super::{Cataloger, Interest, StreamParser};
use crate::facts::Parsed;

pub use manifest::parse as parse_manifest;

/// The cataloger.
pub struct Rpm;

/// Largest database that is read. It is held in memory while it is walked, for its pages refer to each other in any order;
/// a package takes some 40 KiB, so this is about 1,500 packages.
const MAX_DATABASE: u64 = 64 << 20;

const FOLDERS: [&[u8]; 3] = [b"var/lib/rpm/", b"usr/lib/sysimage/rpm/", b"usr/share/rpm/"];
const MANIFEST: &[u8] = b"var/lib/rpmmanifest/container-manifest-2";

fn database_name(path: &[u8]) -> Option<&[u8]> {
    FOLDERS.iter().find_map(|folder| path.strip_prefix(*folder))
}

impl Cataloger for Rpm {
    fn id(&self) -> &'static str {
        "rpm"
    }

    fn interest(&self, entry: &Entry) -> Interest {
        let path = entry.path.as_bytes();
        match database_name(path) {
            Some(b"rpmdb.sqlite" | b"Packages.db" | b"Packages") if entry.size > 0 => Interest::Whole { max: MAX_DATABASE },
            Some(b"rpmdb.sqlite-wal") if entry.size > 0 => Interest::Stream,
            None if path == MANIFEST => Interest::Whole { max: MAX_DATABASE },
            _ => Interest::Skip,
        }
    }

    fn parse(&self, path: &ImagePath, bytes: &[u8]) -> Parsed {
        if path.as_bytes() == MANIFEST { manifest::parse(bytes) } else { parse(bytes) }
    }

    fn stream(&self, _entry: &Entry) -> Option<Box<dyn StreamParser>> {
        Some(Box::new(WriteAheadLog))
    }
}

/// Reads a database of any generation, told apart by its first bytes.
pub fn parse(bytes: &[u8]) -> Parsed {
    let mut reading = Reading::default();
    if bytes.starts_with(sqlite::MAGIC) {
        sqlite::blobs(bytes, &mut reading);
    } else if bytes.starts_with(ndb::MAGIC) {
        ndb::blobs(bytes, &mut reading);
    } else if bdb::is_hash(bytes) {
        bdb::blobs(bytes, &mut reading);
    } else {
        reading.damage(GapKind::Unsupported, "not a database format that is known");
    }
    reading.finish()
}

/// What a store reports to while it is walked.
#[derive(Default)]
struct Reading {
    parsed: Parsed,
    unreadable: u32,
    damages: Vec<(GapKind, &'static str)>,
}

impl Reading {
    /// One header blob.
    fn blob(&mut self, blob: &[u8]) {
        match header::package(blob) {
            Some(package) => self.parsed.packages.push(package),
            None => self.unreadable += 1,
        }
    }

    /// Something was not read; each sentence is kept once.
    fn damage(&mut self, kind: GapKind, message: &'static str) {
        if !self.damages.iter().any(|(_, known)| *known == message) {
            self.damages.push((kind, message));
        }
    }

    fn finish(mut self) -> Parsed {
        let gap = |kind, message: String| Gap { kind, layer: None, path: String::new(), message };
        for (kind, message) in self.damages {
            self.parsed.gaps.push(gap(kind, format!("rpm database: {message}")));
        }
        if self.unreadable > 0 {
            let message = format!("rpm database: {} headers could not be read", self.unreadable);
            self.parsed.gaps.push(gap(GapKind::Malformed, message));
        }
        self.parsed
    }
}

/// A write-ahead log that is not empty: it is told, not merged.
struct WriteAheadLog;

impl StreamParser for WriteAheadLog {
    fn push(&mut self, _bytes: &[u8]) {}

    fn is_done(&self) -> bool {
        true
    }

    fn finish(self: Box<Self>) -> Parsed {
        let mut reading = Reading::default();
        reading.damage(GapKind::Unsupported, "a write-ahead log is left beside it, the newest changes may be missing");
        reading.finish()
    }
}

/// Numbers at an offset; none past the end.
mod number {
    fn array<const N: usize>(bytes: &[u8], at: usize) -> Option<[u8; N]> {
        bytes.get(at..at.checked_add(N)?)?.try_into().ok()
    }

    pub(super) fn be16(bytes: &[u8], at: usize) -> Option<u16> {
        array(bytes, at).map(u16::from_be_bytes)
    }

    pub(super) fn le16(bytes: &[u8], at: usize) -> Option<u16> {
        array(bytes, at).map(u16::from_le_bytes)
    }

    pub(super) fn be32(bytes: &[u8], at: usize) -> Option<u32> {
        array(bytes, at).map(u32::from_be_bytes)
    }

    pub(super) fn le32(bytes: &[u8], at: usize) -> Option<u32> {
        array(bytes, at).map(u32::from_le_bytes)
    }

    pub(super) fn be64(bytes: &[u8], at: usize) -> Option<u64> {
        array(bytes, at).map(u64::from_be_bytes)
    }
}

/// Pages that were walked: each is read once, so that a cycle ends and damage costs linear time.
struct Visited(Vec<u64>);

impl Visited {
    fn new(pages: usize) -> Self {
        Self(vec![0; pages / 64 + 1])
    }

    /// True the first time that a page within the file is named.
    fn enter(&mut self, page: usize) -> bool {
        let Some(word) = self.0.get_mut(page / 64) else { return false };
        let bit = 1 << (page % 64);
        let first = *word & bit == 0;
        *word |= bit;
        first
    }
}

#[cfg(test)]
mod tests;
