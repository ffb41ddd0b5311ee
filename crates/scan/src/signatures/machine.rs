//! The machine: which blobs are needed, and what they prove.
//!
//! Knows the shapes in which signatures are attached: Cosign's tags, referrers and their fallback index, BuildKit's
//! attestation manifests. Every blob is hashed against the digest that names it before anything in it is read.
//! Proof: `tests/suite/signatures/scenes.rs`.

use std::collections::{BTreeMap, BTreeSet};

use porthole_oci::Digest;
use porthole_report::{Attestation, CARRIED, Gap, GapKind, Integrity, Package, Signature, Verification, sorting};
use serde::{Deserialize, Serialize};

use super::attestation::{self, Statement, VexDocument};
use super::bundle;
use super::content_trust;
use super::cosign::{self, Annotations, Context};
use super::dsse::Envelope;
use super::evidence::{Evidence, Standing};
use super::manifest::{Descriptor, Manifest};
use super::notation;
use super::outcome::Outcome;
use super::refusal::Refusal;
use super::sigstore;
use super::trust::Trust;

/// Largest manifest that is read, bytes.
const MAX_MANIFEST: u64 = 4 << 20;
/// Largest signature, bundle or attestation that is read, bytes (attested SBOMs are large).
pub const MAX_BLOB: u64 = 64 << 20;
/// Most bytes of blobs that are held for one image.
const MAX_HELD: u64 = 256 << 20;
/// Most manifests that are looked at for one image.
const MAX_RELATED: usize = 256;
/// Most layers that are looked at in one manifest.
const MAX_LAYERS: usize = 256;

/// The image that signatures must be about.
#[derive(Debug, Clone, Default, Serialize, Deserialize)]
pub struct Subject {
    /// Digests under which the image is signed: its manifest's, and that of the index that lists it. The manifest's bytes
    /// where they are at hand.
    pub manifests: Vec<(Digest, Option<Vec<u8>>)>,
    /// Digests that are stated for the image and that its bytes do not have: what is signed under one of these is refused.
    pub altered: Vec<Digest>,
    /// Repository without tag (`registry.example.com/app`), for trust policies; none for an archive without a name.
    pub repository: Option<String>,
}

impl Subject {
    /// True when this is one of its digests.
    pub(super) fn is(&self, digest: &str) -> bool {
        Digest::parse(digest).is_ok_and(|digest| self.has(&digest))
    }

    /// True when this is stated to be one of its digests, whether or not its bytes have it.
    pub(super) fn is_stated(&self, digest: &str) -> bool {
        self.is(digest) || Digest::parse(digest).is_ok_and(|digest| self.altered.contains(&digest))
    }

    fn has(&self, digest: &Digest) -> bool {
        self.manifests.iter().any(|(known, _)| known == digest)
    }
}

/// A manifest or index that may refer to the image.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct Related {
    /// Its digest.
    pub digest: Digest,
    /// Its size as the descriptor states it, bytes; 0 when unknown.
    pub size: u64,
    /// Tag by which it was found (`sha256-….sig`), if any.
    pub tag: Option<String>,
    /// Annotations of the descriptor that named it.
    pub annotations: Vec<(String, String)>,
}

struct Referrer {
    related: Related,
    manifest: Manifest,
}

/// Collects what refers to an image, then judges it.
pub struct Machine {
    subject: Subject,
    expected: BTreeMap<Digest, Related>,
    referrers: Vec<Referrer>,
    /// Wanted layer blobs with their stated sizes.
    wanted: BTreeMap<Digest, u64>,
    blobs: BTreeMap<Digest, Vec<u8>>,
    /// Bytes of them.
    held: u64,
    refused: BTreeSet<Digest>,
    integrity: Vec<Integrity>,
    gaps: Vec<Gap>,
}

impl Machine {
    /// Starts with everything that may refer to the image; what turns out to be about another image is passed over.
    pub fn new(subject: Subject, related: Vec<Related>) -> Self {
        let mut machine = Self {
            subject,
            expected: BTreeMap::new(),
            referrers: Vec::new(),
            wanted: BTreeMap::new(),
            blobs: BTreeMap::new(),
            held: 0,
            refused: BTreeSet::new(),
            integrity: Vec::new(),
            gaps: Vec::new(),
        };
        for one in related {
            machine.expect(one);
        }
        machine
    }

    /// Digests of the manifests and blobs that are needed next, in order. Empty when everything that is named was fed or
    /// refused; the host calls again after feeding, because manifests name further blobs.
    pub fn wants(&self) -> Vec<Digest> {
        let manifests = self.expected.keys();
        let blobs = self.wanted.keys().filter(|digest| !self.blobs.contains_key(digest));
        manifests.chain(blobs).filter(|digest| !self.refused.contains(digest)).copied().collect()
    }

