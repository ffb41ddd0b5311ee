//! `manifest.json`, as `docker save`, `podman save`, `skopeo`, `crane`, kaniko and bazel write it.
//!
//! Follows Docker's image specification 1.2 ("Combined Image JSON + Filesystem Changeset Format"). Since Docker 25 an
//! `index.json` stands beside it: what both name is one image, and what they say differently is told.

use std::collections::BTreeMap;

use serde_json::Value;

use super::layout;
use super::model::{ArchiveKind, Gap, GapKind, ImageSource, LayerSource, Location};
use super::resolve::{Found, add_names, document as checked, image};
use super::store::{Store, digest_of_name, text};
use crate::descriptor::Descriptor;
use crate::digest::Digest;
use crate::document;
use crate::error::Error;
use crate::index::Index;
use crate::limits::Limits;
use crate::manifest::Manifest;

const NAME: &str = "manifest.json";

/// Reads the `manifest.json` that the store has, after the layout beside it.
pub(super) fn read(store: &mut Store, limits: &Limits, beside_index: bool, found: &mut Found) -> ArchiveKind {
    let kind = if beside_index { ArchiveKind::Hybrid } else { ArchiveKind::DockerArchive };
    let name = store.at(NAME);
    let parsed = match store.document(&name) {
        Ok(None) => return kind,
        Ok(Some(bytes)) => document::parse(NAME, &bytes, limits).map(|value| (bytes, value)),
        Err(error) => Err(error),
    };
    match parsed {
        Ok((_, Value::Array(entries))) => {
            let over = entries.len() > limits.max_manifests;
            if over {
                let error = Error::TooMany { what: "images", limit: limits.max_manifests as u64 };
                found.gaps.push(Gap::of(NAME, &error));
            }
            for entry in entries.iter().take(limits.max_manifests) {
                if let Some(image) = entry_image(store, limits, entry, found) {
                    merge(image, found);
                }
            }
            kind
        }
        // A manifest itself, with its blobs beside it.
        Ok((bytes, value)) if value.is_object() && !beside_index => {
            let whole = checked(bytes.to_vec(), None);
            if Index::looks_like(&value) {
                match Index::read(NAME, &value, limits) {
                    Ok(index) => layout::read_index(store, limits, &index, found),
                    Err(error) => found.gaps.push(Gap::of(NAME, &error)),
                }
            } else {
                layout::read_manifest(store, limits, whole, &value, found);
            }
            ArchiveKind::Directory
        }
        Ok(_) => {
            found.gaps.push(Gap::new(GapKind::Malformed, NAME, "manifest.json is not a list of images"));
            kind
        }
        Err(error) => {
            found.gaps.push(Gap::of(NAME, &error));
            kind
        }
    }
}

/// One image of the list. None: documents are missing yet.
fn entry_image(store: &mut Store, limits: &Limits, entry: &Value, found: &mut Found) -> Option<ImageSource> {
    let config_name = document::text(entry, "Config");
    let paths = document::texts(entry, "Layers");
    let mut gaps = Vec::new();
    if paths.len() > limits.max_layers {
        let error = Error::TooMany { what: "layers", limit: limits.max_layers as u64 };
        found.gaps.push(Gap::of(NAME, &error));
        return None;
    }
    let at = store.at(&config_name);
    let config = match store.document(&at) {
        Ok(None) => return None,
        Ok(Some(bytes)) => {
            let stated = store.real_name(&at).ok().and_then(|name| digest_of_name(&name));
            Some(checked(bytes.to_vec(), stated))
        }
        Err(error) => {
            gaps.push(Gap::of(config_name, &error));
            None
        }
    };
    let layers: Vec<LayerSource> = paths.iter().map(|path| layer(store, path, &mut gaps)).collect();
    let mut image = image(None, &Manifest::default(), layers, config, limits);
    sources(entry, &mut image);
    image.gaps.extend(gaps);
    add_names(&mut image.names, document::texts(entry, "RepoTags"));
    Some(image)
}

fn layer(store: &Store, path: &str, gaps: &mut Vec<Gap>) -> LayerSource {
    let at = store.at(path);
    let real = store.real_name(&at);
    let location = store.location(&at).unwrap_or(Location::Missing);
    if let Err(error @ Error::TooDeep { .. }) = &real {
        gaps.push(Gap::new(GapKind::Malformed, path, format!("links in a circle: {error}")));
    }
    let name = real.unwrap_or(at);
    LayerSource {
        digest: digest_of_name(&name),
        diff_id: None,
        media_type: None,
        size: store.len(&name),
        location,
        annotations: BTreeMap::new(),
    }
}

/// `LayerSources`: descriptors by diff_id, for media types and for layers that are not distributed.
fn sources(entry: &Value, image: &mut ImageSource) {
    let Some(sources) = entry.get("LayerSources").and_then(Value::as_object) else { return };
    let by_diff_id: BTreeMap<Digest, Descriptor> = sources
        .iter()
        .filter_map(|(diff_id, source)| Some((Digest::parse(diff_id).ok()?, Descriptor::read(source).ok()?)))
        .collect();
    for (at, layer) in image.layers.iter_mut().enumerate() {
        let Some(source) = layer.diff_id.and_then(|diff_id| by_diff_id.get(&diff_id)) else { continue };
        if layer.location == Location::Missing && !source.urls.is_empty() {
            layer.location = Location::Foreign { urls: source.urls.clone() };
            layer.digest = Some(source.digest);
            layer.size = source.size;
            let told = format!("layer {at} is not in the archive");
            image.gaps.retain(|gap| gap.message != told);
            let message = format!("layer {at} is not distributed with the image");
            image.gaps.push(Gap::new(GapKind::Missing, source.digest.to_string(), message));
        }
        // The source may describe the blob as a registry has it, which is not the one in the archive.
        if layer.digest.is_none_or(|digest| digest == source.digest) {
            layer.media_type = (!source.media_type.is_empty()).then(|| source.media_type.clone());
        }
    }
}

/// Adds an image, or joins it with the one that the index names too.
fn merge(image: ImageSource, found: &mut Found) {
    let same = |other: &&mut ImageSource| {
        image.config_digest().is_some()
            && other.config_digest() == image.config_digest()
            && other.layers.len() == image.layers.len()
    };
    let Some(known) = found.images.iter_mut().find(same) else {
        found.images.push(image);
        return;
    };
    add_names(&mut known.names, image.names);
    for (at, (known_layer, layer)) in known.layers.iter_mut().zip(image.layers).enumerate() {
        match (known_layer.location.is_here(), layer.location.is_here()) {
            (false, true) => {
                known_layer.location = layer.location;
                known_layer.size = layer.size.or(known_layer.size);
                known_layer.digest = layer.digest;
                let told = format!("layer {at} is not in the archive");
                known.gaps.retain(|gap| gap.message != told);
            }
            (true, true) if known_layer.location != layer.location => {
                let message = format!("index.json and manifest.json name different files for layer {at}, the index is followed");
                known.gaps.push(Gap::new(GapKind::Malformed, text(NAME.as_bytes()), message));
            }
            _ => {}
        }
    }
}
