//! A whole host in miniature: an archive in memory in, a report out, by as many workers and in pieces of any size.
//!
//! What [`Way`] says must never show in the report: `tests/hostile/same.rs` holds it to that.

use std::collections::HashMap;
use std::sync::Mutex;
use std::sync::atomic::{AtomicUsize, Ordering};

use porthole_oci::archive::{Archive, ImageSource, Location, Reader, StreamReader, StreamSink};
use porthole_oci::{Error, Limits};
use porthole_report::Report;
use porthole_scan::{Analysis, LayerFacts, LayerOptions, LayerScan, Options, Subject, SubjectLayer};

/// How an image is read: everything that must not matter.
#[derive(Debug, Clone)]
pub struct Way {
    /// Caps.
    pub options: LayerOptions,
    /// Bytes pushed at once.
    pub step: usize,
    /// Threads that read layers.
    pub workers: usize,
    /// Layers are begun from the topmost on.
    pub backwards: bool,
}

impl Default for Way {
    fn default() -> Self {
        Self { options: LayerOptions::default(), step: 64 << 10, workers: 1, backwards: false }
    }
}

/// The moment at which every report here is made, seconds since 1970.
const NOW: i64 = 1_780_000_000;

fn limits(way: &Way) -> Limits {
    way.options.limits.clone()
}

/// Reads the first image of an archive by ranges.
///
/// # Errors
/// When there is no report.
pub fn by_ranges(bytes: &[u8], way: &Way) -> Result<Report, Error> {
    let mut reader = Reader::tar(bytes.len() as u64, limits(way));
    while let Some(want) = reader.wants() {
        reader.push(want.offset, &bytes[want.offset as usize..(want.offset + want.len) as usize])?;
    }
    let archive = reader.finish()?;
    let image = first(&archive)?;
    let next = AtomicUsize::new(0);
    let facts: Mutex<Vec<Option<LayerFacts>>> = Mutex::new(vec![None; image.layers.len()]);
    std::thread::scope(|scope| {
        for _ in 0..way.workers.max(1) {
            scope.spawn(|| {
                while let Some(at) = Some(next.fetch_add(1, Ordering::Relaxed)).filter(|at| *at < image.layers.len()) {
                    let at = if way.backwards { image.layers.len() - 1 - at } else { at };
                    if let Location::Range { offset, len, .. } = image.layers[at].location {
                        let read = scan(&bytes[offset as usize..(offset + len) as usize], way);
                        facts.lock().expect("no worker panics")[at] = Some(read);
                    }
                }
            });
        }
    });
    Ok(report(&archive, image, facts.into_inner().expect("no worker panics"), way))
}

/// Reads the first image of an archive as a stream.
///
/// # Errors
/// When there is no report.
pub fn as_stream(bytes: &[u8], way: &Way) -> Result<Report, Error> {
    let mut blobs = Blobs { options: way.options.clone(), open: None, done: HashMap::new() };
    let mut reader = StreamReader::new(limits(way));
    for chunk in bytes.chunks(way.step.max(1)) {
        reader.push(chunk, &mut blobs)?;
    }
    let archive = reader.finish(&mut blobs)?;
    blobs.end();
    let image = first(&archive)?;
    let facts = image.layers.iter().map(|layer| match &layer.location {
        Location::Streamed { name } => blobs.done.get(name).cloned(),
        _ => None,
    });
    Ok(report(&archive, image, facts.collect(), way))
}

/// An image of these layer blobs, without an archive around them.
pub fn of_layers(blobs: &[Vec<u8>], way: &Way) -> Report {
    of_facts(blobs.iter().map(|blob| Some(scan(blob, way))).collect(), way)
}

/// An image of these facts.
pub fn of_facts(facts: Vec<Option<LayerFacts>>, way: &Way) -> Report {
    let subject = Subject { layers: vec![SubjectLayer::default(); facts.len()], ..Subject::default() };
    analyse(&subject, facts, way)
}

/// The facts of one layer blob.
pub fn scan(blob: &[u8], way: &Way) -> LayerFacts {
    let mut scan = LayerScan::new(&way.options);
    blob.chunks(way.step.max(1)).for_each(|chunk| scan.push(chunk));
    scan.finish()
}

fn first(archive: &Archive) -> Result<&ImageSource, Error> {
    archive.images.first().ok_or_else(|| Error::NotAnImage { why: "the archive holds no image that can be run".into() })
}

fn report(archive: &Archive, image: &ImageSource, facts: Vec<Option<LayerFacts>>, way: &Way) -> Report {
    analyse(&Subject::of_archive("image.tar", archive, image), facts, way)
}

fn analyse(subject: &Subject, facts: Vec<Option<LayerFacts>>, way: &Way) -> Report {
    Analysis::within(subject, facts, &Options { now: Some(NOW) }, &way.options.scan_limits).report
}

/// Scans every blob that goes by.
struct Blobs {
    options: LayerOptions,
    open: Option<(String, LayerScan)>,
    done: HashMap<String, LayerFacts>,
}

impl StreamSink for Blobs {
    fn blob(&mut self, name: &str, _: u64) {
        self.open = Some((name.to_owned(), LayerScan::new(&self.options)));
    }
    fn data(&mut self, bytes: &[u8]) {
        if let Some((_, scan)) = &mut self.open {
            scan.push(bytes);
        }
    }
    fn end(&mut self) {
        if let Some((name, scan)) = self.open.take() {
            self.done.insert(name, scan.finish());
        }
    }
}
