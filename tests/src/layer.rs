//! Builds one layer in memory: the same calls always give the same bytes.

use std::io::Write;

use porthole_oci::Digest;
use tar::{EntryType, Header};

/// Modification time of every entry unless told otherwise.
const MTIME: u64 = 1_600_000_000;

/// A layer without entries, uncompressed.
pub fn layer() -> Layer {
    Layer::default()
}

/// A layer under construction. Entry settings (`mode`, `owner`, …) are about the entry added last.
#[derive(Debug, Clone, Default)]
pub struct Layer {
    entries: Vec<Entry>,
    pub(crate) compression: Compression,
    pub(crate) presence: Presence,
    pub(crate) media_type: Option<String>,
    pub(crate) annotations: Vec<(String, String)>,
    tail: Vec<u8>,
    end: bool,
    open: bool,
}

/// How the blob is compressed.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub(crate) enum Compression {
    #[default]
    None,
    Gzip,
    /// One gzip member for each of this many tar bytes.
    GzipMembers(usize),
    Zstd,
}

/// Whether the blob goes into the archive.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(crate) enum Presence {
    #[default]
    Here,
    Missing,
    Foreign(String),
}

#[derive(Debug, Clone)]
enum Entry {
    Header { header: Box<Header>, path: Vec<u8>, link: Vec<u8>, content: Vec<u8>, records: Vec<(String, Vec<u8>)> },
    Raw(Vec<u8>),
}

impl Layer {
    fn add(mut self, kind: EntryType, path: impl AsRef<[u8]>, link: impl AsRef<[u8]>, content: &[u8]) -> Self {
        let mut header = Header::new_ustar();
        header.set_entry_type(kind);
        header.set_mode(if kind.is_dir() { 0o755 } else { 0o644 });
        header.set_uid(0);
        header.set_gid(0);
        header.set_mtime(MTIME);
        header.set_size(content.len() as u64);
        self.entries.push(Entry::Header {
            header: Box::new(header),
            path: path.as_ref().to_vec(),
            link: link.as_ref().to_vec(),
            content: content.to_vec(),
            records: Vec::new(),
        });
        self
    }

    fn last(mut self, change: impl FnOnce(&mut Header)) -> Self {
        if let Some(Entry::Header { header, .. }) = self.entries.last_mut() {
            change(header);
        }
        self
    }

    /// A regular file, mode 0644, owned by root.
    pub fn file(self, path: impl AsRef<[u8]>, content: impl AsRef<[u8]>) -> Self {
        self.add(EntryType::Regular, path, "", content.as_ref())
    }

    /// A directory, mode 0755.
    pub fn dir(self, path: impl AsRef<[u8]>) -> Self {
        self.add(EntryType::Directory, path, "", b"")
    }

    /// A symbolic link.
    pub fn symlink(self, path: impl AsRef<[u8]>, target: impl AsRef<[u8]>) -> Self {
        self.add(EntryType::Symlink, path, target, b"")
    }

    /// A hard link to a path of this layer or a lower one.
    pub fn hardlink(self, path: impl AsRef<[u8]>, target: impl AsRef<[u8]>) -> Self {
        self.add(EntryType::Link, path, target, b"")
    }

    /// A named pipe.
    pub fn fifo(self, path: impl AsRef<[u8]>) -> Self {
        self.add(EntryType::Fifo, path, "", b"")
    }

    /// A character device.
    pub fn char_device(self, path: impl AsRef<[u8]>) -> Self {
        self.add(EntryType::Char, path, "", b"")
    }

    /// `.wh.NAME` beside where `path` was.
    pub fn whiteout(self, path: &str) -> Self {
        let (folder, name) = path.rsplit_once('/').map_or((String::new(), path), |(folder, name)| (format!("{folder}/"), name));
        self.file(format!("{folder}.wh.{name}"), "")
    }

    /// `.wh..wh..opq` inside this folder.
    pub fn opaque(self, folder: &str) -> Self {
        self.file(format!("{}/.wh..wh..opq", folder.trim_end_matches('/')).trim_start_matches('/'), "")
    }

    /// Permission bits of the last entry.
    pub fn mode(self, mode: u32) -> Self {
        self.last(|header| header.set_mode(mode))
    }

    /// Owner and group of the last entry.
    pub fn owner(self, uid: u64, gid: u64) -> Self {
        self.last(|header| {
            header.set_uid(uid);
            header.set_gid(gid);
        })
    }

    /// Modification time of the last entry, seconds since 1970.
    pub fn mtime(self, mtime: u64) -> Self {
        self.last(|header| header.set_mtime(mtime))
    }

    /// An extended attribute of the last entry.
    pub fn xattr(self, name: &str, value: impl AsRef<[u8]>) -> Self {
        self.pax(&format!("SCHILY.xattr.{name}"), value)
    }

    /// A PAX record for the last entry.
    pub fn pax(mut self, key: &str, value: impl AsRef<[u8]>) -> Self {
        if let Some(Entry::Header { records, .. }) = self.entries.last_mut() {
            records.push((key.to_owned(), value.as_ref().to_vec()));
        }
        self
    }

    /// A PAX global header.
    pub fn global(self, records: &[(&str, &str)]) -> Self {
        let records: Vec<_> = records.iter().map(|(key, value)| ((*key).to_owned(), value.as_bytes().to_vec())).collect();
        let block = extended(EntryType::XGlobalHeader, "pax_global_header", &pax_records(&records));
        self.raw(block)
    }

    /// Bytes put between the entries as they are; whole blocks.
    pub fn raw(mut self, bytes: impl AsRef<[u8]>) -> Self {
        self.entries.push(Entry::Raw(bytes.as_ref().to_vec()));
        self
    }

