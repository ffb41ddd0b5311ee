//! Layers as the report lists them.

use serde::{Deserialize, Serialize};

use super::Origin;

/// One layer of the image.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[cfg_attr(feature = "ts", derive(tsify::Tsify), tsify(missing_as_null, hashmap_as_object))]
#[serde(rename_all = "camelCase")]
pub struct Layer {
    /// Position, 0 is the lowest.
    pub index: u32,
    /// Digest of the blob as stored, where a manifest states or the scan computed it.
    pub digest: Option<String>,
    /// Digest of the uncompressed tar as the configuration states it (else as computed).
    pub diff_id: Option<String>,
    /// Media type as the manifest states it.
    pub media_type: Option<String>,
    /// What the bytes are: `none`, `gzip`, `zstd`; empty when the layer was not read.
    pub compression: String,
    /// Bytes as stored.
    pub stored_size: u64,
    /// Bytes of the uncompressed tar.
    pub uncompressed_size: u64,
    /// The history command that made it, secrets masked.
    pub created_by: Option<String>,
    /// RFC 3339 time from the history.
    pub created: Option<String>,
    /// Base image or the image's own.
    pub origin: Origin,
    /// Whether the blob's digest was verified.
    pub digest_state: Verification,
    /// Whether the diff_id was verified.
    pub diff_id_state: Verification,
    /// Paths that no lower layer had.
    pub added: Change,
    /// Paths that a lower layer had and this one replaces.
    pub changed: Change,
    /// Paths of lower layers that this one removes; bytes are those of the removed files.
    pub removed: Change,
}

/// How many paths a layer touched in one way.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[cfg_attr(feature = "ts", derive(tsify::Tsify), tsify(missing_as_null, hashmap_as_object))]
#[serde(rename_all = "camelCase")]
pub struct Change {
    /// Number of paths.
    pub count: u64,
    /// Bytes of file content.
    pub bytes: u64,
}

/// State of one claim about a digest.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[cfg_attr(feature = "ts", derive(tsify::Tsify), tsify(missing_as_null, hashmap_as_object))]
#[serde(rename_all = "camelCase", tag = "state")]
pub enum Verification {
    /// Computed and equal.
    Verified,
    /// Computed and different.
    Mismatch {
        /// What the image states.
        expected: String,
        /// What the bytes give.
        actual: String,
    },
    /// Not computed yet.
    Pending,
    /// Nothing to compare: no digest is stated.
    Unstated,
    /// The bytes are not there or were not read to the end.
    Unread,
}
