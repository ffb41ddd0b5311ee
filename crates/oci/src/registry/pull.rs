//! From a reference to an image: index, manifest, configuration. What is attached to them is in [`super::attached`].

use std::collections::{BTreeMap, VecDeque};

use serde_json::Value;

use super::exchange::{Answer, Exchange, Session};
use super::http::{Head, RateLimit, Request};
use super::url::Url;
use super::{Error, MAX_MANIFEST};
use crate::archive::{Artifact, Check, Document, Gap, ImageSource, LayerSource, Location, artifact, assemble};
use crate::descriptor::Descriptor;
use crate::digest::Digest;
use crate::index::Index;
use crate::limits::Limits;
use crate::manifest::Manifest;
use crate::media_type::{Role, role};
use crate::platform::Platform;
use crate::reference::Reference;

/// Media types of everything that a manifest request may answer with.
pub(super) const ACCEPT: &str = "application/vnd.oci.image.index.v1+json, application/vnd.oci.image.manifest.v1+json, \
    application/vnd.docker.distribution.manifest.list.v2+json, application/vnd.docker.distribution.manifest.v2+json";

/// What the person asked for beside the reference.
#[derive(Debug, Clone, Default)]
pub struct PullOptions {
    /// Platform; fields left empty do not matter. Default: linux/amd64, else the first image.
    pub platform: Option<Platform>,
    /// Ask over `http`: only for a registry on this machine or in a closed network.
    pub plain_http: bool,
    /// Look for signatures and attestations too (some five requests more).
    pub attached: bool,
    /// Caps.
    pub limits: Limits,
}

/// What a pull ends in.
#[derive(Debug, Clone)]
pub struct Pulled {
    /// The image; its layers are [`Location::Remote`].
    pub image: ImageSource,
    /// Signatures, attestations and other attached manifests.
    pub artifacts: Vec<Artifact>,
    /// The reference by digest: what a permanent link names.
    pub pinned: Reference,
    /// For the blobs.
    pub session: Session,
}

impl Pulled {
    /// Pull limit as last told.
    pub fn rate_limit(&self) -> Option<RateLimit> {
        self.session.rate_limit()
    }
}

/// Pulls everything about an image but its layers: `while let Some(request) = pull.wants() { … pull.push(head, body)? }`.
#[derive(Clone)]
pub struct Pull {
    reference: Reference,
    pub(super) options: PullOptions,
    pub(super) session: Session,
    step: Option<(Step, Exchange)>,
    /// Attached things still to ask for; each may be missing.
    pub(super) queue: VecDeque<Step>,
    /// Digests of the indexes on the way.
    pub(super) parents: Vec<Digest>,
    /// Digest of what the reference names.
    top: Option<Digest>,
    names: Vec<String>,
    pub(super) attestations: Vec<Descriptor>,
    pub(super) manifest: Option<(Descriptor, Document, Manifest)>,
    config: Option<Document>,
    pub(super) artifacts: Vec<Artifact>,
    pub(super) gaps: Vec<Gap>,
    /// Pages of referrers asked for so far.
    pub(super) pages: u32,
    depth: u32,
}

#[derive(Debug, Clone, PartialEq)]
pub(super) enum Step {
    /// An index or manifest on the way to the image.
    Manifest(Option<Descriptor>),
    Config(Descriptor),
    /// What the registry lists as attached to a digest; from the second page on, where it goes on.
    Referrers(Digest, Option<Url>),
    /// The tag that stands in for the referrers API.
    ReferrersTag(Digest),
    /// A manifest that is attached: by digest, or by cosign's tag.
    Attached(Descriptor),
    CosignTag(Digest, &'static str),
}

impl Step {
    /// True for what there is an image without.
    fn is_optional(&self) -> bool {
        !matches!(self, Self::Manifest(_) | Self::Config(_))
    }
}

impl Pull {
    /// A pull that has asked for nothing yet.
    ///
    /// # Errors
    /// [`Error::BadUrl`] when the registry's name makes no URL.
    pub fn new(reference: Reference, options: PullOptions) -> Result<Self, Error> {
        let session = Session::of(&reference, options.plain_http)?;
        Ok(Self::within(session, reference, options))
    }

