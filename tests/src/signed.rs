//! Signed images: the samples of `tests/signatures/generate.py`, as archives that `cosign save` and `oras copy -r` would write.

pub use crate::base64::decode as base64;
use std::io::Read as _;
use std::path::PathBuf;

use porthole_oci::Digest;
use serde_json::{Value, json};

use crate::image::outer_tar;

/// The samples.
pub struct Signed {
    document: Value,
}

impl Signed {
    /// Reads them.
    pub fn read() -> Self {
        let path = PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("signatures/samples.json.gz");
        let mut text = String::new();
        let file = std::fs::File::open(path).expect("samples");
        flate2::read::GzDecoder::new(file).read_to_string(&mut text).expect("samples are gzip");
        Self { document: serde_json::from_str(&text).expect("samples are JSON") }
    }

    /// A public key, PEM.
    pub fn key(&self, name: &str) -> &str {
        self.document["keys"][name].as_str().expect("key")
    }

    /// A `trusted_root.json`.
    pub fn root(&self, name: &str) -> &str {
        self.document["roots"][name].as_str().expect("root")
    }

    /// A scene by its name.
    pub fn scene(&self, name: &str) -> &Value {
        let scenes = self.document["scenes"].as_array().expect("scenes");
        scenes.iter().find(|scene| scene["name"] == name).unwrap_or_else(|| panic!("no scene `{name}`"))
    }

    /// The OCI layout, as a tar, that holds the image and what a scene attaches to it.
    pub fn archive(&self, name: &str) -> Vec<u8> {
        const MANIFEST: &str = "application/vnd.oci.image.manifest.v1+json";
        let (scene, subject) = (self.scene(name), &self.document["subject"]);
        let text = |field: &str| subject[field].as_str().expect("subject").as_bytes().to_vec();
        let mut blobs = vec![text("manifest"), text("config"), base64(subject["layer"].as_str().expect("layer"))];
        let attached = scene["blobs"].as_object().expect("blobs").values();
        blobs.extend(attached.map(|content| match content["text"].as_str() {
            Some(text) => text.as_bytes().to_vec(),
            None => base64(content["base64"].as_str().expect("base64")),
        }));
        let related = &scene["related"][0];
        let mut annotations = related["annotations"].clone();
        if let Some(tag) = related["tag"].as_str() {
            let kind = if tag.ends_with(".att") { "atts" } else { "sigs" };
            annotations["kind"] = format!("dev.cosignproject.cosign/{kind}").into();
        }
        let size = |digest: &Value| blobs.iter().find(|blob| Digest::sha256(blob).to_string() == *digest).map_or(0, Vec::len);
        let entry = |digest: &Value, annotations: Value| json!({ "mediaType": MANIFEST, "digest": digest, "size": size(digest), "annotations": annotations });
        let index = json!({ "schemaVersion": 2, "manifests": [
            entry(&subject["digest"], json!({ "org.opencontainers.image.ref.name": "registry.example/app:v1" })),
            entry(&related["digest"], annotations),
        ] });
        let mut files = vec![
            ("oci-layout".to_owned(), br#"{"imageLayoutVersion":"1.0.0"}"#.to_vec()),
            ("index.json".to_owned(), serde_json::to_vec(&index).expect("index")),
        ];
        files.extend(blobs.into_iter().map(|blob| (format!("blobs/sha256/{}", Digest::sha256(&blob).hex()), blob)));
        outer_tar(&files)
    }
}
