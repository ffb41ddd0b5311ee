//! Everything that the tar reader tells, kept to be compared.

use porthole_oci::tar::{Kind, Sink, TarEntry};

/// Everything the reader tells of one entry.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Seen {
    /// Name.
    pub name: Vec<u8>,
    /// Link target.
    pub link: Vec<u8>,
    /// What it is.
    pub kind: Kind,
    /// Stored bytes.
    pub size: u64,
    /// Unpacked bytes.
    pub logical_size: u64,
    /// Permission bits.
    pub mode: u32,
    /// Owner and group.
    pub owner: (u64, u64),
    /// Modification time.
    pub mtime: i64,
    /// Where its content begins.
    pub offset: u64,
    /// Extended attributes.
    pub xattrs: Vec<(Vec<u8>, Vec<u8>)>,
    /// Content.
    pub content: Vec<u8>,
    /// Whether it came to its end.
    pub ended: bool,
}

/// A sink that keeps everything, and holds the reader to its order of calls.
#[derive(Debug, Default, PartialEq, Eq)]
pub struct Log {
    /// Entries in tar order.
    pub entries: Vec<Seen>,
    /// Warnings as `name: message`.
    pub warnings: Vec<String>,
}

impl Sink for Log {
    fn entry(&mut self, entry: &TarEntry<'_>) {
        self.entries.push(Seen {
            name: entry.name.to_vec(),
            link: entry.link.to_vec(),
            kind: entry.kind,
            size: entry.size,
            logical_size: entry.logical_size,
            mode: entry.mode,
            owner: (entry.uid, entry.gid),
            mtime: entry.mtime,
            offset: entry.offset,
            xattrs: entry.xattrs.to_vec(),
            content: Vec::new(),
            ended: false,
        });
    }
    fn data(&mut self, bytes: &[u8]) {
        let last = self.entries.last_mut().expect("data belongs to an entry");
        assert!(!last.ended, "no data comes behind the end");
        last.content.extend_from_slice(bytes);
    }
    fn end_entry(&mut self) {
        let last = self.entries.last_mut().expect("an end belongs to an entry");
        assert!(!std::mem::replace(&mut last.ended, true), "an entry ends once");
    }
    fn warning(&mut self, name: &[u8], message: String) {
        self.warnings.push(format!("{}: {message}", String::from_utf8_lossy(name)));
    }
}