    /// Bytes behind the end marker.
    pub fn tail(mut self, bytes: impl AsRef<[u8]>) -> Self {
        self.tail.extend_from_slice(bytes.as_ref());
        self
    }

    /// Leaves the end marker out.
    pub fn without_end(mut self) -> Self {
        self.open = true;
        self
    }

    /// Pads to 10240 bytes, as GNU tar does.
    pub fn padded(mut self) -> Self {
        self.end = true;
        self
    }

    /// Compresses the blob with gzip.
    pub fn gzip(mut self) -> Self {
        self.compression = Compression::Gzip;
        self
    }

    /// Compresses the blob with gzip, a member for each `bytes` of tar.
    pub fn gzip_members(mut self, bytes: usize) -> Self {
        self.compression = Compression::GzipMembers(bytes.max(1));
        self
    }

    /// Compresses the blob with zstd.
    pub fn zstd(mut self) -> Self {
        self.compression = Compression::Zstd;
        self
    }

    /// Media type in manifests, instead of the one that fits the compression.
    pub fn media_type(mut self, media_type: &str) -> Self {
        self.media_type = Some(media_type.to_owned());
        self
    }

    /// An annotation of its descriptor.
    pub fn annotation(mut self, key: &str, value: &str) -> Self {
        self.annotations.push((key.to_owned(), value.to_owned()));
        self
    }

    /// Leaves the blob out of the archive.
    pub fn missing(mut self) -> Self {
        self.presence = Presence::Missing;
        self
    }

    /// Leaves the blob out of the archive, and says where it may be had.
    pub fn foreign(mut self, url: &str) -> Self {
        self.presence = Presence::Foreign(url.to_owned());
        self
    }

    /// The uncompressed tar.
    pub fn tar(&self) -> Vec<u8> {
        let mut out = Vec::new();
        for entry in &self.entries {
            match entry {
                Entry::Raw(bytes) => out.extend_from_slice(bytes),
                Entry::Header { header, path, link, content, records } => {
                    out.extend(entry_bytes(header, path, link, content, records));
                }
            }
        }
        if !self.open {
            out.resize(out.len() + 1024, 0);
        }
        if self.end {
            out.resize(out.len().next_multiple_of(10240), 0);
        }
        out.extend_from_slice(&self.tail);
        out
    }

    /// The blob: the tar, compressed as told.
    pub fn blob(&self) -> Vec<u8> {
        let tar = self.tar();
        match self.compression {
            Compression::None => tar,
            Compression::Gzip => gzip(&tar),
            Compression::GzipMembers(size) => tar.chunks(size).flat_map(gzip).collect(),
            Compression::Zstd => zstd(&tar),
        }
    }

    /// Digest of the blob.
    pub fn digest(&self) -> Digest {
        Digest::sha256(&self.blob())
    }

    /// Digest of the uncompressed tar.
    pub fn diff_id(&self) -> Digest {
        Digest::sha256(&self.tar())
    }
}

/// One gzip member, without a time or name.
pub fn gzip(bytes: &[u8]) -> Vec<u8> {
    let mut encoder = flate2::GzBuilder::new().mtime(0).write(Vec::new(), flate2::Compression::default());
    encoder.write_all(bytes).expect("memory takes everything");
    encoder.finish().expect("memory takes everything")
}

/// One zstd frame.
pub fn zstd(bytes: &[u8]) -> Vec<u8> {
    ::zstd::bulk::compress(bytes, 1).expect("written to memory")
}

/// PAX records as they stand in an extended header.
pub fn pax_records(records: &[(String, Vec<u8>)]) -> Vec<u8> {
    let mut out = Vec::new();
    for (key, value) in records {
        let rest = key.len() + value.len() + 3;
        // The length counts its own digits.
        let mut len = rest + 1;
        while len != rest + len.to_string().len() {
            len = rest + len.to_string().len();
        }
        out.extend_from_slice(format!("{len} {key}=").as_bytes());
        out.extend_from_slice(value);
        out.push(b'\n');
    }
    out
}

/// An extended header of this kind with its content, padded.
pub fn extended(kind: EntryType, name: &str, content: &[u8]) -> Vec<u8> {
    let mut header = Header::new_ustar();
    header.set_entry_type(kind);
    header.set_mode(0o644);
    header.set_uid(0);
    header.set_gid(0);
    header.set_mtime(0);
    header.set_size(content.len() as u64);
    put(&mut header.as_old_mut().name, name.as_bytes());
    header.set_cksum();
    let mut out = header.as_bytes().to_vec();
    out.extend_from_slice(content);
    out.resize(out.len().next_multiple_of(512), 0);
    out
}

/// Headers, content and padding of one entry; long names go into PAX records.
fn entry_bytes(header: &Header, path: &[u8], link: &[u8], content: &[u8], records: &[(String, Vec<u8>)]) -> Vec<u8> {
    let mut header = header.clone();
    let mut records = records.to_vec();
    if path.len() > 100 {
        records.push(("path".to_owned(), path.to_vec()));
    }
    if link.len() > 100 {
        records.push(("linkpath".to_owned(), link.to_vec()));
    }
    let old = header.as_old_mut();
    put(&mut old.name, path);
    put(&mut old.linkname, link);
    header.set_cksum();
    let mut out = Vec::new();
    if !records.is_empty() {
        out.extend(extended(EntryType::XHeader, "PaxHeaders/x", &pax_records(&records)));
    }
    out.extend_from_slice(header.as_bytes());
    out.extend_from_slice(content);
    out.resize(out.len().next_multiple_of(512), 0);
    out
}

/// Writes text into a header field, cut at its end.
pub fn put(field: &mut [u8], text: &[u8]) {
    field.fill(0);
    let len = text.len().min(field.len());
    field[..len].copy_from_slice(&text[..len]);
}