    /// Feeds the bytes of a wanted digest.
    pub fn push(&mut self, digest: &Digest, bytes: Vec<u8>) {
        if bytes.len() as u64 > self.size_limit(digest) {
            return self.too_large(digest);
        }
        let manifest = self.expected.contains_key(digest);
        let actual = digest.of_same_algorithm(&bytes);
        let verification = match actual == *digest {
            true => Verification::Verified,
            false => Verification::Mismatch { expected: digest.to_string(), actual: actual.to_string() },
        };
        let right = verification == Verification::Verified;
        let what = format!("{CARRIED}{}", if manifest { "manifest" } else { "blob" });
        self.integrity.push(Integrity { what, digest: digest.to_string(), verification });
        if !right {
            let what = if manifest { "a manifest" } else { "a signature's blob" };
            let refusal = Refusal::BlobDigest { what: what.into(), digest: digest.to_string() };
            self.give_up(digest, GapKind::Malformed, refusal.to_string());
            return;
        }
        match self.expected.remove(digest) {
            Some(related) => match Manifest::parse(&bytes) {
                Ok(manifest) => self.read(related, manifest),
                Err(refusal) => self.gap(GapKind::Malformed, format!("{digest}: {refusal}")),
            },
            None if self.wanted.contains_key(digest) => {
                self.held = self.held.saturating_add(bytes.len() as u64);
                if self.held > MAX_HELD {
                    let message = format!("{digest}: all that is attached is larger than {MAX_HELD} bytes");
                    return self.give_up(digest, GapKind::OverBudget, message);
                }
                self.blobs.insert(*digest, bytes);
            }
            None => {}
        }
    }

    /// Says that the bytes of a wanted digest are more than [`Self::size_limit`] allows, and were not read.
    pub fn too_large(&mut self, digest: &Digest) {
        let limit = self.size_limit(digest);
        self.give_up(digest, GapKind::OverBudget, format!("{digest} is larger than {limit} bytes"));
    }

    /// Says that a wanted digest can't be had.
    pub fn missing(&mut self, digest: &Digest) {
        let gap = missing(digest);
        self.give_up(digest, gap.kind, gap.message);
    }

    /// The most bytes that a wanted digest may have; a host need not fetch further.
    pub fn size_limit(&self, digest: &Digest) -> u64 {
        if self.expected.contains_key(digest) { MAX_MANIFEST } else { MAX_BLOB }
    }

    /// Feeds everything that is wanted from a function that gives a blob's bytes, or `None` when they can't be had.
    pub fn feed(&mut self, read: &mut dyn FnMut(&Digest) -> Option<Vec<u8>>) {
        loop {
            let wants = self.wants();
            if wants.is_empty() {
                return;
            }
            for digest in wants {
                match read(&digest) {
                    Some(bytes) => self.push(&digest, bytes),
                    None => self.missing(&digest),
                }
            }
        }
    }

    /// Judges everything that was fed. `packages` are the scan's, for attested SBOMs; `now` is in seconds since 1970.
    pub fn finish(self, trust: &Trust, now: u64, packages: &[Package]) -> Outcome {
        let purls = packages.iter().filter(|package| package.visible).map(|package| package.purl.as_str());
        self.judge(trust, now, &purls.collect::<Vec<_>>())
    }

    /// The same, with the package URLs alone of the packages that can be seen. What was fed stays: another trust may judge it again.
    pub fn judge(&self, trust: &Trust, now: u64, purls: &[&str]) -> Outcome {
        let context = Context { subject: &self.subject, trust, now };
        let mut judge = Judge { context, purls, outcome: Outcome::default() };
        let mut referrers: Vec<&Referrer> = self.referrers.iter().collect();
        sorting::sort_by_key(&mut referrers, |referrer| referrer.related.digest);
        for referrer in referrers {
            judge.referrer(referrer, &self.blobs);
        }
        let mut outcome = judge.outcome;
        outcome.signatures.integrity = self.integrity.clone();
        sorting::sort_by(&mut outcome.signatures.integrity, |a, b| (&a.what, &a.digest).cmp(&(&b.what, &b.digest)));
        outcome.signatures.integrity.dedup();
        outcome.gaps.extend(self.gaps.iter().cloned());
        outcome.gaps.extend(self.wants().iter().map(missing));
        sorting::sort(&mut outcome.gaps);
        sorting::sort_by(&mut outcome.signatures.signatures, |a, b| {
            (a.state, &a.format, &a.found_in).cmp(&(b.state, &b.format, &b.found_in))
        });
        outcome
    }

