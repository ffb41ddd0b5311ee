//! Archives without a manifest: `docker save` from before 1.10, `docker export`, and archives whose end is missing.
//!
//! Layers of the first kind name their parent in `ID/json` (Docker's image specification 1.0).

use std::collections::{BTreeMap, BTreeSet};

use serde_json::Value;

use super::layout;
use super::model::{ArchiveKind, Check, Document, Gap, GapKind, ImageSource, LayerSource, Location};
use super::resolve::{Found, add_names, document as checked, image};
use super::store::{Store, digest_of_name, text};
use crate::config::{Config, History};
use crate::digest::Digest;
use crate::document;
use crate::limits::Limits;
use crate::manifest::Manifest;

/// Documents looked at in an archive without a manifest.
const MOST_REMAINS: usize = 1000;

/// Reads `repositories`: `{"name": {"tag": "layer id"}}`.
pub(super) fn read_repositories(store: &mut Store, limits: &Limits, found: &mut Found) {
    let name = store.at("repositories");
    let value = match store.document(&name) {
        Ok(None) => return,
        Ok(Some(bytes)) => document::parse("repositories", &bytes, limits),
        Err(error) => Err(error),
    };
    let value = match value {
        Ok(value) => value,
        Err(error) => return found.gaps.push(Gap::of("repositories", &error)),
    };
    let mut tops: BTreeMap<String, Vec<String>> = BTreeMap::new();
    for (repository, tags) in value.as_object().into_iter().flatten() {
        for (tag, id) in tags.as_object().into_iter().flatten() {
            // Since manifest.json came, what stands here is often nothing.
            if let Some(id) = id.as_str().filter(|id| store.has(&store.at(&format!("{id}/json")))) {
                tops.entry(id.to_owned()).or_default().push(format!("{repository}:{tag}"));
            }
        }
    }
    for (id, names) in tops.into_iter().take(limits.max_manifests) {
        if let Some(mut image) = chain(store, limits, &id) {
            add_names(&mut image.names, names);
            found.images.push(image);
        }
    }
}

/// The image whose uppermost layer this is. None: documents are missing yet.
fn chain(store: &mut Store, limits: &Limits, top: &str) -> Option<ImageSource> {
    let mut gaps = Vec::new();
    let mut steps: Vec<(String, Value)> = Vec::new();
    let mut top_bytes = Vec::new();
    let mut visited = BTreeSet::new();
    let mut next = Some(top.to_owned());
    while let Some(id) = next.take() {
        if !visited.insert(id.clone()) {
            gaps.push(Gap::new(GapKind::Malformed, id, "layers are each other's parent"));
            break;
        }
        if steps.len() >= limits.max_layers {
            gaps.push(Gap::new(GapKind::OverBudget, id, format!("more than {} layers", limits.max_layers)));
            break;
        }
        let name = format!("{id}/json");
        let at = store.at(&name);
        let value = match store.document(&at) {
            Ok(None) => return None,
            Ok(Some(bytes)) => {
                if steps.is_empty() {
                    top_bytes = bytes.to_vec();
                }
                document::parse(&name, &bytes, limits)
            }
            Err(error) => Err(error),
        };
        let value = value.unwrap_or_else(|error| {
            gaps.push(Gap::of(name, &error));
            Value::Null
        });
        next = document::some_text(&value, "parent");
        steps.push((id, value));
    }
    steps.reverse();
    let layers = steps.iter().map(|(id, _)| layer_of(store, id)).collect();
    let mut image = image(None, &Manifest::default(), layers, None, limits);
    if let Some((_, value)) = steps.last() {
        image.config = Config::read(value);
        image.platform = image.config.platform.clone();
    }
    image.config.history = steps.iter().map(|(_, value)| history(value)).collect();
    image.history_layers = image.config.history_layers(image.layers.len());
    // Ids of this time are random numbers, no digests.
    image.config_document =
        (!top_bytes.is_empty()).then_some(Document { digest: None, check: Check::Unstated, bytes: top_bytes });
    image.gaps.extend(gaps);
    Some(image)
}

fn layer_of(store: &Store, id: &str) -> LayerSource {
    let at = store.at(&format!("{id}/layer.tar"));
    LayerSource {
        digest: store.real_name(&at).ok().and_then(|name| digest_of_name(&name)),
        diff_id: None,
        media_type: None,
        size: store.len(&at),
        location: store.location(&at).unwrap_or(Location::Missing),
        annotations: BTreeMap::new(),
    }
}

fn history(value: &Value) -> History {
    let command = value.get("container_config").map(|config| document::texts(config, "Cmd").join(" "));
    History {
        created: document::some_text(value, "created"),
        created_by: command.filter(|command| !command.is_empty()),
        author: document::some_text(value, "author"),
        comment: document::some_text(value, "comment"),
        empty_layer: false,
    }
}

