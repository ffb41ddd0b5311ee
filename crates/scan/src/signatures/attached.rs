//! From what an archive or a registry holds to the machine: which artifacts may be about an image, and in what order they are fed.
//!
//! The archive reader and the pull keep artifacts apart from images and know nothing of signatures; the host lends a function
//! that reads or fetches a blob, or feeds the machine itself. Proof: `tests/suite/signatures/{attached,pulled}.rs`, `tests/edge`.

use std::collections::BTreeMap;

use porthole_oci::archive::{Archive, Artifact, ArtifactKind, Blob, ImageSource};
use porthole_oci::registry::Pulled;

use super::machine::{Machine, Related, Subject};

impl Subject {
    /// The digests under which an image may have been signed: its manifest's, and those of the indexes that list it.
    /// `repository` is for trust policies.
    pub fn of_image(image: &ImageSource, repository: Option<String>) -> Self {
        let manifest = image.manifest.as_ref().and_then(|document| Some((document.digest?, Some(document.bytes.clone()))));
        let indexes = image.parents.iter().map(|digest| (*digest, None));
        Self { manifests: manifest.into_iter().chain(indexes).collect(), repository }
    }
}

impl Machine {
    /// Over what an archive holds about one of its images; its manifests are fed already. `None` when it holds nothing.
    pub fn of_archive(archive: &Archive, image: &ImageSource, repository: Option<String>) -> Option<Self> {
        let artifacts = about(archive, image);
        (!artifacts.is_empty()).then(|| Self::over(Subject::of_image(image, repository), &artifacts))
    }

    /// Over what a registry holds about a pulled image; its manifests are fed already. `None` when it holds nothing. The
    /// blobs that are [wanted](Self::wants) are the registry's to fetch.
    pub fn of_pulled(pulled: &Pulled) -> Option<Self> {
        let reference = &pulled.pinned;
        let repository = format!("{}/{}", reference.registry, reference.repository);
        collect_remote(&pulled.image, &pulled.artifacts, Some(repository))
    }

    /// Starts with artifacts whose manifests are at hand, and feeds those.
    fn over(subject: Subject, artifacts: &[&Artifact]) -> Self {
        let related = artifacts.iter().filter_map(|artifact| {
            Some(Related {
                digest: artifact.manifest.digest?,
                size: artifact.manifest.bytes.len() as u64,
                tag: artifact.names.iter().find_map(|name| name.rsplit([':', '/']).next()).map(str::to_owned),
                annotations: artifact.annotations.clone().into_iter().collect(),
            })
        });
        let mut machine = Self::new(subject, related.collect());
        let held: BTreeMap<_, _> =
            artifacts.iter().filter_map(|artifact| Some((artifact.manifest.digest?, &artifact.manifest.bytes))).collect();
        loop {
            let wants: Vec<_> = machine.wants().into_iter().filter(|digest| held.contains_key(digest)).collect();
            if wants.is_empty() {
                return machine;
            }
            for digest in wants {
                if let Some(bytes) = held.get(&digest) {
                    machine.push(&digest, bytes.to_vec());
                }
            }
        }
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
    machine.feed(&mut |digest| archive.blob(digest).and_then(|blob| blob.bytes.clone().or_else(|| read(&blob))));
    Some(machine)
}

/// A machine that knows the manifests that a registry has for the image: the host feeds it with the blobs that it wants.
/// `None` when nothing is attached.
pub fn collect_remote(image: &ImageSource, artifacts: &[Artifact], repository: Option<String>) -> Option<Machine> {
    let artifacts: Vec<&Artifact> = artifacts.iter().collect();
    (!artifacts.is_empty()).then(|| Machine::over(Subject::of_image(image, repository), &artifacts))
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
