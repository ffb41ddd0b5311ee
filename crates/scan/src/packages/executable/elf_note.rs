//! The note by which a distribution marks an ELF file as built from one of its packages: `.note.package`.
//!
//! Follows systemd's "Package Metadata for Executable Files" (owner `FDO`, type `0xcafe1a7e`, JSON). Read from the program
//! headers, which stand at the file's beginning. The named package is the source package, so that a package manager's record
//! of the file's owner says more: the fold prefers that.

use porthole_report::EvidenceKind;
use serde::Deserialize;

use crate::facts::{PackageFact, Parsed};

const SEGMENT_NOTE: u32 = 4;
const OWNER: &[u8] = b"FDO\0";
const NOTE_TYPE: u32 = 0xCAFE_1A7E;

#[derive(Deserialize)]
struct Note {
    #[serde(rename = "type")]
    kind: String,
    name: String,
    version: String,
    #[serde(default)]
    architecture: Option<String>,
    #[serde(default)]
    os: Option<String>,
}

/// Reads the first bytes of an ELF file. Notes that lie behind them are not seen; a file without a note says nothing.
pub fn parse(head: &[u8]) -> Parsed {
    let package = note(head).and_then(|note| serde_json::from_slice::<Note>(note).ok()).and_then(package);
    Parsed { packages: package.into_iter().collect(), ..Parsed::default() }
}

fn package(note: Note) -> Option<PackageFact> {
    let kind = match note.kind.as_str() {
        kind @ ("rpm" | "deb" | "apk" | "alpm") => kind,
        _ => return None,
    };
    if note.name.is_empty() || note.version.is_empty() {
        return None;
    }
    Some(PackageFact {
        namespace: note.os.unwrap_or_default().to_ascii_lowercase(),
        architecture: note.architecture,
        evidence: EvidenceKind::Embedded,
        ..PackageFact::new(kind, note.name, note.version)
    })
}

struct Elf<'a> {
    bytes: &'a [u8],
    wide: bool,
    big_endian: bool,
}

impl<'a> Elf<'a> {
    fn u16(&self, at: usize) -> Option<usize> {
        let bytes: [u8; 2] = self.bytes.get(at..at.checked_add(2)?)?.try_into().ok()?;
        Some(usize::from(if self.big_endian { u16::from_be_bytes(bytes) } else { u16::from_le_bytes(bytes) }))
    }

    fn u32(&self, at: usize) -> Option<u32> {
        let bytes: [u8; 4] = self.bytes.get(at..at.checked_add(4)?)?.try_into().ok()?;
        Some(if self.big_endian { u32::from_be_bytes(bytes) } else { u32::from_le_bytes(bytes) })
    }

    /// An address-sized number.
    fn word(&self, at: usize) -> Option<usize> {
        if !self.wide {
            return usize::try_from(self.u32(at)?).ok();
        }
        let bytes: [u8; 8] = self.bytes.get(at..at.checked_add(8)?)?.try_into().ok()?;
        usize::try_from(if self.big_endian { u64::from_be_bytes(bytes) } else { u64::from_le_bytes(bytes) }).ok()
    }
}

/// The note's JSON, without the padding.
fn note(head: &[u8]) -> Option<&[u8]> {
    if !head.starts_with(b"\x7FELF") {
        return None;
    }
    let elf = Elf { bytes: head, wide: *head.get(4)? == 2, big_endian: *head.get(5)? == 2 };
    let (table, size, count) =
        if elf.wide { (elf.word(32)?, elf.u16(54)?, elf.u16(56)?) } else { (elf.word(28)?, elf.u16(42)?, elf.u16(44)?) };
    (0..count).find_map(|i| {
        let at = table.checked_add(i.checked_mul(size)?)?;
        if elf.u32(at)? != SEGMENT_NOTE {
            return None;
        }
        let (offset, length) = if elf.wide { (at + 8, at + 32) } else { (at + 4, at + 16) };
        let start = elf.word(offset)?;
        let end = start.checked_add(elf.word(length)?)?.min(head.len());
        package_note(&elf, start, end)
    })
}

/// Notes of one segment: sizes of owner and content, type, owner, content, each padded to four bytes.
fn package_note<'a>(elf: &Elf<'a>, mut at: usize, end: usize) -> Option<&'a [u8]> {
    while at.checked_add(12)? <= end {
        let (owner, content) = (usize::try_from(elf.u32(at)?).ok()?, usize::try_from(elf.u32(at + 4)?).ok()?);
        let owner_at = at + 12;
        let content_at = owner_at.checked_add(owner.checked_next_multiple_of(4)?)?;
        let content_end = content_at.checked_add(content)?;
        if elf.u32(at + 8)? == NOTE_TYPE && elf.bytes.get(owner_at..owner_at.checked_add(owner)?)? == OWNER {
            let json = elf.bytes.get(content_at..content_end)?;
            return Some(json.split(|byte| *byte == 0).next().unwrap_or_default());
        }
        at = content_at.checked_add(content.checked_next_multiple_of(4)?)?;
    }
    None
}
