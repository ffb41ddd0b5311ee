//! Secrets inside archives that lie in an image: zip and its kin (jar, war, wheel, NuGet), tar alone or within gzip or zstd, and one
//! file within gzip (`app.log.gz`, `dump.sql.gz`).
//!
//! One pass over the bytes as they stream by, nested archives included, up to a budget of unpacked bytes; what lies behind
//! it is told as a gap. Members that hold no text by their names (classes, pictures, libraries) are not unpacked at all
//! where the format allows. Told by name first: an image is full of compressed files that are no archives.
//! Must not know: the layer, the image. Proof: this folder's tests, `tests/suite/secrets.rs`.

use porthole_oci::Limits;
use porthole_oci::codec::{Compression, Decoder};
use porthole_oci::layer::{Entry, EntryKind, ImagePath, LayerReader, LayerSink, Verify};
use porthole_report::{Gap, GapKind};

use super::path_class::PathClass;
use super::{FileScan, Findings};
use crate::packages::zip::{Trouble, Visitor, Zip};

/// Archives inside archives are read to this depth: a jar in a war in a tar.gz has 3.
const MAX_NESTING: usize = 3;
/// Bytes unpacked from one file, nested archives included.
pub(crate) const MAX_UNPACKED: u64 = 64 << 20;
/// Secrets kept of one file; more is an attack or a key dump.
const MAX_FOUND: usize = 1_000;
/// Compressed bytes taken at once: what they can grow to is looked at before the next are taken.
const PIECE: usize = 16 * 1024;

const ZIPS: &[&[u8]] = &[
    b".jar", b".war", b".ear", b".zip", b".whl", b".egg", b".aar", b".hpi", b".jpi", b".kar", b".par", b".sar", b".nupkg",
    b".vsix", b".xpi", b".lpkg",
];
const TARS: &[&[u8]] = &[b".tar", b".tar.gz", b".tgz", b".tar.zst", b".tzst", b".crate", b".gem"];
/// One compressed file: its name without the ending is that of what is inside.
const GZIP: &[u8] = b".gz";
/// Endings of members that hold no text.
const NO_TEXT: &[&[u8]] = &[
    b".class",
    b".png",
    b".jpg",
    b".jpeg",
    b".gif",
    b".ico",
    b".webp",
    b".woff",
    b".woff2",
    b".ttf",
    b".otf",
    b".eot",
    b".so",
    b".dll",
    b".exe",
    b".dylib",
    b".jnilib",
    b".pyc",
    b".mp3",
    b".mp4",
    b".ogg",
    b".wav",
    b".pdf",
    b".mo",
    b".a",
    b".o",
    b".xz",
    b".bz2",
    b".br",
    b".kotlin_module",
    b".kotlin_metadata",
    b".tasty",
    b".sjsir",
    b".sf",
    b".rsa",
];

fn ends(name: &[u8], endings: &[&[u8]]) -> bool {
    endings.iter().any(|ending| {
        name.len() > ending.len() && name.get(name.len() - ending.len()..).is_some_and(|tail| tail.eq_ignore_ascii_case(ending))
    })
}

/// Reads one archive in pieces.
pub struct ArchiveScan {
    archive: Archive,
}

impl ArchiveScan {
    /// A scan of this entry's members; none when its name does not say that it has any. At most `budget` bytes are unpacked.
    pub(super) fn new(entry: &Entry, budget: u64) -> Option<Self> {
        let reading = Reading::of(entry.path.as_bytes())?;
        // Compressed manuals and changelogs of installed packages: a find in one is harmless, and unpacking all that a distribution
        // has (31 MB in a Debian of 75 MB) would cost more than the rest of the search.
        if matches!(reading, Reading::Gzip(_)) && PathClass::of(entry.path.as_bytes()).harmless.is_some() {
            return None;
        }
        Some(Self { archive: Archive::new(reading, entry.path.clone(), String::new(), 0, budget.min(MAX_UNPACKED)) })
    }

    /// The next bytes of the archive, in any chopping.
    pub fn push(&mut self, bytes: &[u8]) {
        self.archive.push(bytes);
    }

    /// What its members hold.
    pub fn finish(self) -> ArchiveFindings {
        let members = self.archive.finish();
        ArchiveFindings {
            unpacked: members.unpacked,
            whole: members.seen && !members.cut && members.trouble.is_none(),
            findings: members.findings(),
        }
    }
}

/// What the members of one archive hold.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct ArchiveFindings {
    /// Secrets with their paths inside, and gaps.
    pub findings: Findings,
    /// Bytes that were unpacked.
    pub unpacked: u64,
    /// True when it was an archive and every member was looked at: nothing is left for a search of its raw bytes.
    pub whole: bool,
}

