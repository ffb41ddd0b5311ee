//! Reading an archive by ranges: headers of the outer tar and the few documents that matter, never a blob.

use super::model::{Archive, Gap, GapKind, Location};
use super::resolve::resolve;
use super::sniff::{InputKind, SNIFF_LEN, sniff};
use super::store::{Store, belongs_to_images};
use super::stream::nothing_found;
use crate::error::{Error, shown};
use crate::limits::Limits;
use crate::tar::{Kind, Sink, TarEntry, TarReader};

/// Bytes asked for at a header: usually the next header too.
const CHUNK: u64 = 16 * 1024;
/// Small documents that lie in a chunk anyway are kept.
const KEPT: u64 = 64 * 1024;
/// Zeros looked through behind an end marker for a second archive.
const MOST_ZEROS: u64 = 1 << 20;
/// Entries after which a tar without anything of an image archive is taken for a root file system.
const ENOUGH: u64 = 512;

/// Bytes that the reader wants next.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Want {
    /// The file of a folder, as it was named; none for the archive itself.
    pub file: Option<String>,
    /// First byte.
    pub offset: u64,
    /// Length, bytes. Never beyond the end that was stated.
    pub len: u64,
}

/// Reads an archive, or a folder, by ranges: `while let Some(want) = reader.wants() { reader.push(want.offset, bytes)? }`.
pub struct Reader {
    limits: Limits,
    phase: Phase,
    store: Store,
    gaps: Vec<Gap>,
    archive: Archive,
}

enum Phase {
    /// Nothing was read yet.
    Start {
        size: u64,
    },
    /// Walking the outer tar.
    Index {
        size: u64,
        tar: Box<TarReader>,
        partial: Option<Partial>,
        end_at: Option<u64>,
        images: bool,
    },
    /// Reading documents.
    Documents {
        name: Vec<u8>,
        want: Want,
    },
    Done,
}

impl Reader {
    /// A reader of a tar archive of this many bytes.
    pub fn tar(size: u64, limits: Limits) -> Self {
        let mut store = Store::new(&limits);
        store.whole = Some(size);
        Self { limits, phase: Phase::Start { size }, store, gaps: Vec::new(), archive: Archive::default() }
    }

    /// A reader of a folder that holds these files: names relative to the folder, and lengths.
    pub fn folder(files: impl IntoIterator<Item = (String, u64)>, limits: Limits) -> Self {
        let mut store = Store::new(&limits);
        store.folder = true;
        let most = usize::try_from(limits.max_entries).unwrap_or(usize::MAX);
        for (name, size) in files.into_iter().take(most) {
            store.add_folder_file(&name, size);
        }
        let mut reader = Self { limits, phase: Phase::Done, store, gaps: Vec::new(), archive: Archive::default() };
        reader.resolve();
        reader
    }

    /// What to push next; none when everything is known.
    pub fn wants(&self) -> Option<Want> {
        match &self.phase {
            Phase::Start { size: 0 } | Phase::Done => None,
            Phase::Start { size } => Some(Want { file: None, offset: 0, len: (*size).min(SNIFF_LEN as u64) }),
            Phase::Index { size, tar, .. } => {
                let offset = tar.position();
                Some(Want { file: None, offset, len: size.saturating_sub(offset).min(CHUNK) })
            }
            Phase::Documents { want, .. } => Some(want.clone()),
        }
    }

    /// Takes the bytes that [`Self::wants`] named. Fewer mean that the input ends there.
    ///
    /// # Errors
    /// [`Error::NotAnImage`] when the first bytes show that; [`Error::Misuse`] when the bytes were not asked for.
    pub fn push(&mut self, offset: u64, bytes: &[u8]) -> Result<(), Error> {
        let want = self.wants().ok_or(Error::Misuse { what: "bytes after the last wanted ones" })?;
        if offset != want.offset || bytes.len() as u64 > want.len {
            return Err(Error::Misuse { what: "bytes that were not asked for" });
        }
        let ended = (bytes.len() as u64) < want.len;
        match std::mem::replace(&mut self.phase, Phase::Done) {
            Phase::Start { size } => {
                match sniff(bytes) {
                    InputKind::Tar => {}
                    InputKind::Gzip | InputKind::Zstd => {
                        return Err(Error::Misuse { what: "a compressed archive cannot be read by ranges" });
                    }
                    InputKind::Json => {
                        let why = "this is a json document, not an image archive".to_owned();
                        return Err(Error::NotAnImage { why });
                    }
                    InputKind::Other(why) => return Err(Error::NotAnImage { why }),
                }
                let tar = Box::new(TarReader::new(self.limits.clone()));
                self.phase = Phase::Index { size, tar, partial: None, end_at: None, images: false };
                self.index(bytes, ended)
            }
            index @ Phase::Index { .. } => {
                self.phase = index;
                self.index(bytes, ended)
            }
            Phase::Documents { name, .. } => {
                let document = if ended {
                    Err(Error::TarTruncated { name: shown(&name), missing: want.len - bytes.len() as u64 })
                } else {
                    Ok(bytes.to_vec())
                };
                self.store.keep(&name, document);
                self.next_document();
                Ok(())
            }
            Phase::Done => Ok(()),
        }
    }

