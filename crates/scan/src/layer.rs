//! Map: one layer blob, eaten in chunks, becomes [`LayerFacts`].
//!
//! Must not know: the layer's neighbours, the image, what the person asked for. Live state is one decoder, one file
//! that a cataloger wanted whole, and the compact entry log; none of it grows with the blob.
//! Proof: `tests/suite/layer.rs` (any chopping gives the same facts).

use porthole_oci::layer::{BlobEnd, BlobReader, Entry, EntryKind, ImagePath, LayerSink, TarSide, Verify, halves};
use porthole_oci::{ErrorFamily, HostSums, Limits};
use porthole_report::{Gap, GapKind};

use crate::entry_log::LogWriter;
use crate::facts::{Captured, FACTS_VERSION, FileFacts, LayerFacts, Parsed};
use crate::limits::ScanLimits;
use crate::packages::{self, Cataloger, Interest, StreamParser, os_release};
use crate::secrets::{ArchiveScan, FileScan, Findings, SecretScanner};

/// Files kept whole for the fold and the checks, beside [`os_release::FILES`]: small, at fixed places.
pub const CAPTURED: &[&str] = &[
    "etc/passwd",
    "etc/group",
    "etc/shadow",
    "etc/gshadow",
    "etc/master.passwd",
    "etc/apk/repositories",
    "etc/sudoers",
    "etc/ssh/sshd_config",
];

/// Largest captured file, bytes; a larger one becomes a gap.
const MAX_CAPTURED_FILE: u64 = 1 << 20;

/// What the caller can set. Part of the facts' cache key.
#[derive(Debug, Clone, Default)]
pub struct LayerOptions {
    /// Caps of reading.
    pub limits: Limits,
    /// Caps of scanning.
    pub scan_limits: ScanLimits,
    /// Which digests to compute while streaming.
    pub verify: Verify,
    /// True: no file is read for packages, everything else is the same. To measure what catalogers cost.
    pub without_packages: bool,
}

/// How far a scan is.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Progress {
    /// Bytes of the blob eaten.
    pub stored: u64,
    /// Bytes of tar that came out.
    pub uncompressed: u64,
    /// Entries seen.
    pub entries: u32,
    /// Packages found.
    pub packages: usize,
    /// Secrets found.
    pub secrets: usize,
}

/// Scans one layer blob, compressed or not.
pub struct LayerScan {
    blob: BlobReader,
    tar: TarScan,
}

/// The half of a scan that eats the uncompressed tar.
pub struct TarScan {
    tar: TarSide,
    collector: Collector,
}

impl LayerScan {
    /// A scan that has seen nothing yet.
    pub fn new(options: &LayerOptions) -> Self {
        let (blob, tar) = Self::halves(options);
        Self { blob, tar }
    }

    /// Has the host compute digest and diff_id (by SHA-256) and what gzip checks; before the first byte.
    #[must_use]
    pub fn summed_by(mut self, host: HostSums) -> Self {
        self.blob.sum_by(host);
        self.tar.tar.sum_by(host);
        self
    }

    /// The two halves of a scan, for a host that has a thread for each: what comes out of the first is pushed into the second.
    pub fn halves(options: &LayerOptions) -> (BlobReader, TarScan) {
        let (blob, tar) = halves(options.limits.clone(), options.verify);
        let collector = Collector {
            limits: options.scan_limits,
            catalogers: if options.without_packages { &[] } else { packages::ALL },
            ..Collector::default()
        };
        (blob, TarScan { tar, collector })
    }

    /// The next bytes of the blob. Damage ends the reading, not the scan: what was read before it is kept.
    pub fn push(&mut self, chunk: &[u8]) {
        let Self { blob, tar } = self;
        blob.push(chunk, &mut |bytes| tar.push(bytes));
    }

    /// How far it is.
    pub fn progress(&self) -> Progress {
        Progress {
            stored: self.blob.stored(),
            uncompressed: self.blob.expanded(),
            entries: self.tar.collector.log.len(),
            packages: self.tar.collector.packages,
            secrets: self.tar.collector.facts.secrets.len(),
        }
    }

    /// The blob has ended: everything it says.
    pub fn finish(self) -> LayerFacts {
        let Self { blob, mut tar } = self;
        let end = blob.finish(&mut |bytes| tar.push(bytes));
        tar.finish(end)
    }
}

impl TarScan {
    /// The next bytes of the tar.
    pub fn push(&mut self, bytes: &[u8]) {
        self.tar.push(bytes, &mut self.collector);
    }