    fn expect(&mut self, related: Related) {
        let known = self.expected.contains_key(&related.digest)
            || self.referrers.iter().any(|one| one.related.digest == related.digest)
            || self.subject.has(&related.digest)
            || self.subject.altered.contains(&related.digest);
        if known || self.tagged_for_another(&related) {
            return;
        }
        if self.expected.len() + self.referrers.len() >= MAX_RELATED {
            self.gap(GapKind::OverBudget, format!("more than {MAX_RELATED} manifests refer to the image"));
            return;
        }
        if related.size > MAX_MANIFEST {
            self.gap(GapKind::OverBudget, format!("{} is larger than {MAX_MANIFEST} bytes", related.digest));
            return;
        }
        self.expected.insert(related.digest, related);
    }

    /// Cosign's tags and BuildKit's annotations name the image that they are about.
    fn tagged_for_another(&self, related: &Related) -> bool {
        let tag = related.tag.as_deref().and_then(|tag| tag.strip_prefix("sha256-"));
        if let Some(hex) = tag.and_then(|rest| rest.get(..64)) {
            return !self.subject.is_stated(&format!("sha256:{hex}"));
        }
        let reference = related.annotations.iter().find(|(name, _)| name == "vnd.docker.reference.digest");
        reference.is_some_and(|(_, digest)| !self.subject.is_stated(digest))
    }

    fn read(&mut self, related: Related, manifest: Manifest) {
        for listed in manifest.manifests.iter().flatten().take(MAX_RELATED) {
            if let Some(digest) = listed.parsed_digest() {
                let annotations = listed.annotations.clone().unwrap_or_default().into_iter().collect();
                self.expect(Related { digest, size: listed.size, tag: None, annotations });
            }
        }
        if manifest.subject.as_ref().is_some_and(|subject| !self.subject.is_stated(&subject.digest)) {
            return;
        }
        if manifest.layers().len() > MAX_LAYERS {
            self.gap(GapKind::OverBudget, format!("{} has more than {MAX_LAYERS} layers", related.digest));
        }
        for layer in manifest.layers().iter().take(MAX_LAYERS).filter(|layer| Kind::of(layer).is_some()) {
            match layer.parsed_digest() {
                Some(digest) if layer.size > MAX_BLOB => {
                    self.gap(GapKind::OverBudget, format!("{digest} is larger than {MAX_BLOB} bytes"));
                }
                Some(digest) => {
                    self.wanted.insert(digest, layer.size);
                }
                None => self.gap(GapKind::Malformed, format!("{} names a layer without a digest", related.digest)),
            }
        }
        self.referrers.push(Referrer { related, manifest });
    }

    fn give_up(&mut self, digest: &Digest, kind: GapKind, message: String) {
        self.expected.remove(digest);
        self.refused.insert(*digest);
        self.gap(kind, message);
    }

    fn gap(&mut self, kind: GapKind, message: String) {
        self.gaps.push(Gap { kind, layer: None, path: String::new(), message });
    }
}

/// The gap that a blob leaves which can't be had.
fn missing(digest: &Digest) -> Gap {
    let refusal = Refusal::Missing { what: format!("the manifest or blob {digest} of a signature") };
    Gap { kind: GapKind::Missing, layer: None, path: String::new(), message: refusal.to_string() }
}

/// Media types of SBOMs: cosign's (`pkg/types`, of several versions), and those registered for the formats. Those that are not read far
/// enough to be compared are shown all the same.
const SBOMS: [&str; 8] = [
    "spdx+json",
    "text/spdx",
    "text/spdx+json",
    "application/spdx+json",
    "application/vnd.cyclonedx",
    "application/vnd.cyclonedx+json",
    "application/vnd.cyclonedx+xml",
    "application/vnd.syft+json",
];

/// What a layer holds.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Kind {
    SimpleSigning,
    Envelope,
    Bundle,
    Notation,
    /// An in-toto statement that nobody signed (BuildKit).
    Unsigned,
    /// An SBOM that nobody signed (`cosign attach sbom`, `oras attach`).
    Sbom,
    ContentTrust,
}

impl Kind {
    fn of(layer: &Descriptor) -> Option<Self> {
        let media_type = layer.media_type.split(';').next().unwrap_or_default();
        match media_type {
            cosign::SIMPLE_SIGNING => Some(Self::SimpleSigning),
            cosign::ENVELOPE => Some(Self::Envelope),
            "application/vnd.in-toto+json" => Some(Self::Unsigned),
            "application/vnd.tuf.metadata+json" => Some(Self::ContentTrust),
            _ if SBOMS.contains(&media_type) => Some(Self::Sbom),
            _ if bundle::is_media_type(media_type) => Some(Self::Bundle),
            _ if notation::is_media_type(media_type) => Some(Self::Notation),
            _ => None,
        }
    }
}

