//! `porthole scan`: a loop around the machines. Layers are read in parallel where the input can seek.

use std::collections::HashMap;
use std::io::Read;
use std::path::Path;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Mutex};

use porthole_report::policy::Policy;
use porthole_report::{Report, saved};
use porthole_scan::advisory::suppress::Rule;
use porthole_scan::oci::archive::{Archive, ImageSource, LayerSource, Location, PlatformWanted, Reader};
use porthole_scan::oci::layer::Verify;
use porthole_scan::{Analysis, ImageView, LayerFacts, LayerOptions, Options, Subject, sbom};

use crate::args::Source;
use crate::input::{self, Input, Ranges};
use crate::layer;
use crate::progress::Progress;
use crate::registry;
use crate::signatures::Held;
use crate::stream::{self, Streamed};

/// What a scan gives: a whole analysis of an image, or the report of an SBOM, or one that was saved.
pub(crate) enum Scanned {
    /// An image, and what VEX attestations of trusted signers say.
    Image(Box<Analysis>, Vec<Rule>),
    /// An SBOM.
    Sbom(Box<Report>),
    /// A report that was made before.
    Saved(Box<Report>),
}

impl Scanned {
    /// The report so far.
    pub(crate) fn report_mut(&mut self) -> &mut Report {
        match self {
            Self::Image(analysis, _) => &mut analysis.report,
            Self::Sbom(report) | Self::Saved(report) => report,
        }
    }

    /// Statements of VEX that came with the image from trusted signers.
    pub(crate) fn rules(&self) -> &[Rule] {
        match self {
            Self::Image(_, rules) => rules,
            Self::Sbom(_) | Self::Saved(_) => &[],
        }
    }

    /// Asks the checks again now that everything else is in.
    pub(crate) fn finish(&mut self, now: i64) {
        if let Self::Image(analysis, _) = self {
            analysis.run_checks(&Options { now: Some(now) });
        }
    }

    /// The folded layers, where there are any.
    pub(crate) fn view(&self) -> Option<&ImageView> {
        match self {
            Self::Image(analysis, _) => Some(&analysis.view),
            Self::Sbom(_) | Self::Saved(_) => None,
        }
    }

    /// True when advisories were matched before.
    pub(crate) fn is_matched(&self) -> bool {
        matches!(self, Self::Saved(report) if !report.vulnerabilities.database.is_empty())
    }
}

/// Reads the image, the SBOM or the saved report, and analyses it.
pub(crate) fn analyse(
    path: &Path,
    args: &Source,
    policy: Option<&Policy>,
    now: i64,
    progress: &Progress,
) -> Result<Scanned, String> {
    let source = path.file_name().map_or_else(|| path.display().to_string(), |name| name.to_string_lossy().into_owned());
    let wanted = wanted(args)?;
    let input = input::open(path)?;
    let limits = args.limits.options();
    let (archive, streamed) = match input {
        Input::File { path, len } => (index(Reader::tar(len, limits.limits.clone()), &path)?, HashMap::new()),
        Input::Folder { path, files } => (index(Reader::folder(files, limits.limits.clone()), &path)?, HashMap::new()),
        Input::Stream { reader, len } => {
            progress.expect(len.unwrap_or(0));
            let read = if threads(args) > 1 { stream::on_two } else { stream::on_one };
            read(reader, &limits, &mut |count| progress.add(count))?
        }
        Input::Registry(reference) => {
            let (analysis, rules) = registry::analyse(args, &reference, policy, now, progress)?;
            return Ok(Scanned::Image(Box::new(analysis), rules));
        }
        Input::Document(bytes) => {
            if saved::is_report(&bytes) {
                let report = saved::read(&bytes).map_err(|error| format!("{source}: {error}"))?;
                return Ok(Scanned::Saved(Box::new(report)));
            }
            let document = sbom::read(&bytes).map_err(|error| format!("{source}: {error}"))?;
            return Ok(Scanned::Sbom(Box::new(document.into_report(&source))));
        }
    };
    let image = choose(&archive, &wanted)?;
    let subject = Subject::of_archive(&source, &archive, image);
    let facts = if streamed.is_empty() { read_layers(path, args, &limits, image, progress)? } else { join(image, streamed) };
    let mut analysis = Analysis::within(&subject, facts, &Options { now: Some(now) }, &limits.scan_limits);
    let held = Held { root: path, archive: &archive, image };
    let rules = args.signatures.verify(&held, policy, now, &mut analysis.report)?;
    Ok(Scanned::Image(Box::new(analysis), rules))
}

fn wanted(args: &Source) -> Result<PlatformWanted, String> {
    let platform =
        args.platform.as_deref().map(str::parse).transpose().map_err(|error: porthole_scan::oci::Error| error.to_string())?;
    Ok(PlatformWanted { platform, name: args.image_name.clone() })
}

