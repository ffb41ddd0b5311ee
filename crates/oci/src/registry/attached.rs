//! What is attached to an image: signatures, attestations, SBOMs.
//!
//! Three ways lead to them: the referrers API (distribution specification, "Listing Referrers"), the tag that stands in for it
//! where a registry has none ("Referrers Tag Schema"), and cosign's own tags. BuildKit's attestations stand in the index. None
//! of them needs to be there; what is there and cannot be read becomes a gap, since a missing signature must not look like an
//! unsigned image.

use std::collections::BTreeMap;

use super::http::Head;
use super::pull::{ACCEPT, Pull, Step, plain, remote};
use super::url::Url;
use super::{Error, MAX_ATTACHED, MAX_REFERRER_PAGES, MAX_SUBJECTS};
use crate::archive::{Artifact, Check, Document, Gap, GapKind, artifact};
use crate::descriptor::Descriptor;
use crate::digest::Digest;
use crate::index::Index;
use crate::manifest::Manifest;

impl Pull {
    /// URL, accepted types and description of the request for an attached thing.
    pub(super) fn attached_request(&self, step: &Step) -> (Url, &'static str, String) {
        let name = &self.session.repository;
        let (rest, what) = match step {
            Step::Referrers(_, Some(page)) => return (page.clone(), ACCEPT, format!("referrers of {name}")),
            Step::Referrers(digest, None) => (format!("referrers/{digest}"), format!("referrers of {name}")),
            Step::ReferrersTag(digest) => (format!("manifests/{}", dashed(digest)), format!("referrers of {name}")),
            Step::CosignTag(digest, kind) => (format!("manifests/{}.{kind}", dashed(digest)), format!("signatures of {name}")),
            Step::Attached(descriptor) | Step::Config(descriptor) | Step::Manifest(Some(descriptor)) => {
                (format!("manifests/{}", descriptor.digest), format!("manifest {}", descriptor.digest))
            }
            Step::Manifest(None) => ("manifests/latest".to_owned(), format!("manifest of {name}")),
        };
        (self.session.url(&rest), ACCEPT, what)
    }

    /// Queues everything that may be attached to the image that was chosen.
    pub(super) fn queue_attached(&mut self) {
        if !self.options.attached {
            return;
        }
        for descriptor in std::mem::take(&mut self.attestations) {
            self.queue_once(descriptor);
        }
        // Signatures are over what people name: the index, or the manifest itself.
        let digests = self.manifest.iter().map(|(descriptor, ..)| descriptor.digest).chain(self.parents.iter().copied());
        for digest in digests.take(MAX_SUBJECTS).collect::<Vec<_>>() {
            self.queue.push_back(Step::Referrers(digest, None));
            self.queue.extend(["sig", "att", "sbom"].map(|kind| Step::CosignTag(digest, kind)));
        }
    }

    /// Takes the answer for an attached thing.
    pub(super) fn take_attached(&mut self, step: Step, head: &Head, body: &[u8]) -> Result<(), Error> {
        match step {
            Step::Referrers(digest, _) => {
                self.list(body)?;
                self.next_page(digest, head)
            }
            Step::ReferrersTag(_) => self.list(body),
            Step::Attached(descriptor) => {
                let document = self.document("attached manifest", descriptor.digest, body)?;
                self.attach(&descriptor, document, &[])
            }
            Step::CosignTag(digest, kind) => {
                let tag = format!("{}.{kind}", dashed(&digest));
                let found = Digest::sha256(body);
                let document = Document { digest: Some(found), check: Check::Unstated, bytes: body.to_vec() };
                self.attach(&plain(found), document, &[tag])
            }
            Step::Manifest(_) | Step::Config(_) => Ok(()),
        }
    }

    /// An attached thing could not be had. Sometimes there is another place to look; sometimes it was never there.
    pub(super) fn missing(&mut self, step: Step, error: &Error) {
        let api = matches!(step, Step::Referrers(..));
        if let Step::Referrers(digest, None) = step {
            self.queue.push_front(Step::ReferrersTag(digest));
        }
        let absent = match error {
            Error::NotFound { .. } => !matches!(step, Step::Attached(_)),
            // A registry from before version 1.1 of the specification has no such address.
            Error::Status { status: 400 | 405 | 406 | 501, .. } => api,
            _ => false,
        };
        if !absent {
            self.unread(error);
        }
    }

