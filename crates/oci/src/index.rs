//! Indexes (image-spec `image-index.md`) and Docker's manifest lists.

use std::collections::BTreeMap;

use serde_json::Value;

use crate::descriptor::Descriptor;
use crate::document;
use crate::error::Error;
use crate::limits::Limits;

/// A list of manifests and further indexes.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Index {
    /// What it lists, in its order.
    pub manifests: Vec<Descriptor>,
    /// Annotations.
    pub annotations: BTreeMap<String, String>,
    /// Artifact type.
    pub artifact_type: Option<String>,
    /// What it is about.
    pub subject: Option<Descriptor>,
    /// Entries that are no descriptors, in words.
    pub damaged: Vec<Error>,
}

impl Index {
    /// Parses one. `"manifests": null` is an empty list (Docker 25 writes it).
    pub fn parse(name: &str, bytes: &[u8], limits: &Limits) -> Result<Self, Error> {
        Self::read(name, &document::parse(name, bytes, limits)?, limits)
    }

    pub(crate) fn read(name: &str, value: &Value, limits: &Limits) -> Result<Self, Error> {
        if !value.is_object() {
            return Err(Error::Json { name: name.to_owned(), why: "not an index".to_owned() });
        }
        let listed = document::list(value, "manifests");
        if listed.len() > limits.max_manifests {
            return Err(Error::TooMany { what: "manifests", limit: limits.max_manifests as u64 });
        }
        let mut index = Self {
            annotations: document::map(value, "annotations"),
            artifact_type: document::some_text(value, "artifactType"),
            subject: value.get("subject").and_then(|subject| Descriptor::read(subject).ok()),
            ..Self::default()
        };
        for entry in listed {
            match Descriptor::read(entry) {
                Ok(descriptor) => index.manifests.push(descriptor),
                Err(error) => index.damaged.push(error),
            }
        }
        Ok(index)
    }

    /// True when a document is an index by its content, whatever its media type says.
    pub(crate) fn looks_like(value: &Value) -> bool {
        value.get("manifests").is_some() && value.get("layers").is_none() && value.get("config").is_none()
    }
}