    /// Everything that the archive says of itself.
    ///
    /// # Errors
    /// [`Error::NotAnImage`] when there is no image and nothing else that has a manifest.
    pub fn finish(mut self) -> Result<Archive, Error> {
        match self.phase {
            Phase::Done => {}
            Phase::Start { size: 0 } => return Err(Error::NotAnImage { why: "the file is empty".to_owned() }),
            _ => return Err(Error::Misuse { what: "finished before everything wanted was pushed" }),
        }
        let mut archive = std::mem::take(&mut self.archive);
        archive.gaps.append(&mut self.gaps);
        if archive.images.is_empty() && archive.artifacts.is_empty() {
            return Err(nothing_found(&archive.gaps, &self.store));
        }
        archive.store = self.store;
        Ok(archive)
    }

    fn index(&mut self, bytes: &[u8], ended: bool) -> Result<(), Error> {
        let Phase::Index { size, tar, partial, end_at, images } = &mut self.phase else { return Ok(()) };
        let size = *size;
        let mut sink = Indexer { store: &mut self.store, gaps: &mut self.gaps, partial, images };
        let mut result = tar.push(bytes, &mut sink);
        // Long content is passed over, and its padding.
        while result.is_ok() && tar.skippable() > CHUNK / 2 {
            let left = tar.skippable();
            if tar.position().saturating_add(left) > size {
                break;
            }
            *sink.partial = None;
            result = tar.skip(left, &mut sink);
        }
        let cut = ended || tar.position().saturating_add(tar.skippable()) > size;
        let at_end = tar.position() >= size;
        let zeros = if tar.at_end() { *end_at.get_or_insert(tar.position()) } else { u64::MAX };
        if !tar.at_end() {
            *end_at = None;
        }
        let enough_zeros = tar.position().saturating_sub(zeros) > MOST_ZEROS;
        let foreign = tar.entries() > ENOUGH && !*sink.images && sink.store.root_file_system().is_some();
        match result {
            Ok(()) if foreign => {}
            Ok(()) if cut || at_end || enough_zeros => {
                if let Err(error) = tar.finish(&mut sink) {
                    let message = format!("the archive is cut off: {error}; what came before is read");
                    self.gaps.push(Gap::new(GapKind::Malformed, "", message));
                }
            }
            Ok(()) => return Ok(()),
            Err(error @ Error::NotTar { .. }) => return Err(Error::NotAnImage { why: error.to_string() }),
            Err(error) => {
                let message = format!("the archive is damaged: {error}; what came before is read");
                self.gaps.push(Gap { message, ..Gap::of("", &error) });
            }
        }
        self.resolve();
        Ok(())
    }

    fn next_document(&mut self) {
        match self.store.next_wanted() {
            Some((name, Location::Range { file, offset, len })) => {
                self.phase = Phase::Documents { name, want: Want { file, offset, len } };
            }
            Some((name, _)) => {
                self.store.keep(&name, Err(Error::Missing { name: shown(&name) }));
                self.next_document();
            }
            None => self.resolve(),
        }
    }

    fn resolve(&mut self) {
        self.archive = resolve(&mut self.store, &self.limits);
        match self.store.next_wanted() {
            Some(_) => self.next_document(),
            None => self.phase = Phase::Done,
        }
    }
}

/// A small document that lies in a chunk read anyway.
struct Partial {
    name: Vec<u8>,
    size: u64,
    bytes: Vec<u8>,
}

/// Notes where the files of the outer tar lie.
struct Indexer<'a> {
    store: &'a mut Store,
    gaps: &'a mut Vec<Gap>,
    /// A small document whose bytes come along.
    partial: &'a mut Option<Partial>,
    /// True when a file was seen that image archives have.
    images: &'a mut bool,
}

impl Sink for Indexer<'_> {
    fn entry(&mut self, entry: &TarEntry<'_>) {
        *self.partial = None;
        match entry.kind {
            Kind::File => {
                self.store.add_file(entry.name, entry.offset, entry.size);
                *self.images |= belongs_to_images(entry.name);
                if (1..=KEPT).contains(&entry.size) && entry.logical_size == entry.size {
                    *self.partial = Some(Partial { name: entry.name.to_vec(), size: entry.size, bytes: Vec::new() });
                }
            }
            Kind::Symlink => self.store.add_link(entry.name, entry.link, true),
            Kind::Hardlink => self.store.add_link(entry.name, entry.link, false),
            Kind::Directory => self.store.add_folder(entry.name),
            _ => {}
        }
    }

    fn data(&mut self, bytes: &[u8]) {
        if let Some(partial) = self.partial {
            partial.bytes.extend_from_slice(bytes);
        }
    }

    fn end_entry(&mut self) {
        if let Some(Partial { name, size, bytes }) = self.partial.take()
            && bytes.len() as u64 == size
            && matches!(bytes.trim_ascii_start().first(), Some(b'{' | b'['))
        {
            self.store.keep(&name, Ok(bytes));
        }
    }

    fn warning(&mut self, name: &[u8], message: String) {
        if self.gaps.len() < 100 {
            self.gaps.push(Gap::new(GapKind::Malformed, shown(name), message));
        }
    }
}
