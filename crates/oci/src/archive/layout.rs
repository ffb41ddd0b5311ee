//! OCI image layouts (image-spec `image-layout.md`): from `index.json` down to manifests.

use std::collections::BTreeMap;

use serde_json::Value;

use super::artifact::{Artifact, classify};
use super::model::{Check, Document, Gap, GapKind, Location};
use super::resolve::{Found, add_names, fetch, image, join, layer, mismatch};
use super::store::Store;
use crate::descriptor::Descriptor;
use crate::digest::Digest;
use crate::document::{self, in_order};
use crate::error::Error;
use crate::index::Index;
use crate::limits::Limits;
use crate::manifest::Manifest;
use crate::media_type::{Role, role};

/// What an image inherits from the entries that it was reached through.
#[derive(Clone, Default)]
struct Path {
    names: Vec<String>,
    annotations: BTreeMap<String, String>,
    parents: Vec<Digest>,
    broken: Vec<(Digest, Digest)>,
}

struct Walk<'a> {
    store: &'a mut Store,
    limits: &'a Limits,
    found: &'a mut Found,
    /// What each manifest became, so that one listed twice is there once.
    seen: BTreeMap<Digest, Seen>,
    /// Entries looked at: indexes that list each other twice would double at each step.
    walked: usize,
}

#[derive(Clone, Copy)]
enum Seen {
    Image(usize),
    Artifact(usize),
    Other,
}

/// Reads the layout whose `index.json` the store has.
pub(super) fn read(store: &mut Store, limits: &Limits, found: &mut Found) {
    let name = store.at("index.json");
    let index = match store.document(&name) {
        Ok(None) => return,
        Ok(Some(bytes)) => Index::parse("index.json", &bytes, limits),
        Err(error) => Err(error),
    };
    match index {
        Ok(index) => read_index(store, limits, &index, found),
        Err(error) => found.gaps.push(Gap::of("index.json", &error)),
    }
}

/// Reads what an index lists.
pub(super) fn read_index(store: &mut Store, limits: &Limits, index: &Index, found: &mut Found) {
    let mut walk = Walk { store, limits, found, seen: BTreeMap::new(), walked: 0 };
    walk.index("index.json", index, &Path::default(), 0);
}

/// Reads one manifest that stands alone (`dir:` folders).
pub(super) fn read_manifest(store: &mut Store, limits: &Limits, whole: Document, value: &Value, found: &mut Found) {
    let mut walk = Walk { store, limits, found, seen: BTreeMap::new(), walked: 0 };
    let digest = whole.digest.unwrap_or_else(|| Digest::sha256(&whole.bytes));
    let descriptor = Descriptor {
        media_type: document::text(value, "mediaType"),
        digest,
        size: None,
        urls: Vec::new(),
        annotations: BTreeMap::new(),
        platform: None,
        artifact_type: None,
        data: None,
    };
    walk.manifest(&descriptor, whole, value, &Path::default());
}

