//! Reading an archive as one forward stream: compressed around the outside, or from a pipe.
//!
//! What it holds is known at its end only, since `manifest.json` mostly comes last. So documents are kept, every other file
//! is handed on as it goes by, and images name their layers by the file's name.

use std::collections::BTreeMap;

use super::model::{Archive, Gap, GapKind, ImageSource, Location};
use super::resolve::{resolve, wrong_size};
use super::sniff::{InputKind, sniff};
use super::store::{Store, text};
use crate::codec::{Compression, Decoder};
use crate::error::{Error, shown};
use crate::layer::ImagePath;
use crate::limits::Limits;
use crate::tar::{Kind, Sink, TarEntry, TarReader, is_header};

/// Where files go that may be layers. Calls come in stream order: `blob`, any number of `data`, `end`.
pub trait StreamSink {
    /// A file begins. The name is the one that [`super::Location::Streamed`] carries.
    fn blob(&mut self, name: &str, size: u64);
    /// Its next bytes.
    fn data(&mut self, bytes: &[u8]);
    /// It is complete. A file that damage cuts off never gets this call.
    fn end(&mut self);
}

/// Reads an archive pushed in pieces of any size.
pub struct StreamReader {
    limits: Limits,
    decoder: Decoder,
    inner: Inner,
    damage: Option<Error>,
}

/// The uncompressed side.
struct Inner {
    limits: Limits,
    tar: TarReader,
    store: Store,
    gaps: Vec<Gap>,
    file: File,
    /// Files handed on so far, with their sizes.
    blobs: BTreeMap<String, u64>,
    /// Some were not handed on.
    cut: bool,
    /// First bytes, to say what the input is when it is no tar.
    head: Vec<u8>,
    damage: Option<Error>,
}

/// What happens to the file at hand.
enum File {
    None,
    /// Its first bytes decide.
    Undecided {
        name: Vec<u8>,
        size: u64,
        bytes: Vec<u8>,
    },
    Kept {
        name: Vec<u8>,
        bytes: Vec<u8>,
    },
    HandedOn,
}

/// Bytes of a file that tell a document from a layer.
const DECISIVE: usize = 512;

impl StreamReader {
    /// A reader at the start of a stream, compressed or not.
    pub fn new(limits: Limits) -> Self {
        let mut store = Store::new(&limits);
        store.streamed = true;
        Self {
            decoder: Decoder::sniffing(limits.clone()),
            inner: Inner {
                limits: limits.clone(),
                tar: TarReader::new(limits.clone()),
                store,
                gaps: Vec::new(),
                file: File::None,
                blobs: BTreeMap::new(),
                cut: false,
                head: Vec::new(),
                damage: None,
            },
            damage: None,
            limits,
        }
    }

    /// Bytes pushed so far.
    pub fn stored(&self) -> u64 {
        self.decoder.stored()
    }

    /// Uncompressed bytes so far.
    pub fn expanded(&self) -> u64 {
        self.decoder.expanded()
    }

    /// How the stream is compressed around the outside, once it is known.
    pub fn compression(&self) -> Option<Compression> {
        self.decoder.compression()
    }

    /// Takes the next bytes.
    ///
    /// # Errors
    /// [`Error::NotAnImage`] as soon as the stream shows that it is no tar archive. Damage further on is told by
    /// [`Self::finish`], with everything that came before it.
    pub fn push(&mut self, bytes: &[u8], sink: &mut impl StreamSink) -> Result<(), Error> {
        if self.damage.is_some() {
            return Ok(());
        }
        let inner = &mut self.inner;
        let decoded = self.decoder.push(bytes, &mut |bytes| {
            inner.push(bytes, sink);
            Ok(())
        });
        self.damage = decoded.err();
        self.refuse()
    }

