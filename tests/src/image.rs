//! Builds image archives in memory, in every layout that tools write: the same calls always give the same bytes.
//!
//! `image().layer(layer().file("etc/passwd", "…")).name("app:v1").docker_archive()`

use std::collections::BTreeMap;

use porthole_oci::Digest;
use serde_json::{Value, json};

use crate::layer::{Compression, Presence};
pub use crate::layer::{Layer, gzip, layer, zstd};

/// Files of an archive, in order.
pub type Files = Vec<(String, Vec<u8>)>;

/// An image without layers for linux/amd64.
pub fn image() -> Image {
    let config = json!({
        "architecture": "amd64",
        "os": "linux",
        "created": "2024-01-02T03:04:05Z",
        "config": {"Env": ["PATH=/usr/bin:/bin"], "Cmd": ["/bin/sh"]},
    });
    Image {
        layers: Vec::new(),
        names: Vec::new(),
        config,
        history: None,
        annotations: BTreeMap::new(),
        attestations: Vec::new(),
        without_manifest_blob: false,
        without_platform: false,
    }
}

/// Several images in one archive.
pub fn images(images: impl IntoIterator<Item = Image>) -> Archive {
    Archive { images: images.into_iter().collect(), ..Archive::default() }
}

/// An image under construction.
#[derive(Debug, Clone)]
pub struct Image {
    layers: Vec<Layer>,
    names: Vec<String>,
    config: Value,
    history: Option<Value>,
    annotations: BTreeMap<String, String>,
    attestations: Vec<(String, Value)>,
    without_manifest_blob: bool,
    without_platform: bool,
}

impl Image {
    /// Puts a layer on top.
    pub fn layer(mut self, layer: Layer) -> Self {
        self.layers.push(layer);
        self
    }

    /// Gives it a further name, `repo:tag`.
    pub fn name(mut self, name: &str) -> Self {
        self.names.push(name.to_owned());
        self
    }

    /// `os/architecture[/variant]`.
    pub fn platform(self, platform: &str) -> Self {
        let mut parts = platform.split('/').map(str::to_owned);
        let (os, architecture, variant) = (parts.next(), parts.next(), parts.next());
        self.config(|config| {
            config["os"] = json!(os);
            config["architecture"] = json!(architecture);
            if let Some(variant) = variant {
                config["variant"] = json!(variant);
            }
        })
    }

    /// Changes the configuration document. `rootfs` and `history` are filled in where it has none.
    pub fn config(mut self, change: impl FnOnce(&mut Value)) -> Self {
        change(&mut self.config);
        self
    }

    /// The `history` of the configuration, instead of one entry a layer.
    pub fn history(mut self, history: Value) -> Self {
        self.history = Some(history);
        self
    }

    /// An annotation of the manifest.
    pub fn annotation(mut self, key: &str, value: &str) -> Self {
        self.annotations.insert(key.to_owned(), value.to_owned());
        self
    }

    /// A BuildKit attestation: an in-toto statement of this predicate type about the image.
    pub fn attestation(mut self, predicate_type: &str, predicate: Value) -> Self {
        self.attestations.push((predicate_type.to_owned(), predicate));
        self
    }

    /// Leaves the manifest out of the blobs, as a multi-platform save of one platform does.
    pub fn without_manifest_blob(mut self) -> Self {
        self.without_manifest_blob = true;
        self
    }

    /// Leaves the platform out of the index.
    pub fn without_platform(mut self) -> Self {
        self.without_platform = true;
        self
    }

    /// Its layers.
    pub fn layers(&self) -> &[Layer] {
        &self.layers
    }

    /// The configuration document as stored.
    pub fn config_bytes(&self) -> Vec<u8> {
        let mut config = self.config.clone();
        if config.get("rootfs").is_none() {
            let diff_ids: Vec<_> = self.layers.iter().map(|layer| layer.diff_id().to_string()).collect();
            config["rootfs"] = json!({"type": "layers", "diff_ids": diff_ids});
        }
        if config.get("history").is_none() {
            let steps =
                (0..self.layers.len()).map(|at| json!({"created": "2024-01-02T03:04:05Z", "created_by": format!("step {at}")}));
            config["history"] = self.history.clone().unwrap_or_else(|| steps.collect());
        }
        config.to_string().into_bytes()
    }

    /// Digest of the configuration: the image id.
    pub fn config_digest(&self) -> Digest {
        Digest::sha256(&self.config_bytes())
    }