enum Reading {
    Zip(Box<Zip>),
    Tar(Option<Box<LayerReader>>),
    Gzip(Option<Box<Gzip>>),
}

/// One compressed file.
struct Gzip {
    decoder: Decoder,
    /// Name of what is inside.
    name: Vec<u8>,
}

impl Reading {
    fn of(path: &[u8]) -> Option<Self> {
        let name = path.rsplit(|byte| *byte == b'/').next().unwrap_or_default();
        if ends(name, ZIPS) {
            return Some(Self::Zip(Box::new(Zip::new(u64::MAX))));
        }
        let limits = || Limits {
            max_entries: 200_000,
            max_sparse_size: MAX_UNPACKED,
            max_zstd_window: 8 << 20,
            output_buffer: 64 * 1024,
            ..Limits::default()
        };
        if ends(name, TARS) {
            return Some(Self::Tar(Some(Box::new(LayerReader::new(limits(), Verify::NONE)))));
        }
        let inner = ends(name, &[GZIP]).then(|| name.len() - GZIP.len()).and_then(|end| name.get(..end))?;
        let gzip = || Gzip { decoder: Decoder::sniffing(limits()), name: inner.to_vec() };
        (!ends(inner, NO_TEXT)).then(|| Self::Gzip(Some(Box::new(gzip()))))
    }
}

/// One archive, at any depth.
struct Archive {
    reading: Reading,
    members: Members,
}

/// What is known of an archive's members so far.
struct Members {
    /// Path of the file in the image.
    outer: ImagePath,
    /// Path of this archive inside of that file, with `!/` behind it; empty for the file itself.
    inside: String,
    depth: usize,
    budget: u64,
    unpacked: u64,
    member: Member,
    found: Vec<crate::facts::SecretFact>,
    gaps: Vec<Gap>,
    /// True once one member was seen: it is an archive, not a file that is named like one.
    seen: bool,
    /// True once something was left out for want of budget.
    cut: bool,
    trouble: Option<&'static str>,
}

enum Member {
    None,
    File(Box<FileScan>),
    Archive(Box<Archive>),
}

impl Archive {
    fn new(reading: Reading, outer: ImagePath, inside: String, depth: usize, budget: u64) -> Self {
        let members = Members {
            outer,
            inside,
            depth,
            budget,
            unpacked: 0,
            member: Member::None,
            found: Vec::new(),
            gaps: Vec::new(),
            seen: false,
            cut: false,
            trouble: None,
        };
        Self { reading, members }
    }

    fn push(&mut self, bytes: &[u8]) {
        match &mut self.reading {
            Reading::Zip(zip) => {
                for piece in bytes.chunks(PIECE) {
                    if self.members.cut || zip.is_done() {
                        return;
                    }
                    zip.push(piece, &mut self.members);
                }
            }
            Reading::Tar(reader) => {
                for piece in bytes.chunks(PIECE) {
                    if self.members.cut {
                        *reader = None;
                    }
                    let Some(reader) = reader else { return };
                    reader.push(piece, &mut self.members);
                }
            }
            Reading::Gzip(gzip) => {
                for piece in bytes.chunks(PIECE) {
                    let goes_on = gzip.as_mut().is_some_and(|gzip| !self.members.cut && gzip.push(piece, &mut self.members));
                    if !goes_on {
                        *gzip = None;
                        return;
                    }
                }
            }
        }
    }

    fn finish(mut self) -> Members {
        let cut = self.members.cut;
        match self.reading {
            Reading::Zip(mut zip) => {
                self.members.trouble = match zip.finish(&mut self.members) {
                    _ if cut => None,
                    Some(Trouble::Malformed(why) | Trouble::Unsupported(why)) => Some(why),
                    Some(Trouble::TooLarge) => Some("more would be unpacked than one file may"),
                    None => None,
                };
            }
            Reading::Tar(reader) => {
                let damaged = reader.is_some_and(|reader| reader.finish(&mut self.members).damage.is_some());
                self.members.close();
                self.members.trouble = (damaged && !cut).then_some("it is damaged");
            }
            Reading::Gzip(gzip) => {
                let damaged = gzip.is_some_and(|mut gzip| gzip.decoder.finish(&mut |_| Ok(())).is_err());
                self.members.close();
                self.members.trouble = self.members.trouble.or(damaged.then_some("it is damaged")).filter(|_| !cut);
            }
        }
        self.members
    }
}