    /// A pull that goes on where a [`super::Resolve`] of the same repository ended.
    pub fn within(session: Session, reference: Reference, options: PullOptions) -> Self {
        let mut pull = Self {
            session,
            names: vec![reference.familiar()],
            reference,
            options,
            step: None,
            queue: VecDeque::new(),
            parents: Vec::new(),
            top: None,
            attestations: Vec::new(),
            manifest: None,
            config: None,
            artifacts: Vec::new(),
            gaps: Vec::new(),
            pages: 0,
            depth: 0,
        };
        pull.start(Step::Manifest(None));
        pull
    }

    /// The request to make now; none when everything is there.
    pub fn wants(&self) -> Option<Request> {
        self.step.as_ref().map(|(_, exchange)| exchange.request())
    }

    /// Takes an answer: its head, and its body as far as the request's cap allows (one byte more shows that it is longer).
    ///
    /// # Errors
    /// Whatever ends the pull; see [`Error`]. Failures of attached things end nothing.
    pub fn push(&mut self, head: &Head, body: &[u8]) -> Result<(), Error> {
        let Some((step, mut exchange)) = self.step.take() else { return Ok(()) };
        let optional = step.is_optional();
        let answer = self.cap(&exchange, body).and_then(|()| exchange.head(head)).and_then(|answer| match answer {
            Answer::Token => exchange.token(body).map(|()| Answer::Again),
            answer => Ok(answer),
        });
        match answer {
            Ok(Answer::Again | Answer::Token) => self.step = Some((step, exchange)),
            Ok(Answer::Body) => {
                self.session = exchange.into_session();
                match self.take(step, head, body) {
                    Err(error) if optional => self.unread(&error),
                    taken => taken?,
                }
                self.next();
            }
            Err(error) if optional => {
                self.session = exchange.into_session();
                self.missing(step, &error);
                self.next();
            }
            Err(error) => return Err(error),
        }
        Ok(())
    }

    /// The request could not be made, or its answer broke off, however often it was tried.
    ///
    /// # Errors
    /// [`Error::Unreachable`], when there is no image without it.
    pub fn failed(&mut self, why: &str) -> Result<(), Error> {
        let Some((step, exchange)) = self.step.take() else { return Ok(()) };
        let error = exchange.no_answer(why);
        if !step.is_optional() {
            return Err(error);
        }
        self.session = exchange.into_session();
        self.missing(step, &error);
        self.next();
        Ok(())
    }

    /// True once manifest and configuration are there. What is still wanted then is attached to the image, and a host in a hurry
    /// may `finish` a clone and begin with the layers meanwhile.
    pub fn has_image(&self) -> bool {
        self.manifest.is_some() && self.config.is_some()
    }

    /// The image and what is attached to it.
    ///
    /// # Errors
    /// [`Error::Malformed`] when something is still wanted.
    pub fn finish(self) -> Result<Pulled, Error> {
        let host = self.session.api.authority();
        let unfinished = || Error::Malformed { host: host.clone(), what: "pull".into(), why: "it was not finished".into() };
        let (descriptor, whole, manifest) = self.manifest.ok_or_else(unfinished)?;
        let layers = manifest.layers.iter().map(remote).collect();
        let mut image = assemble(Some(whole), &manifest, layers, self.config, &self.options.limits);
        if let Some(platform) = descriptor.platform.as_ref().filter(|_| image.platform.is_unknown()) {
            image.platform = platform.clone().normalised();
        }
        for (key, value) in descriptor.annotations {
            image.annotations.entry(key).or_insert(value);
        }
        image.gaps.extend(self.gaps);
        image.gaps.sort();
        image.names = self.names;
        image.parents = self.parents;
        let digest = self.top.or(Some(descriptor.digest));
        let pinned = Reference { tag: None, digest, ..self.reference };
        Ok(Pulled { image, artifacts: self.artifacts, pinned, session: self.session })
    }

    fn cap(&self, exchange: &Exchange, body: &[u8]) -> Result<(), Error> {
        let request = exchange.request();
        if body.len() as u64 > request.max_body {
            return Err(Error::TooLong { host: request.url.authority(), what: request.what, limit: request.max_body });
        }
        Ok(())
    }