fn choose<'a>(archive: &'a Archive, wanted: &PlatformWanted) -> Result<&'a ImageSource, String> {
    let choice = archive.choose(wanted);
    if let Some(image) = choice.image().and_then(|at| archive.images.get(at)) {
        return Ok(image);
    }
    let there: Vec<String> =
        archive.images.iter().map(|image| format!("{} ({})", image.names.join(", "), image.platform)).collect();
    Err(format!("no image fits; there is {}", if there.is_empty() { "none".into() } else { there.join("; ") }))
}

/// Drives the archive reader over a file or a folder.
fn index(mut reader: Reader, root: &Path) -> Result<Archive, String> {
    let mut ranges = Ranges::new(root);
    let mut buffer = Vec::new();
    while let Some(want) = reader.wants() {
        buffer.clear();
        ranges
            .at(want.file.as_deref(), want.offset, want.len)
            .and_then(|mut range| range.read_to_end(&mut buffer))
            .map_err(|error| format!("{}: {error}", root.display()))?;
        reader.push(want.offset, &buffer).map_err(|error| error.to_string())?;
    }
    reader.finish().map_err(|error| error.to_string())
}

/// Scans every layer whose bytes are at hand, the largest first, several at once.
fn read_layers(
    path: &Path,
    args: &Source,
    limits: &LayerOptions,
    image: &ImageSource,
    progress: &Progress,
) -> Result<Vec<Option<Arc<LayerFacts>>>, String> {
    // A layer that is listed twice is read once, and held once.
    let mut distinct: Vec<&LayerSource> = Vec::new();
    let places: Vec<Option<usize>> = image
        .layers
        .iter()
        .map(|layer| {
            matches!(layer.location, Location::Range { .. }).then(|| {
                distinct.iter().position(|known| known.location == layer.location).unwrap_or_else(|| {
                    distinct.push(layer);
                    distinct.len() - 1
                })
            })
        })
        .collect();
    let len = |layer: &LayerSource| if let Location::Range { len, .. } = layer.location { len } else { 0 };
    let total: u64 = distinct.iter().map(|layer| len(layer)).fold(0, u64::saturating_add);
    progress.expect(total);
    let mut order: Vec<usize> = (0..distinct.len()).collect();
    order.sort_by_key(|at| std::cmp::Reverse(len(distinct[*at])));

    let threads = threads(args);
    let next = AtomicUsize::new(0);
    let results: Mutex<Vec<Option<Result<LayerFacts, String>>>> = Mutex::new((0..distinct.len()).map(|_| None).collect());
    std::thread::scope(|scope| {
        for _ in 0..threads.min(distinct.len()) {
            scope.spawn(|| {
                let mut ranges = Ranges::new(path);
                while let Some(&at) = order.get(next.fetch_add(1, Ordering::Relaxed)) {
                    // More than its share: the others would wait for it.
                    let on_two = threads > 1 && len(distinct[at]).saturating_mul(threads as u64) > total;
                    let facts = read_layer(&mut ranges, limits, distinct[at], on_two, progress);
                    if let Ok(mut results) = results.lock() {
                        results[at] = Some(facts);
                    }
                }
            });
        }
    });
    let results = results.into_inner().map_err(|_| "a thread that read a layer broke off".to_owned())?;
    let facts: Vec<Arc<LayerFacts>> = results
        .into_iter()
        .map(|facts| facts.unwrap_or_else(|| Err("a layer was not read".into())).map(Arc::new))
        .collect::<Result<_, _>>()?;
    Ok(places.into_iter().map(|place| place.and_then(|at| facts.get(at).cloned())).collect())
}

fn read_layer(
    ranges: &mut Ranges<'_>,
    limits: &LayerOptions,
    source: &LayerSource,
    on_two: bool,
    progress: &Progress,
) -> Result<LayerFacts, String> {
    let Location::Range { file, offset, len } = &source.location else { return Err("a layer has no bytes".into()) };
    let verify = Verify::by(source.digest.as_ref(), source.diff_id.as_ref());
    let options = LayerOptions { verify, ..limits.clone() };
    let blob = ranges.at(file.as_deref(), *offset, *len).map_err(|error| error.to_string())?;
    let read = if on_two { layer::on_two } else { layer::on_one };
    read(blob, &options, &mut |count| progress.add(count))
}

/// How many threads read.
fn threads(args: &Source) -> usize {
    args.jobs.or_else(|| std::thread::available_parallelism().ok().map(Into::into)).unwrap_or(1).clamp(1, 64)
}

fn join(image: &ImageSource, streamed: Streamed) -> Vec<Option<Arc<LayerFacts>>> {
    let facts = |location: &Location| match location {
        Location::Streamed { name } => streamed.get(name).cloned(),
        _ => None,
    };
    image.layers.iter().map(|layer| facts(&layer.location)).collect()
}