    /// The blob has ended: everything it says.
    pub fn finish(self, end: BlobEnd) -> LayerFacts {
        let Self { tar, mut collector } = self;
        let summary = tar.finish(end, &mut collector);
        if let Some(damage) = &summary.damage {
            // A file that was being read when the layer broke off has no end: it is dropped, the gap says so.
            collector.drop_file();
            collector.gap(family(damage.family()), String::new(), damage.to_string());
        }
        let mut facts = collector.facts;
        if collector.gaps_dropped > 0 {
            facts.gaps.push(Gap {
                kind: GapKind::OverBudget,
                layer: None,
                path: String::new(),
                message: format!("{} more gaps in this layer are not listed", collector.gaps_dropped),
            });
        }
        facts.version = FACTS_VERSION;
        facts.digest = summary.digest.map_or_else(String::new, |digest| digest.to_string());
        facts.diff_id = summary.diff_id.map_or_else(String::new, |digest| digest.to_string());
        facts.stored_size = summary.stored_size;
        facts.uncompressed_size = summary.uncompressed_size;
        facts.compression = summary.compression.name().to_owned();
        facts.complete = summary.damage.is_none();
        facts.entries = collector.log.finish();
        facts
    }
}

/// An error's family as the report names it. Misuse cannot be the image's doing, but a report is no place to panic.
pub(crate) fn family(family: ErrorFamily) -> GapKind {
    match family {
        ErrorFamily::Malformed | ErrorFamily::Misuse => GapKind::Malformed,
        ErrorFamily::Unsupported => GapKind::Unsupported,
        ErrorFamily::OverBudget => GapKind::OverBudget,
    }
}

/// What is being done with the file whose content comes next.
#[derive(Default)]
struct OpenFile {
    entry: Option<Entry>,
    index: u32,
    /// Catalogers that want it whole.
    whole: Vec<usize>,
    streams: Vec<(usize, Box<dyn StreamParser>)>,
    capture: bool,
    secrets: Option<FileScan>,
    archive: Option<ArchiveScan>,
}

#[derive(Default)]
struct Collector {
    limits: ScanLimits,
    catalogers: &'static [&'static dyn Cataloger],
    log: LogWriter,
    facts: LayerFacts,
    open: OpenFile,
    /// The content of a file that is wanted whole; kept between files for its allocation.
    buffer: Vec<u8>,
    captured: usize,
    /// Bytes unpacked from archives.
    unpacked: u64,
    packages: usize,
    packages_cut: bool,
    /// The list of entries is full: what comes later is neither listed nor read.
    list_cut: bool,
    gaps_dropped: u64,
}

impl Collector {
    fn gap(&mut self, kind: GapKind, path: String, message: String) {
        if self.facts.gaps.len() >= self.limits.max_gaps_per_layer {
            self.gaps_dropped += 1;
            return;
        }
        self.facts.gaps.push(Gap { kind, layer: None, path, message });
    }

    fn open_file(&mut self, entry: Entry, index: u32) {
        let mut open = OpenFile { index, ..OpenFile::default() };
        for (id, cataloger) in self.catalogers.iter().enumerate() {
            match cataloger.interest(&entry) {
                Interest::Skip => {}
                Interest::Whole { max } => {
                    let max = max.min(self.limits.max_whole_file);
                    if entry.size > max {
                        let message = format!("{}: file of {} bytes not read, the limit is {max}", cataloger.id(), entry.size);
                        self.gap(GapKind::OverBudget, entry.path.display(), message);
                    } else {
                        open.whole.push(id);
                    }
                }
                Interest::Stream => open.streams.extend(cataloger.stream(&entry).map(|parser| (id, parser))),
            }
        }
        // All of them lie in two folders: most entries are done with one comparison.
        let path = entry.path.as_bytes();
        if (path.starts_with(b"etc/") || path.starts_with(b"usr/lib/"))
            && CAPTURED.iter().chain(os_release::FILES).any(|captured| captured.as_bytes() == path)
        {
            let fits = entry.size <= MAX_CAPTURED_FILE && self.captured + entry.size as usize <= self.limits.max_captured;
            if fits {
                self.captured += entry.size as usize;
                open.capture = true;
            } else {
                let message = format!("file of {} bytes not kept, the limit is {MAX_CAPTURED_FILE}", entry.size);
                self.gap(GapKind::OverBudget, entry.path.display(), message);
            }
        }
        if open.capture || !open.whole.is_empty() {
            self.buffer.clear();
            self.buffer.reserve(entry.size as usize);
        }
        if self.facts.secrets.len() < self.limits.max_secrets_per_layer {
            open.secrets = SecretScanner::begin(&entry);
            open.archive = SecretScanner::begin_archive(&entry, self.limits.max_unpacked.saturating_sub(self.unpacked));
        }
        open.entry = Some(entry);
        self.open = open;
    }

