//! What an input is, by its first bytes, and one clear sentence where it is no image.

use std::fmt;

use crate::tar::is_header;

/// What the first bytes say.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum InputKind {
    /// A tar archive: read it by [`super::Reader`], by ranges.
    Tar,
    /// gzip: read it by [`super::StreamReader`].
    Gzip,
    /// zstd: read it by [`super::StreamReader`].
    Zstd,
    /// A JSON document: maybe an SBOM or a report.
    Json,
    /// Something else; why it cannot be read, in one sentence.
    Other(String),
}

impl fmt::Display for InputKind {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Tar => f.write_str("a tar archive"),
            Self::Gzip => f.write_str("a gzip file"),
            Self::Zstd => f.write_str("a zstd file"),
            Self::Json => f.write_str("a json document"),
            Self::Other(why) => f.write_str(why),
        }
    }
}

/// Bytes that [`sniff`] can make use of; fewer do where the input is shorter.
pub const SNIFF_LEN: usize = 36 * 1024;

/// Magic bytes at an offset, and what they mean.
const KNOWN: &[(usize, &[u8], &str)] = &[
    (0, b"PK\x03\x04", "a zip file"),
    (0, b"PK\x05\x06", "an empty zip file"),
    (0, b"\xfd7zXZ\0", "an xz file: unpack it first (xz -d), only gzip and zstd are read directly"),
    (0, b"BZh", "a bzip2 file: unpack it first (bzip2 -d), only gzip and zstd are read directly"),
    (0, b"\x04\x22\x4d\x18", "an lz4 file: unpack it first (lz4 -d), only gzip and zstd are read directly"),
    (0, b"\x1f\x9d", "a compress (.Z) file: unpack it first, only gzip and zstd are read directly"),
    (0, b"7z\xbc\xaf\x27\x1c", "a 7-zip file"),
    (0, b"Rar!\x1a\x07", "a rar file"),
    (0, b"\x7fELF", "a program (elf)"),
    (0, b"MZ", "a windows program"),
    (0, b"%PDF", "a pdf file"),
    (0, b"\x89PNG", "a picture (png)"),
    (0, b"\xff\xd8\xff", "a picture (jpeg)"),
    (0, b"GIF8", "a picture (gif)"),
    (0, b"!<arch>\n", "a debian package or a static library (ar)"),
    (0, b"\xed\xab\xee\xdb", "an rpm package"),
    (0, b"QFI\xfb", "a virtual machine disk (qcow2)"),
    (0, b"KDMV", "a virtual machine disk (vmdk)"),
    (0, b"conectix", "a virtual machine disk (vhd)"),
    (0, b"vhdxfile", "a virtual machine disk (vhdx)"),
    (0, b"hsqs", "a squashfs file system"),
    (0, b"sqsh", "a squashfs file system"),
    (0, b"#!/usr/bin/env run-singularity", "a singularity image (sif)"),
    (0, b"070701", "a cpio archive"),
    (0, b"070707", "a cpio archive"),
    (0, b"SQLite format 3\0", "an sqlite database"),
    (0, b"version https://git-lfs", "a git lfs pointer, not the file itself: fetch it first (git lfs pull)"),
    (0x8001, b"CD001", "a disc image (iso 9660)"),
    (510, b"\x55\xaa", "a disk image with a boot sector"),
];

/// Tells what an input is from its first bytes ([`SNIFF_LEN`] at most).
pub fn sniff(head: &[u8]) -> InputKind {
    let not = |what: &str| InputKind::Other(format!("this is {what}, not an image archive"));
    match head {
        [] => return InputKind::Other("the file is empty".to_owned()),
        [0x1f, 0x8b, ..] => return InputKind::Gzip,
        [0x28, 0xb5, 0x2f, 0xfd, ..] | [0x50..=0x5f, 0x2a, 0x4d, 0x18, ..] => return InputKind::Zstd,
        _ => {}
    }
    if is_header(head) {
        return InputKind::Tar;
    }
    let matches = |(at, magic, _): &&(usize, &[u8], &str)| head.get(*at..).is_some_and(|rest| rest.starts_with(magic));
    if let Some((_, _, what)) = KNOWN.iter().find(matches) {
        return match what.split_once(": ") {
            Some((what, hint)) => InputKind::Other(format!("this is {what}: {hint}")),
            None => not(what),
        };
    }
    if head.iter().all(|byte| *byte == 0) {
        return not("a file of zeros");
    }
    let start = head.strip_prefix(b"\xef\xbb\xbf").unwrap_or(head).trim_ascii_start();
    match start.first() {
        Some(b'{' | b'[') => return InputKind::Json,
        Some(b'<') => {
            let html = start.get(..256.min(start.len())).unwrap_or_default().to_ascii_lowercase();
            let is_html = memchr::memmem::find(&html, b"<html").is_some() || html.starts_with(b"<!doctype html");
            return not(if is_html { "a web page, perhaps an error page in place of the download" } else { "an xml document" });
        }
        _ => {}
    }
    let sample = start.get(..512.min(start.len())).unwrap_or_default();
    if !sample.is_empty() && sample.iter().all(|byte| byte.is_ascii_graphic() || byte.is_ascii_whitespace()) {
        return not("a text file");
    }
    InputKind::Other("this is not a tar archive, and nothing else that an image is kept in".to_owned())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn wrong_inputs_get_a_clear_sentence() {
        let table: [(&[u8], &str); 8] = [
            (b"", "the file is empty"),
            (b"PK\x03\x04rest", "this is a zip file, not an image archive"),
            (b"\xfd7zXZ\0rest", "this is an xz file: unpack it first (xz -d), only gzip and zstd are read directly"),
            (
                b"<!DOCTYPE html><title>404",
                "this is a web page, perhaps an error page in place of the download, not an image archive",
            ),
            (b"hello\n", "this is a text file, not an image archive"),
            (&[0; 600], "this is a file of zeros, not an image archive"),
            (b"\xf0\x9f\x92\xa9\0\x01", "this is not a tar archive, and nothing else that an image is kept in"),
            (
                b"version https://git-lfs.github.com/spec/v1\n",
                "this is a git lfs pointer, not the file itself: fetch it first (git lfs pull)",
            ),
        ];
        for (head, expected) in table {
            assert_eq!(sniff(head).to_string(), expected);
        }
        let mut iso = vec![0; 0x8001];
        iso.extend_from_slice(b"CD001");
        assert_eq!(sniff(&iso).to_string(), "this is a disc image (iso 9660), not an image archive");
        assert_eq!(sniff(b" {\"a\": 1}"), InputKind::Json);
        assert_eq!(sniff(&[0x1f, 0x8b]), InputKind::Gzip);
        assert_eq!(sniff(&[0x28, 0xb5, 0x2f, 0xfd]), InputKind::Zstd);
    }
}
