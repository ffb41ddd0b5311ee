//! Hosts in miniature: open an archive from memory, by ranges, as a folder, or as a stream in pieces of any size.

use std::collections::BTreeMap;

use porthole_oci::archive::{Archive, Location, Reader, StreamReader, StreamSink};
use porthole_oci::layer::{Entry, ImagePath, LayerReader, LayerSink, LayerSummary, Verify};
use porthole_oci::{Error, Limits};

use crate::pieces::at_most;

/// Opens an archive by ranges.
pub fn open(bytes: &[u8]) -> Result<Archive, Error> {
    let mut reader = Reader::tar(bytes.len() as u64, Limits::default());
    while let Some(want) = reader.wants() {
        let (start, end) = (want.offset as usize, (want.offset + want.len) as usize);
        reader.push(want.offset, &bytes[start..end])?;
    }
    reader.finish()
}

/// Opens a folder.
pub fn open_folder(files: &[(String, Vec<u8>)]) -> Result<Archive, Error> {
    let mut reader = Reader::folder(files.iter().map(|(name, bytes)| (name.clone(), bytes.len() as u64)), Limits::default());
    while let Some(want) = reader.wants() {
        let bytes = files
            .iter()
            .find(|(name, _)| Some(name) == want.file.as_ref())
            .map(|(_, bytes)| bytes.as_slice())
            .unwrap_or_default();
        reader.push(want.offset, &bytes[want.offset as usize..(want.offset + want.len) as usize])?;
    }
    reader.finish()
}

/// The files that went by in a stream: name, bytes, and whether they came to their end.
#[derive(Default, Debug, Clone, PartialEq, Eq)]
pub struct Streamed {
    /// Complete files by name.
    pub blobs: BTreeMap<String, Vec<u8>>,
    /// Files that were cut off.
    pub cut: Vec<String>,
    current: Option<(String, Vec<u8>)>,
}

impl StreamSink for Streamed {
    fn blob(&mut self, name: &str, _: u64) {
        self.cut.extend(self.current.take().map(|(name, _)| name));
        self.current = Some((name.to_owned(), Vec::new()));
    }
    fn data(&mut self, bytes: &[u8]) {
        self.current.as_mut().expect("data belongs to a blob").1.extend_from_slice(bytes);
    }
    fn end(&mut self) {
        self.blobs.extend(self.current.take());
    }
}

/// Opens an archive as a stream, pushed in pieces of `step` bytes.
pub fn open_stream(bytes: &[u8], step: usize) -> (Result<Archive, Error>, Streamed) {
    let mut streamed = Streamed::default();
    let mut reader = StreamReader::new(Limits::default());
    for chunk in bytes.chunks(at_most(step)) {
        if let Err(error) = reader.push(chunk, &mut streamed) {
            return (Err(error), streamed);
        }
    }
    let archive = reader.finish(&mut streamed);
    streamed.cut.extend(streamed.current.take().map(|(name, _)| name));
    (archive, streamed)
}

/// What a location of an archive opened from memory by ranges holds.
pub fn bytes_at<'a>(archive: &'a [u8], location: &Location) -> Option<&'a [u8]> {
    let Location::Range { offset, len, .. } = location else { return None };
    archive.get(*offset as usize..(*offset + *len) as usize)
}

/// Everything that a layer gives out.
#[derive(Default, Debug, Clone, PartialEq, Eq)]
pub struct LayerSeen {
    /// Entries with their content; none for one that was cut off.
    pub entries: Vec<(Entry, Option<Vec<u8>>)>,
    /// Warnings as `path: message`.
    pub warnings: Vec<String>,
    content: Vec<u8>,
}

impl LayerSeen {
    /// The entry of this path.
    pub fn entry(&self, path: &str) -> Option<&Entry> {
        self.entries.iter().map(|(entry, _)| entry).find(|entry| entry.path == ImagePath::new(path))
    }