    /// The OCI manifest as stored.
    pub fn manifest_bytes(&self) -> Vec<u8> {
        let config = self.config_bytes();
        let mut manifest = json!({
            "schemaVersion": 2,
            "mediaType": "application/vnd.oci.image.manifest.v1+json",
            "config": descriptor("application/vnd.oci.image.config.v1+json", &config),
            "layers": self.layers.iter().map(layer_descriptor).collect::<Vec<_>>(),
        });
        if !self.annotations.is_empty() {
            manifest["annotations"] = json!(self.annotations);
        }
        manifest.to_string().into_bytes()
    }

    /// Digest of the OCI manifest.
    pub fn manifest_digest(&self) -> Digest {
        Digest::sha256(&self.manifest_bytes())
    }

    /// Index entries: the image, then its attestations.
    fn index_entries(&self) -> Vec<Value> {
        let manifest = self.manifest_bytes();
        let mut entry = descriptor("application/vnd.oci.image.manifest.v1+json", &manifest);
        if !self.without_platform {
            let mut platform = json!({"os": self.config["os"], "architecture": self.config["architecture"]});
            if let Some(variant) = self.config.get("variant") {
                platform["variant"] = variant.clone();
            }
            entry["platform"] = platform;
        }
        let mut entries = vec![entry];
        for (predicate_type, predicate) in &self.attestations {
            let (bytes, _) = self.attestation_manifest(predicate_type, predicate);
            let mut entry = descriptor("application/vnd.oci.image.manifest.v1+json", &bytes);
            entry["platform"] = json!({"os": "unknown", "architecture": "unknown"});
            entry["annotations"] = json!({
                "vnd.docker.reference.type": "attestation-manifest",
                "vnd.docker.reference.digest": self.manifest_digest().to_string(),
            });
            entries.push(entry);
        }
        entries
    }

    fn attestation_manifest(&self, predicate_type: &str, predicate: &Value) -> (Vec<u8>, [Vec<u8>; 2]) {
        let statement = json!({
            "_type": "https://in-toto.io/Statement/v0.1",
            "predicateType": predicate_type,
            "subject": [{"name": "_", "digest": {"sha256": self.manifest_digest().hex()}}],
            "predicate": predicate,
        })
        .to_string()
        .into_bytes();
        let config = json!({"architecture": "unknown", "os": "unknown", "config": {}, "rootfs": {"type": "layers", "diff_ids": [Digest::sha256(&statement).to_string()]}})
            .to_string()
            .into_bytes();
        let mut layer = descriptor("application/vnd.in-toto+json", &statement);
        layer["annotations"] = json!({"in-toto.io/predicate-type": predicate_type});
        let manifest = json!({
            "schemaVersion": 2,
            "mediaType": "application/vnd.oci.image.manifest.v1+json",
            "config": descriptor("application/vnd.oci.image.config.v1+json", &config),
            "layers": [layer],
        });
        (manifest.to_string().into_bytes(), [config, statement])
    }

    /// Its blobs under `blobs/sha256/`.
    fn blobs(&self, files: &mut BTreeMap<String, Vec<u8>>) {
        for layer in self.layers.iter().filter(|layer| layer.presence == Presence::Here) {
            put_blob(files, layer.blob());
        }
        put_blob(files, self.config_bytes());
        if !self.without_manifest_blob {
            put_blob(files, self.manifest_bytes());
        }
        for (predicate_type, predicate) in &self.attestations {
            let (manifest, blobs) = self.attestation_manifest(predicate_type, predicate);
            put_blob(files, manifest);
            blobs.into_iter().for_each(|blob| put_blob(files, blob));
        }
    }

    /// See [`Archive::docker_archive`].
    pub fn docker_archive(&self) -> Vec<u8> {
        images([self.clone()]).docker_archive()
    }

    /// See [`Archive::oci_archive`].
    pub fn oci_archive(&self) -> Vec<u8> {
        images([self.clone()]).oci_archive()
    }

    /// See [`Archive::layout`].
    pub fn layout(&self) -> Files {
        images([self.clone()]).layout()
    }

    /// See [`Archive::hybrid`].
    pub fn hybrid(&self) -> Vec<u8> {
        images([self.clone()]).hybrid()
    }

    /// See [`Archive::legacy`].
    pub fn legacy(&self) -> Vec<u8> {
        images([self.clone()]).legacy()
    }
}

/// Images of one archive.
#[derive(Debug, Clone, Default)]
pub struct Archive {
    images: Vec<Image>,
    nested: bool,
    extra_entries: Vec<Value>,
    extra_blobs: Vec<Vec<u8>>,
}

impl Archive {
    /// Puts the images into an index of their own, which `index.json` names (multi-platform images).
    pub fn nested(mut self) -> Self {
        self.nested = true;
        self
    }