impl Gzip {
    /// Takes the next bytes; false when none are wanted any more.
    fn push(&mut self, mut bytes: &[u8], members: &mut Members) -> bool {
        // A header is longer than what tells the compression, so nothing comes out before that is known.
        while self.decoder.compression().is_none() {
            let Some((first, rest)) = bytes.split_at_checked(1) else { return true };
            bytes = rest;
            if self.decoder.push(first, &mut |_| Ok(())).is_err() {
                return false;
            }
        }
        if self.decoder.compression() != Some(Compression::Gzip) {
            return false;
        }
        if !members.seen {
            members.begin(&self.name, u64::MAX);
        }
        let pushed = self.decoder.push(bytes, &mut |data| {
            members.take(data);
            Ok(())
        });
        if pushed.is_err() {
            members.trouble = Some("it is damaged");
        }
        pushed.is_ok()
    }
}

impl Members {
    fn begin(&mut self, name: &[u8], size: u64) -> bool {
        self.seen = true;
        self.close();
        if self.cut || ends(name, NO_TEXT) {
            return false;
        }
        let path = format!("{}{}", self.inside, String::from_utf8_lossy(name));
        self.member = match Reading::of(name) {
            Some(_) if self.depth + 1 >= MAX_NESTING => {
                self.gap(GapKind::OverBudget, format!("{path} is nested {MAX_NESTING} archives deep: not searched for secrets"));
                Member::None
            }
            Some(reading) => {
                let left = self.budget.saturating_sub(self.unpacked);
                let nested = Archive::new(reading, self.outer.clone(), format!("{path}!/"), self.depth + 1, left);
                Member::Archive(Box::new(nested))
            }
            None => Member::File(Box::new(FileScan::new(self.outer.as_bytes(), size, Some(path)))),
        };
        !matches!(self.member, Member::None)
    }

    /// Takes bytes of the open member; false when no more are wanted.
    fn take(&mut self, bytes: &[u8]) -> bool {
        if self.cut {
            return false;
        }
        self.unpacked = self.unpacked.saturating_add(bytes.len() as u64);
        if self.unpacked > self.budget {
            self.cut = true;
            return false;
        }
        match &mut self.member {
            Member::None => false,
            Member::File(scan) => {
                scan.push(bytes);
                true
            }
            Member::Archive(archive) => {
                let before = archive.members.unpacked;
                archive.push(bytes);
                self.unpacked = self.unpacked.saturating_add(archive.members.unpacked - before);
                self.cut |= archive.members.cut;
                !archive.members.cut
            }
        }
    }

    fn close(&mut self) {
        let found = match std::mem::replace(&mut self.member, Member::None) {
            Member::None => return,
            Member::File(scan) => scan.finish(),
            Member::Archive(archive) => {
                let nested = archive.finish();
                // A nested one that is cut says nothing of its own: the whole file's gap does.
                let cut = nested.cut;
                self.cut |= cut;
                let mut findings = nested.findings();
                if cut {
                    findings.gaps.retain(|gap| gap.kind != GapKind::OverBudget);
                }
                findings
            }
        };
        let room = MAX_FOUND.saturating_sub(self.found.len());
        self.cut |= found.secrets.len() > room;
        self.found.extend(found.secrets.into_iter().take(room));
        for gap in found.gaps {
            self.gap(gap.kind, gap.message);
        }
    }

    fn gap(&mut self, kind: GapKind, message: String) {
        if self.gaps.len() < 8 {
            self.gaps.push(Gap { kind, layer: None, path: String::new(), message });
        }
    }

    fn findings(mut self) -> Findings {
        let name = if self.inside.is_empty() { "archive" } else { self.inside.trim_end_matches("!/") }.to_owned();
        if self.cut {
            self.gap(GapKind::OverBudget, format!("{name} searched for secrets in part: what may be unpacked is used up"));
        } else if let Some(why) = self.trouble.filter(|_| self.seen) {
            self.gap(GapKind::Malformed, format!("{name} searched for secrets in part: {why}"));
        }
        Findings { secrets: self.found, gaps: self.gaps }
    }
}

impl Visitor for Members {
    fn begin(&mut self, name: &[u8]) -> bool {
        // How long a member is may only be known behind it.
        Members::begin(self, name, u64::MAX)
    }

    fn data(&mut self, bytes: &[u8]) -> bool {
        self.take(bytes)
    }

    fn end(&mut self, _whole: bool) {
        self.close();
    }
}

impl LayerSink for Members {
    fn entry(&mut self, entry: Entry) {
        if entry.kind == EntryKind::File && entry.size > 0 {
            Members::begin(self, entry.path.as_bytes(), entry.size);
        } else {
            self.seen = true;
        }
    }

    fn data(&mut self, bytes: &[u8]) {
        self.take(bytes);
    }

    fn end(&mut self) {
        self.close();
    }

    fn warning(&mut self, _path: &ImagePath, _message: &str) {}
}

#[cfg(test)]
mod tests;
