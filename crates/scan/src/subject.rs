//! What the outside of an image says: the archive's or the registry's half of a report, before any layer is read.

use std::collections::BTreeMap;

use porthole_report::{Gap, HistoryEntry, ImageConfig, Integrity, Platform};

/// One image as its archive, folder or registry describes it. Nothing here comes from inside a layer.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Subject {
    /// What the person gave: a file name or a reference.
    pub source: String,
    /// `docker-archive`, `oci-archive`, `oci-layout`, `registry`, …
    pub kind: String,
    /// References that the archive gives the image.
    pub names: Vec<String>,
    /// Platform.
    pub platform: Platform,
    /// Digest of the manifest, where there is one.
    pub manifest_digest: Option<String>,
    /// Digest of the configuration.
    pub config_digest: Option<String>,
    /// RFC 3339 creation time, as the configuration states it.
    pub created: Option<String>,
    /// Author, as the configuration states it.
    pub author: Option<String>,
    /// Execution parameters, unmasked.
    pub config: ImageConfig,
    /// History, oldest first, unmasked; `layer` is filled in by the analysis.
    pub history: Vec<HistoryEntry>,
    /// Manifest annotations.
    pub annotations: BTreeMap<String, String>,
    /// Layers, lowest first.
    pub layers: Vec<SubjectLayer>,
    /// Digests of documents that were compared already (manifest, config).
    pub integrity: Vec<Integrity>,
    /// What the archive lacks or what is wrong with it.
    pub gaps: Vec<Gap>,
}

/// One layer as the manifest and the configuration name it.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct SubjectLayer {
    /// Digest of the blob, as the manifest states it.
    pub digest: Option<String>,
    /// Digest of the uncompressed tar, as the configuration states it.
    pub diff_id: Option<String>,
    /// Media type, as the manifest states it.
    pub media_type: Option<String>,
    /// Bytes of the blob, as the manifest states or the archive has them.
    pub size: u64,
}
