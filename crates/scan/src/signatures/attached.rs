//! From what an archive or a registry holds to the machine: which artifacts may be about an image, and in what order they are fed.
//!
//! The archive reader and the pull keep artifacts apart from images and know nothing of signatures; the host lends a function
//! that reads or fetches a blob, or feeds the machine itself. Proof: `tests/suite/signatures/{attached,pulled}.rs`, `tests/edge`.

use std::collections::BTreeMap;

use porthole_oci::Digest;
use porthole_oci::archive::{Archive, Artifact, ArtifactKind, Blob, Check, ImageSource};
use porthole_oci::registry::Pulled;
use serde::{Deserialize, Serialize};

use super::machine::{Machine, Related, Subject};
use super::refusal::Refusal;

impl Subject {
    /// The digests under which an image may have been signed: its manifest's, and those of the indexes that list it, as far as
    /// their bytes are what the digests say. `repository` is for trust policies.
    pub fn of_image(image: &ImageSource, repository: Option<String>) -> Self {
        let stated = image.manifest.as_ref().and_then(|document| Some((document.digest?, document)));
        let whole = stated.filter(|(_, document)| !matches!(document.check, Check::Mismatch { .. }));
        let manifest = whole.map(|(digest, document)| (digest, Some(document.bytes.clone())));
        // An index whose bytes are others lists what it likes: a signature over its stated digest says nothing of the image,
        // nor does one over an index above it.
        let sound = image.broken_parents.is_empty() && manifest.is_some();
        let indexes = image.parents.iter().map(|digest| (*digest, None));
        let altered = stated.map(|(digest, _)| digest).into_iter().chain(image.parents.iter().copied());
        Self {
            manifests: manifest.clone().into_iter().chain(indexes.filter(|_| sound)).collect(),
            altered: altered.filter(|digest| !sound && manifest.as_ref().is_none_or(|(whole, _)| whole != digest)).collect(),
            repository,
        }
    }
}

/// A reference without its tag and digest: what trust policies call a repository.
pub fn repository(name: &str) -> &str {
    let name = name.split_once('@').map_or(name, |(name, _)| name);
    match name.rsplit_once(':') {
        Some((repository, tag)) if !tag.contains('/') => repository,
        _ => name,
    }
}

/// What may be about an image, with the manifests that are at hand: enough to start a machine, here or elsewhere. A browser
/// reads the archive with one module and verifies with another; between them this goes as bytes.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct Attached {
    subject: Subject,
    related: Vec<Related>,
    manifests: BTreeMap<Digest, Vec<u8>>,
}

impl Attached {
    /// What an archive holds about one of its images; `None` when it holds nothing.
    pub fn of_archive(archive: &Archive, image: &ImageSource, repository: Option<String>) -> Option<Self> {
        Self::of(Subject::of_image(image, repository), &about(archive, image))
    }

    /// What a registry holds about a pulled image; `None` when it holds nothing.
    pub fn of_pulled(pulled: &Pulled) -> Option<Self> {
        let reference = &pulled.pinned;
        let repository = format!("{}/{}", reference.registry, reference.repository);
        let artifacts: Vec<&Artifact> = pulled.artifacts.iter().collect();
        Self::of(Subject::of_image(&pulled.image, Some(repository)), &artifacts)
    }

    fn of(subject: Subject, artifacts: &[&Artifact]) -> Option<Self> {
        let related = artifacts.iter().filter_map(|artifact| {
            Some(Related {
                digest: artifact.manifest.digest?,
                size: artifact.manifest.bytes.len() as u64,
                tag: artifact.names.iter().find_map(|name| name.rsplit([':', '/']).next()).map(str::to_owned),
                annotations: artifact.annotations.clone().into_iter().collect(),
            })
        });
        let related: Vec<Related> = related.collect();
        let held = artifacts.iter().filter_map(|artifact| Some((artifact.manifest.digest?, artifact.manifest.bytes.clone())));
        (!related.is_empty()).then(|| Self { subject, related, manifests: held.collect() })
    }

