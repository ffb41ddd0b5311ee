//! cargo-auditable: the crates of a Rust program as zlib-compressed JSON in the section `.dep-v0`.
//!
//! Follows the format of cargo-auditable (`PARSING.md`, schema v1). Section tables stand at the end of a file, too late for a
//! stream: instead every zlib header is tried, and counts when the text behind it begins as audit data does.

use flate2::{Decompress, FlushDecompress};
use memchr::memmem::Finder;
use porthole_report::{EvidenceKind, Gap, GapKind};
use serde::Deserialize;

use super::super::window::View;
use super::Tail;
use crate::facts::{PackageFact, Parsed};

/// First bytes of the JSON text.
const BEGINNING: &[u8] = b"{\"packages\":[";

/// Most compressed bytes that are read; a thousand crates take about 20 KiB.
const MAX_DATA: usize = 1 << 20;

/// Most text that is inflated, bytes (the format's own recommendation is 8 MiB).
const MAX_TEXT: usize = 8 << 20;

/// Watches a stream for audit data.
pub(super) struct Reader {
    headers: [Finder<'static>; 2],
    inflate: Decompress,
    tail: Tail,
}

impl Default for Reader {
    fn default() -> Self {
        Self {
            // Window of 32 KiB, best and default compression: what zlib writers produce.
            headers: [Finder::new(b"\x78\xDA"), Finder::new(b"\x78\x9C")],
            inflate: Decompress::new(true),
            tail: Tail::default(),
        }
    }
}

impl Reader {
    pub(super) fn look(&mut self, view: View<'_>) {
        if self.tail.next.is_some() {
            return self.tail.feed(view);
        }
        for finder in &self.headers {
            for at in view.find_all(finder) {
                self.inflate.reset(true);
                let mut text = [0; BEGINNING.len()];
                let bytes = &view.bytes[at..(at + super::AFTER).min(view.bytes.len())];
                let tried = self.inflate.decompress(bytes, &mut text, FlushDecompress::None);
                if tried.is_ok() && text == BEGINNING {
                    self.tail.start(view.offset + at as u64, MAX_DATA);
                    return self.tail.feed(view);
                }
            }
        }
    }

    pub(super) fn finish(&mut self, parsed: &mut Parsed) {
        if self.tail.next.is_none() {
            return;
        }
        let mut audit = parse(&self.tail.bytes);
        parsed.packages.append(&mut audit.packages);
        parsed.gaps.append(&mut audit.gaps);
    }
}

#[derive(Deserialize)]
struct Audit {
    packages: Vec<Crate>,
}

#[derive(Deserialize)]
struct Crate {
    name: String,
    version: String,
    #[serde(default)]
    source: String,
    #[serde(default)]
    kind: String,
    #[serde(default)]
    root: bool,
}

/// Reads zlib data and whatever follows it.
pub fn parse(zlib: &[u8]) -> Parsed {
    let mut parsed = Parsed::default();
    let audit = inflate(zlib).and_then(|text| serde_json::from_slice::<Audit>(&text).ok());
    let Some(audit) = audit else {
        let message = "cargo-auditable data: damaged".to_owned();
        parsed.gaps.push(Gap { kind: GapKind::Malformed, layer: None, path: String::new(), message });
        return parsed;
    };
    for package in audit.packages {
        // Build dependencies are not in the program.
        if package.name.is_empty() || package.kind == "build" {
            continue;
        }
        let mut fact =
            PackageFact { evidence: EvidenceKind::Embedded, ..PackageFact::new("cargo", package.name, package.version) };
        if !package.root && !matches!(package.source.as_str(), "" | "crates.io" | "registry" | "local") {
            fact.qualifiers.push(("vcs_url".to_owned(), package.source));
        }
        parsed.packages.push(fact);
    }
    parsed
}

fn inflate(zlib: &[u8]) -> Option<Vec<u8>> {
    let mut inflate = Decompress::new(true);
    let mut text = Vec::new();
    let mut chunk = vec![0; 64 << 10];
    loop {
        let (read, written) = (inflate.total_in(), inflate.total_out());
        let rest = zlib.get(usize::try_from(read).ok()?..)?;
        let status = inflate.decompress(rest, &mut chunk, FlushDecompress::None).ok()?;
        let got = usize::try_from(inflate.total_out() - written).ok()?;
        text.extend_from_slice(chunk.get(..got)?);
        if status == flate2::Status::StreamEnd {
            return Some(text);
        }
        if text.len() > MAX_TEXT || (got == 0 && inflate.total_in() == read) {
            return None;
        }
    }
}
