//! Descriptors (image-spec `descriptor.md`).

use std::collections::BTreeMap;

use serde_json::Value;

use crate::digest::Digest;
use crate::document;
use crate::error::Error;
use crate::platform::Platform;

/// A reference to content by digest.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Descriptor {
    /// Media type as written; empty where it is left out.
    pub media_type: String,
    /// Digest of the content.
    pub digest: Digest,
    /// Length of the content, bytes; none where it is left out.
    pub size: Option<u64>,
    /// Where else the content may be had.
    pub urls: Vec<String>,
    /// Annotations.
    pub annotations: BTreeMap<String, String>,
    /// Platform, in an index.
    pub platform: Option<Platform>,
    /// Artifact type, where it differs from what the media type says.
    pub artifact_type: Option<String>,
    /// Embedded content, Base64.
    pub data: Option<String>,
}

impl Descriptor {
    /// Reads one leniently: only its digest must be there.
    pub(crate) fn read(value: &Value) -> Result<Self, Error> {
        let digest = Digest::parse(&document::text(value, "digest"))?;
        Ok(Self {
            media_type: document::text(value, "mediaType"),
            digest,
            size: value.get("size").and_then(Value::as_u64),
            urls: document::texts(value, "urls"),
            annotations: document::map(value, "annotations"),
            platform: value.get("platform").filter(|platform| platform.is_object()).map(Platform::read),
            artifact_type: document::some_text(value, "artifactType"),
            data: document::some_text(value, "data"),
        })
    }

    /// An annotation.
    pub fn annotation(&self, key: &str) -> Option<&str> {
        self.annotations.get(key).map(String::as_str)
    }
}
