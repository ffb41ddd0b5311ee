//! Manifests (image-spec `manifest.md`), Docker's schema 2, and the short-lived OCI artifact manifest.

use std::collections::BTreeMap;

use serde_json::Value;

use crate::descriptor::Descriptor;
use crate::document;
use crate::error::Error;
use crate::limits::Limits;

/// One manifest.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Manifest {
    /// Its media type, where it states one.
    pub media_type: Option<String>,
    /// Type of artifact, for what is not an image.
    pub artifact_type: Option<String>,
    /// The configuration.
    pub config: Option<Descriptor>,
    /// Layers, lowest first.
    pub layers: Vec<Descriptor>,
    /// What it is about: the manifest that a signature or SBOM refers to.
    pub subject: Option<Descriptor>,
    /// Annotations.
    pub annotations: BTreeMap<String, String>,
    /// Layers that are no descriptors, with their position.
    pub damaged: Vec<(usize, Error)>,
}

impl Manifest {
    /// Parses one.
    pub fn parse(name: &str, bytes: &[u8], limits: &Limits) -> Result<Self, Error> {
        Self::read(name, &document::parse(name, bytes, limits)?, limits)
    }

    pub(crate) fn read(name: &str, value: &Value, limits: &Limits) -> Result<Self, Error> {
        if value.get("fsLayers").is_some() {
            return Err(Error::SchemaOne { name: name.to_owned() });
        }
        if !Self::looks_like(value) {
            return Err(Error::Json { name: name.to_owned(), why: "not a manifest".to_owned() });
        }
        let key = if value.get("layers").is_some() { "layers" } else { "blobs" };
        let listed = document::list(value, key);
        if listed.len() > limits.max_layers {
            return Err(Error::TooMany { what: "layers", limit: limits.max_layers as u64 });
        }
        let mut manifest = Self {
            media_type: document::some_text(value, "mediaType"),
            artifact_type: document::some_text(value, "artifactType"),
            config: value.get("config").and_then(|config| Descriptor::read(config).ok()),
            subject: value.get("subject").and_then(|subject| Descriptor::read(subject).ok()),
            annotations: document::map(value, "annotations"),
            ..Self::default()
        };
        for (at, layer) in listed.iter().enumerate() {
            match Descriptor::read(layer) {
                Ok(descriptor) => manifest.layers.push(descriptor),
                Err(error) => manifest.damaged.push((at, error)),
            }
        }
        Ok(manifest)
    }

    /// True when a document is a manifest by its content.
    pub(crate) fn looks_like(value: &Value) -> bool {
        value.is_object() && ["config", "layers", "blobs"].iter().any(|key| value.get(key).is_some())
    }
}