    fn start(&mut self, step: Step) {
        let session = self.session.clone();
        let at = |rest: &str| session.url(rest);
        let (url, accept, what) = match &step {
            Step::Manifest(None) => {
                (at(&format!("manifests/{}", self.reference.target())), ACCEPT, format!("manifest of {}", self.reference))
            }
            Step::Manifest(Some(child)) => {
                (at(&format!("manifests/{}", child.digest)), ACCEPT, format!("manifest {}", child.digest))
            }
            Step::Config(config) => {
                (at(&format!("blobs/{}", config.digest)), "*/*", format!("configuration of {}", self.reference))
            }
            optional => self.attached_request(optional),
        };
        let max = if matches!(step, Step::Config(_)) { self.options.limits.max_metadata_file } else { MAX_MANIFEST };
        let exchange = Exchange::new(session.clone(), url, accept, what, max);
        self.step = Some((step, exchange));
    }

    fn next(&mut self) {
        if self.step.is_none()
            && let Some(step) = self.queue.pop_front()
        {
            self.start(step);
        }
    }

    fn take(&mut self, step: Step, head: &Head, body: &[u8]) -> Result<(), Error> {
        match step {
            Step::Manifest(child) => self.take_manifest(child, head, body),
            Step::Config(descriptor) => {
                self.config = Some(self.document("configuration", descriptor.digest, body)?);
                self.queue_attached();
                Ok(())
            }
            optional => self.take_attached(optional, head, body),
        }
    }

    fn take_manifest(&mut self, child: Option<Descriptor>, head: &Head, body: &[u8]) -> Result<(), Error> {
        if head.content_type().is_some_and(|content_type| content_type == "text/html") {
            return Err(self.malformed("manifest", &"a web page came instead: is something between us and the registry?"));
        }
        let stated = child.as_ref().map(|child| child.digest).or(self.reference.digest);
        let document = match stated {
            Some(digest) => self.document("manifest", digest, body)?,
            None => self.document_by_header(head, body)?,
        };
        if let Some(stated) = child.as_ref().and_then(|child| child.size).filter(|stated| *stated != body.len() as u64) {
            let (host, found) = (self.session.api.authority(), body.len() as u64);
            return Err(Error::SizeMismatch { host, what: "manifest".into(), stated, found });
        }
        let digest = document.digest.unwrap_or_else(|| Digest::sha256(body));
        self.top.get_or_insert(digest);
        let limits = self.options.limits.clone();
        let name = digest.to_string();
        let value = crate::document::parse(&name, body, &limits).map_err(|error| self.malformed("manifest", &error))?;
        if let Some(why) = confusing(&value, head) {
            return Err(self.malformed("manifest", &why));
        }
        if Index::looks_like(&value) {
            let index = Index::read(&name, &value, &limits).map_err(|error| self.malformed("index", &error))?;
            self.depth += 1;
            if self.depth > limits.max_nesting || self.parents.contains(&digest) {
                return Err(self.malformed("index", &"indexes nest too deep"));
            }
            self.parents.push(digest);
            let chosen = self.choose(&index)?;
            let about = chosen.digest.to_string();
            let is_about =
                |descriptor: &&Descriptor| descriptor.annotation("vnd.docker.reference.digest") == Some(about.as_str());
            self.attestations.extend(index.manifests.iter().filter(is_about).cloned());
            self.start(Step::Manifest(Some(chosen)));
            return Ok(());
        }
        let manifest = Manifest::read(&name, &value, &limits).map_err(|error| self.malformed("manifest", &error))?;
        let descriptor = child.unwrap_or_else(|| plain(digest));
        if let Some((_, _)) = artifact::classify(&descriptor, &manifest, &[]) {
            return Err(self.malformed("manifest", &"this is an artifact, not a runnable image"));
        }
        let config = manifest.config.clone().ok_or_else(|| self.malformed("manifest", &"it names no configuration"))?;
        self.manifest = Some((descriptor, document, manifest));
        self.start(Step::Config(config));
        Ok(())
    }