    /// A further entry of `index.json`.
    pub fn index_entry(mut self, entry: Value) -> Self {
        self.extra_entries.push(entry);
        self
    }

    /// A further blob.
    pub fn blob(mut self, bytes: impl Into<Vec<u8>>) -> Self {
        self.extra_blobs.push(bytes.into());
        self
    }

    /// The images, in order.
    pub fn images(&self) -> &[Image] {
        &self.images
    }

    /// `manifest.json` and a folder for each layer, as `docker save` wrote before version 25: layers first, manifest last.
    pub fn docker_archive(&self) -> Vec<u8> {
        outer_tar(&self.docker_files())
    }

    /// The files of [`Self::docker_archive`].
    pub fn docker_files(&self) -> Files {
        let mut files = Files::new();
        let mut entries = Vec::new();
        let mut repositories = serde_json::Map::new();
        for image in &self.images {
            let mut paths = Vec::new();
            let mut parent: Option<String> = None;
            for layer in &image.layers {
                // Ids are no digests of the layer, but depend on it and on everything below.
                let id = Digest::sha256(format!("{parent:?} {}", layer.diff_id()).as_bytes()).hex();
                let path = format!("{id}/layer.tar");
                paths.push(path.clone());
                let mut document = json!({"id": id});
                if let Some(parent) = parent.replace(id.clone()) {
                    document["parent"] = json!(parent);
                }
                if layer.presence == Presence::Here && !files.iter().any(|(name, _)| *name == path) {
                    files.push((format!("{id}/VERSION"), b"1.0".to_vec()));
                    files.push((format!("{id}/json"), document.to_string().into_bytes()));
                    files.push((path, layer.blob()));
                }
            }
            let config = image.config_bytes();
            let name = format!("{}.json", image.config_digest().hex());
            entries.push(json!({"Config": name, "RepoTags": tags(image), "Layers": paths}));
            files.push((name, config));
            for name in &image.names {
                if let Some((repository, tag)) = name.rsplit_once(':') {
                    repositories.entry(repository).or_insert_with(|| json!({}))[tag] = json!(parent);
                }
            }
        }
        files.push(("manifest.json".to_owned(), Value::from(entries).to_string().into_bytes()));
        files.push(("repositories".to_owned(), Value::from(repositories).to_string().into_bytes()));
        files
    }

