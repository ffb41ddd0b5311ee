//! Which base image this one was built on, and where its layers end.
//!
//! Evidence, strongest first: OCI base labels, the history's turn from base to own steps, the layer with the
//! distribution's release file. Proof: `tests/suite/base.rs`.

use porthole_oci::layer::ImagePath;
use porthole_report::{BaseImage, Distribution, HistoryEntry, Image, Origin};

use crate::image::ImageView;

/// Recognises the base. `image` must have its configuration, history and distribution filled in.
pub(crate) fn base(image: &Image, view: &ImageView, layers: u32) -> Option<BaseImage> {
    let label =
        |name: &str| image.config.labels.get(name).or_else(|| image.annotations.get(name)).filter(|value| !value.is_empty());
    let name = label("org.opencontainers.image.base.name").cloned();
    let digest = label("org.opencontainers.image.base.digest").cloned();
    let mut evidence = Vec::new();
    if let Some(name) = &name {
        evidence.push(format!("label org.opencontainers.image.base.name says {name}"));
    }
    let release = release_layer(view, image.distribution.as_ref());
    let mut end = None;
    if let Some(last) = turn_of_history(&image.history) {
        evidence
            .push(format!("the history's command after layer {last} ends a base image (CMD or ENTRYPOINT before further steps)"));
        end = Some(last + 1);
    }
    if let (Some(layer), Some(distribution)) = (release, &image.distribution) {
        evidence.push(format!("layer {layer} brings {}", distribution.path));
        end = Some(end.map_or(layer + 1, |end: u32| end.max(layer + 1)));
    }
    let end = end?.min(layers);
    Some(BaseImage {
        name: name.or_else(|| image.distribution.as_ref().map(title))?,
        digest,
        layers: end,
        evidence,
        newest_content: newest(view, end),
    })
}

/// Where a layer belongs.
pub(crate) fn origin(base: Option<&BaseImage>, layer: u32) -> Origin {
    match base {
        None => Origin::Unknown,
        Some(base) if layer < base.layers => Origin::Base,
        Some(_) => Origin::Own,
    }
}

fn title(distribution: &Distribution) -> String {
    match &distribution.version_id {
        Some(version) => format!("{}:{version}", distribution.id),
        None => distribution.id.clone(),
    }
}

/// The lowest layer that has the file that the distribution was read from.
fn release_layer(view: &ImageView, distribution: Option<&Distribution>) -> Option<u32> {
    // A distribution that is told by what is missing (`scratch`) has no file, and no layer of its own.
    let path = &distribution.filter(|distribution| !distribution.path.is_empty())?.path;
    let node = view.resolve(&ImagePath::new(path))?;
    view.history(node).map(|(_, version)| version.layer).min()
}

/// The last layer below a CMD or ENTRYPOINT that further layers follow: Dockerfiles end so, and go on only in the next image.
fn turn_of_history(history: &[HistoryEntry]) -> Option<u32> {
    let last_layer = history.iter().rposition(|entry| !entry.empty_layer)?;
    let turn = history[..last_layer].iter().rposition(|entry| {
        let command = entry.created_by.as_deref().unwrap_or_default();
        entry.empty_layer
            && ["CMD ", "ENTRYPOINT "].iter().any(|word| command.starts_with(word) || command.contains(&format!("(nop)  {word}")))
    })?;
    let below = history[..turn].iter().filter(|entry| !entry.empty_layer).count();
    u32::try_from(below.checked_sub(1)?).ok()
}

/// Newest modification time in the base's layers, RFC 3339.
fn newest(view: &ImageView, end: u32) -> Option<String> {
    view.versions()
        .filter(|(_, version)| version.layer < end && !version.implied)
        .map(|(_, version)| version.mtime)
        .max()
        .filter(|time| *time > 0)
        .map(crate::time::rfc3339)
}
