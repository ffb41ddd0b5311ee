//! Caps on what an image may cost. Every one of them ends in an [`crate::ErrorFamily::OverBudget`] error or a warning.

/// What one image may cost. [`Default`] suits a browser tab: memory stays bounded whatever the input says.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Limits {
    /// Entries in one tar, extended headers counted too.
    pub max_entries: u64,
    /// Bytes of one path or link target; an entry with a longer one is left out with a warning.
    pub max_path_len: usize,
    /// Bytes of one PAX extended header; longer ones end the tar.
    pub max_pax_len: u64,
    /// Segments in the map of one sparse file; files with more are listed, their content is not read.
    pub max_sparse_segments: usize,
    /// Bytes that one sparse file may unpack to; content of longer ones is not read.
    pub max_sparse_size: u64,
    /// Bytes of one JSON document (index, manifest, config, `manifest.json`).
    pub max_metadata_file: u64,
    /// Bytes of one document of a stream that is kept, since it cannot be read again: signatures and SBOMs too.
    pub max_kept_file: u64,
    /// Bytes of all documents of one archive together.
    pub max_metadata_total: u64,
    /// Uncompressed bytes for one compressed byte, once [`Self::expansion_floor`] is passed.
    pub max_expansion_ratio: u64,
    /// Uncompressed bytes that are always allowed, whatever their compressed size.
    pub expansion_floor: u64,
    /// Bytes of window that a zstd frame may ask for.
    pub max_zstd_window: u64,
    /// Depth of nested indexes and of links between entries of an archive.
    pub max_nesting: u32,
    /// Manifests in one archive.
    pub max_manifests: usize,
    /// Layers in one image.
    pub max_layers: usize,
    /// Files of one streamed archive that are handed on, since each may be a layer.
    pub max_blobs: usize,
    /// Warnings kept of one tar; further ones are counted.
    pub max_warnings: usize,
    /// Bytes of the decoders' reused output buffer.
    pub output_buffer: usize,
}

impl Default for Limits {
    fn default() -> Self {
        Self {
            max_entries: 4_000_000,
            max_path_len: 32 * 1024,
            max_pax_len: 4 << 20,
            max_sparse_segments: 64 * 1024,
            max_sparse_size: 256 << 20,
            max_metadata_file: 4 << 20,
            max_kept_file: 32 << 20,
            max_metadata_total: 64 << 20,
            // The format's own bound is 1032 for gzip, so only zstd can trip it.
            max_expansion_ratio: 1100,
            expansion_floor: 4 << 30,
            // What the zstd tool itself decodes without being told otherwise.
            max_zstd_window: 128 << 20,
            max_nesting: 16,
            max_manifests: 4096,
            max_layers: 1024,
            max_blobs: 16 * 1024,
            max_warnings: 100,
            output_buffer: 128 * 1024,
        }
    }
}
