//! What the catalogers of programming languages share: a package as a lock file names it, and files that are not theirs
//! to speak of.

use std::borrow::Cow;

use porthole_report::{EvidenceKind, GapKind, sorting};

use super::syntax::{Damage, gap};
use crate::facts::{PackageFact, Parsed};

/// Largest lock file or metadata file that is read whole, bytes. The largest lock files of public monorepos have 5 MiB.
pub(crate) const MAX_FILE: u64 = 16 << 20;

/// A package that a lock file or manifest names.
pub(crate) fn declared(kind: &str, name: impl Into<String>, version: impl Into<String>) -> PackageFact {
    PackageFact { evidence: EvidenceKind::Declared, ..PackageFact::new(kind, name, version) }
}

/// Parsed packages in order of content, each once, with the damage as a gap.
pub(crate) fn parsed(mut packages: Vec<PackageFact>, read: Result<(), Damage>) -> Parsed {
    sorting::sort_by(&mut packages, |a, b| {
        (&a.namespace, &a.name, &a.version, &a.inner_path).cmp(&(&b.namespace, &b.name, &b.version, &b.inner_path))
    });
    packages.dedup();
    Parsed { packages, attachments: Vec::new(), gaps: read.err().map(Into::into).into_iter().collect() }
}

/// One gap and nothing else.
pub(crate) fn malformed(message: &str) -> Parsed {
    Parsed { gaps: vec![gap(GapKind::Malformed, message)], ..Parsed::default() }
}

/// The folder of a path, without a trailing slash; empty at the root.
pub(crate) fn folder(path: &[u8]) -> &[u8] {
    memchr::memrchr(b'/', path).map_or(&[], |slash| path.get(..slash).unwrap_or_default())
}

/// The last component.
pub(crate) fn file_name(path: &[u8]) -> &[u8] {
    memchr::memrchr(b'/', path).map_or(path, |slash| path.get(slash + 1..).unwrap_or_default())
}

/// True when one of the folders of `path` has this name.
pub(crate) fn is_below(path: &[u8], name: &[u8]) -> bool {
    folder(path).split(|byte| *byte == b'/').any(|part| part == name)
}

/// Text of a path, for keys.
pub(crate) fn lossy(path: &[u8]) -> Cow<'_, str> {
    String::from_utf8_lossy(path)
}

/// A version that a registry would take: begins with a digit (or `v` and a digit), holds no blanks or placeholders.
pub(crate) fn is_version(version: &str) -> bool {
    version.trim_start_matches(['v', 'V']).starts_with(|c: char| c.is_ascii_digit())
        && !version.contains(|c: char| c.is_whitespace() || c.is_control() || "{}<>$\"'/\\".contains(c))
        && version.len() <= 256
}

/// A name that is no placeholder of a template.
pub(crate) fn is_name(name: &str) -> bool {
    !name.is_empty()
        && name.len() <= 256
        && !name.contains(|c: char| c.is_whitespace() || c.is_control() || "{}<>$\"'\\".contains(c))
}

/// Helpers for the tests of the catalogers.
#[cfg(test)]
pub(crate) mod testing {
    use porthole_oci::layer::{Entry, EntryKind, ImagePath};

    use super::super::{Cataloger, Interest};
    use crate::facts::Parsed;

    /// A regular file.
    pub(crate) fn entry(path: &str, size: u64) -> Entry {
        Entry {
            path: ImagePath::new(path),
            kind: EntryKind::File,
            size,
            logical_size: size,
            mode: 0o644,
            uid: 0,
            gid: 0,
            mtime: 0,
            link: None,
            offset: 0,
        }
    }

    /// What the cataloger says of one file, by the way it asks for.
    pub(crate) fn read(cataloger: &dyn Cataloger, path: &str, bytes: &[u8]) -> Parsed {
        let entry = entry(path, bytes.len() as u64);
        match cataloger.interest(&entry) {
            Interest::Skip => panic!("{path} is not wanted"),
            Interest::Whole { max } => {
                assert!(max >= entry.size, "{path} is too large");
                cataloger.parse(&entry.path, bytes)
            }
            Interest::Stream => {
                let mut parser = cataloger.stream(&entry).expect("a parser");
                parser.push(bytes);
                parser.finish()
            }
        }
    }

    /// One line a package: `kind namespace/name@version evidence [licences]`.
    pub(crate) fn lines(parsed: &Parsed) -> Vec<String> {
        parsed
            .packages
            .iter()
            .map(|package| {
                let slash = if package.namespace.is_empty() { "" } else { "/" };
                let mut line = format!("{} {}{slash}{}@{}", package.kind, package.namespace, package.name, package.version);
                line.push_str(&format!(" {:?}", package.evidence).to_lowercase());
                if !package.licenses.is_empty() {
                    line.push_str(&format!(" {:?}", package.licenses));
                }
                if let Some(inner) = &package.inner_path {
                    line.push_str(&format!(" in {inner}"));
                }
                line
            })
            .collect()
    }

    /// The packages of an undamaged file, as [`lines`].
    pub(crate) fn found(cataloger: &dyn Cataloger, path: &str, text: &str) -> Vec<String> {
        let parsed = read(cataloger, path, text.as_bytes());
        assert_eq!(parsed.gaps, [], "{path}");
        lines(&parsed)
    }

    /// Reads every prefix of the file, and the file with each byte flipped: nothing may panic or invent an empty name.
    pub(crate) fn survives_damage(cataloger: &dyn Cataloger, path: &str, bytes: &[u8]) {
        let check = |bytes: &[u8]| {
            for package in read(cataloger, path, bytes).packages {
                assert!(!package.name.is_empty());
            }
        };
        for cut in 1..bytes.len() {
            check(&bytes[..cut]);
        }
        let mut flipped = bytes.to_vec();
        for at in 0..bytes.len() {
            for mask in [0x80, 0x01, 0x20] {
                flipped[at] ^= mask;
                check(&flipped);
                flipped[at] = bytes[at];
            }
        }
    }

    /// True when the cataloger asks for such a file.
    pub(crate) fn wants(cataloger: &dyn Cataloger, path: &str) -> bool {
        cataloger.interest(&entry(path, 100)) != Interest::Skip
    }
}
