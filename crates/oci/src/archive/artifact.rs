//! Manifests that are no runnable images: attestations, signatures, charts.
//!
//! BuildKit marks its attestations in the index, cosign names its signatures after the digest that they are about, OCI 1.1
//! writes a `subject`. None of them may be mistaken for an image.

use std::collections::BTreeMap;

use super::model::{Document, LayerSource};
use crate::descriptor::Descriptor;
use crate::digest::Digest;
use crate::manifest::Manifest;
use crate::media_type::{Role, role};

/// One manifest that is no image.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Artifact {
    /// What it is.
    pub kind: ArtifactKind,
    /// Digest of what it is about.
    pub subject: Option<Digest>,
    /// Its manifest.
    pub manifest: Document,
    /// Type: `artifactType`, else the media type of its configuration.
    pub artifact_type: String,
    /// Its configuration, which for some formats is the content.
    pub config: Option<LayerSource>,
    /// Its blobs, in order.
    pub blobs: Vec<LayerSource>,
    /// Annotations of the manifest, with those of its index entry.
    pub annotations: BTreeMap<String, String>,
    /// Names that the index gives it.
    pub names: Vec<String>,
}

/// Kinds of artifacts.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum ArtifactKind {
    /// BuildKit's: in-toto statements, unsigned.
    Attestation,
    /// A cosign signature, tag `sha256-….sig`.
    CosignSignature,
    /// A cosign attestation, tag `sha256-….att`.
    CosignAttestation,
    /// An SBOM attached by cosign, tag `sha256-….sbom`.
    CosignSbom,
    /// Anything with a `subject`: see the artifact type.
    Referrer,
    /// Anything else: see the artifact type.
    Other,
}

/// What an index entry and its manifest say together; none when it is an image.
pub(crate) fn classify(descriptor: &Descriptor, manifest: &Manifest, names: &[String]) -> Option<(ArtifactKind, Option<Digest>)> {
    let parsed = |text: &str| Digest::parse(text).ok();
    let subject = manifest.subject.as_ref().map(|subject| subject.digest);
    if descriptor.annotation("vnd.docker.reference.type").is_some() {
        return Some((
            ArtifactKind::Attestation,
            descriptor.annotation("vnd.docker.reference.digest").and_then(parsed).or(subject),
        ));
    }
    if let Some((kind, about)) = names.iter().find_map(|name| cosign_tag(name)) {
        return Some((kind, Some(about)));
    }
    // `cosign save` marks entries by kind.
    match descriptor.annotation("kind").and_then(|kind| kind.strip_prefix("dev.cosignproject.cosign/")) {
        Some("sigs") => return Some((ArtifactKind::CosignSignature, subject)),
        Some("atts") => return Some((ArtifactKind::CosignAttestation, subject)),
        Some("sboms") => return Some((ArtifactKind::CosignSbom, subject)),
        _ => {}
    }
    let has_layer_type = |wanted: &str| manifest.layers.iter().any(|layer| layer.media_type == wanted);
    if has_layer_type("application/vnd.dev.cosign.simplesigning.v1+json") {
        return Some((ArtifactKind::CosignSignature, subject));
    }
    if subject.is_some() {
        return Some((ArtifactKind::Referrer, subject));
    }
    if has_layer_type("application/vnd.dsse.envelope.v1+json") {
        return Some((ArtifactKind::CosignAttestation, None));
    }
    let layer_role = |wanted: &[Role]| manifest.layers.iter().any(|layer| wanted.contains(&role(&layer.media_type)));
    if !manifest.layers.is_empty() && manifest.layers.iter().all(|layer| role(&layer.media_type) == Role::Attestation) {
        return Some((ArtifactKind::Attestation, None));
    }
    let config_type = manifest.config.as_ref().map(|config| config.media_type.as_str()).unwrap_or_default();
    let image_like = match role(config_type) {
        Role::Config => manifest.artifact_type.is_none() || layer_role(&[Role::Layer, Role::ForeignLayer, Role::EncryptedLayer]),
        // Some tools leave the type out, or write a general one.
        _ if ["", "application/json", "application/octet-stream", "text/plain"].contains(&config_type) => {
            manifest.config.is_some() && manifest.artifact_type.is_none()
        }
        _ => false,
    };
    if image_like { None } else { Some((ArtifactKind::Other, None)) }
}

/// cosign's tags: `sha256-HEX.sig`, `.att`, `.sbom`, alone or at the end of a whole reference.
fn cosign_tag(name: &str) -> Option<(ArtifactKind, Digest)> {
    let tag = name.rsplit([':', '/']).next()?;
    let (digest, kind) = tag.rsplit_once('.')?;
    let kind = match kind {
        "sig" => ArtifactKind::CosignSignature,
        "att" => ArtifactKind::CosignAttestation,
        "sbom" => ArtifactKind::CosignSbom,
        _ => return None,
    };
    let (algorithm, hex) = digest.split_once('-')?;
    Some((kind, Digest::parse(&format!("{algorithm}:{hex}")).ok()?))
}