    /// Ends the stream.
    ///
    /// # Errors
    /// [`Error::NotAnImage`] when nothing in it has a manifest.
    pub fn finish(mut self, sink: &mut impl StreamSink) -> Result<Archive, Error> {
        let mut damage = self.damage.take();
        if damage.is_none() {
            let inner = &mut self.inner;
            damage = self
                .decoder
                .finish(&mut |bytes| {
                    inner.push(bytes, sink);
                    Ok(())
                })
                .err();
            self.refuse()?;
            if self.decoder.expanded() == 0 && damage.is_none() {
                return Err(Error::NotAnImage { why: "the file is empty".to_owned() });
            }
        }
        let mut inner = self.inner;
        if damage.is_none() && inner.damage.is_none() {
            let Inner { tar, store, gaps, file, blobs, cut, .. } = &mut inner;
            let mut outer = Outer { store, gaps, file, blobs, cut, limits: &self.limits, sink };
            damage = tar.finish(&mut outer).err();
            if let (Some(Error::NotTar { .. }), 0) = (&damage, inner.tar.entries()) {
                return Err(not_an_image(&inner.head, self.decoder.compression()));
            }
        }
        // A file cut off before it showed what it is: a document would be of no use.
        if let File::Undecided { name, size, bytes } = std::mem::replace(&mut inner.file, File::None)
            && !bytes.is_empty()
        {
            sink.blob(&text(&name), size);
            sink.data(&bytes);
        }
        for message in self.decoder.take_warnings() {
            inner.gaps.push(Gap::new(GapKind::Malformed, "", message));
        }
        let mut archive = resolve(&mut inner.store, &self.limits);
        if let Some(error) = damage.or(inner.damage) {
            let message = format!("the archive is damaged: {error}; what came before is read");
            // First: whatever else is missing is missing because of it.
            archive.gaps.insert(0, Gap { message, ..Gap::of("", &error) });
        }
        for image in &mut archive.images {
            settle(image, &inner.blobs);
        }
        archive.gaps.append(&mut inner.gaps);
        if archive.images.is_empty() && archive.artifacts.is_empty() {
            return Err(nothing_found(&archive.gaps, &inner.store));
        }
        archive.store = inner.store;
        Ok(archive)
    }

    /// Says what the input is when its first block shows that it is no tar.
    fn refuse(&self) -> Result<(), Error> {
        match &self.inner.damage {
            Some(Error::NotTar { .. }) => Err(not_an_image(&self.inner.head, self.decoder.compression())),
            _ => Ok(()),
        }
    }
}

impl Inner {
    fn push(&mut self, bytes: &[u8], sink: &mut impl StreamSink) {
        const HEAD: usize = 2048;
        if self.head.len() < HEAD {
            let take = bytes.len().min(HEAD - self.head.len());
            self.head.extend_from_slice(bytes.get(..take).unwrap_or_default());
        }
        if self.damage.is_none() {
            let Self { store, gaps, file, blobs, cut, limits, .. } = self;
            let mut outer = Outer { store, gaps, file, blobs, cut, limits, sink };
            self.damage = self.tar.push(bytes, &mut outer).err();
        }
    }
}

struct Outer<'a, S: StreamSink> {
    store: &'a mut Store,
    gaps: &'a mut Vec<Gap>,
    file: &'a mut File,
    blobs: &'a mut BTreeMap<String, u64>,
    cut: &'a mut bool,
    limits: &'a Limits,
    sink: &'a mut S,
}

impl<S: StreamSink> Outer<'_, S> {
    /// Settles what happens to a file, once its first bytes or its end are there.
    fn decide(&mut self, name: Vec<u8>, size: u64, bytes: Vec<u8>) {
        let document = matches!(bytes.trim_ascii_start().first(), Some(b'{' | b'[')) && !is_header(&bytes);
        *self.file = if document && size <= self.limits.max_kept_file {
            File::Kept { name, bytes }
        } else if self.blobs.len() >= self.limits.max_blobs {
            // Each may be a layer, and whoever scans it keeps something of it.
            if !std::mem::replace(self.cut, true) {
                let limit = self.limits.max_blobs;
                self.gaps.push(Gap::new(
                    GapKind::OverBudget,
                    "",
                    format!("more than {limit} files that may be layers: later ones are not read"),
                ));
            }
            File::None
        } else {
            self.blobs.insert(text(&name), size);
            self.sink.blob(&text(&name), size);
            if !bytes.is_empty() {
                self.sink.data(&bytes);
            }
            File::HandedOn
        };
    }
}