impl Walk<'_> {
    fn gap(&mut self, gap: Gap) {
        self.found.gaps.push(gap);
    }

    fn index(&mut self, name: &str, index: &Index, path: &Path, depth: u32) {
        for error in &index.damaged {
            self.gap(Gap::new(GapKind::Malformed, name, format!("an entry of the index cannot be read: {error}")));
        }
        if depth > self.limits.max_nesting {
            let error = Error::TooDeep { name: name.to_owned(), limit: self.limits.max_nesting };
            return self.gap(Gap::of(name, &error));
        }
        for descriptor in &index.manifests {
            let mut path = path.clone();
            add_names(&mut path.names, names(descriptor));
            self.entry(descriptor, path, depth);
        }
    }

    fn entry(&mut self, descriptor: &Descriptor, mut path: Path, depth: u32) {
        let digest = descriptor.digest;
        self.walked += 1;
        if self.walked > self.limits.max_manifests {
            let error = Error::TooMany { what: "manifests", limit: self.limits.max_manifests as u64 };
            return self.gap(Gap::of("", &error));
        }
        if path.parents.contains(&digest) {
            let message = "an index lists itself".to_owned();
            return self.gap(Gap::new(GapKind::Malformed, digest.to_string(), message));
        }
        if let Some(seen) = self.seen.get(&digest) {
            match *seen {
                Seen::Image(at) => {
                    if let Some(image) = self.found.images.get_mut(at) {
                        add_names(&mut image.names, path.names);
                        image.parents = in_order(std::mem::take(&mut image.parents).into_iter().chain(path.parents));
                        image.broken_parents = in_order(std::mem::take(&mut image.broken_parents).into_iter().chain(path.broken));
                    }
                }
                Seen::Artifact(at) => {
                    if let Some(artifact) = self.found.artifacts.get_mut(at) {
                        add_names(&mut artifact.names, path.names);
                    }
                }
                Seen::Other => {}
            }
            return;
        }
        let whole = match fetch(self.store, descriptor) {
            Ok(None) => return,
            Ok(Some(whole)) => whole,
            Err(error) => {
                self.seen.insert(digest, Seen::Other);
                return self.gap(unreadable(descriptor, &error));
            }
        };
        let name = digest.to_string();
        let value = match document::parse(&name, &whole.bytes, self.limits) {
            Ok(value) => value,
            Err(error) => {
                self.seen.insert(digest, Seen::Other);
                let mismatch = mismatch("the manifest", &whole);
                self.found.gaps.extend(mismatch);
                return self.gap(Gap::of(name, &error));
            }
        };
        if Index::looks_like(&value) || (role(&descriptor.media_type) == Role::Index && !Manifest::looks_like(&value)) {
            self.found.gaps.extend(mismatch("the index", &whole));
            match Index::read(&name, &value, self.limits) {
                Ok(index) => {
                    join(&mut path.annotations, &index.annotations);
                    join(&mut path.annotations, &descriptor.annotations);
                    path.parents.push(digest);
                    if let Check::Mismatch { expected, found } = whole.check {
                        path.broken.push((expected, found));
                    }
                    self.index(&name, &index, &path, depth + 1);
                }
                Err(error) => self.gap(Gap::of(name, &error)),
            }
            // An index may be listed again under another name; its images then get that name too.
            return;
        }
        join(&mut path.annotations, &descriptor.annotations);
        self.manifest(descriptor, whole, &value, &path);
    }

    fn manifest(&mut self, descriptor: &Descriptor, whole: Document, value: &Value, path: &Path) {
        let digest = descriptor.digest;
        let name = digest.to_string();
        let manifest = match Manifest::read(&name, value, self.limits) {
            Ok(manifest) => manifest,
            Err(error) => {
                self.seen.insert(digest, Seen::Other);
                return self.gap(Gap::of(name, &error));
            }
        };
        let layers: Vec<_> = manifest.layers.iter().map(|descriptor| layer(self.store, descriptor)).collect();
        if let Some((kind, subject)) = classify(descriptor, &manifest, &path.names) {
            let config_type = manifest.config.as_ref().map(|config| config.media_type.clone()).unwrap_or_default();
            let mut annotations = manifest.annotations.clone();
            join(&mut annotations, &path.annotations);
            self.found.gaps.extend(mismatch("the manifest", &whole));
            self.seen.insert(digest, Seen::Artifact(self.found.artifacts.len()));
            self.found.artifacts.push(Artifact {
                kind,
                subject,
                artifact_type: manifest.artifact_type.clone().or(descriptor.artifact_type.clone()).unwrap_or(config_type),
                config: manifest.config.as_ref().map(|config| layer(self.store, config)),
                blobs: layers,
                annotations,
                names: path.names.clone(),
                manifest: whole,
            });
            return;
        }
        let mut missing = None;
        let config = match manifest.config.as_ref().map(|config| fetch(self.store, config)) {
            Some(Ok(None)) => return,
            Some(Ok(config)) => config,
            Some(Err(error)) => {
                missing = Some(Gap::of(error_name(&error, "configuration"), &error));
                None
            }
            None => None,
        };
        let mut image = image(Some(whole), &manifest, layers, config, self.limits);
        image.gaps.extend(missing);
        // An index may know more of a platform than the configuration does.
        if let Some(platform) = &descriptor.platform {
            if image.platform.is_unknown() {
                image.platform = platform.clone().normalised();
            } else {
                let listed = platform.clone().normalised();
                image.platform.variant = image.platform.variant.take().or(listed.variant.clone());
                image.platform.os_version = image.platform.os_version.take().or(listed.os_version.clone());
                if !image.platform.satisfies(&crate::platform::Platform { os_version: None, ..listed.clone() }) {
                    let message = format!("the index says {listed}, the configuration {}", image.platform);
                    image.gaps.push(Gap::new(GapKind::Malformed, name.clone(), message));
                }
            }
        }
        add_names(&mut image.names, path.names.clone());
        join(&mut image.annotations, &path.annotations);
        image.parents.clone_from(&path.parents);
        image.broken_parents.clone_from(&path.broken);
        image.media_type =
            image.media_type.or_else(|| (!descriptor.media_type.is_empty()).then(|| descriptor.media_type.clone()));
        if image.layers.iter().any(|layer| layer.location == Location::Missing) && !image.has_content() {
            image.gaps.push(Gap::new(
                GapKind::Missing,
                name,
                format!("{}: none of its layers is in the archive", image.platform),
            ));
        }
        self.seen.insert(digest, Seen::Image(self.found.images.len()));
        self.found.images.push(image);
    }
}

/// The names that an index entry gives: containerd's whole reference wins over a bare tag.
fn names(descriptor: &Descriptor) -> Vec<String> {
    let name = descriptor.annotation("io.containerd.image.name").or(descriptor.annotation("org.opencontainers.image.ref.name"));
    name.map(str::to_owned).into_iter().collect()
}

/// A gap for a manifest that cannot be had: which platform it is about matters more than its digest.
fn unreadable(descriptor: &Descriptor, error: &Error) -> Gap {
    let what = match &descriptor.platform {
        Some(platform) if !platform.is_unknown() => format!("{platform}: "),
        _ => String::new(),
    };
    let mut gap = Gap::of(descriptor.digest.to_string(), error);
    gap.message = match error {
        Error::Missing { .. } => format!("{what}the manifest is not in the archive"),
        error => format!("{what}the manifest cannot be read: {error}"),
    };
    gap
}

fn error_name(error: &Error, fallback: &str) -> String {
    match error {
        Error::Missing { name } => name.clone(),
        _ => fallback.to_owned(),
    }
}
