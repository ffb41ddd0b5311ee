//! The files of an archive by name: where they lie, and the few documents that were read.

use std::collections::{BTreeMap, BTreeSet};
use std::fmt;
use std::sync::Arc;

use super::model::Location;
use crate::digest::Digest;
use crate::error::{Error, shown};
use crate::layer::ImagePath;
use crate::limits::Limits;

/// Files by normalised name.
#[derive(Clone, Default)]
pub(super) struct Store {
    files: BTreeMap<Vec<u8>, File>,
    /// First components of names, folders too; the first hundred.
    top: BTreeSet<Vec<u8>>,
    documents: BTreeMap<Vec<u8>, Result<Arc<[u8]>, Error>>,
    /// Documents that the resolver asked for and that were not read yet.
    wanted: BTreeSet<Vec<u8>>,
    /// Bytes of all documents.
    total: u64,
    /// True when files went by in a stream and cannot be read again.
    pub(super) streamed: bool,
    /// True when the files are those of a folder.
    pub(super) folder: bool,
    /// Folder inside that everything lies in; with a trailing slash unless it is empty.
    base: Vec<u8>,
    /// Length of the whole archive, where it can be read again.
    pub(super) whole: Option<u64>,
    max_document: u64,
    max_total: u64,
    max_links: u32,
}

#[derive(Debug, Clone)]
struct File {
    content: Content,
    /// Name as a folder's host gave it.
    original: Option<String>,
}

#[derive(Debug, Clone)]
enum Content {
    Here {
        offset: u64,
        len: u64,
    },
    /// Symbolic or hard link, its target from the archive's root.
    Link(Vec<u8>),
}

impl fmt::Debug for Store {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} files", self.files.len())
    }
}

impl Store {
    pub(super) fn new(limits: &Limits) -> Self {
        Self {
            max_document: limits.max_metadata_file,
            max_total: limits.max_metadata_total,
            max_links: limits.max_nesting,
            ..Self::default()
        }
    }

    /// Adds a file of the archive; a later one of the same name wins.
    pub(super) fn add_file(&mut self, name: &[u8], offset: u64, len: u64) {
        self.add(name, Content::Here { offset, len }, None);
    }

    /// Adds a file of a folder.
    pub(super) fn add_folder_file(&mut self, name: &str, len: u64) {
        let content = Content::Here { offset: 0, len };
        self.add(name.replace('\\', "/").as_bytes(), content, Some(name.to_owned()));
    }

    /// Notes that there is a folder, or something in it.
    pub(super) fn add_folder(&mut self, name: &[u8]) {
        let name = ImagePath::new(name);
        let first = name.as_bytes().split(|byte| *byte == b'/').next().unwrap_or_default();
        if self.top.len() < 100 && !self.top.contains(first) {
            self.top.insert(first.to_vec());
        }
    }

    /// Adds a link.
    pub(super) fn add_link(&mut self, name: &[u8], target: &[u8], symbolic: bool) {
        let path = ImagePath::new(name);
        let target = if symbolic { path.resolve_link(target) } else { ImagePath::new(target) };
        self.add(name, Content::Link(target.as_bytes().to_vec()), None);
    }

    fn add(&mut self, name: &[u8], content: Content, original: Option<String>) {
        self.add_folder(name);
        let name = ImagePath::new(name).as_bytes().to_vec();
        if !name.is_empty() {
            self.documents.remove(&name);
            self.files.insert(name, File { content, original });
        }
    }

    /// Keeps the bytes of a document that was read, or why it was not.
    pub(super) fn keep(&mut self, name: &[u8], bytes: Result<Vec<u8>, Error>) {
        let name = ImagePath::new(name).as_bytes().to_vec();
        self.wanted.remove(&name);
        let bytes = bytes.and_then(|bytes| {
            self.total = self.total.saturating_add(bytes.len() as u64);
            if self.total > self.max_total {
                let (size, limit) = (self.total, self.max_total);
                return Err(Error::DocumentTooLong { name: "documents of the archive together".to_owned(), size, limit });
            }
            Ok(Arc::from(bytes))
        });
        self.documents.insert(name, bytes);
    }

