//! Python packages: installed ones by their metadata folders, declared ones by the lock files of pip, Pipenv, Poetry,
//! PDM and uv.
//!
//! Follows PyPA's "Recording installed projects" (`*.dist-info` with `METADATA` and `RECORD`) and "Core metadata", and
//! setuptools' older `*.egg-info` (a file, or a folder with `PKG-INFO`) and `*.egg` folders. Requirement files count
//! only where they pin a version. [`PackageFact::key`](crate::facts::PackageFact::key) is the metadata folder.
//!
//! Knows no other ecosystem. Proof: this folder's tests, `tests/suite/packages_lang.rs` against `pip list`.

mod lock;
mod metadata;
mod owned;
mod requirements;

use porthole_oci::layer::{Entry, ImagePath};

use super::language::{MAX_FILE, file_name, folder, is_below};
use super::{Cataloger, Interest};
use crate::facts::Parsed;

/// The cataloger.
pub struct Python;

/// What a file is to Python.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Role {
    Metadata,
    Record,
    InstalledFiles,
    TopLevel,
    Requirements,
    PipfileLock,
    /// Poetry's, PDM's, uv's: `[[package]]` tables.
    PackageTables,
    Pylock,
}

fn role(path: &[u8]) -> Option<Role> {
    let name = file_name(path);
    match name {
        b"METADATA" => folder(path).ends_with(b".dist-info").then_some(Role::Metadata),
        b"RECORD" => folder(path).ends_with(b".dist-info").then_some(Role::Record),
        b"PKG-INFO" => {
            (folder(path).ends_with(b".egg-info") || folder(path).ends_with(b".egg/EGG-INFO")).then_some(Role::Metadata)
        }
        b"installed-files.txt" => folder(path).ends_with(b".egg-info").then_some(Role::InstalledFiles),
        b"top_level.txt" => folder(path).ends_with(b".egg-info").then_some(Role::TopLevel),
        b"Pipfile.lock" => Some(Role::PipfileLock),
        b"poetry.lock" | b"pdm.lock" | b"uv.lock" => Some(Role::PackageTables),
        b"pylock.toml" => Some(Role::Pylock),
        _ if name.ends_with(b".egg-info") => Some(Role::Metadata),
        _ if name.ends_with(b".txt") => {
            let by_name = name.starts_with(b"requirements") || name.ends_with(b"requirements.txt");
            let by_folder = file_name(folder(path)) == b"requirements";
            // Packages ship the requirements of their own tests and documents.
            let inside_package = is_below(path, b"site-packages") || is_below(path, b"dist-packages");
            ((by_name || by_folder) && !inside_package).then_some(Role::Requirements)
        }
        _ if name.starts_with(b"pylock.") && name.ends_with(b".toml") => Some(Role::Pylock),
        _ => None,
    }
}

impl Cataloger for Python {
    fn id(&self) -> &'static str {
        "python"
    }

    fn interest(&self, entry: &Entry) -> Interest {
        role(entry.path.as_bytes()).map_or(Interest::Skip, |_| Interest::Whole { max: MAX_FILE })
    }

    fn parse(&self, path: &ImagePath, bytes: &[u8]) -> Parsed {
        let path = path.as_bytes();
        match role(path) {
            None => Parsed::default(),
            Some(Role::Metadata) => metadata::parse(path, bytes),
            Some(Role::Record) => owned::record(path, bytes),
            Some(Role::InstalledFiles) => owned::installed_files(path, bytes),
            Some(Role::TopLevel) => owned::top_level(path, bytes),
            Some(Role::Requirements) => requirements::parse(bytes),
            Some(Role::PipfileLock) => lock::pipfile(bytes),
            Some(Role::PackageTables) => lock::tables(bytes, "package"),
            Some(Role::Pylock) => lock::tables(bytes, "packages"),
        }
    }
}

#[cfg(test)]
mod tests;
