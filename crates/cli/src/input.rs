//! Inputs on this machine: a file that can seek, a folder, a stream.

use std::fs::File;
use std::io::{self, Read, Seek, SeekFrom};
use std::path::{Path, PathBuf};

use porthole_scan::oci::Reference;
use porthole_scan::oci::archive::{InputKind, SNIFF_LEN, sniff};

use crate::registry;

/// Where an image's bytes come from.
pub(crate) enum Input {
    /// A file read by ranges.
    File {
        /// Its path.
        path: PathBuf,
        /// Length, bytes.
        len: u64,
    },
    /// A folder with an OCI layout.
    Folder {
        /// Its path.
        path: PathBuf,
        /// Files below it, relative, with their lengths.
        files: Vec<(String, u64)>,
    },
    /// Bytes that come once, in order: standard input, or a compressed archive.
    Stream {
        /// The bytes.
        reader: Box<dyn Read + Send>,
        /// Their number, where it is known.
        len: Option<u64>,
    },
    /// A JSON document or another text: an SBOM.
    Document(Vec<u8>),
    /// An image in a registry.
    Registry(Reference),
}

/// Largest SBOM read, bytes.
const MAX_DOCUMENT: u64 = 256 << 20;

/// Files looked at in a folder before it is taken for something else than a layout.
const MAX_FILES: usize = 1_000_000;

/// Opens what the person named; `-` is standard input.
pub(crate) fn open(path: &Path) -> Result<Input, String> {
    let failed = |error: io::Error| format!("{}: {error}{}", path.display(), hint(path, &error));
    if let Some(reference) = registry::reference(path) {
        return reference.map(Input::Registry);
    }
    if path == Path::new("-") {
        return Ok(Input::Stream { reader: Box::new(io::stdin()), len: None });
    }
    let meta = std::fs::metadata(path).map_err(failed)?;
    if meta.is_dir() {
        return Ok(Input::Folder { path: path.to_owned(), files: list(path).map_err(failed)? });
    }
    let mut file = File::open(path).map_err(failed)?;
    if !meta.is_file() {
        return Ok(Input::Stream { reader: Box::new(file), len: None });
    }
    let mut head = Vec::new();
    file.by_ref().take(SNIFF_LEN as u64).read_to_end(&mut head).map_err(failed)?;
    match sniff(&head) {
        InputKind::Tar => Ok(Input::File { path: path.to_owned(), len: meta.len() }),
        InputKind::Gzip | InputKind::Zstd => {
            file.seek(SeekFrom::Start(0)).map_err(failed)?;
            Ok(Input::Stream { reader: Box::new(file), len: Some(meta.len()) })
        }
        InputKind::Json if meta.len() <= MAX_DOCUMENT => Ok(Input::Document(std::fs::read(path).map_err(failed)?)),
        InputKind::Json => {
            Err(format!("{}: a JSON document of {} bytes, the limit is {MAX_DOCUMENT}", path.display(), meta.len()))
        }
        // SPDX's tag-value form is plain text.
        InputKind::Other(_) if head.starts_with(b"SPDXVersion:") && meta.len() <= MAX_DOCUMENT => {
            Ok(Input::Document(std::fs::read(path).map_err(failed)?))
        }
        InputKind::Other(why) => Err(format!("{}: {why}", path.display())),
    }
}

/// People who name an image where a file is wanted are told how.
fn hint(path: &Path, error: &io::Error) -> String {
    let named = path.to_str().filter(|text| !text.contains(['\\', ' ']) && !text.starts_with(['/', '.', '~']));
    let named = named.filter(|text| !text.ends_with(".tar") && !text.ends_with(".json"));
    let image = named.and_then(|text| {
        let reference = Reference::parse(text).ok()?;
        Some(if text.contains("://") { reference.familiar() } else { text.to_owned() })
    });
    match image {
        Some(image) if error.kind() == io::ErrorKind::NotFound => format!("; an image in a registry is docker://{image}"),
        _ => String::new(),
    }
}

/// Regular files below a folder, relative, with `/`, sorted.
fn list(root: &Path) -> io::Result<Vec<(String, u64)>> {
    let mut files = Vec::new();
    let mut folders = vec![(root.to_owned(), String::new())];
    while let Some((folder, prefix)) = folders.pop() {
        for entry in std::fs::read_dir(folder)? {
            let entry = entry?;
            let name = format!("{prefix}{}", entry.file_name().to_string_lossy());
            // Links are followed to files only: `skopeo` and `umoci` write none, but people link big blobs.
            let meta = std::fs::metadata(entry.path());
            match meta {
                Ok(meta) if meta.is_file() => files.push((name, meta.len())),
                Ok(meta) if meta.is_dir() && !entry.file_type()?.is_symlink() => folders.push((entry.path(), format!("{name}/"))),
                _ => {}
            }
            if files.len() > MAX_FILES {
                return Err(io::Error::other("too many files for an OCI layout"));
            }
        }
    }
    files.sort();
    Ok(files)
}

/// Reads a range of a file, or of a file in a folder.
pub(crate) struct Ranges<'a> {
    root: &'a Path,
    open: Option<(Option<String>, File)>,
}

impl<'a> Ranges<'a> {
    /// Ranges of this archive or folder.
    pub(crate) fn new(root: &'a Path) -> Self {
        Self { root, open: None }
    }

    /// A reader at an offset, for `len` bytes; it ends early where the file does.
    pub(crate) fn at(&mut self, file: Option<&str>, offset: u64, len: u64) -> io::Result<impl Read + '_> {
        if self.open.as_ref().is_none_or(|(name, _)| name.as_deref() != file) {
            let path = file.map_or_else(|| self.root.to_owned(), |name| self.root.join(name));
            self.open = Some((file.map(str::to_owned), File::open(path)?));
        }
        let Some((_, open)) = &mut self.open else { return Err(io::Error::other("no file is open")) };
        open.seek(SeekFrom::Start(offset))?;
        Ok(open.take(len))
    }
}