    /// Finds the folder that everything lies in: the shallowest one with an entry point.
    pub(super) fn find_base(&mut self) {
        let entry = |name: &[u8]| {
            let file = name.rsplit(|byte| *byte == b'/').next().unwrap_or_default();
            matches!(file, b"manifest.json" | b"index.json" | b"repositories" | b"oci-layout")
        };
        let depth = |name: &[u8]| name.iter().filter(|byte| **byte == b'/').count();
        let found = self.files.keys().filter(|name| entry(name)).min_by_key(|name| (depth(name), name.len()));
        // Deeper ones are somebody's files, not an archive's.
        self.base = match found {
            Some(name) if depth(name) <= 2 => {
                let end = name.iter().rposition(|byte| *byte == b'/').map_or(0, |at| at + 1);
                name.get(..end).unwrap_or_default().to_vec()
            }
            _ => Vec::new(),
        };
    }

    /// True when the entry points lie at the top.
    pub(super) fn has_plain_base(&self) -> bool {
        self.base.is_empty()
    }

    /// A name below the base folder.
    pub(super) fn at(&self, name: &str) -> Vec<u8> {
        let mut whole = self.base.clone();
        whole.extend_from_slice(name.as_bytes());
        ImagePath::new(whole).as_bytes().to_vec()
    }

    pub(super) fn has(&self, name: &[u8]) -> bool {
        self.files.contains_key(name)
    }

    pub(super) fn is_empty(&self) -> bool {
        self.files.is_empty()
    }

    /// Every name below the base folder, without it, in order.
    pub(super) fn names(&self) -> impl Iterator<Item = &[u8]> {
        self.files.keys().filter_map(|name| name.strip_prefix(self.base.as_slice()))
    }

    /// The file behind a name and any links.
    fn resolve(&self, name: &[u8]) -> Result<(&[u8], &File), Error> {
        let missing = || Error::Missing { name: shown(name) };
        let mut at = name;
        for _ in 0..=self.max_links {
            let (key, file) = self.files.get_key_value(at).ok_or_else(missing)?;
            match &file.content {
                Content::Here { .. } => return Ok((key, file)),
                Content::Link(target) => at = target,
            }
        }
        Err(Error::TooDeep { name: shown(name), limit: self.max_links })
    }

    /// The name behind links.
    pub(super) fn real_name(&self, name: &[u8]) -> Result<Vec<u8>, Error> {
        self.resolve(name).map(|(name, _)| name.to_vec())
    }

    /// Length of a file, links followed.
    pub(super) fn len(&self, name: &[u8]) -> Option<u64> {
        match self.resolve(name).ok()?.1.content {
            Content::Here { len, .. } => Some(len),
            Content::Link(_) => None,
        }
    }

    /// Where the input ends.
    fn end(&self) -> u64 {
        self.whole.unwrap_or(u64::MAX)
    }

    /// Where a file lies, as far as it is there, links followed; none when it is not there.
    pub(super) fn location(&self, name: &[u8]) -> Option<Location> {
        let (key, file) = self.resolve(name).ok()?;
        let Content::Here { offset, len } = file.content else { return None };
        if self.streamed {
            return Some(Location::Streamed { name: text(key) });
        }
        let len = len.min(self.end().saturating_sub(offset));
        Some(Location::Range { file: file.original.clone(), offset, len })
    }