/// Makes the best of an archive without an entry point.
pub(super) fn read_remains(store: &mut Store, limits: &Limits, found: &mut Found) -> ArchiveKind {
    if let Some(location) = store.root_file_system() {
        let layer =
            LayerSource { digest: None, diff_id: None, media_type: None, size: None, location, annotations: BTreeMap::new() };
        found.images.push(image(None, &Manifest::default(), vec![layer], None, limits));
        let message =
            "no manifest: read as one root file system, as docker export writes it; there is no configuration and no history";
        found.gaps.push(Gap::new(GapKind::Missing, "", message));
        return ArchiveKind::RootFs;
    }
    let message = "manifest.json and index.json are missing: the archive's end may be cut off; images are pieced together from what is there";
    let names: Vec<String> = store.names().take(100_000).map(text).collect();
    let ids: Vec<&str> = names.iter().filter_map(|name| name.strip_suffix("/json")).filter(|id| !id.contains('/')).collect();
    let before = found.images.len();
    if ids.is_empty() {
        blobs(store, limits, &names, found);
    } else {
        chains(store, limits, &ids, found);
        if let [image] = found.images.as_mut_slice() {
            complete(store, limits, &names, image);
        }
    }
    if found.images.len() > before {
        found.gaps.push(Gap::new(GapKind::Missing, "", message));
    }
    ArchiveKind::Remains
}

/// Chains whose uppermost layer no other names as its parent.
fn chains(store: &mut Store, limits: &Limits, ids: &[&str], found: &mut Found) {
    let mut tops = BTreeSet::new();
    let mut parents = BTreeSet::new();
    for id in ids.iter().take(MOST_REMAINS) {
        let at = store.at(&format!("{id}/json"));
        // One that was cut off itself leads nowhere.
        if let Ok(Some(bytes)) = store.document(&at)
            && let Ok(value) = document::parse(id, &bytes, limits)
        {
            parents.extend(document::some_text(&value, "parent"));
            tops.insert((*id).to_owned());
        }
    }
    for id in tops.difference(&parents) {
        found.images.extend(chain(store, limits, id));
    }
}

/// Gives an image the only configuration that lists as many layers.
fn complete(store: &mut Store, limits: &Limits, names: &[String], chain: &mut ImageSource) {
    let mut fitting = Vec::new();
    for name in names.iter().filter(|name| !name.contains('/') && name.ends_with(".json")).take(MOST_REMAINS) {
        let at = store.at(name);
        if let Ok(Some(bytes)) = store.document(&at)
            && let Ok(value) = document::parse(name, &bytes, limits)
            && Config::looks_like(&value)
            && Config::read(&value).diff_ids.len() == chain.layers.len()
        {
            fitting.push(checked(bytes.to_vec(), digest_of_name(&at)));
        }
    }
    if let [config] = fitting.as_slice() {
        *chain = image(None, &Manifest::default(), chain.layers.clone(), Some(config.clone()), limits);
    }
}

/// Manifests among the blobs; where there are none, configurations whose layers lie there uncompressed.
fn blobs(store: &mut Store, limits: &Limits, names: &[String], found: &mut Found) {
    let mut manifests = Vec::new();
    let mut configs = Vec::new();
    let small = names.iter().filter(|name| digest_of_name(name.as_bytes()).is_some());
    for name in small.take(MOST_REMAINS) {
        let at = store.at(name);
        if let Ok(Some(bytes)) = store.document(&at)
            && matches!(bytes.first(), Some(b'{'))
            && let Ok(value) = document::parse(name, &bytes, limits)
        {
            let whole = checked(bytes.to_vec(), digest_of_name(&at));
            if Config::looks_like(&value) {
                configs.push(whole);
            } else if Manifest::looks_like(&value) {
                manifests.push((whole, value));
            }
        }
    }
    for (whole, value) in manifests {
        layout::read_manifest(store, limits, whole, &value, found);
    }
    for config in configs {
        if found.images.iter().any(|image| image.config_digest() == config.digest) {
            continue;
        }
        let parsed = Config::parse("configuration", &config.bytes, limits).unwrap_or_default();
        let layers = parsed.diff_ids.iter().map(|diff_id| uncompressed(store, *diff_id)).collect();
        found.images.push(image(None, &Manifest::default(), layers, Some(config), limits));
    }
}

fn uncompressed(store: &Store, diff_id: Option<Digest>) -> LayerSource {
    let name = diff_id.and_then(|diff_id| store.blob_name(&diff_id));
    LayerSource {
        digest: name.as_ref().and(diff_id),
        diff_id,
        media_type: None,
        size: name.as_ref().and_then(|name| store.len(name)),
        location: name.and_then(|name| store.location(&name)).unwrap_or(Location::Missing),
        annotations: BTreeMap::new(),
    }
}
