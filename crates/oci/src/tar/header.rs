//! One 512-byte header, read leniently, over the `tar` crate's layouts.

use tar::Header;

/// What a tar entry is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Kind {
    /// Regular file; contiguous and sparse ones, and types nobody knows, too.
    File,
    /// Directory.
    Directory,
    /// Symbolic link.
    Symlink,
    /// Hard link to an earlier entry, maybe of a lower layer.
    Hardlink,
    /// Character device.
    CharDevice,
    /// Block device.
    BlockDevice,
    /// Named pipe.
    Fifo,
}

/// One entry as its headers say, borrowed while [`crate::tar::Sink::entry`] runs.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct TarEntry<'a> {
    /// Name as written, raw bytes.
    pub name: &'a [u8],
    /// Link target as written; empty where there is none.
    pub link: &'a [u8],
    /// What it is.
    pub kind: Kind,
    /// Bytes of content stored in the archive.
    pub size: u64,
    /// Bytes that it unpacks to; differs from `size` for sparse files.
    pub logical_size: u64,
    /// Permission bits with setuid, setgid and sticky, at most `0o7777`.
    pub mode: u32,
    /// Owner.
    pub uid: u64,
    /// Group.
    pub gid: u64,
    /// Modification time, seconds since 1970, rounded down.
    pub mtime: i64,
    /// Offset of its own header in the archive.
    pub header_offset: u64,
    /// Offset of its stored content in the archive.
    pub offset: u64,
    /// Extended attributes (`SCHILY.xattr.` records): name and value.
    pub xattrs: &'a [(Vec<u8>, Vec<u8>)],
}

/// Size of a header, and what content is padded to.
pub(super) const BLOCK: usize = 512;

/// True when the checksum holds; some old tars summed signed bytes.
pub(super) fn checksum_holds(block: &[u8; BLOCK]) -> bool {
    let Some(field) = block.get(148..156) else {
        return false;
    };
    let Some(stored) = octal(field) else {
        return false;
    };
    // The field itself counts as eight spaces.
    let sum = |bytes: &[u8]| bytes.iter().map(|byte| u64::from(*byte)).sum::<u64>();
    let unsigned = sum(block) + 8 * u64::from(b' ') - sum(field);
    if stored == unsigned {
        return true;
    }
    let high = |bytes: &[u8]| bytes.iter().map(|byte| u64::from(byte >> 7)).sum::<u64>();
    // As a signed byte each one with its first bit set counts 256 less.
    stored.checked_add(256 * (high(block) - high(field))) == Some(unsigned)
}

/// An octal number: spaces and zeros around it are ignored, an empty field is none.
fn octal(field: &[u8]) -> Option<u64> {
    let start = field.iter().position(|byte| *byte != b' ' && *byte != 0)?;
    let mut value = 0u64;
    let digits = field.get(start..)?;
    for (at, byte) in digits.iter().enumerate() {
        match byte {
            b'0'..=b'7' => value = value.checked_mul(8)?.checked_add(u64::from(byte - b'0'))?,
            b' ' | 0 if digits.get(at..)?.iter().all(|byte| matches!(byte, b' ' | 0)) => {
                break;
            }
            // Some writers leave old bytes behind the terminator.
            0 => break,
            _ => return None,
        }
    }
    Some(value)
}

/// A number field: octal, or base-256 when the first bit is set (then it may be negative).
/// An empty field is 0. None when it is not a number or over 64 bits.
pub(super) fn number(field: &[u8]) -> Option<i64> {
    let (first, rest) = field.split_first()?;
    if first & 0x80 == 0 {
        if field.iter().all(|byte| matches!(byte, 0 | b' ')) {
            return Some(0);
        }
        return octal(field).and_then(|value| i64::try_from(value).ok());
    }
    // Two's complement, big-endian; the marker bit is not part of it.
    let negative = first & 0x40 != 0;
    let mut value: i64 = if negative { i64::from(*first) - 0x100 } else { i64::from(first & 0x7f) };
    for byte in rest {
        value = value.checked_mul(256)?.checked_add(i64::from(*byte))?;
    }
    Some(value)
}

/// A number field that cannot be negative.
pub(super) fn size(field: &[u8]) -> Option<u64> {
    number(field).and_then(|value| u64::try_from(value).ok())
}

/// A text field up to its first zero byte.
pub(super) fn text(field: &[u8]) -> &[u8] {
    field.split(|byte| *byte == 0).next().unwrap_or_default()
}

/// The `prefix` field of POSIX headers; GNU headers keep other things there.
pub(super) fn prefix(header: &Header) -> &[u8] {
    header.as_ustar().map_or(&[], |ustar| text(&ustar.prefix))
}

/// True when these bytes begin with a tar header, by its checksum.
pub fn is_header(head: &[u8]) -> bool {
    head.first_chunk().is_some_and(checksum_holds)
}
