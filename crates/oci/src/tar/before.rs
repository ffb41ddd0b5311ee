//! What stands before an entry's own header, and what both say together.
//!
//! GNU's long names win over PAX records, these win over the header: so do Go's reader and the runtimes built on it.

use tar::{EntryType, Header};

use super::header::{Kind, number, prefix, text};
use super::pax::Records;

/// Extended headers seen since the last entry, and the global ones.
#[derive(Default)]
pub(super) struct Before {
    pub(super) long_name: Option<Vec<u8>>,
    pub(super) long_link: Option<Vec<u8>>,
    pub(super) local: Records,
    pub(super) global: Records,
}

/// Everything of an entry but its names.
#[derive(Clone, Copy)]
pub(super) struct Fields {
    pub(super) kind: Kind,
    pub(super) size: u64,
    pub(super) logical_size: u64,
    pub(super) mode: u32,
    pub(super) uid: u64,
    pub(super) gid: u64,
    pub(super) mtime: i64,
    pub(super) header_offset: u64,
}

/// What an entry type stands for.
pub(super) enum Type {
    Known(Kind),
    /// Volume labels, continuations, old long names, Solaris attributes: no files.
    NoFile,
    /// Read as a file, as POSIX demands.
    Unknown,
}

impl Before {
    /// Forgets everything but the global records.
    pub(super) fn next(&mut self) {
        self.long_name = None;
        self.long_link = None;
        self.local = Records::default();
    }

    /// Writes the entry's name.
    pub(super) fn name(&self, header: &Header, out: &mut Vec<u8>) {
        out.clear();
        let records = [&self.long_name, &self.local.sparse.name, &self.local.path, &self.global.path];
        if let Some(name) = records.into_iter().flatten().next() {
            out.extend_from_slice(name);
            return;
        }
        let prefix = prefix(header);
        if !prefix.is_empty() {
            out.extend_from_slice(prefix);
            out.push(b'/');
        }
        out.extend_from_slice(text(&header.as_old().name));
    }

    /// The entry's link target.
    pub(super) fn link<'a>(&'a self, header: &'a Header) -> &'a [u8] {
        let records = [&self.long_link, &self.local.link, &self.global.link];
        records.into_iter().flatten().next().map_or_else(|| text(&header.as_old().linkname), Vec::as_slice)
    }

    /// Bytes of content, where the header itself says `stored`. What has no content has none, whatever it says.
    pub(super) fn content(&self, header: &Header, stored: u64) -> u64 {
        match header.entry_type() {
            EntryType::Link
            | EntryType::Symlink
            | EntryType::Char
            | EntryType::Block
            | EntryType::Directory
            | EntryType::Fifo => 0,
            _ => self.local.size.or(self.global.size).unwrap_or(stored),
        }
    }

    /// The rest, and the name of a field that is not a number.
    pub(super) fn fields(&self, header: &Header, kind: Kind, content: u64, at: u64) -> (Fields, Option<&'static str>) {
        let raw = header.as_old();
        let mut wrong = None;
        let mut read = |name: &'static str, field: &[u8]| {
            number(field).unwrap_or_else(|| {
                wrong = Some(name);
                0
            })
        };
        let (mode, uid, gid) = (read("mode", &raw.mode), read("uid", &raw.uid), read("gid", &raw.gid));
        let mtime = read("mtime", &raw.mtime);
        let (local, global) = (&self.local, &self.global);
        let size = if kind == Kind::File { content } else { 0 };
        let fields = Fields {
            kind,
            size,
            logical_size: size,
            mode: u32::try_from(mode & 0o7777).unwrap_or(0),
            uid: local.uid.or(global.uid).unwrap_or_else(|| id(uid)),
            gid: local.gid.or(global.gid).unwrap_or_else(|| id(gid)),
            mtime: local.mtime.or(global.mtime).unwrap_or(mtime),
            header_offset: at,
        };
        (fields, wrong)
    }
}

/// Tells an entry's type. `name` matters since the oldest tars mark folders by a slash at its end.
pub(super) fn type_of(header: &Header, name: &[u8]) -> Type {
    let file = if name.last() == Some(&b'/') { Kind::Directory } else { Kind::File };
    Type::Known(match header.entry_type() {
        EntryType::Regular | EntryType::Continuous | EntryType::GNUSparse => file,
        EntryType::Link => Kind::Hardlink,
        EntryType::Symlink => Kind::Symlink,
        EntryType::Char => Kind::CharDevice,
        EntryType::Block => Kind::BlockDevice,
        EntryType::Directory => Kind::Directory,
        EntryType::Fifo => Kind::Fifo,
        other => match other.as_byte() {
            // GNU's dump directories: content is a list of names.
            b'D' => Kind::Directory,
            b'V' | b'M' | b'N' | b'A' | b'E' => return Type::NoFile,
            _ => return Type::Unknown,
        },
    })
}

/// An owner; negative ones are what 32-bit writers call `nobody`.
fn id(value: i64) -> u64 {
    u64::try_from(value).unwrap_or_else(|_| u64::from(u32::MAX) & value.cast_unsigned())
}
