//! What the fuzzer runs: a function for each kind of foreign bytes, with a law that holds whatever they say.
//!
//! They live here and not in `tests/fuzz`, so that the suite can hand every kept input to every one of them without a fuzzer
//! (`tests/suite/fuzzed.rs`). A broken law or any panic is a finding. Must not know: libFuzzer.

mod advisories;
mod archives;
mod differential;
mod images;
mod layers;
mod names;
pub mod packages;
pub mod reports;
pub mod signatures;

use porthole_oci::Limits;

/// One target: its name, and what takes the bytes.
pub type Target = (&'static str, fn(&[u8]));

/// Every target, by name.
pub const ALL: &[Target] = &[
    ("archive", archives::archive),
    ("archive_stream", archives::stream),
    ("attached", signatures::attached),
    ("bundle", signatures::bundle),
    ("codec", layers::codec),
    ("documents", archives::documents),
    ("download", archives::download),
    ("executable", packages::executable),
    ("exports", reports::exports),
    ("facts", images::facts),
    ("image", images::image),
    ("inflate", layers::inflate),
    ("jar", packages::jar),
    ("layer", layers::layer),
    ("os_packages", packages::of_systems),
    ("lang_packages", packages::of_languages),
    ("lock_files", packages::lock_files),
    ("osv", advisories::osv),
    ("policy", reports::policy),
    ("references", names::references),
    ("registry", archives::registry),
    ("report", reports::report),
    ("rpm", packages::rpm),
    ("sbom", packages::sbom),
    ("secrets", packages::secrets),
    ("shard", advisories::shard),
    ("tar", layers::tar),
    ("tar_differs", differential::tar),
    ("trust", signatures::trust),
    ("versions", names::versions),
    ("vex", advisories::vex),
    ("zstd", layers::zstd),
];

/// Runs the target of this name.
///
/// # Panics
/// When there is none, or when it finds something.
pub fn run(name: &str, bytes: &[u8]) {
    let (_, target) = ALL.iter().find(|(known, _)| *known == name).expect("a target of this name");
    target(bytes);
}

/// Small caps: what is over them must be refused, and a run must stay quick.
fn limits() -> Limits {
    Limits {
        max_entries: 2_000,
        max_pax_len: 64 << 10,
        max_sparse_segments: 1_000,
        max_sparse_size: 1 << 20,
        max_metadata_file: 256 << 10,
        max_kept_file: 256 << 10,
        max_metadata_total: 1 << 20,
        expansion_floor: 4 << 20,
        max_zstd_window: 8 << 20,
        max_manifests: 64,
        max_layers: 64,
        ..Limits::default()
    }
}

/// A size of pieces that the input itself chooses, so that every finding can be had again.
fn step(bytes: &[u8]) -> usize {
    1 + bytes.iter().fold(bytes.len(), |sum, byte| sum.wrapping_mul(31) ^ usize::from(*byte)) % 700
}

/// The part before the first byte of this value, and the part behind it.
fn split(bytes: &[u8], at: u8) -> (&[u8], &[u8]) {
    let mut parts = bytes.splitn(2, |byte| *byte == at);
    (parts.next().unwrap_or_default(), parts.next().unwrap_or_default())
}
