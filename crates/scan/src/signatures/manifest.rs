//! The manifests that refer to an image, as far as signatures need them.
//!
//! image-spec `manifest.md`, `image-index.md`. Lenient: a missing list is an empty one, because signing tools write both.

use std::collections::BTreeMap;

use porthole_oci::Digest;
use serde::Deserialize;

use super::refusal::Refusal;

/// A manifest or an index, whichever it is.
#[derive(Debug, Default, Deserialize)]
#[serde(rename_all = "camelCase", default)]
pub(super) struct Manifest {
    pub(super) media_type: Option<String>,
    pub(super) artifact_type: Option<String>,
    pub(super) config: Option<Descriptor>,
    pub(super) layers: Option<Vec<Descriptor>>,
    pub(super) manifests: Option<Vec<Descriptor>>,
    pub(super) subject: Option<Descriptor>,
    pub(super) annotations: Option<BTreeMap<String, String>>,
}

/// A descriptor.
#[derive(Debug, Clone, Default, Deserialize)]
#[serde(rename_all = "camelCase", default)]
pub(super) struct Descriptor {
    pub(super) media_type: String,
    pub(super) digest: String,
    pub(super) size: u64,
    pub(super) artifact_type: Option<String>,
    pub(super) annotations: Option<BTreeMap<String, String>>,
}

impl Manifest {
    /// Reads the JSON.
    pub(super) fn parse(json: &[u8]) -> Result<Self, Refusal> {
        serde_json::from_slice(json).map_err(|error| Refusal::malformed("the manifest", error.to_string()))
    }

    /// Its artifact type, or that of its config (image-spec `manifest.md`, "Guidelines for Artifact Usage").
    pub(super) fn artifact(&self) -> &str {
        let config = self.config.as_ref().map(|config| config.media_type.as_str());
        self.artifact_type.as_deref().filter(|kind| !kind.is_empty()).or(config).unwrap_or_default()
    }

    /// Its layers.
    pub(super) fn layers(&self) -> &[Descriptor] {
        self.layers.as_deref().unwrap_or_default()
    }

    /// An annotation.
    pub(super) fn annotation(&self, name: &str) -> Option<&str> {
        self.annotations.as_ref()?.get(name).map(String::as_str)
    }
}

impl Descriptor {
    /// The digest, when it is one.
    pub(super) fn parsed_digest(&self) -> Option<Digest> {
        Digest::parse(&self.digest).ok()
    }
}