    /// `index.json`, `oci-layout` and `blobs/`, as files of a folder.
    pub fn layout(&self) -> Files {
        let mut blobs = BTreeMap::new();
        let mut entries = Vec::new();
        for image in &self.images {
            image.blobs(&mut blobs);
            let mut own = image.index_entries();
            for (at, name) in image.names.iter().enumerate() {
                // Each further name is a further entry for the same manifest.
                let mut entry = if at == 0 { own.remove(0) } else { image.index_entries().remove(0) };
                let tag = name.rsplit_once(':').map_or(name.as_str(), |(_, tag)| tag);
                entry["annotations"] = json!({"io.containerd.image.name": name, "org.opencontainers.image.ref.name": tag});
                entries.push(entry);
            }
            entries.extend(own);
        }
        if self.nested {
            let names: Vec<String> = self.images.iter().flat_map(|image| image.names.clone()).collect();
            let plain = entries.into_iter().map(|mut entry| {
                if let Some(annotations) = entry.get_mut("annotations").and_then(Value::as_object_mut) {
                    annotations.retain(|key, _| key.starts_with("vnd."));
                }
                entry
            });
            let index = json!({"schemaVersion": 2, "mediaType": "application/vnd.oci.image.index.v1+json", "manifests": plain.collect::<Vec<_>>()})
                .to_string()
                .into_bytes();
            let mut entry = descriptor("application/vnd.oci.image.index.v1+json", &index);
            if let Some(name) = names.first() {
                entry["annotations"] = json!({"io.containerd.image.name": name});
            }
            put_blob(&mut blobs, index);
            entries = vec![entry];
        }
        entries.extend(self.extra_entries.clone());
        for blob in &self.extra_blobs {
            put_blob(&mut blobs, blob.clone());
        }
        let mut files: Files = blobs.into_iter().collect();
        let index = json!({"schemaVersion": 2, "mediaType": "application/vnd.oci.image.index.v1+json", "manifests": entries});
        files.push(("index.json".to_owned(), index.to_string().into_bytes()));
        files.push(("oci-layout".to_owned(), br#"{"imageLayoutVersion":"1.0.0"}"#.to_vec()));
        files
    }

    /// An OCI layout as a tar.
    pub fn oci_archive(&self) -> Vec<u8> {
        outer_tar(&self.layout())
    }

    /// What Docker 25 and later write: a layout with a `manifest.json` that names the same blobs.
    pub fn hybrid(&self) -> Vec<u8> {
        outer_tar(&self.hybrid_files())
    }

    /// The files of [`Self::hybrid`].
    pub fn hybrid_files(&self) -> Files {
        let blob = |digest: Digest| format!("blobs/sha256/{}", digest.hex());
        let entries: Vec<Value> = self
            .images
            .iter()
            .map(|image| {
                let sources: serde_json::Map<_, _> =
                    image.layers.iter().map(|layer| (layer.diff_id().to_string(), layer_descriptor(layer))).collect();
                json!({
                    "Config": blob(image.config_digest()),
                    "RepoTags": tags(image),
                    "Layers": image.layers.iter().map(|layer| blob(layer.digest())).collect::<Vec<_>>(),
                    "LayerSources": sources,
                })
            })
            .collect();
        let mut files = self.layout();
        let at = files.iter().position(|(name, _)| name == "oci-layout").unwrap_or(files.len());
        files.insert(at, ("manifest.json".to_owned(), Value::from(entries).to_string().into_bytes()));
        files
    }

    /// What Docker wrote before version 1.10: `repositories`, and layers that name their parent. Configuration of the first.
    pub fn legacy(&self) -> Vec<u8> {
        let mut files = Files::new();
        let mut repositories = serde_json::Map::new();
        for (number, image) in self.images.iter().enumerate() {
            let mut parent: Option<String> = None;
            for (at, layer) in image.layers.iter().enumerate() {
                let id = Digest::sha256(format!("{number} {at}").as_bytes()).hex();
                let mut document = json!({
                    "id": id,
                    "created": "2014-01-02T03:04:05Z",
                    "container_config": {"Cmd": ["/bin/sh", "-c", format!("step {at}")]},
                    "config": image.config["config"],
                    "os": image.config["os"],
                    "architecture": image.config["architecture"],
                });
                if let Some(parent) = parent.replace(id.clone()) {
                    document["parent"] = json!(parent);
                }
                files.push((format!("{id}/VERSION"), b"1.0".to_vec()));
                files.push((format!("{id}/json"), document.to_string().into_bytes()));
                if layer.presence == Presence::Here {
                    files.push((format!("{id}/layer.tar"), layer.blob()));
                }
            }
            for name in &image.names {
                if let Some((repository, tag)) = name.rsplit_once(':') {
                    repositories.entry(repository).or_insert_with(|| json!({}))[tag] = json!(parent);
                }
            }
        }
        files.push(("repositories".to_owned(), Value::from(repositories).to_string().into_bytes()));
        outer_tar(&files)
    }
}

/// A tar of these files, with the end marker and GNU tar's padding.
pub fn outer_tar(files: &[(String, Vec<u8>)]) -> Vec<u8> {
    files.iter().fold(layer().padded(), |tar, (name, bytes)| tar.file(name, bytes)).tar()
}

/// A descriptor of these bytes.
pub fn descriptor(media_type: &str, bytes: &[u8]) -> Value {
    json!({"mediaType": media_type, "digest": Digest::sha256(bytes).to_string(), "size": bytes.len()})
}

fn layer_descriptor(layer: &Layer) -> Value {
    let media_type = match (&layer.media_type, &layer.presence, layer.compression) {
        (Some(media_type), ..) => media_type.as_str(),
        (None, Presence::Foreign(_), _) => "application/vnd.oci.image.layer.nondistributable.v1.tar",
        (None, _, Compression::None) => "application/vnd.oci.image.layer.v1.tar",
        (None, _, Compression::Zstd) => "application/vnd.oci.image.layer.v1.tar+zstd",
        (None, ..) => "application/vnd.oci.image.layer.v1.tar+gzip",
    };
    let mut descriptor = descriptor(media_type, &layer.blob());
    if let Presence::Foreign(url) = &layer.presence {
        descriptor["urls"] = json!([url]);
    }
    if !layer.annotations.is_empty() {
        descriptor["annotations"] = layer.annotations.iter().cloned().map(|(key, value)| (key, Value::from(value))).collect();
    }
    descriptor
}

fn put_blob(files: &mut BTreeMap<String, Vec<u8>>, bytes: Vec<u8>) {
    files.insert(format!("blobs/sha256/{}", Digest::sha256(&bytes).hex()), bytes);
}

fn tags(image: &Image) -> Value {
    if image.names.is_empty() { Value::Null } else { json!(image.names) }
}
