//! What the outside of an image says: the archive's or the registry's half of a report, before any layer is read.

use std::collections::BTreeMap;

use porthole_oci::Digest;
use porthole_oci::History;
use porthole_oci::archive::{self, Archive, Check, Document, ImageSource, LayerSource};
use porthole_report::{Gap, GapKind, HistoryEntry, ImageConfig, Integrity, Platform, Verification};

/// One image as its archive, folder or registry describes it. Nothing here comes from inside a layer.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Subject {
    /// What the person gave: a file name or a reference.
    pub source: String,
    /// `docker-archive`, `oci-archive`, `oci-layout`, `registry`, …
    pub kind: String,
    /// References that the archive gives the image.
    pub names: Vec<String>,
    /// Platform.
    pub platform: Platform,
    /// Digest of the manifest, where there is one.
    pub manifest_digest: Option<String>,
    /// Digest of the configuration.
    pub config_digest: Option<String>,
    /// RFC 3339 creation time, as the configuration states it.
    pub created: Option<String>,
    /// Author, as the configuration states it.
    pub author: Option<String>,
    /// Execution parameters, unmasked.
    pub config: ImageConfig,
    /// History, oldest first, unmasked, each step with the layer that it made.
    pub history: Vec<HistoryEntry>,
    /// Manifest annotations.
    pub annotations: BTreeMap<String, String>,
    /// Layers, lowest first.
    pub layers: Vec<SubjectLayer>,
    /// Digests of documents that were compared already (manifest, config).
    pub integrity: Vec<Integrity>,
    /// What the archive lacks or what is wrong with it.
    pub gaps: Vec<Gap>,
}

/// One layer as the manifest and the configuration name it.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct SubjectLayer {
    /// Digest of the blob, as the manifest states it.
    pub digest: Option<String>,
    /// Digest of the uncompressed tar, as the configuration states it.
    pub diff_id: Option<String>,
    /// Media type, as the manifest states it.
    pub media_type: Option<String>,
    /// Bytes of the blob, as the manifest states or the archive has them.
    pub size: u64,
}

impl Subject {
    /// The subject that an archive describes. `source` is what the person gave.
    pub fn of_archive(source: &str, archive: &Archive, image: &ImageSource) -> Self {
        let gaps = archive.gaps.iter().chain(&image.gaps).map(gap).collect();
        Self { gaps, ..Self::of_image(source, archive.kind.name(), image) }
    }

    /// The subject without an archive around it, from a registry.
    pub fn of_image(source: &str, kind: &str, image: &ImageSource) -> Self {
        let text = |digest: Option<Digest>| digest.map(|digest| digest.to_string());
        let run = &image.config.run;
        Self {
            source: source.to_owned(),
            kind: kind.to_owned(),
            names: image.names.clone(),
            platform: Platform {
                os: image.platform.os.clone(),
                architecture: image.platform.architecture.clone(),
                variant: image.platform.variant.clone(),
                os_version: image.platform.os_version.clone(),
            },
            manifest_digest: text(image.manifest_digest()),
            config_digest: text(image.config_digest()),
            created: image.config.created.clone(),
            author: image.config.author.clone(),
            config: ImageConfig {
                user: run.user.clone(),
                entrypoint: run.entrypoint.clone(),
                cmd: run.cmd.clone(),
                env: run.env.clone(),
                exposed_ports: run.exposed_ports.clone(),
                volumes: run.volumes.clone(),
                working_dir: run.working_dir.clone(),
                labels: run.labels.clone(),
                stop_signal: run.stop_signal.clone(),
                healthcheck: run.healthcheck.as_ref().map(|check| check.test.clone()),
                shell: run.shell.clone(),
                on_build: run.on_build.clone(),
            },
            history: history(image),
            annotations: image.annotations.clone(),
            layers: image.layers.iter().map(layer).collect(),
            integrity: image
                .parents
                .iter()
                .map(|parent| index(parent, image))
                .chain(
                    [("manifest", &image.manifest), ("config", &image.config_document)]
                        .into_iter()
                        .filter_map(|(what, document)| integrity(what, document.as_ref()?)),
                )
                .collect(),
            gaps: image.gaps.iter().map(gap).collect(),
        }
    }
}

fn layer(layer: &LayerSource) -> SubjectLayer {
    SubjectLayer {
        digest: layer.digest.map(|digest| digest.to_string()),
        diff_id: layer.diff_id.map(|digest| digest.to_string()),
        media_type: layer.media_type.clone(),
        size: layer.size.unwrap_or(0),
    }
}

fn history(image: &ImageSource) -> Vec<HistoryEntry> {
    let entry = |(at, entry): (usize, &History)| HistoryEntry {
        created: entry.created.clone(),
        created_by: entry.created_by.clone(),
        author: entry.author.clone(),
        comment: entry.comment.clone(),
        empty_layer: entry.empty_layer,
        layer: image.history_layers.get(at).copied().flatten().and_then(|layer| u32::try_from(layer).ok()),
    };
    image.config.history.iter().enumerate().map(entry).collect()
}

/// An index that the image was reached through: its digest was compared on the way.
fn index(parent: &Digest, image: &ImageSource) -> Integrity {
    let broken = image.broken_parents.iter().find(|(stated, _)| stated == parent);
    let verification = match broken {
        Some((stated, found)) => Verification::Mismatch { expected: stated.to_string(), actual: found.to_string() },
        None => Verification::Verified,
    };
    Integrity { what: "index".to_owned(), digest: parent.to_string(), verification }
}

fn integrity(what: &str, document: &Document) -> Option<Integrity> {
    let digest = document.digest?.to_string();
    let verification = match document.check {
        Check::Verified => Verification::Verified,
        Check::Mismatch { expected, found } => {
            Verification::Mismatch { expected: expected.to_string(), actual: found.to_string() }
        }
        Check::Unstated => Verification::Unstated,
    };
    Some(Integrity { what: what.to_owned(), digest, verification })
}

fn gap(gap: &archive::Gap) -> Gap {
    let kind = match gap.kind {
        archive::GapKind::Malformed => GapKind::Malformed,
        archive::GapKind::Unsupported => GapKind::Unsupported,
        archive::GapKind::OverBudget => GapKind::OverBudget,
        archive::GapKind::Missing => GapKind::Missing,
    };
    Gap { kind, layer: None, path: gap.name.clone(), message: gap.message.clone() }
}
