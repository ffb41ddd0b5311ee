//! What an archive holds.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use super::artifact::Artifact;
use super::store::Store;
use crate::config::Config;
use crate::digest::Digest;
use crate::error::{Error, ErrorFamily};
use crate::platform::Platform;

/// Everything that an archive says of itself.
#[derive(Debug, Clone, Default)]
pub struct Archive {
    /// How it is laid out.
    pub kind: ArchiveKind,
    /// Runnable images, one for each manifest and platform, in the archive's order.
    pub images: Vec<ImageSource>,
    /// Everything else that has a manifest: signatures, attestations, charts, …
    pub artifacts: Vec<Artifact>,
    /// What could not be read, and what does not fit together.
    pub gaps: Vec<Gap>,
    pub(super) store: Store,
}

/// How an archive is laid out.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
pub enum ArchiveKind {
    /// `manifest.json`, as `docker save` writes it.
    #[default]
    DockerArchive,
    /// `repositories` and a folder for each layer, from before `manifest.json`.
    DockerLegacy,
    /// `index.json` and `blobs/` in a tar.
    OciArchive,
    /// `index.json` and `blobs/` in a folder.
    OciLayout,
    /// Both `manifest.json` and `index.json`, as Docker writes it since version 25.
    Hybrid,
    /// A folder with one manifest and blobs beside it, as `skopeo copy … dir:` writes it.
    Directory,
    /// No manifest at all, but the files of one system: what `docker export` writes.
    RootFs,
    /// Nothing but blobs: what is left of an archive whose end is missing.
    Remains,
}

impl ArchiveKind {
    /// `docker-archive`, `oci-archive`, …
    pub fn name(self) -> &'static str {
        match self {
            Self::DockerArchive | Self::Hybrid => "docker-archive",
            Self::DockerLegacy => "docker-archive-legacy",
            Self::OciArchive => "oci-archive",
            Self::OciLayout => "oci-layout",
            Self::Directory => "directory",
            Self::RootFs => "root-filesystem",
            Self::Remains => "remains",
        }
    }
}

/// One image for one platform.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct ImageSource {
    /// References that the archive gives it (`repo:tag`), sorted.
    pub names: Vec<String>,
    /// What it runs on: as its configuration says, else as the index does.
    pub platform: Platform,
    /// Its manifest, where there is an OCI or schema 2 one.
    pub manifest: Option<Document>,
    /// Media type of the manifest.
    pub media_type: Option<String>,
    /// Its configuration as stored; its digest is the image id.
    pub config_document: Option<Document>,
    /// The configuration, read; empty when it is missing.
    pub config: Config,
    /// Layers, lowest first.
    pub layers: Vec<LayerSource>,
    /// For each history entry of the configuration the layer that it made, where history and layers agree in number.
    pub history_layers: Vec<Option<usize>>,
    /// Annotations of the manifest, with those of its index entry.
    pub annotations: BTreeMap<String, String>,
    /// Digests of the indexes that it was reached through: a signature may be over one of these.
    pub parents: Vec<Digest>,
    /// Those of them whose bytes hash to something else: as stated, and as found. They vouch for nothing.
    pub broken_parents: Vec<(Digest, Digest)>,
    /// What is wrong with it.
    pub gaps: Vec<Gap>,
}

impl ImageSource {
    /// Digest of its manifest.
    pub fn manifest_digest(&self) -> Option<Digest> {
        self.manifest.as_ref().and_then(|manifest| manifest.digest)
    }

    /// Digest of its configuration: the image id.
    pub fn config_digest(&self) -> Option<Digest> {
        self.config_document.as_ref().and_then(|config| config.digest)
    }

    /// True when at least one layer's bytes are at hand (or none is needed).
    pub fn has_content(&self) -> bool {
        self.layers.is_empty() || self.layers.iter().any(|layer| layer.location.is_here())
    }
}

/// A small file of an archive, whole.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Document {
    /// Digest that refers to it; the computed one where nothing does.
    pub digest: Option<Digest>,
    /// How its bytes compare with that digest.
    pub check: Check,
    /// Its bytes.
    pub bytes: Vec<u8>,
}

/// How bytes compare with the digest that refers to them.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub enum Check {
    /// They hash to it.
    Verified,
    /// They hash to something else.
    Mismatch {
        /// What refers to them.
        expected: Digest,
        /// What they hash to.
        found: Digest,
    },
    /// Nothing states a digest.
    Unstated,
}

