//! A layer blob, compressed or not, in one pass: entries and content out, digest and diff_id beside.
//!
//! Must not know: other layers, what is done with the files. Proof: `tests/suite/layer.rs`.

use super::whiteout::{Meaning, meaning};
use super::{Entry, EntryKind, ImagePath};
use crate::codec::{Compression, Decoder};
use crate::digest::{Algorithm, Digest, Hasher};
use crate::error::Error;
use crate::host_sums::HostSums;
use crate::limits::Limits;
use crate::tar::{Kind, Sink, TarEntry, TarReader};

/// What to hash on the way. Hashing costs about as much as inflating, so what is known already need not be computed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Verify {
    /// The blob as pushed: by which algorithm, if at all.
    pub digest: Option<Algorithm>,
    /// The uncompressed tar.
    pub diff_id: Option<Algorithm>,
}

impl Verify {
    /// Everything, by SHA-256.
    pub const ALL: Self = Self { digest: Some(Algorithm::Sha256), diff_id: Some(Algorithm::Sha256) };
    /// Nothing: for bytes that were verified before, or are in a second pass.
    pub const NONE: Self = Self { digest: None, diff_id: None };

    /// By the algorithms that a layer's digest and diff_id are stated in; SHA-256 where none is stated.
    pub fn by(digest: Option<&Digest>, diff_id: Option<&Digest>) -> Self {
        let of = |stated: Option<&Digest>| Some(stated.map_or(Algorithm::default(), Digest::algorithm));
        Self { digest: of(digest), diff_id: of(diff_id) }
    }

    /// For a blob that goes by in a stream: layouts name it `blobs/ALGORITHM/HEX` (image-layout.md, section Blobs).
    pub fn by_name(name: &str) -> Self {
        let mut parts = name.rsplit('/').skip(1);
        let digest = if parts.next() == Some(Algorithm::Sha512.name()) { Algorithm::Sha512 } else { Algorithm::Sha256 };
        Self { digest: Some(digest), ..Self::ALL }
    }
}

impl Default for Verify {
    fn default() -> Self {
        Self::ALL
    }
}

/// Where a layer's entries go. Calls come in tar order: `entry`, any number of `data` (files only), `end`.
pub trait LayerSink {
    /// An entry begins.
    fn entry(&mut self, entry: Entry);
    /// The next bytes of its content.
    fn data(&mut self, bytes: &[u8]);
    /// It is complete. An entry that damage cuts off never gets this call.
    fn end(&mut self);
    /// Something was tolerated or left out. The path is the root when it is about the layer.
    fn warning(&mut self, path: &ImagePath, message: &str);
}

/// What one pass over a layer tells.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct LayerSummary {
    /// Digest of the blob, where asked for.
    pub digest: Option<Digest>,
    /// Digest of the uncompressed tar, where asked for and where the blob decoded to its end.
    pub diff_id: Option<Digest>,
    /// Bytes of the blob.
    pub stored_size: u64,
    /// Bytes of the uncompressed tar.
    pub uncompressed_size: u64,
    /// How the blob is compressed, by its first bytes.
    pub compression: Compression,
    /// Why reading ended early; everything before it was given to the sink.
    pub damage: Option<Error>,
    /// Warnings given to the sink.
    pub warnings: u64,
}

/// Reads one layer blob, pushed in pieces of any size: a [`BlobReader`] and a [`TarSide`] in one.
pub struct LayerReader {
    blob: BlobReader,
    tar: TarSide,
}

impl LayerReader {
    /// A reader at the start of a blob.
    pub fn new(limits: Limits, verify: Verify) -> Self {
        let (blob, tar) = halves(limits, verify);
        Self { blob, tar }
    }

    /// Bytes of the blob pushed so far.
    pub fn stored(&self) -> u64 {
        self.blob.stored()
    }

    /// Uncompressed bytes read so far.
    pub fn expanded(&self) -> u64 {
        self.blob.expanded()
    }

