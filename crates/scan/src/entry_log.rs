//! A layer's entries as a compact log: written once while streaming, read once at the fold.
//!
//! A million entries as structs would cost 170 MB; here an entry costs some 20 bytes, since paths share their prefix
//! with the entry before and numbers are varints. Bounds are checked on the way back: logs also come from caches.

use porthole_oci::layer::{Entry, EntryKind};
use serde::{Deserialize, Serialize};

/// Entries in tar order.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct EntryLog {
    count: u32,
    bytes: Vec<u8>,
}

/// One entry, borrowed from the log. Fields as in [`Entry`].
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct EntryRef<'a> {
    /// Normalised path, no leading slash.
    pub path: &'a [u8],
    /// What it is.
    pub kind: EntryKind,
    /// Stored bytes.
    pub size: u64,
    /// Unpacked bytes.
    pub logical_size: u64,
    /// Permission bits.
    pub mode: u32,
    /// Owner.
    pub uid: u64,
    /// Group.
    pub gid: u64,
    /// Modification time, seconds since 1970.
    pub mtime: i64,
    /// Link target.
    pub link: Option<&'a [u8]>,
    /// Offset of the content in the uncompressed tar.
    pub offset: u64,
}

const KINDS: [EntryKind; 9] = [
    EntryKind::File,
    EntryKind::Directory,
    EntryKind::Symlink,
    EntryKind::Hardlink,
    EntryKind::CharDevice,
    EntryKind::BlockDevice,
    EntryKind::Fifo,
    EntryKind::Whiteout,
    EntryKind::Opaque,
];

impl EntryLog {
    /// Number of entries.
    pub fn len(&self) -> u32 {
        self.count
    }

    /// True when there is none.
    pub fn is_empty(&self) -> bool {
        self.count == 0
    }

    /// Calls `f` with index and entry, in order; stops where the log is damaged.
    pub fn for_each(&self, mut f: impl FnMut(u32, EntryRef<'_>)) {
        let mut reader = LogReader::new(&self.bytes);
        for index in 0..self.count {
            let Some(entry) = reader.next() else { return };
            f(index, entry);
        }
    }

    /// Feeds the log to a hasher.
    pub fn hash_into(&self, hasher: &mut impl std::hash::Hasher) {
        hasher.write(&self.bytes);
    }

    /// True when every entry can be read back and nothing is left over.
    pub fn check(&self) -> bool {
        let mut reader = LogReader::new(&self.bytes);
        (0..self.count).all(|_| reader.next().is_some()) && reader.rest.is_empty()
    }
}

impl<'a> FromIterator<&'a Entry> for EntryLog {
    fn from_iter<I: IntoIterator<Item = &'a Entry>>(entries: I) -> Self {
        let mut writer = LogWriter::default();
        entries.into_iter().for_each(|entry| writer.push(entry));
        writer.finish()
    }
}

/// Appends entries to a log.
#[derive(Debug, Default)]
pub(crate) struct LogWriter {
    log: EntryLog,
    path: Vec<u8>,
    offset: u64,
    mtime: i64,
}

impl LogWriter {
    /// Number of entries so far: the index that the next one gets.
    pub(crate) fn len(&self) -> u32 {
        self.log.count
    }

    /// Bytes so far.
    pub(crate) fn size(&self) -> usize {
        self.log.bytes.len()
    }

    /// Appends one entry.
    pub(crate) fn push(&mut self, entry: &Entry) {
        let path = entry.path.as_bytes();
        let shared = self.path.iter().zip(path).take_while(|(a, b)| a == b).count();
        let out = &mut self.log.bytes;
        let kind = KINDS.iter().position(|kind| *kind == entry.kind).unwrap_or(0) as u64;
        let sparse = u64::from(entry.logical_size != entry.size);
        let linked = u64::from(entry.link.is_some());
        varint(out, kind | sparse << 4 | linked << 5);
        varint(out, shared as u64);
        varint(out, (path.len() - shared) as u64);
        out.extend_from_slice(&path[shared..]);
        varint(out, entry.size);
        if sparse == 1 {
            varint(out, entry.logical_size);
        }
        varint(out, u64::from(entry.mode));
        varint(out, entry.uid);
        varint(out, entry.gid);
        varint(out, zigzag(entry.mtime.wrapping_sub(self.mtime)));
        varint(out, zigzag(entry.offset.wrapping_sub(self.offset) as i64));
        if let Some(link) = &entry.link {
            varint(out, link.len() as u64);
            out.extend_from_slice(link);
        }
        self.path.truncate(shared);
        self.path.extend_from_slice(&path[shared..]);
        self.offset = entry.offset;
        self.mtime = entry.mtime;
        self.log.count += 1;
    }

