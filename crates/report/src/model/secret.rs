//! Secrets and things that should not be in an image. Values never get here: they are masked where they are found.

use serde::{Deserialize, Serialize};

use super::{Origin, Severity};

/// One secret, masked.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[cfg_attr(feature = "ts", derive(tsify::Tsify), tsify(missing_as_null, hashmap_as_object))]
#[serde(rename_all = "camelCase")]
pub struct Secret {
    /// Rule id, `aws-access-key-id`.
    pub rule: String,
    /// What it is, in words.
    pub title: String,
    /// How bad it is.
    pub severity: Severity,
    /// Where it is: `file`, `env`, `label`, `history`, `annotation`.
    pub place: String,
    /// Path in the image, or the name of the variable or label.
    pub path: String,
    /// Path inside an archive in the image (`app.jar!/config.properties` holds `config.properties`).
    pub inner_path: Option<String>,
    /// Line, from 1, for text.
    pub line: Option<u32>,
    /// Masked sample: a public prefix at most (`AKIA…`), never the value.
    pub masked: String,
    /// Stable id for allow-lists, 16 hex digits, from which the value cannot be had.
    pub fingerprint: String,
    /// Layer that brought it; none for the configuration's.
    pub layer: Option<u32>,
    /// Base image or the image's own.
    pub origin: Origin,
    /// False when a later layer deletes or replaces the file: it can still be pulled out of its layer.
    pub visible: bool,
    /// Layer that deletes or replaces it.
    pub removed_in: Option<u32>,
    /// Why it is thought to be harmless (documentation example, test key, owned by a package), when it is.
    pub harmless: Option<String>,
    /// The allow-list rule that silenced it.
    pub allowed_by: Option<String>,
}