    /// Takes the next bytes of the blob. Never fails: damage is told by [`Self::finish`].
    pub fn push(&mut self, chunk: &[u8], sink: &mut impl LayerSink) {
        let Self { blob, tar } = self;
        blob.push(chunk, &mut |bytes| tar.push(bytes, sink));
    }

    /// Ends the blob.
    pub fn finish(self, sink: &mut impl LayerSink) -> LayerSummary {
        let Self { blob, mut tar } = self;
        let end = blob.finish(&mut |bytes| tar.push(bytes, sink));
        tar.finish(end, sink)
    }
}

/// The two halves of a [`LayerReader`], for a host that has a thread for each: what comes out of the first is pushed into the
/// second, and its end handed over. Together they tell what a `LayerReader` tells.
pub fn halves(limits: Limits, verify: Verify) -> (BlobReader, TarSide) {
    let blob = BlobReader {
        decoder: Decoder::sniffing(limits.clone()),
        hasher: verify.digest.map(Hasher::new),
        // Uncompressed blobs are hashed once: digest and diff_id are the same.
        hashed_as_tar: verify.digest == verify.diff_id,
        damage: None,
        warnings: Vec::new(),
    };
    let tar = TarSide {
        reader: TarReader::new(limits.clone()),
        hasher: verify.diff_id.map(Hasher::new),
        damage: None,
        limits,
        warnings: 0,
        in_entry: false,
    };
    (blob, tar)
}

/// The compressed side: a blob in, the bytes of its tar out.
pub struct BlobReader {
    decoder: Decoder,
    hasher: Option<Hasher>,
    /// True where the digest of an uncompressed blob is its diff_id.
    hashed_as_tar: bool,
    /// Damage of the compression, after which nothing more is decoded.
    damage: Option<Error>,
    warnings: Vec<String>,
}

/// How a blob ended: what its other half does not see.
pub struct BlobEnd {
    digest: Option<Digest>,
    hashed_as_tar: bool,
    stored: u64,
    expanded: u64,
    compression: Compression,
    damage: Option<Error>,
    warnings: Vec<String>,
}

impl BlobEnd {
    /// True if the blob decodes to its end.
    pub fn is_whole(&self) -> bool {
        self.damage.is_none()
    }

    /// Digest and diff_id, from what hashed the bytes that came out. A blob that does not decode to its end has no diff_id.
    pub fn digests(&self, tar: Option<Hasher>) -> (Option<Digest>, Option<Digest>) {
        let diff_id = tar.filter(|_| self.is_whole()).map(Hasher::finish);
        (if self.hashed_as_tar { diff_id } else { self.digest }, diff_id)
    }
}

impl BlobReader {
    /// Has the host compute the blob's SHA-256 and what gzip checks; before the first byte.
    pub fn sum_by(&mut self, host: HostSums) {
        self.hasher = Some(Hasher::by_host((host.sha256)()));
        self.decoder.crc_by(host.crc32);
    }

    /// Hashes the blob from here on by what has hashed it up to here.
    pub fn hash_on(&mut self, hasher: Hasher) {
        self.hasher = Some(hasher);
        self.hashed_as_tar = false;
    }

    /// Bytes of the blob pushed so far.
    pub fn stored(&self) -> u64 {
        self.decoder.stored()
    }

    /// Uncompressed bytes given out so far.
    pub fn expanded(&self) -> u64 {
        self.decoder.expanded()
    }

    /// Takes the next bytes of the blob.
    pub fn push(&mut self, chunk: &[u8], out: &mut dyn FnMut(&[u8])) {
        let decoded = self.decoder.push(chunk, &mut |bytes| {
            out(bytes);
            Ok(())
        });
        self.note(decoded);
        if self.decoder.compression() == Some(Compression::None) && self.hashed_as_tar {
            self.hasher = None;
        } else if let Some(hasher) = &mut self.hasher {
            hasher.push(chunk);
        }
    }