    /// Something is there and was not read.
    pub(super) fn unread(&mut self, error: &Error) {
        let kind = match error {
            Error::Malformed { .. } | Error::DigestMismatch { .. } | Error::SizeMismatch { .. } => GapKind::Malformed,
            Error::TooLong { .. } => GapKind::OverBudget,
            _ => GapKind::Missing,
        };
        self.gap(kind, format!("what is attached to the image was not read whole: {error}"));
    }

    fn gap(&mut self, kind: GapKind, message: String) {
        self.gaps.push(Gap { kind, name: String::new(), message });
    }

    /// Queues what an index lists.
    fn list(&mut self, body: &[u8]) -> Result<(), Error> {
        let index = Index::parse("referrers", body, &self.options.limits).map_err(|error| self.malformed("referrers", &error))?;
        for descriptor in index.manifests {
            self.queue_once(descriptor);
        }
        Ok(())
    }

    /// Goes on with the next page, if there is one and it is the same registry's.
    fn next_page(&mut self, digest: Digest, head: &Head) -> Result<(), Error> {
        let Some(link) = head.next_page() else { return Ok(()) };
        let page = self.session.url(&format!("referrers/{digest}")).join(link)?;
        if page.origin() != self.session.api.origin() {
            return Err(self.malformed("referrers", &"the next page is on another host"));
        }
        self.pages += 1;
        if self.pages >= MAX_REFERRER_PAGES {
            self.gap(
                GapKind::OverBudget,
                format!("more than {MAX_REFERRER_PAGES} pages of referrers: the rest is not looked at"),
            );
            return Ok(());
        }
        self.queue.push_front(Step::Referrers(digest, Some(page)));
        Ok(())
    }

    fn queue_once(&mut self, descriptor: Descriptor) {
        let known = self.artifacts.iter().any(|artifact| artifact.manifest.digest == Some(descriptor.digest));
        let step = Step::Attached(descriptor);
        if known || self.queue.contains(&step) {
            return;
        }
        let attached = self.queue.iter().filter(|step| matches!(step, Step::Attached(_))).count() + self.artifacts.len();
        if attached < MAX_ATTACHED {
            self.queue.push_back(step);
        } else if attached == MAX_ATTACHED {
            let message = format!("more than {MAX_ATTACHED} manifests are attached to the image: the rest is not looked at");
            if !self.gaps.iter().any(|gap| gap.message == message) {
                self.gap(GapKind::OverBudget, message);
            }
        }
    }

    fn attach(&mut self, descriptor: &Descriptor, document: Document, names: &[String]) -> Result<(), Error> {
        let manifest = Manifest::parse("attached manifest", &document.bytes, &self.options.limits)
            .map_err(|error| self.malformed("attached manifest", &error))?;
        let Some((kind, subject)) = artifact::classify(descriptor, &manifest, names) else { return Ok(()) };
        let config_type = manifest.config.as_ref().map(|config| config.media_type.clone()).unwrap_or_default();
        let mut annotations: BTreeMap<String, String> = manifest.annotations.clone();
        for (key, value) in &descriptor.annotations {
            annotations.entry(key.clone()).or_insert_with(|| value.clone());
        }
        self.artifacts.push(Artifact {
            kind,
            subject,
            artifact_type: manifest.artifact_type.clone().or(descriptor.artifact_type.clone()).unwrap_or(config_type),
            config: manifest.config.as_ref().map(remote),
            blobs: manifest.layers.iter().map(remote).collect(),
            annotations,
            names: names.to_vec(),
            manifest: document,
        });
        Ok(())
    }
}

/// A digest as a tag: `sha256-…` (distribution specification, "Referrers Tag Schema").
fn dashed(digest: &Digest) -> String {
    digest.to_string().replacen(':', "-", 1)
}
