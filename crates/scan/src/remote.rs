//! An image of a registry: the subject of its report, and what may be said of it without its layers.
//!
//! Two hosts pull images, the command line and the edge; what they say of one image must be the same bytes, so it is said here.
//! Must not know: requests, credentials, which host asks. Proof: `tests/suite/remote.rs`, `tests/edge`.

use porthole_oci::Digest;
use porthole_oci::Reference;
use porthole_oci::archive::{Artifact, ArtifactKind, ImageSource};
use porthole_report::{Gap, GapKind};
use serde::Deserialize;

use crate::pipeline::{Analysis, Options, set_end_of_life};
use crate::sbom::{self, SbomDocument};
use crate::subject::Subject;

impl Subject {
    /// The subject that a registry describes.
    pub fn of_registry(reference: &Reference, image: &ImageSource) -> Self {
        Self::of_image(&reference.familiar(), "registry", image)
    }

    /// Says that a layer was not read, and why.
    pub fn miss(&mut self, layer: u32, kind: GapKind, reason: &str) {
        let message = format!("the layer was not read: {reason}");
        self.gaps.push(Gap { kind, layer: Some(layer), path: String::new(), message });
    }
}

/// Digest and size of the blob that may hold the image's SBOM, as BuildKit attaches it; none when there is no such attestation.
pub fn attached_sbom(artifacts: &[Artifact]) -> Option<(Digest, u64)> {
    let attestations = artifacts.iter().filter(|artifact| artifact.kind == ArtifactKind::Attestation);
    let blob = attestations.flat_map(|artifact| &artifact.blobs).find(|blob| {
        let predicate = blob.annotations.get("in-toto.io/predicate-type").map(String::as_str).unwrap_or_default();
        predicate.starts_with("https://spdx.dev/Document") || predicate.starts_with("https://cyclonedx.org/bom")
    })?;
    Some((blob.digest?, blob.size.unwrap_or(0)))
}

/// The head of an in-toto statement; its predicate is left to the reader of SBOMs.
#[derive(Deserialize)]
struct Statement {
    #[serde(default)]
    subject: Vec<File>,
}

#[derive(Deserialize)]
struct File {
    #[serde(default)]
    digest: std::collections::BTreeMap<String, String>,
}

impl Analysis {
    /// Takes the packages of the image's own SBOM attestation, for an answer without layers. The report says so.
    ///
    /// # Errors
    /// When the bytes are no SBOM that can be read, or are about another image.
    pub fn take_attested_sbom(&mut self, digest: Digest, bytes: &[u8], options: &Options) -> Result<(), String> {
        if !digest.matches(bytes) {
            return Err(format!("SBOM attestation {digest}: its bytes do not have this digest"));
        }
        let named = |error: &dyn std::fmt::Display| format!("SBOM attestation {digest}: {error}");
        let statement: Statement = serde_json::from_slice(bytes).map_err(|error| named(&error))?;
        let image = self.report.image.manifest_digest.as_deref().unwrap_or_default();
        let is_image = |(algorithm, hex): (&String, &String)| image == format!("{algorithm}:{hex}");
        if !statement.subject.iter().flat_map(|file| &file.digest).any(is_image) {
            return Err(named(&"it is about another image"));
        }
        let document = sbom::read(bytes).map_err(|error| named(&error))?;
        self.take_sbom(document, digest, options);
        Ok(())
    }

    fn take_sbom(&mut self, document: SbomDocument, digest: Digest, options: &Options) {
        let listed = document.into_report("");
        self.report.packages = listed.packages;
        if self.report.image.distribution.is_none() {
            self.report.image.distribution = listed.image.distribution;
            set_end_of_life(&mut self.report.image, options);
        }
        self.report.gaps.extend(listed.gaps);
        self.report.gaps.push(Gap {
            kind: GapKind::Missing,
            layer: None,
            path: String::new(),
            message: format!(
                "packages are as the image's own SBOM attestation lists them, and were not compared with its layers: {digest}"
            ),
        });
        self.report.gaps.sort();
        self.report.gaps.dedup();
        self.run_checks(options);
    }
}
