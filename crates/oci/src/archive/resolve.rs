//! From files to images: which entry point to believe, and what the manifests say together.
//!
//! A pass over what is known so far; documents that it misses are put on the store's list of what is wanted, then it runs
//! again. Nesting is shallow, so passes are few.

use std::collections::BTreeMap;

use super::artifact::Artifact;
use super::model::{Archive, ArchiveKind, Check, Document, Gap, GapKind, ImageSource, LayerSource, Location};
use super::store::Store;
use super::{docker, layout, legacy};
use crate::config::Config;
use crate::descriptor::Descriptor;
use crate::digest::Digest;
use crate::document::in_order;
use crate::limits::Limits;
use crate::manifest::Manifest;
use crate::media_type::{Role, role};

/// What one pass collects.
#[derive(Default)]
pub(super) struct Found {
    pub(super) images: Vec<ImageSource>,
    pub(super) artifacts: Vec<Artifact>,
    pub(super) gaps: Vec<Gap>,
}

/// Runs one pass. Its result counts only when the store wants nothing more.
pub(super) fn resolve(store: &mut Store, limits: &Limits) -> Archive {
    store.find_base();
    let mut found = Found::default();
    let has = |store: &Store, name: &str| store.has(&store.at(name));
    // A file of that name somewhere in a root file system is no entry point.
    let astray = !store.has_plain_base() && store.root_file_system().is_some();
    let has = |store: &Store, name: &str| !astray && has(store, name);
    let (index, docker, repositories) = (has(store, "index.json"), has(store, "manifest.json"), has(store, "repositories"));

    let mut kind = ArchiveKind::Remains;
    if index {
        kind = if store.folder { ArchiveKind::OciLayout } else { ArchiveKind::OciArchive };
        layout::read(store, limits, &mut found);
    }
    if docker {
        kind = docker::read(store, limits, index, &mut found);
    }
    if repositories && !index && found.images.is_empty() {
        kind = ArchiveKind::DockerLegacy;
        legacy::read_repositories(store, limits, &mut found);
    }
    if !index && !docker && !repositories {
        kind = legacy::read_remains(store, limits, &mut found);
    }
    let gaps = in_order(found.gaps);
    Archive { kind, images: found.images, artifacts: found.artifacts, gaps, store: Store::default() }
}

/// A document by its digest, checked. None: not read yet.
pub(super) fn fetch(store: &mut Store, descriptor: &Descriptor) -> Result<Option<Document>, crate::Error> {
    let missing = || crate::Error::Missing { name: descriptor.digest.to_string() };
    let name = store.blob_name(&descriptor.digest).ok_or_else(missing)?;
    Ok(store.document(&name)?.map(|bytes| document(bytes.to_vec(), Some(descriptor.digest))))
}

/// Bytes with the digest that refers to them.
pub(super) fn document(bytes: Vec<u8>, stated: Option<Digest>) -> Document {
    match stated {
        Some(expected) => {
            let found = expected.of_same_algorithm(&bytes);
            let check = if found == expected { Check::Verified } else { Check::Mismatch { expected, found } };
            Document { digest: stated, check, bytes }
        }
        None => Document { digest: Some(Digest::sha256(&bytes)), check: Check::Unstated, bytes },
    }
}

/// A gap for a document whose bytes do not fit their digest.
pub(super) fn mismatch(what: &str, document: &Document) -> Option<Gap> {
    let Check::Mismatch { expected, found } = document.check else { return None };
    let message = format!("{what} does not match its digest: its bytes hash to {found}");
    Some(Gap::new(GapKind::Malformed, expected.to_string(), message))
}

/// Where a manifest's blob lies.
pub(super) fn layer(store: &Store, descriptor: &Descriptor) -> LayerSource {
    let located = store.blob_name(&descriptor.digest).and_then(|name| Some((store.len(&name), store.location(&name)?)));
    let foreign = role(&descriptor.media_type) == Role::ForeignLayer;
    let (size, location) = match located {
        Some((size, location)) => (size, location),
        None if foreign => (None, Location::Foreign { urls: descriptor.urls.clone() }),
        None => (None, Location::Missing),
    };
    LayerSource {
        digest: Some(descriptor.digest),
        diff_id: None,
        media_type: (!descriptor.media_type.is_empty()).then(|| descriptor.media_type.clone()),
        size: descriptor.size.or(size),
        location,
        annotations: descriptor.annotations.clone(),
    }
}

