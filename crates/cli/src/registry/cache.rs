//! Facts kept in a folder, by the digest of the layer that they are of: a base layer that was seen once is never fetched again.
//!
//! Only layers whose bytes matched their digest are kept. A file is written beside its place and then moved there, so that
//! several scans may share the folder; one that cannot be read is as good as none. The folder is kept below [`LARGEST`] by
//! taking away what was written longest ago.

use std::fs;
use std::path::{Path, PathBuf};
use std::time::SystemTime;

use porthole_scan::oci::Digest;
use porthole_scan::{FACTS_VERSION, LayerFacts};

/// Bytes of facts that are kept.
const LARGEST: u64 = 2 << 30;

/// A folder that its owner alone may look into, where systems know such a thing: some files of an image are kept whole.
fn make(folder: &Path) -> std::io::Result<()> {
    let mut builder = fs::DirBuilder::new();
    #[cfg(unix)]
    std::os::unix::fs::DirBuilderExt::mode(&mut builder, 0o700);
    builder.recursive(true).create(folder)
}

/// A folder of facts.
pub(super) struct Cache {
    folder: PathBuf,
}

impl Cache {
    /// Facts of this version of the program, in a folder that is made where there is none.
    pub(super) fn open(folder: &Path) -> Result<Self, String> {
        let folder = folder.join(concat!("facts-", env!("CARGO_PKG_VERSION")));
        make(&folder).map_err(|error| format!("{}: {error}", folder.display()))?;
        Ok(Self { folder })
    }

    /// What the layer says, if that is known.
    pub(super) fn get(&self, digest: &Digest) -> Option<LayerFacts> {
        let facts = LayerFacts::from_bytes(&fs::read(self.file(digest)).ok()?).ok()?;
        (facts.complete && (facts.digest.is_empty() || facts.digest == digest.to_string())).then_some(facts)
    }

    /// Keeps what the layer says. That it could not be kept is no reason to fail.
    pub(super) fn put(&self, digest: &Digest, facts: &LayerFacts) {
        let file = self.file(digest);
        let beside = file.with_extension(format!("{}.part", std::process::id()));
        if facts.complete && fs::write(&beside, facts.to_bytes()).is_ok() && fs::rename(&beside, &file).is_err() {
            let _ = fs::remove_file(&beside);
        }
        self.tidy();
    }

    fn file(&self, digest: &Digest) -> PathBuf {
        self.folder.join(format!("{}.{FACTS_VERSION}", digest.to_string().replace(':', "-")))
    }

    fn tidy(&self) {
        let Ok(entries) = fs::read_dir(&self.folder) else { return };
        let mut files: Vec<(SystemTime, u64, PathBuf)> = entries
            .flatten()
            .filter_map(|entry| {
                let meta = entry.metadata().ok()?;
                Some((meta.modified().ok()?, meta.len(), entry.path()))
            })
            .collect();
        files.sort();
        let mut total: u64 = files.iter().map(|(_, len, _)| len).sum();
        for (_, len, path) in files {
            if total <= LARGEST {
                return;
            }
            if fs::remove_file(path).is_ok() {
                total -= len;
            }
        }
    }
}