    /// Ends the blob.
    pub fn finish(mut self, out: &mut dyn FnMut(&[u8])) -> BlobEnd {
        let decoded = self.decoder.finish(&mut |bytes| {
            out(bytes);
            Ok(())
        });
        self.note(decoded);
        let compression = self.decoder.compression().unwrap_or_default();
        BlobEnd {
            digest: self.hasher.map(Hasher::finish),
            hashed_as_tar: self.hashed_as_tar && compression == Compression::None,
            stored: self.decoder.stored(),
            expanded: self.decoder.expanded(),
            compression,
            damage: self.damage,
            warnings: self.warnings,
        }
    }

    fn note(&mut self, decoded: Result<(), Error>) {
        if let Err(error) = decoded {
            self.damage.get_or_insert(error);
        }
        // All of them are about what stands behind the last byte that is decoded: told at the end, they are told in place.
        self.warnings.extend(self.decoder.take_warnings());
    }
}

/// The uncompressed side: the bytes of a tar in, entries out.
pub struct TarSide {
    reader: TarReader,
    hasher: Option<Hasher>,
    damage: Option<Error>,
    limits: Limits,
    warnings: u64,
    in_entry: bool,
}

impl TarSide {
    /// Has the host compute the tar's SHA-256; before the first byte.
    pub fn sum_by(&mut self, host: HostSums) {
        self.hasher = Some(Hasher::by_host((host.sha256)()));
    }

    /// Takes the next bytes of the tar.
    pub fn push(&mut self, bytes: &[u8], sink: &mut impl LayerSink) {
        if let Some(hasher) = &mut self.hasher {
            hasher.push(bytes);
        }
        if self.damage.is_none() {
            let mut names = Names { sink, limits: &self.limits, warnings: &mut self.warnings, in_entry: &mut self.in_entry };
            self.damage = self.reader.push(bytes, &mut names).err();
        }
    }

    /// Ends the layer, once its blob has ended.
    pub fn finish(mut self, end: BlobEnd, sink: &mut impl LayerSink) -> LayerSummary {
        for message in &end.warnings {
            self.warnings += 1;
            sink.warning(&ImagePath::default(), message);
        }
        let decoded_whole = end.damage.is_none();
        // A cut stream also cuts the tar; the first cause is the one to tell.
        if self.damage.is_none() && decoded_whole {
            let mut names = Names { sink, limits: &self.limits, warnings: &mut self.warnings, in_entry: &mut self.in_entry };
            self.damage = self.reader.finish(&mut names).err();
        }
        let (digest, diff_id) = end.digests(self.hasher);
        LayerSummary {
            digest,
            diff_id,
            stored_size: end.stored,
            uncompressed_size: end.expanded,
            compression: end.compression,
            damage: end.damage.or(self.damage),
            warnings: self.warnings,
        }
    }
}

/// Turns tar entries into layer entries: paths normalised, whiteouts told apart, what is no file left out.
struct Names<'a, S: LayerSink> {
    sink: &'a mut S,
    limits: &'a Limits,
    warnings: &'a mut u64,
    /// True while the sink sees the entry at hand.
    in_entry: &'a mut bool,
}

impl<S: LayerSink> Names<'_, S> {
    fn warn(&mut self, path: &ImagePath, message: &str) {
        *self.warnings += 1;
        match (*self.warnings).cmp(&(self.limits.max_warnings as u64)) {
            std::cmp::Ordering::Less => self.sink.warning(path, message),
            std::cmp::Ordering::Equal => self.sink.warning(&ImagePath::default(), "further warnings are left out"),
            std::cmp::Ordering::Greater => {}
        }
    }
}