    /// The content of the file of this path.
    pub fn content(&self, path: &str) -> Option<&[u8]> {
        let found = self.entries.iter().find(|(entry, _)| entry.path == ImagePath::new(path))?;
        found.1.as_deref()
    }

    /// One line an entry, for snapshots.
    pub fn list(&self) -> Vec<String> {
        self.entries
            .iter()
            .map(|(entry, content)| {
                let link = entry.link.as_ref().map(|link| format!(" -> {}", String::from_utf8_lossy(link))).unwrap_or_default();
                let content = if content.is_some() { "" } else { " (cut off)" };
                format!(
                    "{:?} {} {:o} {}:{} {}{link}{content}",
                    entry.kind,
                    entry.path.display(),
                    entry.mode,
                    entry.uid,
                    entry.gid,
                    entry.size
                )
            })
            .collect()
    }
}

impl LayerSink for LayerSeen {
    fn entry(&mut self, entry: Entry) {
        self.content.clear();
        self.entries.push((entry, None));
    }
    fn data(&mut self, bytes: &[u8]) {
        self.content.extend_from_slice(bytes);
    }
    fn end(&mut self) {
        let content = std::mem::take(&mut self.content);
        let last = self.entries.last_mut().expect("an end belongs to an entry");
        assert!(last.1.is_none(), "an entry ends once");
        last.1 = Some(content);
    }
    fn warning(&mut self, path: &ImagePath, message: &str) {
        self.warnings.push(format!("{}: {message}", path.display()));
    }
}

/// Reads a layer blob, pushed in pieces of `step` bytes.
pub fn read_layer(blob: &[u8], step: usize) -> (LayerSeen, LayerSummary) {
    read_layer_within(blob, step, Limits::default())
}

/// The same under other limits.
pub fn read_layer_within(blob: &[u8], step: usize, limits: Limits) -> (LayerSeen, LayerSummary) {
    let mut seen = LayerSeen::default();
    let mut reader = LayerReader::new(limits, Verify::ALL);
    for chunk in blob.chunks(at_most(step)) {
        reader.push(chunk, &mut seen);
    }
    let summary = reader.finish(&mut seen);
    seen.content.clear();
    (seen, summary)
}

/// What an archive says, as lines for a snapshot. Gaps in words, locations by kind and length.
pub fn describe(archive: &Archive) -> String {
    let mut out = format!("{} {:?}\n", archive.kind.name(), archive.kind);
    let place = |location: &Location| match location {
        Location::Range { len, .. } => format!("{len} bytes"),
        Location::Streamed { name } => format!("streamed {name}"),
        other => format!("{other:?}"),
    };
    for image in &archive.images {
        let short = |digest: Option<porthole_oci::Digest>| digest.map_or("-".to_owned(), |digest| digest.short());
        out += &format!(
            "image {:?} {} manifest {} config {}\n",
            image.names,
            image.platform,
            short(image.manifest_digest()),
            short(image.config_digest())
        );
        for (at, layer) in image.layers.iter().enumerate() {
            let step = image.history_layers.iter().position(|made| *made == Some(at));
            let media_type = layer.media_type.as_deref().unwrap_or("-");
            let (digest, diff_id, place) = (short(layer.digest), short(layer.diff_id), place(&layer.location));
            out += &format!("  layer {digest} diff_id {diff_id} {media_type} {place} step {step:?}\n");
        }
        for gap in &image.gaps {
            out += &format!("  gap {:?} {}: {}\n", gap.kind, gap.name, gap.message);
        }
    }
    for artifact in &archive.artifacts {
        out += &format!(
            "artifact {:?} {} about {} with {} blobs\n",
            artifact.kind,
            artifact.artifact_type,
            artifact.subject.map_or("-".to_owned(), |subject| subject.short()),
            artifact.blobs.len()
        );
    }
    for gap in &archive.gaps {
        out += &format!("gap {:?} {}: {}\n", gap.kind, gap.name, gap.message);
    }
    out
}
