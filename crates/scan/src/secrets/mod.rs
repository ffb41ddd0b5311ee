//! Secrets, and files that should not be in an image.
//!
//! A [`FileScan`] eats one file in pieces. Text goes through the fast pass of `index.rs`; whatever it points at is proven by
//! `matcher.rs`; a value is masked (`masking.rs`) before anything else sees it. In binary files only private keys are
//! looked for. Must not know: other files, layers, the image. Any chopping of the bytes gives the same facts: a match is
//! judged by a fixed number of bytes around its anchor. Proof: `tests.rs` (a sample and near misses for every rule, chunk
//! edges), `tests/suite/secrets.rs` (planted and stock images).

mod alphabet;
mod archive;
mod checksum;
mod config;
mod file_kinds;
mod index;
mod masking;
mod matcher;
mod names;
mod path_class;
mod pem;
mod placeholder;
mod rule;
mod rules;
mod shapes;
mod stream;
#[cfg(test)]
mod tests;

pub use archive::{ArchiveFindings, ArchiveScan};
pub use config::{TextSecret, mask_env, mask_pair, mask_text, scan_text};
pub use stream::{FileScan, Findings};

use porthole_oci::layer::{Entry, EntryKind};

/// Looks for secrets in files.
#[derive(Debug, Clone, Copy, Default)]
pub struct SecretScanner;

impl SecretScanner {
    /// A scan of this entry's content; none for anything but regular files with content.
    pub fn begin(entry: &Entry) -> Option<FileScan> {
        (entry.kind == EntryKind::File && entry.size > 0).then(|| FileScan::new(entry.path.as_bytes(), entry.size, None))
    }

    /// A scan of what lies inside this entry, beside [`Self::begin`]; none when its name does not say that it is an
    /// archive. At most `budget` bytes are unpacked.
    pub fn begin_archive(entry: &Entry, budget: u64) -> Option<ArchiveScan> {
        (entry.kind == EntryKind::File && entry.size > 0).then(|| ArchiveScan::new(entry, budget)).flatten()
    }
}

/// Number of token formats and file kinds that are known.
pub fn rule_count() -> usize {
    rules::COUNT + file_kinds::COUNT
}

/// Ids and titles of everything that is looked for, for the page that lists them.
pub fn catalogue() -> impl Iterator<Item = (&'static str, &'static str)> {
    (0..rules::COUNT).map(rules::at).map(|rule| (rule.id, rule.title)).chain(file_kinds::catalogue())
}