    /// The log.
    pub(crate) fn finish(self) -> EntryLog {
        self.log
    }
}

struct LogReader<'a> {
    rest: &'a [u8],
    path: Vec<u8>,
    offset: u64,
    mtime: i64,
}

impl<'a> LogReader<'a> {
    fn new(bytes: &'a [u8]) -> Self {
        Self { rest: bytes, path: Vec::new(), offset: 0, mtime: 0 }
    }

    fn next(&mut self) -> Option<EntryRef<'_>> {
        let head = self.varint()?;
        let kind = *KINDS.get((head & 15) as usize)?;
        let shared = usize::try_from(self.varint()?).ok()?;
        if shared > self.path.len() {
            return None;
        }
        self.path.truncate(shared);
        let suffix = self.slice()?;
        self.path.extend_from_slice(suffix);
        let size = self.varint()?;
        let logical_size = if head & 16 != 0 { self.varint()? } else { size };
        let mode = u32::try_from(self.varint()?).ok()?;
        let (uid, gid) = (self.varint()?, self.varint()?);
        self.mtime = self.mtime.wrapping_add(unzigzag(self.varint()?));
        self.offset = self.offset.wrapping_add(unzigzag(self.varint()?) as u64);
        let link = if head & 32 != 0 { Some(self.slice()?) } else { None };
        Some(EntryRef {
            path: &self.path,
            kind,
            size,
            logical_size,
            mode,
            uid,
            gid,
            mtime: self.mtime,
            link,
            offset: self.offset,
        })
    }

    fn varint(&mut self) -> Option<u64> {
        let mut value = 0u64;
        for shift in (0..64).step_by(7) {
            let (&byte, rest) = self.rest.split_first()?;
            self.rest = rest;
            value |= u64::from(byte & 127) << shift;
            if byte < 128 {
                return Some(value);
            }
        }
        None
    }

    fn slice(&mut self) -> Option<&'a [u8]> {
        let len = usize::try_from(self.varint()?).ok()?;
        let (slice, rest) = self.rest.split_at_checked(len)?;
        self.rest = rest;
        Some(slice)
    }
}

fn varint(out: &mut Vec<u8>, mut value: u64) {
    while value >= 128 {
        out.push(value as u8 | 128);
        value >>= 7;
    }
    out.push(value as u8);
}

fn zigzag(value: i64) -> u64 {
    ((value << 1) ^ (value >> 63)) as u64
}

fn unzigzag(value: u64) -> i64 {
    (value >> 1) as i64 ^ -((value & 1) as i64)
}

#[cfg(test)]
mod tests {
    use porthole_oci::layer::ImagePath;
    use proptest::prelude::*;

    use super::*;

    fn entry() -> impl Strategy<Value = Entry> {
        (
            proptest::collection::vec("[ab]{1,2}", 0..4),
            0..KINDS.len(),
            any::<(u64, u64, u64, i64, u64)>(),
            0..0o10000u32,
            proptest::option::of("[a-z/]{0,6}"),
            any::<bool>(),
        )
            .prop_map(|(path, kind, (size, uid, gid, mtime, offset), mode, link, sparse)| Entry {
                path: ImagePath::new(path.join("/")),
                kind: KINDS[kind],
                size,
                logical_size: if sparse { size.wrapping_mul(3) } else { size },
                mode,
                uid,
                gid,
                mtime,
                link: link.map(String::into_bytes),
                offset,
            })
    }

    proptest! {
        /// Oracle: the entries that were written.
        #[test]
        fn a_log_gives_back_what_was_written(entries in proptest::collection::vec(entry(), 0..20)) {
            let mut writer = LogWriter::default();
            entries.iter().for_each(|entry| writer.push(entry));
            let log = writer.finish();
            prop_assert!(log.check());
            let mut seen = 0;
            log.for_each(|index, got| {
                let want = &entries[index as usize];
                assert_eq!(got.path, want.path.as_bytes());
                assert_eq!((got.kind, got.size, got.logical_size, got.mode), (want.kind, want.size, want.logical_size, want.mode));
                assert_eq!((got.uid, got.gid, got.mtime, got.offset), (want.uid, want.gid, want.mtime, want.offset));
                assert_eq!(got.link, want.link.as_deref());
                seen += 1;
            });
            prop_assert_eq!(seen, entries.len());
        }

        /// Oracle: no panic, and `check` refuses what cannot be read to the end.
        #[test]
        fn a_damaged_log_is_refused_quietly(bytes in proptest::collection::vec(any::<u8>(), 0..200), count in 0..50u32) {
            let log = EntryLog { count, bytes };
            let mut seen = 0;
            log.for_each(|_, _| seen += 1);
            prop_assert_eq!(log.check() && seen == count, log.check());
        }
    }
}
