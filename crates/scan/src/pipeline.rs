//! The whole flow after the layers, told in one function: [`Analysis::new`].
//!
//! Facts are folded into a view, the view is asked for the distribution, the base, packages, secrets, waste and the
//! application; checks come last since they look at everything else. Advisories are matched by the host between the two
//! steps, because shards have to be fetched: [`matcher`] and [`set_vulnerabilities`].
//! Must not know: where the bytes came from, the clock (`Options::now`).

use std::sync::Arc;

use porthole_advisory::{self as advisory, Matcher};
use porthole_oci::layer::EntryKind;
use porthole_report::{
    Distribution, Gap, GapKind, Image, Integrity, Layer, Report, SCHEMA_VERSION, Signatures, Tool, Verification, Vulnerabilities,
    sorting,
};

use crate::application::application;
use crate::base::{base, origin};
use crate::checks;
use crate::efficiency::efficiency;
use crate::facts::LayerFacts;
use crate::found_secrets;
use crate::image::ImageView;
use crate::inventory::Inventory;
use crate::limits::ScanLimits;
use crate::packages::os_release::{Traits, distribution};
use crate::subject::{Subject, SubjectLayer};
use crate::time::parse_rfc3339;

/// What a host knows and an image does not.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Options {
    /// The present, seconds since 1970; without it nothing is said about ages.
    pub now: Option<i64>,
}

/// An image, scanned: the view for questions, the report for everything else.
pub struct Analysis {
    /// The folded layers.
    pub view: ImageView,
    /// The report so far.
    pub report: Report,
    /// Packages and who owns which path.
    pub inventory: Inventory,
}

/// Sizes and digests of a layer as read, kept when its facts are folded away.
struct Read {
    digest: String,
    diff_id: String,
    stored: u64,
    uncompressed: u64,
    compression: String,
    complete: bool,
}

impl Analysis {
    /// Puts an image's facts together. `facts` has one element for each of the subject's layers, `None` for one that
    /// was not read; layers that are the same blob can share them (`Arc`).
    pub fn new<F: Into<Arc<LayerFacts>>>(subject: &Subject, facts: Vec<Option<F>>, options: &Options) -> Self {
        Self::within(subject, facts, options, &ScanLimits::default())
    }

    /// The same under other limits.
    pub fn within<F: Into<Arc<LayerFacts>>>(
        subject: &Subject,
        facts: Vec<Option<F>>,
        options: &Options,
        limits: &ScanLimits,
    ) -> Self {
        let mut analysis = Self::unasked(subject, facts, options, limits);
        analysis.run_checks(options);
        analysis
    }

    /// The same with no check asked yet, for a host that has more to put in before.
    pub fn unasked<F: Into<Arc<LayerFacts>>>(
        subject: &Subject,
        facts: Vec<Option<F>>,
        options: &Options,
        limits: &ScanLimits,
    ) -> Self {
        Self::of(subject, facts.into_iter().map(|facts| facts.map(Into::into)).collect(), options, limits)
    }

    fn of(subject: &Subject, facts: Vec<Option<Arc<LayerFacts>>>, options: &Options, limits: &ScanLimits) -> Self {
        let reads: Vec<Option<Read>> = facts.iter().map(|facts| facts.as_deref().map(Read::of)).collect();
        let view = ImageView::fold_within(facts, limits);
        let mut image = image(subject, &view, &reads);
        let in_configuration = found_secrets::of_configuration(&image);
        found_secrets::mask(&mut image);
        set_end_of_life(&mut image, options);
        image.base = base(&image, &view, subject.layers.len() as u32);
        let layers = layers(subject, &view, &reads, &image);
        let mut inventory = Inventory::new(&view, image.distribution.as_ref());
        for package in &mut inventory.packages {
            package.origin = origin(image.base.as_ref(), package.layer);
        }
        let mut gaps = subject.gaps.clone();
        gaps.extend(view.gaps.iter().cloned());
        sorting::sort(&mut gaps);
        gaps.dedup();
        let report = Report {
            schema_version: SCHEMA_VERSION,
            tool: Tool { name: "porthole".into(), version: env!("CARGO_PKG_VERSION").into() },
            secrets: found_secrets::all(&view, &inventory, &image, in_configuration),
            efficiency: efficiency(&view, &layers),
            application: application(&view, &inventory),
            packages: inventory.packages.clone(),
            vulnerabilities: Vulnerabilities::default(),
            checks: Vec::new(),
            signatures: Signatures { integrity: integrity(subject, &layers), ..Signatures::default() },
            image,
            layers,
            gaps,
        };
        Self { view, report, inventory }
    }