    fn choose(&self, index: &Index) -> Result<Descriptor, Error> {
        let runnable = |descriptor: &&Descriptor| {
            descriptor.annotation("vnd.docker.reference.type").is_none()
                && (matches!(role(&descriptor.media_type), Role::Manifest | Role::Index) || descriptor.media_type.is_empty())
        };
        let platform = |descriptor: &Descriptor| descriptor.platform.clone().unwrap_or_default();
        let all: Vec<&Descriptor> = index.manifests.iter().filter(runnable).collect();
        let known: Vec<&Descriptor> = all.iter().copied().filter(|descriptor| !platform(descriptor).is_unknown()).collect();
        let fits = |wanted: &Platform| known.iter().copied().find(|descriptor| platform(descriptor).satisfies(wanted));
        let chosen = match &self.options.platform {
            Some(wanted) => fits(wanted),
            None => {
                let usual = Platform { os: "linux".into(), architecture: "amd64".into(), ..Platform::default() };
                fits(&usual).or(known.first().copied())
            }
        };
        // Nested indexes carry no platform: the one that fits may be further down.
        let chosen = chosen.or_else(|| all.iter().copied().find(|descriptor| platform(descriptor).is_unknown()));
        chosen.cloned().ok_or_else(|| Error::NoPlatform {
            wanted: self.options.platform.as_ref().map_or_else(|| "any platform".into(), Platform::to_string),
            there: match known.iter().map(|descriptor| platform(descriptor).to_string()).collect::<Vec<_>>().join(", ") {
                list if list.is_empty() => "none".into(),
                list => list,
            },
        })
    }

    pub(super) fn document(&self, what: &str, expected: Digest, body: &[u8]) -> Result<Document, Error> {
        let found = expected.of_same_algorithm(body);
        if found != expected {
            return Err(Error::DigestMismatch {
                host: self.session.api.authority(),
                what: what.to_owned(),
                expected: expected.to_string(),
                found: found.to_string(),
            });
        }
        Ok(Document { digest: Some(expected), check: Check::Verified, bytes: body.to_vec() })
    }

    /// A manifest asked for by tag: its digest is what the registry says, if the bytes agree.
    fn document_by_header(&self, head: &Head, body: &[u8]) -> Result<Document, Error> {
        match head.header("docker-content-digest").and_then(|digest| Digest::parse(digest.trim()).ok()) {
            Some(digest) => self.document("manifest", digest, body),
            None => Ok(Document { digest: Some(Digest::sha256(body)), check: Check::Unstated, bytes: body.to_vec() }),
        }
    }

    pub(super) fn malformed(&self, what: &str, why: &dyn std::fmt::Display) -> Error {
        Error::Malformed { host: self.session.api.authority(), what: what.to_owned(), why: why.to_string() }
    }
}

pub(super) fn remote(descriptor: &Descriptor) -> LayerSource {
    let foreign = role(&descriptor.media_type) == Role::ForeignLayer;
    LayerSource {
        digest: Some(descriptor.digest),
        diff_id: None,
        media_type: (!descriptor.media_type.is_empty()).then(|| descriptor.media_type.clone()),
        size: descriptor.size,
        location: if foreign { Location::Foreign { urls: descriptor.urls.clone() } } else { Location::Remote },
        annotations: descriptor.annotations.clone(),
    }
}

pub(super) fn plain(digest: Digest) -> Descriptor {
    Descriptor {
        media_type: String::new(),
        digest,
        size: None,
        urls: Vec::new(),
        annotations: BTreeMap::new(),
        platform: None,
        artifact_type: None,
        data: None,
    }
}

/// Why a document must not be read: it would be one thing to us and another to somebody else (image-spec `manifest.md`,
/// `mediaType`), or is of a time that nobody can check any more.
fn confusing(document: &Value, head: &Head) -> Option<String> {
    if document.get("schemaVersion").and_then(Value::as_u64) == Some(1) {
        return Some(
            "it is of Docker's schema 1, which names layers without sizes and is no longer served by most registries".into(),
        );
    }
    if document.get("manifests").is_some() && (document.get("layers").is_some() || document.get("config").is_some()) {
        return Some("it is a manifest and an index at once".into());
    }
    let (served, stated) = (head.content_type()?, document.get("mediaType")?.as_str()?);
    let known = |name: &str| ACCEPT.split(", ").any(|accepted| accepted == name);
    (served != stated && known(&served) && known(stated)).then(|| format!("it is served as {served} and says it is {stated}"))
}