impl<S: StreamSink> Sink for Outer<'_, S> {
    fn entry(&mut self, entry: &TarEntry<'_>) {
        *self.file = File::None;
        match entry.kind {
            Kind::File => {
                self.store.add_file(entry.name, entry.offset, entry.size);
                let name = ImagePath::new(entry.name);
                if name.is_root() || matches!(name.name(), b"VERSION" | b"version") {
                    return;
                }
                *self.file = File::Undecided { name: name.as_bytes().to_vec(), size: entry.logical_size, bytes: Vec::new() };
            }
            Kind::Symlink => self.store.add_link(entry.name, entry.link, true),
            Kind::Hardlink => self.store.add_link(entry.name, entry.link, false),
            Kind::Directory => self.store.add_folder(entry.name),
            _ => {}
        }
    }

    fn data(&mut self, mut data: &[u8]) {
        if let File::Undecided { bytes, .. } = self.file {
            let take = data.len().min(DECISIVE - bytes.len().min(DECISIVE));
            let (head, rest) = data.split_at(take);
            bytes.extend_from_slice(head);
            if bytes.len() < DECISIVE {
                return;
            }
            data = rest;
            if let File::Undecided { name, size, bytes } = std::mem::replace(self.file, File::None) {
                self.decide(name, size, bytes);
            }
        }
        match self.file {
            File::Kept { bytes, .. } => bytes.extend_from_slice(data),
            File::HandedOn if !data.is_empty() => self.sink.data(data),
            _ => {}
        }
    }

    fn end_entry(&mut self) {
        if let File::Undecided { .. } = self.file
            && let File::Undecided { name, size, bytes } = std::mem::replace(self.file, File::None)
        {
            self.decide(name, size, bytes);
        }
        match std::mem::replace(self.file, File::None) {
            File::Kept { name, bytes } => self.store.keep(&name, Ok(bytes)),
            File::HandedOn => self.sink.end(),
            _ => {}
        }
    }

    fn warning(&mut self, name: &[u8], message: String) {
        if self.gaps.len() < self.limits.max_warnings {
            self.gaps.push(Gap::new(GapKind::Malformed, shown(name), message));
        }
    }
}

/// Says which layers of an image did not go by, or were another size. By ranges the same is known before.
fn settle(image: &mut ImageSource, blobs: &BTreeMap<String, u64>) {
    for (at, layer) in image.layers.iter_mut().enumerate() {
        let Location::Streamed { name } = &layer.location else { continue };
        let digest = layer.digest.or(layer.diff_id).map(|digest| digest.to_string()).unwrap_or_default();
        match blobs.get(name) {
            None => {
                let message = format!("layer {at} was not read: {} is a document, or came too late", shown(name.as_bytes()));
                image.gaps.push(Gap::new(GapKind::Missing, digest, message));
            }
            Some(len) => image.gaps.extend(layer.size.and_then(|size| wrong_size(at, digest, size, *len))),
        }
    }
}

/// What a stream is that is no tar.
fn not_an_image(head: &[u8], compression: Option<Compression>) -> Error {
    let around = match compression {
        None | Some(Compression::None) => String::new(),
        Some(compression) => format!("inside {}: ", compression.name()),
    };
    let why = match sniff(head) {
        InputKind::Other(why) => why,
        InputKind::Json => "this is a json document, not an image archive".to_owned(),
        InputKind::Tar => "the archive is damaged at its first entry".to_owned(),
        InputKind::Gzip | InputKind::Zstd => "this is compressed more than once: unpack it first".to_owned(),
    };
    Error::NotAnImage { why: format!("{around}{why}") }
}

/// Why a readable tar or folder holds no image.
pub(super) fn nothing_found(gaps: &[Gap], store: &Store) -> Error {
    let first = gaps.first().map(|gap| gap.message.clone());
    let what = if store.folder { "folder" } else { "archive" };
    let why = match first {
        Some(gap) => format!("no image can be read from this {what}: {gap}"),
        None if store.is_empty() => format!("the {what} holds no files"),
        None => format!("the {what} has no manifest.json and no index.json: it is not an image"),
    };
    Error::NotAnImage { why }
}