    /// Asks every check again: after signatures, advisories or digests have come in.
    pub fn run_checks(&mut self, options: &Options) {
        let context = checks::Context { view: &self.view, inventory: &self.inventory, report: &self.report, now: options.now };
        self.report.checks = checks::run(&context);
    }

    /// A layer's digest that was computed after the report: a pending claim becomes verified or refuted; with none, since the
    /// bytes could not be read again, unread. Checks are to be asked again.
    pub fn set_digest(&mut self, layer: u32, actual: Option<&str>) {
        self.set_claim(layer, "layer", |layer| (&mut layer.digest, &mut layer.digest_state), actual);
    }

    /// The same for a diff_id; none also where the blob does not decode to its end.
    pub fn set_diff_id(&mut self, layer: u32, actual: Option<&str>) {
        self.set_claim(layer, "diff_id", |layer| (&mut layer.diff_id, &mut layer.diff_id_state), actual);
    }

    /// Says that digests of a layer could not be computed.
    pub fn miss_digests(&mut self, layer: u32, reason: &str) {
        let gap = Gap {
            kind: GapKind::Missing,
            layer: Some(layer),
            path: String::new(),
            message: format!("the layer's digests were not verified: {reason}"),
        };
        // Its blob and its tar may each be hashed in a pass of their own.
        if !self.report.gaps.contains(&gap) {
            self.report.gaps.push(gap);
            sorting::sort(&mut self.report.gaps);
        }
    }

    fn set_claim(
        &mut self,
        layer: u32,
        what: &str,
        claim: impl FnOnce(&mut Layer) -> (&mut Option<String>, &mut Verification),
        actual: Option<&str>,
    ) {
        let Some(layer) = self.report.layers.get_mut(layer as usize) else { return };
        let what = format!("{what} {}", layer.index);
        let (digest, state) = claim(layer);
        settle(state, digest.as_deref(), actual);
        *digest = digest.take().or(actual.map(str::to_owned));
        for row in self.report.signatures.integrity.iter_mut().filter(|row| row.what == what) {
            row.verification = state.clone();
        }
        self.report.signatures.refuse_where_damaged();
    }
}

/// A matcher for a report's packages: ask it what it wants, feed it, then [`set_vulnerabilities`].
pub fn matcher(report: &Report) -> Matcher {
    Matcher::new(&report.packages, report.image.distribution.as_ref())
}

/// Puts matched advisories into a report, with the gaps that the matching left; holds attested scans against them.
pub fn set_vulnerabilities(report: &mut Report, matcher: Matcher, options: &advisory::Options) {
    let matched = matcher.finish(&report.packages, options);
    report.vulnerabilities = matched.vulnerabilities;
    if !report.vulnerabilities.database.is_empty() {
        for attestation in &mut report.signatures.attestations {
            attestation.compare_scan(&report.vulnerabilities.findings);
        }
    }
    report.gaps.extend(matched.gaps);
    sorting::sort(&mut report.gaps);
    report.gaps.dedup();
}

/// Says when the distribution's updates end, and whether they have.
pub(crate) fn set_end_of_life(image: &mut Image, options: &Options) {
    if let Some(distribution) = &mut image.distribution {
        distribution.end_of_life = advisory::lifecycle::end_of_life(distribution).map(str::to_owned);
        let end = distribution.end_of_life.as_ref().and_then(|day| parse_rfc3339(&format!("{day}T23:59:59Z")));
        distribution.end_of_life_reached = end.zip(options.now).is_some_and(|(end, now)| now > end);
    }
}

impl Read {
    fn of(facts: &LayerFacts) -> Self {
        Self {
            digest: facts.digest.clone(),
            diff_id: facts.diff_id.clone(),
            stored: facts.stored_size,
            uncompressed: facts.uncompressed_size,
            compression: facts.compression.clone(),
            complete: facts.complete,
        }
    }
}

fn settle(state: &mut Verification, stated: Option<&str>, actual: Option<&str>) {
    if let (Verification::Pending, Some(stated)) = (&*state, stated) {
        *state = actual.map_or(Verification::Unread, |actual| compare(stated, actual));
    }
}

fn compare(stated: &str, actual: &str) -> Verification {
    let algorithm = |digest: &str| digest.split_once(':').map(|(algorithm, _)| algorithm.to_owned());
    if stated == actual {
        Verification::Verified
    } else if algorithm(stated) != algorithm(actual) {
        // A stream told too late what to hash by: two algorithms prove nothing of each other.
        Verification::Pending
    } else {
        Verification::Mismatch { expected: stated.to_owned(), actual: actual.to_owned() }
    }
}