    fn keep(&mut self, entry: &Entry, index: u32, cataloger: usize, mut parsed: Parsed) {
        let id = packages::ALL[cataloger].id();
        for gap in std::mem::take(&mut parsed.gaps) {
            let path = if gap.path.is_empty() { entry.path.display() } else { format!("{}!{}", entry.path.display(), gap.path) };
            self.gap(gap.kind, path, gap.message);
        }
        let room = self.limits.max_packages_per_layer.saturating_sub(self.packages);
        if parsed.packages.len() > room {
            parsed.packages.truncate(room);
            if !std::mem::replace(&mut self.packages_cut, true) {
                let message =
                    format!("more than {} packages in one layer: the rest is not listed", self.limits.max_packages_per_layer);
                self.gap(GapKind::OverBudget, entry.path.display(), message);
            }
        }
        self.packages += parsed.packages.len();
        if !parsed.is_empty() {
            self.facts.files.push(FileFacts { entry: index, cataloger: id.to_owned(), parsed });
        }
    }

    fn search(&mut self, entry: &Entry, index: u32, scan: FileScan, archive: Option<ArchiveScan>) {
        let mut found = scan.finish();
        if let Some(archive) = archive {
            let inside = archive.finish();
            self.unpacked = self.unpacked.saturating_add(inside.unpacked);
            // A key in an uncompressed archive was seen twice: its place inside says more.
            if inside.whole {
                found.secrets.retain(|secret| secret.rule.starts_with("file-"));
            }
            found.secrets.extend(inside.findings.secrets);
            found.gaps.extend(inside.findings.gaps);
        }
        self.keep_secrets(entry, index, found);
    }

    fn keep_secrets(&mut self, entry: &Entry, index: u32, mut found: Findings) {
        for gap in found.gaps {
            self.gap(gap.kind, entry.path.display(), gap.message);
        }
        let room = self.limits.max_secrets_per_layer.saturating_sub(self.facts.secrets.len());
        if found.secrets.len() > room {
            found.secrets.truncate(room);
            let message =
                format!("more than {} secrets in one layer: later files are not looked at", self.limits.max_secrets_per_layer);
            self.gap(GapKind::OverBudget, entry.path.display(), message);
        }
        for mut secret in found.secrets {
            secret.entry = index;
            self.facts.secrets.push(secret);
        }
    }

    fn drop_file(&mut self) {
        if self.open.entry.is_some() {
            self.open = OpenFile::default();
        }
    }
}

impl LayerSink for Collector {
    fn entry(&mut self, entry: Entry) {
        if self.list_cut || self.log.size() + entry.path.as_bytes().len() > self.limits.max_listed {
            if !std::mem::replace(&mut self.list_cut, true) {
                let limit = self.limits.max_listed;
                let message = format!("more than {limit} bytes of names in one layer: the rest of its entries is not listed");
                self.gap(GapKind::OverBudget, String::new(), message);
            }
            return;
        }
        let index = self.log.len();
        self.log.push(&entry);
        if entry.kind == EntryKind::File {
            self.open_file(entry, index);
        }
    }

    fn data(&mut self, bytes: &[u8]) {
        if self.open.capture || !self.open.whole.is_empty() {
            self.buffer.extend_from_slice(bytes);
        }
        if let Some(secrets) = &mut self.open.secrets {
            secrets.push(bytes);
        }
        if let Some(archive) = &mut self.open.archive {
            archive.push(bytes);
        }
        for (_, parser) in &mut self.open.streams {
            if !parser.is_done() {
                parser.push(bytes);
            }
        }
    }

    fn end(&mut self) {
        let OpenFile { entry, index, whole, streams, capture, secrets, archive } = std::mem::take(&mut self.open);
        let Some(entry) = entry else { return };
        let buffer = std::mem::take(&mut self.buffer);
        for id in whole {
            let parsed = packages::ALL[id].parse(&entry.path, &buffer);
            self.keep(&entry, index, id, parsed);
        }
        for (id, parser) in streams {
            let parsed = parser.finish();
            self.keep(&entry, index, id, parsed);
        }
        if let Some(secrets) = secrets {
            self.search(&entry, index, secrets, archive);
        }
        if capture {
            self.facts.captured.push(Captured { entry: index, bytes: buffer.clone() });
        }
        self.buffer = buffer;
        // One huge file must not pin its memory for the rest of the layer.
        self.buffer.shrink_to(1 << 20);
    }

    fn warning(&mut self, path: &ImagePath, message: &str) {
        let path = if path.is_root() { String::new() } else { path.display() };
        self.gap(GapKind::Malformed, path, message.to_owned());
    }
}
