//! Arch Linux's package manager: one folder a package below `var/lib/pacman/local`, with `desc` and `files`.
//!
//! Both files are lists under `%HEADINGS%` (alpm-db-desc(5), alpm-db-files(5)). The folder's name is the key that joins them.
//! Proof: this file's tests.

use porthole_oci::layer::{Entry, ImagePath};
use porthole_report::{Gap, GapKind};

use super::{Cataloger, Interest};
use crate::facts::{Attachment, PackageFact, Parsed};

/// The cataloger.
pub struct Pacman;

const FOLDER: &[u8] = b"var/lib/pacman/local/";
const MAX_SIZE: u64 = 8 << 20;

/// The package's folder and the file in it.
fn place(path: &[u8]) -> Option<(&[u8], &[u8])> {
    let rest = path.strip_prefix(FOLDER)?;
    let slash = memchr::memchr(b'/', rest)?;
    Some((&rest[..slash], &rest[slash + 1..]))
}

impl Cataloger for Pacman {
    fn id(&self) -> &'static str {
        "pacman"
    }

    fn interest(&self, entry: &Entry) -> Interest {
        match place(entry.path.as_bytes()) {
            Some((_, b"desc" | b"files")) => Interest::Whole { max: MAX_SIZE },
            _ => Interest::Skip,
        }
    }

    fn parse(&self, path: &ImagePath, bytes: &[u8]) -> Parsed {
        match place(path.as_bytes()) {
            Some((folder, b"desc")) => parse_desc(&String::from_utf8_lossy(folder), bytes),
            Some((folder, _)) => {
                let attachment = Attachment {
                    key: String::from_utf8_lossy(folder).into_owned(),
                    owned: files(bytes),
                    ..Attachment::default()
                };
                Parsed { attachments: vec![attachment], ..Parsed::default() }
            }
            None => Parsed::default(),
        }
    }
}

/// The lines under a heading.
fn section<'a>(bytes: &'a [u8], heading: &'a [u8]) -> impl Iterator<Item = &'a [u8]> {
    bytes
        .split(|byte| *byte == b'\n')
        .skip_while(move |line| line.trim_ascii() != heading)
        .skip(1)
        .take_while(|line| !line.trim_ascii().is_empty())
}

/// Reads a `desc`; `key` is the folder's name.
pub fn parse_desc(key: &str, bytes: &[u8]) -> Parsed {
    let text = |heading: &[u8]| {
        let line = section(bytes, heading).next().map(|line| String::from_utf8_lossy(line.trim_ascii()).into_owned());
        line.filter(|text| !text.is_empty())
    };
    let (Some(name), Some(version)) = (text(b"%NAME%"), text(b"%VERSION%")) else {
        let message = "pacman database: entry without a package name or version".to_owned();
        let gap = Gap { kind: GapKind::Malformed, layer: None, path: String::new(), message };
        return Parsed { gaps: vec![gap], ..Parsed::default() };
    };
    let package = PackageFact {
        architecture: text(b"%ARCH%"),
        source: text(b"%BASE%").map(|base| (base, version.clone())),
        licenses: section(bytes, b"%LICENSE%").map(|line| String::from_utf8_lossy(line.trim_ascii()).into_owned()).collect(),
        installed_size: text(b"%SIZE%").and_then(|size| size.parse().ok()),
        key: key.to_owned(),
        ..PackageFact::new("alpm", name, version)
    };
    Parsed { packages: vec![package], ..Parsed::default() }
}

/// Paths of a `files`, folders (with a slash at their end) left out.
fn files(bytes: &[u8]) -> Vec<Vec<u8>> {
    section(bytes, b"%FILES%").filter(|path| !path.ends_with(b"/")).map(<[u8]>::to_vec).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    const DESC: &[u8] = b"%NAME%\nzlib\n\n%VERSION%\n1:1.3.1-2\n\n%BASE%\nzlib\n\n%DESC%\nCompression\n\n%ARCH%\nx86_64\n\n%LICENSE%\nZlib\nMIT\n\n%SIZE%\n345678\n";

    #[test]
    fn desc_and_files_meet_by_their_folder() {
        let path = ImagePath::new("var/lib/pacman/local/zlib-1:1.3.1-2/desc");
        let package = Pacman.parse(&path, DESC).packages.remove(0);
        assert_eq!((package.name.as_str(), package.version.as_str()), ("zlib", "1:1.3.1-2"));
        assert_eq!((package.licenses.len(), package.installed_size), (2, Some(345_678)));
        let path = ImagePath::new("var/lib/pacman/local/zlib-1:1.3.1-2/files");
        let attachment =
            Pacman.parse(&path, b"%FILES%\nusr/\nusr/lib/\nusr/lib/libz.so\n\n%BACKUP%\netc/x\tabc\n").attachments.remove(0);
        assert_eq!(attachment.key, package.key);
        assert_eq!(attachment.owned, [b"usr/lib/libz.so".to_vec()]);
    }

    #[test]
    fn cut_entries_are_gaps_not_panics() {
        for cut in 0..DESC.len() {
            let parsed = parse_desc("x", &DESC[..cut]);
            assert_eq!(parsed.packages.len() + parsed.gaps.len(), 1);
        }
    }
}