fn image(subject: &Subject, view: &ImageView, reads: &[Option<Read>]) -> Image {
    let seen = view.content_seen();
    let visible_size = view.versions().filter(|(id, _)| seen[*id as usize]).map(|(_, version)| version.size).sum();
    Image {
        source: subject.source.clone(),
        kind: subject.kind.clone(),
        names: subject.names.clone(),
        manifest_digest: subject.manifest_digest.clone(),
        config_digest: subject.config_digest.clone(),
        platform: subject.platform.clone(),
        created: subject.created.clone(),
        author: subject.author.clone(),
        stored_size: subject.layers.iter().map(|layer| layer.size).fold(0, u64::saturating_add),
        uncompressed_size: reads.iter().flatten().map(|read| read.uncompressed).fold(0, u64::saturating_add),
        visible_size,
        visible_entries: view.visible_nodes().filter(|(_, version)| !version.implied).count() as u64,
        config: subject.config.clone(),
        history: subject.history.clone(),
        distribution: recognise(view),
        base: None,
        annotations: subject.annotations.clone(),
    }
}

fn recognise(view: &ImageView) -> Option<Distribution> {
    let (mut traits, mut path) = (Traits::default(), Vec::new());
    for (node, version) in view.visible_nodes() {
        if matches!(version.kind, EntryKind::File | EntryKind::Symlink | EntryKind::Hardlink) {
            view.path_into(node, &mut path);
            traits.note(&path);
        }
    }
    distribution(&|path| view.captured(path), traits)
}

fn layers(subject: &Subject, view: &ImageView, reads: &[Option<Read>], image: &Image) -> Vec<Layer> {
    let none = Default::default();
    subject
        .layers
        .iter()
        .enumerate()
        .map(|(index, stated)| {
            let read = reads.get(index).and_then(Option::as_ref);
            let changes = view.layer_changes().get(index).unwrap_or(&none);
            let index = index as u32;
            let step = image.history.iter().find(|entry| entry.layer == Some(index));
            Layer {
                index,
                digest: stated.digest.clone().or_else(|| known(read.map(|read| &read.digest))),
                diff_id: stated.diff_id.clone().or_else(|| known(read.map(|read| &read.diff_id))),
                media_type: stated.media_type.clone(),
                compression: read.map_or_else(String::new, |read| read.compression.clone()),
                stored_size: read.map_or(stated.size, |read| read.stored),
                uncompressed_size: read.map_or(0, |read| read.uncompressed),
                created_by: step.and_then(|step| step.created_by.clone()),
                created: step.and_then(|step| step.created.clone()),
                origin: origin(image.base.as_ref(), index),
                digest_state: state(stated.digest.as_deref(), read, |read| &read.digest),
                diff_id_state: state(stated.diff_id.as_deref(), read, |read| &read.diff_id),
                added: changes.added,
                changed: changes.changed,
                removed: changes.removed,
            }
        })
        .collect()
}

fn known(digest: Option<&String>) -> Option<String> {
    digest.filter(|digest| !digest.is_empty()).cloned()
}

fn state(stated: Option<&str>, read: Option<&Read>, actual: impl Fn(&Read) -> &String) -> Verification {
    match (stated, read) {
        (None, _) => Verification::Unstated,
        (_, None) => Verification::Unread,
        // The blob was hashed, and did not decode to its end.
        (Some(_), Some(read)) if actual(read).is_empty() && !read.digest.is_empty() && !read.complete => Verification::Unread,
        (Some(_), Some(read)) if actual(read).is_empty() => Verification::Pending,
        (Some(stated), Some(read)) => compare(stated, actual(read)),
    }
}

/// The table of everything that was compared: documents first, then layers.
fn integrity(subject: &Subject, layers: &[Layer]) -> Vec<Integrity> {
    let mut rows = subject.integrity.clone();
    for (layer, stated) in layers.iter().zip(&subject.layers) {
        let SubjectLayer { digest, diff_id, .. } = stated;
        let claims = [("layer", digest, &layer.digest_state), ("diff_id", diff_id, &layer.diff_id_state)];
        for (what, stated, state) in claims {
            if let Some(digest) = stated {
                rows.push(Integrity {
                    what: format!("{what} {}", layer.index),
                    digest: digest.clone(),
                    verification: state.clone(),
                });
            }
        }
    }
    rows
}
