//! One archive and everything nested in it, in one pass over its bytes.

use porthole_report::{EvidenceKind, Gap, GapKind};

use super::super::StreamParser;
use super::super::language::{file_name, folder, lossy, parsed};
use super::super::syntax::{gap, text};
use super::super::zip::{Trouble, Visitor, Zip};
use super::coordinates::{Coordinates, pom_properties, pom_xml};
use super::{is_archive, manifest};
use crate::facts::{PackageFact, Parsed};

/// Archives inside archives are read to this depth; an ear with a war with a jar with a jar in it has 4.
pub(super) const MAX_NESTING: usize = 8;
/// Bytes inflated from one file, nested archives included. More is a bomb, or worth nobody's time.
const MAX_INFLATED: u64 = 4 << 30;
/// Bytes inflated for each byte of the file, once the first are spent: classes give two or three, texts ten, each level of nesting the
/// same again; a bomb gives a thousand.
const MAX_RATIO: u64 = 64;
/// Bytes that any file may inflate to.
const FREE: u64 = 64 << 20;
/// Largest metadata file inside an archive, bytes; the longest manifests list a checksum for each class.
const MAX_METADATA: usize = 1 << 20;
/// Metadata files kept for one archive: the largest shaded archives carry some hundreds.
const MAX_POMS: usize = 4096;
/// Gaps told for one file; the rest says the same.
const MAX_GAPS: usize = 8;

/// Reads an archive that lies in the image.
pub(super) struct Reader {
    jar: Jar,
}

impl Reader {
    pub(super) fn new(path: &[u8], size: u64) -> Self {
        Self { jar: Jar::new(file_name(path), String::new(), 0, budget(size)) }
    }
}

impl StreamParser for Reader {
    fn push(&mut self, bytes: &[u8]) {
        self.jar.push(bytes);
    }

    fn is_done(&self) -> bool {
        self.jar.zip.is_done()
    }

    fn finish(self: Box<Self>) -> Parsed {
        let contents = self.jar.finish();
        let mut parsed = parsed(contents.packages, Ok(()));
        parsed.gaps = contents.gaps;
        parsed.gaps.truncate(MAX_GAPS);
        parsed
    }
}

/// What a file of this size may inflate to.
fn budget(size: u64) -> u64 {
    size.saturating_mul(MAX_RATIO).saturating_add(FREE).min(MAX_INFLATED)
}

/// One archive, at any depth.
struct Jar {
    zip: Zip,
    contents: Contents,
}

/// What is known of an archive so far.
struct Contents {
    /// File name without its ending.
    stem: String,
    /// Path from the outermost archive; empty for that one.
    inner_path: String,
    depth: usize,
    budget: u64,
    entry: Entry,
    /// From `pom.properties`.
    built_in: Vec<Coordinates>,
    /// From `pom.xml`, with licences.
    poms: Vec<(Coordinates, Vec<String>)>,
    manifest: manifest::Manifest,
    /// Packages of nested archives, complete.
    packages: Vec<PackageFact>,
    gaps: Vec<Gap>,
}

/// The entry being read.
enum Entry {
    None,
    Metadata { kind: Metadata, bytes: Vec<u8> },
    Nested(Box<Jar>),
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum Metadata {
    PomProperties,
    PomXml,
    Manifest,
}

impl Metadata {
    fn file_name(self) -> &'static str {
        match self {
            Self::PomProperties => "pom.properties",
            Self::PomXml => "pom.xml",
            Self::Manifest => "MANIFEST.MF",
        }
    }
}

impl Jar {
    fn new(name: &[u8], inner_path: String, depth: usize, budget: u64) -> Self {
        let stem = lossy(name).rsplit_once('.').map_or_else(|| lossy(name).into_owned(), |(stem, _)| stem.to_owned());
        let contents = Contents {
            stem,
            inner_path,
            depth,
            budget,
            entry: Entry::None,
            built_in: Vec::new(),
            poms: Vec::new(),
            manifest: manifest::Manifest::default(),
            packages: Vec::new(),
            gaps: Vec::new(),
        };
        Self { zip: Zip::new(budget), contents }
    }

    fn push(&mut self, bytes: &[u8]) {
        self.zip.push(bytes, &mut self.contents);
    }

    fn finish(mut self) -> Contents {
        if let Some(trouble) = self.zip.finish(&mut self.contents) {
            let name = if self.contents.inner_path.is_empty() { "archive" } else { &self.contents.inner_path };
            let (kind, why) = match trouble {
                Trouble::Malformed(why) => (GapKind::Malformed, why),
                Trouble::Unsupported(why) => (GapKind::Unsupported, why),
                Trouble::TooLarge => (GapKind::OverBudget, "more would be inflated than one file may"),
            };
            self.contents.gaps.push(gap(kind, format!("{name} was not read to its end: {why}")));
        }
        self.contents.conclude();
        self.contents
    }
}