/// An image from its parts: layers and configuration are matched, and what does not fit is told.
pub(crate) fn image(
    manifest: Option<Document>,
    parsed: &Manifest,
    mut layers: Vec<LayerSource>,
    config_document: Option<Document>,
    limits: &Limits,
) -> ImageSource {
    let mut gaps = Vec::new();
    let config = config_document.as_ref().map(|document| {
        let name = document.digest.map_or_else(|| "configuration".to_owned(), |digest| format!("configuration {digest}"));
        gaps.extend(mismatch("the configuration", document));
        Config::parse(&name, &document.bytes, limits).unwrap_or_else(|error| {
            gaps.push(Gap::of(name, &error));
            Config::default()
        })
    });
    let has_config = config.is_some();
    let config = config.unwrap_or_default();
    for field in &config.unread {
        let message = format!("{field} of the configuration is of another type than the specification says, and was not read");
        gaps.push(Gap::new(GapKind::Malformed, "", message));
    }
    gaps.extend(manifest.as_ref().and_then(|manifest| mismatch("the manifest", manifest)));
    for (at, error) in &parsed.damaged {
        gaps.push(Gap::new(GapKind::Malformed, "", format!("layer {at} of the manifest cannot be read: {error}")));
    }
    if has_config && config.diff_ids.len() != layers.len() {
        let message = format!("the configuration lists {} layers, the manifest {}", config.diff_ids.len(), layers.len());
        gaps.push(Gap::new(GapKind::Malformed, "", message));
    } else {
        for (layer, diff_id) in layers.iter_mut().zip(&config.diff_ids) {
            layer.diff_id = *diff_id;
        }
    }
    for (at, layer) in layers.iter().enumerate() {
        let name = layer.digest.or(layer.diff_id).map(|digest| digest.to_string()).unwrap_or_default();
        match &layer.location {
            Location::Missing => gaps.push(Gap::new(GapKind::Missing, name, format!("layer {at} is not in the archive"))),
            Location::Foreign { .. } => {
                gaps.push(Gap::new(GapKind::Missing, name, format!("layer {at} is not distributed with the image")));
            }
            _ if layer.media_type.as_deref().is_some_and(|media_type| role(media_type) == Role::EncryptedLayer) => {
                gaps.push(Gap::new(GapKind::Unsupported, name, format!("layer {at} is encrypted")));
            }
            Location::Range { len, .. } => gaps.extend(layer.size.and_then(|size| wrong_size(at, name, size, *len))),
            _ => {}
        }
    }
    ImageSource {
        names: Vec::new(),
        platform: config.platform.clone(),
        media_type: parsed.media_type.clone(),
        annotations: parsed.annotations.clone(),
        history_layers: config.history_layers(layers.len()),
        manifest,
        config_document,
        config,
        layers,
        parents: Vec::new(),
        broken_parents: Vec::new(),
        gaps,
    }
}

/// A gap for a layer that has another size than its manifest states.
pub(super) fn wrong_size(at: usize, name: String, stated: u64, len: u64) -> Option<Gap> {
    let message = format!("layer {at} should have {stated} bytes and has {len}");
    (stated != len).then(|| Gap::new(GapKind::Malformed, name, message))
}

/// Adds what is not there yet.
pub(super) fn join(into: &mut BTreeMap<String, String>, from: &BTreeMap<String, String>) {
    for (key, value) in from {
        into.entry(key.clone()).or_insert_with(|| value.clone());
    }
}

/// Adds names, sorted and once each.
pub(super) fn add_names(into: &mut Vec<String>, names: impl IntoIterator<Item = String>) {
    *into = in_order(std::mem::take(into).into_iter().chain(names.into_iter().filter(|name| !name.is_empty())));
}
