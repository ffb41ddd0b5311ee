//! Alpine's package manager: its database of installed packages, owned files included.
//!
//! Reads `lib/apk/db/installed` and, where the root is merged, `usr/lib/apk/db/installed`: one letter, a colon, a value;
//! a blank line ends a package (apk-tools, `apk-v2(5)`, "installed database"). Knows nothing of repositories, and leaves
//! the purl's namespace (Alpine, Wolfi, Chainguard) to the fold. Proof: this file's tests, and
//! `tests/suite/packages_os.rs` against apk's own list.

use porthole_oci::layer::{Entry, ImagePath};
use porthole_report::export::counted;
use porthole_report::{Gap, GapKind};

use super::{Cataloger, Interest};
use crate::facts::{PackageFact, Parsed};

/// The cataloger.
pub struct Apk;

const MAX_DATABASE: u64 = 32 << 20;

impl Cataloger for Apk {
    fn id(&self) -> &'static str {
        "apk"
    }

    fn interest(&self, entry: &Entry) -> Interest {
        match entry.path.as_bytes() {
            b"lib/apk/db/installed" | b"usr/lib/apk/db/installed" => Interest::Whole { max: MAX_DATABASE },
            _ => Interest::Skip,
        }
    }

    fn parse(&self, _path: &ImagePath, bytes: &[u8]) -> Parsed {
        parse(bytes)
    }
}

/// Reads an installed database.
pub fn parse(bytes: &[u8]) -> Parsed {
    let mut parsed = Parsed::default();
    let mut nameless = 0_u32;
    let mut package = PackageFact::new("apk", "", "");
    let mut origin = String::new();
    let mut folder: &[u8] = b"";
    let mut seen = false;
    // The last package may lack its blank line.
    for line in bytes.split(|byte| *byte == b'\n').map(|line| line.strip_suffix(b"\r").unwrap_or(line)).chain([b"".as_slice()]) {
        if line.is_empty() {
            if seen {
                let done = std::mem::replace(&mut package, PackageFact::new("apk", "", ""));
                match finish(done, std::mem::take(&mut origin)) {
                    Some(package) => parsed.packages.push(package),
                    None => nameless += 1,
                }
            }
            folder = b"";
            seen = false;
            continue;
        }
        let (Some(letter), Some(value)) = (line.first(), line.strip_prefix(&[line[0], b':'])) else {
            continue;
        };
        seen = true;
        let text = || String::from_utf8_lossy(value).trim().to_owned();
        match letter {
            b'P' => package.name = text(),
            b'V' => package.version = text(),
            b'A' => package.architecture = Some(text()).filter(|text| !text.is_empty()),
            b'L' => package.licenses = Some(text()).filter(|text| !text.is_empty()).into_iter().collect(),
            b'I' => package.installed_size = text().parse().ok(),
            b'o' => origin = text(),
            b'F' => folder = value,
            b'R' => package.owned.push(if folder.is_empty() { value.to_vec() } else { [folder, b"/", value].concat() }),
            _ => {}
        }
    }
    if nameless > 0 {
        let message = format!("apk database: {}", counted(nameless, "record without a package name or version"));
        parsed.gaps.push(Gap { kind: GapKind::Malformed, layer: None, path: String::new(), message });
    }
    parsed
}

fn finish(mut package: PackageFact, origin: String) -> Option<PackageFact> {
    if package.name.is_empty() || package.version.is_empty() {
        return None;
    }
    // Packages of one origin are built together: the origin's version is the package's.
    let source = if origin.is_empty() { package.name.clone() } else { origin };
    package.source = Some((source, package.version.clone()));
    package.key.clone_from(&package.name);
    Some(package)
}

#[cfg(test)]
mod tests {
    use super::*;

    const DATABASE: &[u8] = b"C:Q1qKcZ+j23xssAXmgQhkOO8dHnbWw=\nP:musl\nV:1.2.5-r0\nA:x86_64\nS:408225\nI:667648\nT:the musl c library\nL:MIT\no:musl\nF:lib\nR:ld-musl-x86_64.so.1\na:0:0:755\nZ:Q1V5hYqzVA3gmCSiaYq7LkEaBXnJo=\nR:libc.musl-x86_64.so.1\n\nP:ssl_client\nV:1.36.1-r29\nA:x86_64\nL:GPL-2.0-only\no:busybox\nF:\nR:top\nF:usr/bin\nR:ssl_client\n\nP:.build-deps\nV:20240101.000000\n";

    #[test]
    fn packages_have_origin_licence_and_files() {
        let parsed = parse(DATABASE);
        let lines: Vec<_> = parsed
            .packages
            .iter()
            .map(|package| {
                let owned: Vec<_> = package.owned.iter().map(|path| String::from_utf8_lossy(path)).collect();
                let (source, version) = package.source.clone().unwrap_or_default();
                format!(
                    "{} {} {source} {version} {} {}",
                    package.name,
                    package.version,
                    package.licenses.join(","),
                    owned.join(",")
                )
            })
            .collect();
        assert_eq!(
            lines,
            [
                "musl 1.2.5-r0 musl 1.2.5-r0 MIT lib/ld-musl-x86_64.so.1,lib/libc.musl-x86_64.so.1",
                "ssl_client 1.36.1-r29 busybox 1.36.1-r29 GPL-2.0-only top,usr/bin/ssl_client",
                ".build-deps 20240101.000000 .build-deps 20240101.000000  ",
            ]
        );
        assert_eq!(parsed.packages[0].installed_size, Some(667_648));
        assert_eq!(parsed.gaps, []);
    }

    #[test]
    fn no_cut_panics_and_a_nameless_entry_is_a_gap() {
        for cut in 0..=DATABASE.len() {
            parse(&DATABASE[..cut]);
        }
        let parsed = parse(b"P:a\nV:1\n\nV:2\n\nP:b\nV:3\n");
        assert_eq!((parsed.packages.len(), parsed.gaps.len()), (2, 1));
    }
}