impl Visitor for Contents {
    fn begin(&mut self, name: &[u8]) -> bool {
        self.entry = match file_name(name) {
            b"pom.properties" if self.built_in.len() < MAX_POMS => {
                Entry::Metadata { kind: Metadata::PomProperties, bytes: Vec::new() }
            }
            b"pom.xml" if name.starts_with(b"META-INF/maven/") && self.poms.len() < MAX_POMS => {
                Entry::Metadata { kind: Metadata::PomXml, bytes: Vec::new() }
            }
            b"MANIFEST.MF" if folder(name).eq_ignore_ascii_case(b"META-INF") => {
                Entry::Metadata { kind: Metadata::Manifest, bytes: Vec::new() }
            }
            nested if is_archive(nested) => {
                let separator = if self.inner_path.is_empty() { "" } else { "/" };
                let inner_path = format!("{}{separator}{}", self.inner_path, lossy(name));
                if self.depth >= MAX_NESTING {
                    let message = format!("{inner_path} is nested more than {MAX_NESTING} archives deep");
                    self.gaps.push(gap(GapKind::OverBudget, message));
                    return false;
                }
                Entry::Nested(Box::new(Jar::new(nested, inner_path, self.depth + 1, self.budget)))
            }
            _ => return false,
        };
        true
    }

    fn data(&mut self, bytes: &[u8]) -> bool {
        match &mut self.entry {
            Entry::None => false,
            Entry::Metadata { kind, bytes: kept } => {
                let room = MAX_METADATA - kept.len().min(MAX_METADATA);
                if bytes.len() > room {
                    let separator = if self.inner_path.is_empty() { "" } else { "/" };
                    let message = format!(
                        "{}{separator}{} is longer than {MAX_METADATA} bytes, the rest is not read",
                        self.inner_path,
                        kind.file_name()
                    );
                    self.gaps.push(gap(GapKind::OverBudget, message));
                }
                kept.extend_from_slice(bytes.get(..room.min(bytes.len())).unwrap_or_default());
                bytes.len() <= room
            }
            Entry::Nested(jar) => {
                self.budget = self.budget.saturating_sub(bytes.len() as u64);
                jar.push(bytes);
                !jar.zip.is_done()
            }
        }
    }

    fn end(&mut self, _whole: bool) {
        match std::mem::replace(&mut self.entry, Entry::None) {
            Entry::None => {}
            Entry::Metadata { kind, bytes } => {
                let text = text(&bytes);
                match kind {
                    Metadata::PomProperties => self.built_in.push(pom_properties(&text)),
                    Metadata::Manifest => self.manifest = manifest::parse(&text),
                    Metadata::PomXml => {
                        let (pom, _) = pom_xml(&text);
                        self.poms.push((pom.own, pom.licenses));
                    }
                }
            }
            Entry::Nested(jar) => {
                let nested = jar.finish();
                self.budget = self.budget.min(nested.budget);
                self.packages.extend(nested.packages);
                self.gaps.extend(nested.gaps);
            }
        }
    }
}

impl Contents {
    /// All metadata was seen: names the archive itself and what was shaded into it.
    fn conclude(&mut self) {
        let mut found: Vec<Coordinates> = self.built_in.drain(..).filter(Coordinates::is_complete).collect();
        for (own, _) in &self.poms {
            let known = found.iter().any(|one| one.group == own.group && one.artifact == own.artifact);
            if !known && own.is_complete() {
                found.push(own.clone());
            }
        }
        let own_at = found.iter().position(|one| self.is_named(one)).or((found.len() == 1).then_some(0));
        let mut own = own_at.map(|at| found.remove(at));
        if own.is_none() {
            let guess = self.manifest.coordinates(&self.stem);
            // Beside metadata of shaded packages only a file name with a version says enough.
            let is_stated = found.is_empty() || !super::coordinates::from_stem(&self.stem).1.is_empty();
            own = (is_stated && guess.is_usable()).then_some(guess);
        }
        let own_evidence = if self.depth == 0 { EvidenceKind::Installed } else { EvidenceKind::Embedded };
        let own = own.map(|own| (own, own_evidence));
        for (coordinates, evidence) in own.into_iter().chain(found.into_iter().map(|one| (one, EvidenceKind::Embedded))) {
            let stated = self.poms.iter().find(|(pom, _)| pom.group == coordinates.group && pom.artifact == coordinates.artifact);
            let mut licenses = stated.map(|(_, licenses)| licenses.clone()).unwrap_or_default();
            if licenses.is_empty() && evidence == own_evidence {
                licenses.clone_from(&self.manifest.licenses);
            }
            let inner_path = (!self.inner_path.is_empty()).then(|| self.inner_path.clone());
            self.packages.push(PackageFact { licenses, inner_path, ..coordinates.into_fact(evidence) });
        }
    }

    /// True when the archive's file name fits these coordinates.
    fn is_named(&self, one: &Coordinates) -> bool {
        self.stem.strip_prefix(one.artifact.as_str()).is_some_and(|rest| {
            rest.is_empty()
                || rest
                    .strip_prefix('-')
                    .is_some_and(|rest| rest.starts_with(one.version.as_str()) || rest.starts_with(|c: char| c.is_ascii_digit()))
        })
    }
}