    /// The bytes of a document. None: not read yet, it is on the list of what is wanted now.
    pub(super) fn document(&mut self, name: &[u8]) -> Result<Option<Arc<[u8]>>, Error> {
        let (key, file) = self.resolve(name)?;
        let key = key.to_vec();
        if let Some(document) = self.documents.get(&key) {
            return document.clone().map(Some);
        }
        let Content::Here { offset, len } = file.content else { return Err(Error::Missing { name: shown(name) }) };
        if let Some(missing) = offset.saturating_add(len).checked_sub(self.end()).filter(|missing| *missing > 0) {
            return Err(Error::TarTruncated { name: shown(name), missing });
        }
        if len > self.max_document {
            return Err(Error::DocumentTooLong { name: shown(name), size: len, limit: self.max_document });
        }
        if self.streamed {
            return Err(Error::Json { name: shown(name), why: "not a json document".to_owned() });
        }
        if len == 0 {
            return Ok(Some(Arc::from(Vec::new())));
        }
        self.wanted.insert(key);
        Ok(None)
    }

    /// Bytes that were kept of a file.
    pub(super) fn kept(&self, name: &[u8]) -> Option<&[u8]> {
        let (key, _) = self.resolve(name).ok()?;
        self.documents.get(key)?.as_deref().ok()
    }

    /// What is wanted next: its name, and where it lies.
    pub(super) fn next_wanted(&self) -> Option<(Vec<u8>, Location)> {
        let name = self.wanted.first()?;
        Some((name.clone(), self.location(name)?))
    }

    /// The whole archive as one layer, when its files are those of a system and not of an image archive.
    pub(super) fn root_file_system(&self) -> Option<Location> {
        const FOLDERS: [&[u8]; 12] =
            [b"bin", b"boot", b"dev", b"etc", b"home", b"lib", b"opt", b"proc", b"root", b"sbin", b"usr", b"var"];
        let systems = FOLDERS.iter().filter(|folder| self.top.contains(**folder)).count();
        let location = Location::Range { file: None, offset: 0, len: self.whole? };
        (systems >= 3).then_some(location)
    }

    /// The name under which a blob is kept, in any of the ways that tools use.
    pub(super) fn blob_name(&self, digest: &Digest) -> Option<Vec<u8>> {
        let (algorithm, hex) = (digest.algorithm().name(), digest.hex());
        let spellings = [
            format!("blobs/{algorithm}/{hex}"),
            hex.clone(),
            format!("{algorithm}:{hex}"),
            format!("{hex}.json"),
            format!("{hex}.tar"),
            format!("{hex}.tar.gz"),
            format!("{hex}.manifest.json"),
        ];
        spellings.iter().map(|name| self.at(name)).find(|name| self.resolve(name).is_ok())
    }
}

/// A name as text.
pub(super) fn text(name: &[u8]) -> String {
    String::from_utf8_lossy(name).into_owned()
}

/// The digest that a blob's name states: `blobs/sha256/HEX`, `HEX.tar`, `HEX.tar.gz`, `sha256:HEX`, `HEX.json`.
pub(super) fn digest_of_name(name: &[u8]) -> Option<Digest> {
    let name = std::str::from_utf8(name).ok()?;
    let (folder, file) = name.rsplit_once('/').unwrap_or(("", name));
    if let Some(algorithm) = folder.strip_prefix("blobs/").or_else(|| folder.rsplit_once("/blobs/").map(|(_, name)| name)) {
        return Digest::parse(&format!("{algorithm}:{file}")).ok();
    }
    if file.contains(':') {
        return Digest::parse(file).ok();
    }
    let stem = [".tar.gz", ".tgz", ".tar", ".json"].iter().find_map(|end| file.strip_suffix(end)).unwrap_or(file);
    Digest::from_sha256_hex(stem)
}

/// True for names that image archives have and root file systems hardly do.
pub(super) fn belongs_to_images(name: &[u8]) -> bool {
    let name = ImagePath::new(name);
    let depth = name.as_bytes().iter().filter(|byte| **byte == b'/').count();
    let entry_point = matches!(name.name(), b"manifest.json" | b"index.json" | b"repositories" | b"oci-layout");
    (entry_point && depth <= 1) || name.name() == b"layer.tar" || digest_of_name(name.as_bytes()).is_some()
}