/// Turns referrers into rows of the report.
struct Judge<'a> {
    context: Context<'a>,
    purls: &'a [&'a str],
    outcome: Outcome,
}

impl Judge<'_> {
    fn referrer(&mut self, referrer: &Referrer, blobs: &BTreeMap<Digest, Vec<u8>>) {
        let found_in = referrer.related.digest.to_string();
        let layers = referrer.manifest.layers().iter().take(MAX_LAYERS);
        for (layer, kind) in layers.filter_map(|layer| Some((layer, Kind::of(layer)?))) {
            // A blob that is not there became a gap already.
            let Some(bytes) = layer.parsed_digest().and_then(|digest| blobs.get(&digest)) else { continue };
            let empty = Annotations::new();
            let annotations = layer.annotations.as_ref().unwrap_or(&empty);
            match kind {
                Kind::SimpleSigning => {
                    let signature = cosign::verify(bytes, annotations, &found_in, &self.context);
                    self.outcome.signatures.signatures.push(signature);
                }
                Kind::Notation => {
                    let input = notation::Input {
                        media_type: &layer.media_type,
                        bytes,
                        found_in: &found_in,
                        thumbprints: referrer.manifest.annotation("io.cncf.notary.x509chain.thumbprint#S256"),
                    };
                    let signature = notation::verify(input, self.context.subject, &self.context.trust.notation, self.context.now);
                    self.outcome.signatures.signatures.push(signature);
                }
                Kind::Bundle => self.bundle(bytes, &found_in),
                Kind::Envelope => self.envelope(bytes, annotations, &found_in),
                Kind::Unsigned => match Statement::parse(attestation::IN_TOTO, bytes) {
                    Ok(statement) => self.attestation(&statement, None),
                    Err(refusal) => self.unreadable(&found_in, &refusal),
                },
                Kind::Sbom => {
                    let attestation = attestation::bare_sbom(&layer.media_type, bytes, self.purls);
                    self.outcome.signatures.attestations.push(attestation);
                }
                Kind::ContentTrust => self.outcome.signatures.signatures.extend(content_trust::recognise(bytes, &found_in)),
            }
        }
        if Kind::of_none(referrer.manifest.layers()) && is_signature_type(referrer.manifest.artifact()) {
            let refusal = Refusal::Unsupported { what: "the signature format", name: referrer.manifest.artifact().to_owned() };
            self.unreadable(&found_in, &refusal);
        }
    }

    fn bundle(&mut self, bytes: &[u8], found_in: &str) {
        let opened = sigstore::open(bytes, found_in, &self.context);
        match opened.statement {
            // Since version 3, Cosign signs an image by a statement without content.
            Some(statement) if !statement.is_plain_signature() => {
                let signature = opened.evidence.conclude(opened.standing, "this attestation");
                self.attestation(&statement, Some(signature));
            }
            _ => self.outcome.signatures.signatures.push(opened.evidence.conclude(opened.standing, "this image")),
        }
    }

    fn envelope(&mut self, bytes: &[u8], annotations: &Annotations, found_in: &str) {
        let mut evidence = Evidence::new("cosign", found_in);
        let parsed = Envelope::parse(bytes).and_then(|envelope| {
            let statement = Statement::parse(&envelope.payload_type, &envelope.payload)?;
            Ok((envelope, statement))
        });
        match parsed {
            Ok((envelope, statement)) => {
                let standing = cosign::verify_envelope(&envelope, bytes, annotations, &self.context, &mut evidence);
                statement.check_subject(self.context.subject, &mut evidence);
                self.attestation(&statement, Some(evidence.conclude(standing, "this attestation")));
            }
            Err(refusal) => {
                evidence.refuse("envelope", &refusal);
                let signature = evidence.conclude(Standing::Unchecked, "an attestation");
                self.outcome.signatures.signatures.push(signature);
            }
        }
    }

    fn attestation(&mut self, statement: &Statement, signature: Option<Signature>) {
        let (attestation, vex): (Attestation, Option<VexDocument>) =
            attestation::describe(statement, signature, self.context.subject, self.purls);
        self.outcome.signatures.attestations.push(attestation);
        self.outcome.vex.extend(vex);
    }

    fn unreadable(&mut self, found_in: &str, refusal: &Refusal) {
        let message = format!("{found_in}: {refusal}");
        self.outcome.gaps.push(Gap { kind: GapKind::Unsupported, layer: None, path: String::new(), message });
    }
}

impl Kind {
    fn of_none(layers: &[Descriptor]) -> bool {
        layers.iter().all(|layer| Self::of(layer).is_none())
    }
}

fn is_signature_type(artifact: &str) -> bool {
    ["signature", "notary", "cosign", "sigstore", "attestation"].iter().any(|word| artifact.contains(word))
}