    /// As bytes, for [`Self::from_bytes`] of the same version.
    pub fn to_bytes(&self) -> Vec<u8> {
        // Writing to a vector fails for no value of this type.
        postcard::to_allocvec(self).unwrap_or_default()
    }

    /// From the bytes of [`Self::to_bytes`].
    ///
    /// # Errors
    /// [`Refusal::Malformed`] for other bytes.
    pub fn from_bytes(bytes: &[u8]) -> Result<Self, Refusal> {
        postcard::from_bytes(bytes).map_err(|error| Refusal::malformed("the list of what is attached", error.to_string()))
    }

    /// Starts a machine and feeds it with the manifests that are at hand.
    pub fn into_machine(self) -> Machine {
        let mut machine = Machine::new(self.subject, self.related);
        loop {
            let wants: Vec<_> = machine.wants().into_iter().filter(|digest| self.manifests.contains_key(digest)).collect();
            if wants.is_empty() {
                return machine;
            }
            for digest in wants {
                if let Some(bytes) = self.manifests.get(&digest) {
                    machine.push(&digest, bytes.clone());
                }
            }
        }
    }
}

impl Machine {
    /// Over what an archive holds about one of its images; its manifests are fed already. `None` when it holds nothing.
    pub fn of_archive(archive: &Archive, image: &ImageSource, repository: Option<String>) -> Option<Self> {
        Attached::of_archive(archive, image, repository).map(Attached::into_machine)
    }

    /// Over what a registry holds about a pulled image; its manifests are fed already. `None` when it holds nothing. The
    /// blobs that are [wanted](Self::wants) are the registry's to fetch.
    pub fn of_pulled(pulled: &Pulled) -> Option<Self> {
        Attached::of_pulled(pulled).map(Attached::into_machine)
    }
}

/// Feeds a machine with everything in the archive that may be about the image. `None` when nothing is.
///
/// `read` gives the bytes of a blob, or `None` when they can't be had.
pub fn collect(
    archive: &Archive,
    image: &ImageSource,
    repository: Option<String>,
    read: &mut dyn FnMut(&Blob) -> Option<Vec<u8>>,
) -> Option<Machine> {
    let mut machine = Machine::of_archive(archive, image, repository)?;
    loop {
        let wants = machine.wants();
        if wants.is_empty() {
            return Some(machine);
        }
        for digest in wants {
            match archive.blob(&digest) {
                // What the descriptor says of the size is the attacker's word; the archive's own length counts.
                Some(blob) if blob.stored_len().is_some_and(|len| len > machine.size_limit(&digest)) => {
                    machine.too_large(&digest)
                }
                Some(blob) => match blob.bytes.clone().or_else(|| read(&blob)) {
                    Some(bytes) => machine.push(&digest, bytes),
                    None => machine.missing(&digest),
                },
                None => machine.missing(&digest),
            }
        }
    }
}

/// A machine that knows the manifests that a registry has for the image: the host feeds it with the blobs that it wants.
/// `None` when nothing is attached.
pub fn collect_remote(image: &ImageSource, artifacts: &[Artifact], repository: Option<String>) -> Option<Machine> {
    let artifacts: Vec<&Artifact> = artifacts.iter().collect();
    Attached::of(Subject::of_image(image, repository), &artifacts).map(Attached::into_machine)
}

/// Artifacts whose subject is the image. Where the archive holds one image alone, in whatever platforms, signatures that
/// name their subject only in what they sign (`cosign save`) are taken to be about it too: their payload decides.
fn about<'a>(archive: &'a Archive, image: &'a ImageSource) -> Vec<&'a Artifact> {
    let alone = archive.images.len() == 1
        || !image.parents.is_empty() && archive.images.iter().all(|other| other.parents == image.parents);
    let unnamed = move |artifact: &&Artifact| {
        alone
            && artifact.subject.is_none()
            && matches!(
                artifact.kind,
                ArtifactKind::CosignSignature
                    | ArtifactKind::CosignAttestation
                    | ArtifactKind::CosignSbom
                    | ArtifactKind::Attestation
            )
    };
    archive.about(image).chain(archive.artifacts.iter().filter(unnamed)).collect()
}
