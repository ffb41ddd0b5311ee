//! Descriptors (image-spec `descriptor.md`), over the `oci-spec` crate's type.

use std::collections::BTreeMap;

use oci_spec::image::{Descriptor as Strict, MediaType};
use serde_json::{Value, json};

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
        let size = value.get("size").and_then(Value::as_u64);
        // What `oci-spec` insists on is filled in, what it would stumble over is left out.
        let strict: Strict = serde_json::from_value(json!({
            "mediaType": document::text(value, "mediaType"),
            "digest": digest.to_string(),
            "size": size.unwrap_or(0),
            "urls": document::texts(value, "urls"),
            "annotations": document::map(value, "annotations"),
            "artifactType": document::some_text(value, "artifactType"),
            "data": document::some_text(value, "data"),
        }))
        .map_err(|error| Error::Json { name: "descriptor".to_owned(), why: error.to_string() })?;
        Ok(Self {
            media_type: strict.media_type().to_string(),
            digest,
            size,
            urls: strict.urls().clone().unwrap_or_default(),
            annotations: strict.annotations().clone().unwrap_or_default().into_iter().collect(),
            // Read here: the crate loses `os.version`.
            platform: value.get("platform").filter(|platform| platform.is_object()).map(Platform::read),
            artifact_type: strict.artifact_type().as_ref().map(MediaType::to_string),
            data: strict.data().clone(),
        })
    }

    /// An annotation.
    pub fn annotation(&self, key: &str) -> Option<&str> {
        self.annotations.get(key).map(String::as_str)
    }
}