impl<S: LayerSink> Sink for Names<'_, S> {
    fn entry(&mut self, entry: &TarEntry<'_>) {
        *self.in_entry = false;
        let path = ImagePath::new(entry.name);
        if path.is_root() || belongs_to_estargz(entry, &path) {
            return;
        }
        let (path, kind) = match meaning(path) {
            Meaning::Plain(path) => (path, kind(entry.kind)),
            Meaning::Whiteout(path) => (path, EntryKind::Whiteout),
            Meaning::Opaque(path) => (path, EntryKind::Opaque),
            Meaning::Leftover => return,
            Meaning::Invalid => {
                let path = ImagePath::new(entry.name);
                self.warn(&path, "a whiteout that names nothing is ignored");
                return;
            }
        };
        let is_link = matches!(kind, EntryKind::Symlink | EntryKind::Hardlink);
        let is_file = kind == EntryKind::File;
        *self.in_entry = true;
        self.sink.entry(Entry {
            path,
            kind,
            size: if is_file { entry.size } else { 0 },
            logical_size: if is_file { entry.logical_size } else { 0 },
            mode: entry.mode,
            uid: entry.uid,
            gid: entry.gid,
            mtime: entry.mtime,
            link: is_link.then(|| entry.link.to_vec()),
            offset: entry.offset,
        });
        if !is_file {
            self.sink.end();
            *self.in_entry = false;
        }
    }

    fn data(&mut self, bytes: &[u8]) {
        if *self.in_entry {
            self.sink.data(bytes);
        }
    }

    fn end_entry(&mut self) {
        if std::mem::take(self.in_entry) {
            self.sink.end();
        }
    }

    fn warning(&mut self, name: &[u8], message: String) {
        self.warn(&ImagePath::new(name), &message);
    }

    fn resumed(&mut self, name: &[u8], offset: u64) {
        // eStargz puts its table of contents behind the end marker of the tar that it was made from.
        let path = ImagePath::new(name);
        if path.as_bytes() != TOC {
            let message = format!("tar: entries go on behind an end marker, at offset {offset}; a runtime may not unpack them");
            self.warn(&path, &message);
        }
    }
}

fn kind(kind: Kind) -> EntryKind {
    match kind {
        Kind::File => EntryKind::File,
        Kind::Directory => EntryKind::Directory,
        Kind::Symlink => EntryKind::Symlink,
        Kind::Hardlink => EntryKind::Hardlink,
        Kind::CharDevice => EntryKind::CharDevice,
        Kind::BlockDevice => EntryKind::BlockDevice,
        Kind::Fifo => EntryKind::Fifo,
    }
}

/// Name of eStargz's table of contents.
const TOC: &[u8] = b"stargz.index.json";

/// The table of contents and the one-byte landmarks that eStargz puts beside an image's files (its specification, "TOC" and
/// "Prioritized Files and Landmark Files").
fn belongs_to_estargz(entry: &TarEntry<'_>, path: &ImagePath) -> bool {
    entry.kind == Kind::File
        && match path.as_bytes() {
            TOC => true,
            b".prefetch.landmark" | b".no.prefetch.landmark" => entry.size <= 1,
            _ => false,
        }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[derive(Default)]
    struct Seen {
        entries: Vec<Entry>,
        bytes: u64,
        ends: usize,
        warnings: Vec<String>,
    }

    impl LayerSink for Seen {
        fn entry(&mut self, entry: Entry) {
            self.entries.push(entry);
        }
        fn data(&mut self, bytes: &[u8]) {
            self.bytes += bytes.len() as u64;
        }
        fn end(&mut self) {
            self.ends += 1;
        }
        fn warning(&mut self, path: &ImagePath, message: &str) {
            self.warnings.push(format!("{}: {message}", path.display()));
        }
    }

    fn read(blob: &[u8], step: usize) -> (Seen, LayerSummary) {
        let mut seen = Seen::default();
        let mut reader = LayerReader::new(Limits::default(), Verify::ALL);
        for chunk in blob.chunks(step) {
            reader.push(chunk, &mut seen);
        }
        let summary = reader.finish(&mut seen);
        (seen, summary)
    }

    #[test]
    fn two_zero_blocks_are_the_empty_layer() {
        let (seen, summary) = read(&[0; 1024], 100);
        assert!(seen.entries.is_empty() && seen.warnings.is_empty());
        assert_eq!(summary.damage, None);
        let empty = "sha256:5f70bf18a086007016e948b04aed3b82103a36bea41755b6cddfaf10ace3c6ef";
        assert_eq!(summary.diff_id.unwrap().to_string(), empty);
        assert_eq!(summary.digest, summary.diff_id);
    }
}