/// One layer of an image.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct LayerSource {
    /// Digest of the blob, where the archive states one.
    pub digest: Option<Digest>,
    /// Digest of the uncompressed tar, as the configuration states it.
    pub diff_id: Option<Digest>,
    /// Media type, where a manifest states one.
    pub media_type: Option<String>,
    /// Length of the blob, bytes, where a manifest states it or the blob is at hand.
    pub size: Option<u64>,
    /// Where the blob is.
    pub location: Location,
    /// Annotations of its descriptor.
    pub annotations: BTreeMap<String, String>,
}

/// Where a blob is.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub enum Location {
    /// Bytes of the archive, or of one file of a folder.
    Range {
        /// The file of the folder as it was named to the reader; none for an archive.
        file: Option<String>,
        /// First byte.
        offset: u64,
        /// Length, bytes.
        len: u64,
    },
    /// It went by in the stream under this name.
    Streamed {
        /// Name as given to [`super::StreamSink::blob`].
        name: String,
    },
    /// To be asked for by its digest, from a registry.
    Remote,
    /// Not there, though something refers to it.
    Missing,
    /// Not distributed with the image.
    Foreign {
        /// Where it may be had. Nothing fetches it.
        urls: Vec<String>,
    },
}

impl Location {
    /// True when its bytes can be had.
    pub fn is_here(&self) -> bool {
        matches!(self, Self::Range { .. } | Self::Streamed { .. } | Self::Remote)
    }
}

/// A blob by its digest.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Blob {
    /// Its name in the archive.
    pub name: String,
    /// Where it is.
    pub location: Location,
    /// Its bytes, where the reader kept them.
    pub bytes: Option<Vec<u8>>,
}

impl Blob {
    /// Its length in the archive, bytes, where that is known before it is read.
    pub fn stored_len(&self) -> Option<u64> {
        match &self.location {
            Location::Range { len, .. } => Some(*len),
            _ => self.bytes.as_ref().map(|bytes| bytes.len() as u64),
        }
    }
}

/// Something that could not be read, or does not fit.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct Gap {
    /// Whose fault it is.
    pub kind: GapKind,
    /// Name in the archive, or a digest; empty when it is about the whole.
    pub name: String,
    /// One clear sentence, lower case, without a full stop.
    pub message: String,
}

/// Kinds of gaps.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum GapKind {
    /// The file is wrong.
    Malformed,
    /// We cannot read it.
    Unsupported,
    /// A cap was reached.
    OverBudget,
    /// It is not in the input.
    Missing,
}

impl Gap {
    pub(super) fn new(kind: GapKind, name: impl Into<String>, message: impl Into<String>) -> Self {
        Self { kind, name: name.into(), message: message.into() }
    }

    pub(super) fn of(name: impl Into<String>, error: &Error) -> Self {
        let kind = match (error, error.family()) {
            (Error::Missing { .. }, _) => GapKind::Missing,
            (_, ErrorFamily::Unsupported) => GapKind::Unsupported,
            (_, ErrorFamily::OverBudget) => GapKind::OverBudget,
            _ => GapKind::Malformed,
        };
        Self::new(kind, name, error.to_string())
    }
}

impl Archive {
    /// A blob by its digest, wherever the archive keeps it; none when it is not there. For signatures and attestations.
    pub fn blob(&self, digest: &Digest) -> Option<Blob> {
        let name = self.store.blob_name(digest)?;
        let location = self.store.location(&name)?;
        let bytes = self.store.kept(&name).map(<[u8]>::to_vec);
        Some(Blob { name: String::from_utf8_lossy(&name).into_owned(), location, bytes })
    }

    /// Artifacts that are about this image: their subject is its manifest, an index it was reached through, or its id.
    pub fn about<'a>(&'a self, image: &'a ImageSource) -> impl Iterator<Item = &'a Artifact> {
        let about = move |subject: &Digest| {
            image.manifest_digest() == Some(*subject)
                || image.parents.contains(subject)
                || image.config_digest() == Some(*subject)
        };
        self.artifacts.iter().filter(move |artifact| artifact.subject.as_ref().is_some_and(about))
    }
}
