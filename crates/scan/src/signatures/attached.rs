//! From an archive or a registry to the machine: which artifacts may be about an image, and the loop that feeds them.
//!
//! The archive reader and the pull keep artifacts apart from images and know nothing of signatures; the host lends a function
//! that reads a blob, or feeds the machine itself. Proof: `tests/suite/signatures/attached.rs`, `tests/edge`.

use porthole_oci::archive::{Archive, Artifact, ArtifactKind, Blob, ImageSource};

use super::machine::{Machine, Related, Subject};

impl Subject {
    /// The digests under which an image of an archive may have been signed: its manifest's, and those of the indexes that
    /// list it. `repository` is for trust policies.
    pub fn of_image(image: &ImageSource, repository: Option<String>) -> Self {
        let manifest = image.manifest.as_ref().and_then(|document| Some((document.digest?, Some(document.bytes.clone()))));
        let indexes = image.parents.iter().map(|digest| (*digest, None));
        Self { manifests: manifest.into_iter().chain(indexes).collect(), repository }
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
    let artifacts: Vec<&Artifact> = about(archive, image);
    if artifacts.is_empty() {
        return None;
    }
    let related = artifacts.iter().copied().filter_map(related).collect();
    let mut machine = Machine::new(Subject::of_image(image, repository), related);
    loop {
        let wants = machine.wants();
        if wants.is_empty() {
            return Some(machine);
        }
        for digest in wants {
            let kept = artifacts.iter().find(|artifact| artifact.manifest.digest == Some(digest));
            let bytes = kept
                .map(|artifact| artifact.manifest.bytes.clone())
                .or_else(|| archive.blob(&digest).and_then(|blob| blob.bytes.clone().or_else(|| read(&blob))));
            match bytes {
                Some(bytes) => machine.push(&digest, bytes),
                None => machine.missing(&digest),
            }
        }
    }
}

/// A machine that knows the manifests that a registry has for the image: the host feeds it with the blobs that it wants.
/// `None` when nothing is attached.
pub fn collect_remote(image: &ImageSource, artifacts: &[Artifact], repository: Option<String>) -> Option<Machine> {
    if artifacts.is_empty() {
        return None;
    }
    let mut machine = Machine::new(Subject::of_image(image, repository), artifacts.iter().filter_map(related).collect());
    for digest in machine.wants() {
        match artifacts.iter().find(|artifact| artifact.manifest.digest == Some(digest)) {
            Some(artifact) => machine.push(&digest, artifact.manifest.bytes.clone()),
            None => machine.missing(&digest),
        }
    }
    Some(machine)
}

fn related(artifact: &Artifact) -> Option<Related> {
    Some(Related {
        digest: artifact.manifest.digest?,
        size: artifact.manifest.bytes.len() as u64,
        tag: artifact.names.iter().find_map(|name| name.rsplit([':', '/']).next()).map(str::to_owned),
        annotations: artifact.annotations.clone().into_iter().collect(),
    })
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
                ArtifactKind::CosignSignature | ArtifactKind::CosignAttestation | ArtifactKind::Attestation
            )
    };
    archive.about(image).chain(archive.artifacts.iter().filter(unnamed)).collect()
}
