//! Every cap by its name: what it is, what it stands at, and how a person sets it (`porthole scan --limit NAME=VALUE`).
//!
//! Follows the fields of [`porthole_oci::Limits`] and [`ScanLimits`], which say what each is for. Must not know: who asks.
//! Proof: `tests/suite/limits.rs`, which holds `LIMITS.md` to this list.

use porthole_oci::Limits;

use crate::layer::LayerOptions;
use crate::limits::ScanLimits;

/// One cap.
#[derive(Debug, Clone, Copy)]
pub struct NamedLimit {
    /// Kebab-case name.
    pub name: &'static str,
    /// What it caps, in one line.
    pub what: &'static str,
    get: fn(&Limits, &ScanLimits) -> u64,
    set: fn(&mut Limits, &mut ScanLimits, u64),
}

impl NamedLimit {
    /// What it stands at.
    pub fn get(&self, options: &LayerOptions) -> u64 {
        (self.get)(&options.limits, &options.scan_limits)
    }

    /// Sets it; a value over what the machine can count is the largest that it can.
    pub fn set(&self, options: &mut LayerOptions, value: u64) {
        (self.set)(&mut options.limits, &mut options.scan_limits, value);
    }

    /// The cap of this name.
    pub fn find(name: &str) -> Option<&'static Self> {
        ALL.iter().find(|limit| limit.name == name)
    }
}

macro_rules! limit {
    ($name:literal, oci.$field:ident, $what:literal) => {
        NamedLimit {
            name: $name,
            what: $what,
            get: |oci, _| u64::try_from(oci.$field).unwrap_or(u64::MAX),
            set: |oci, _, value| oci.$field = value.try_into().unwrap_or_else(|_| most(oci.$field)),
        }
    };
    ($name:literal, scan.$field:ident, $what:literal) => {
        NamedLimit {
            name: $name,
            what: $what,
            get: |_, scan| u64::try_from(scan.$field).unwrap_or(u64::MAX),
            set: |_, scan, value| scan.$field = value.try_into().unwrap_or_else(|_| most(scan.$field)),
        }
    };
}

/// Types that count, and the most that they can count to.
trait Most {
    const MOST: Self;
}

impl Most for u32 {
    const MOST: Self = Self::MAX;
}

impl Most for u64 {
    const MOST: Self = Self::MAX;
}

impl Most for usize {
    const MOST: Self = Self::MAX;
}

fn most<T: Most>(_: T) -> T {
    T::MOST
}

/// Every cap, by name.
pub const ALL: &[NamedLimit] = &[
    limit!("entries", oci.max_entries, "entries in one tar, extended headers counted too"),
    limit!("expansion-floor", oci.expansion_floor, "bytes that may always come out of compressed data"),
    limit!("expansion-ratio", oci.max_expansion_ratio, "bytes out of one compressed byte, beyond that floor"),
    limit!("facts", scan.max_facts, "bytes of packages, secrets, kept files and gaps of all layers together, in memory"),
    limit!("files-in-a-stream", oci.max_blobs, "files of one streamed archive that may be layers"),
    limit!("gaps", scan.max_gaps_per_layer, "gaps listed for one layer"),
    limit!("images", oci.max_manifests, "images or manifests in one archive"),
    limit!("kept-file", oci.max_kept_file, "bytes of one document that is kept from a stream"),
    limit!("kept-files", scan.max_captured, "bytes of configuration files kept from one layer"),
    limit!("layers", oci.max_layers, "layers in one image"),
    limit!("link-steps", scan.max_link_steps, "steps of following symbolic links, all links together"),
    limit!("list", scan.max_listed, "bytes that the list of one layer's entries takes"),
    limit!("metadata-file", oci.max_metadata_file, "bytes of one manifest, index or configuration"),
    limit!("metadata-total", oci.max_metadata_total, "bytes of all such documents of one archive"),
    limit!("names", scan.max_names, "bytes of names and link targets of all layers together"),
    limit!("nesting", oci.max_nesting, "depth of indexes in indexes, and of links in an archive"),
    limit!("output-buffer", oci.output_buffer, "bytes of the decoders' buffer"),
    limit!("packages", scan.max_packages_per_layer, "packages taken from one layer"),
    limit!("path", oci.max_path_len, "bytes of one path or link target"),
    limit!("paths", scan.max_paths, "paths of all layers together"),
    limit!("pax-header", oci.max_pax_len, "bytes of one PAX extended header"),
    limit!("secrets", scan.max_secrets_per_layer, "secrets taken from one layer"),
    limit!("sparse-segments", oci.max_sparse_segments, "segments in the map of one sparse file"),
    limit!("sparse-size", oci.max_sparse_size, "bytes that one sparse file may unpack to"),
    limit!("warnings", oci.max_warnings, "warnings kept of one tar"),
    limit!("whole-file", scan.max_whole_file, "bytes of one file that is held whole for a cataloger"),
    limit!("zstd-window", oci.max_zstd_window, "bytes of window that a zstd frame may ask for"),
];
