//! Gentoo's Portage: one folder a package below `var/db/pkg`, named by category, name and version.
//!
//! `CONTENTS` lists the owned files, `LICENSE` the licences (portage(5)). Proof: this file's tests.

use porthole_oci::layer::{Entry, ImagePath};

use super::{Cataloger, Interest};
use crate::facts::{Attachment, PackageFact, Parsed};

/// The cataloger.
pub struct Portage;

const MAX_SIZE: u64 = 16 << 20;

/// Category, name-version and file of a path below the database.
fn place(path: &[u8]) -> Option<(&str, &str, &str)> {
    let rest = std::str::from_utf8(path.strip_prefix(b"var/db/pkg/".as_slice())?).ok()?;
    let (category, rest) = rest.split_once('/')?;
    let (package, file) = rest.split_once('/')?;
    matches!(file, "CONTENTS" | "LICENSE").then_some((category, package, file))
}

impl Cataloger for Portage {
    fn id(&self) -> &'static str {
        "portage"
    }

    fn interest(&self, entry: &Entry) -> Interest {
        if place(entry.path.as_bytes()).is_some() { Interest::Whole { max: MAX_SIZE } } else { Interest::Skip }
    }

    fn parse(&self, path: &ImagePath, bytes: &[u8]) -> Parsed {
        let Some((category, package, file)) = place(path.as_bytes()) else { return Parsed::default() };
        let key = format!("{category}/{package}");
        if file == "LICENSE" {
            let licenses = vec![String::from_utf8_lossy(bytes).trim().to_owned()];
            return Parsed { attachments: vec![Attachment { key, licenses, ..Attachment::default() }], ..Parsed::default() };
        }
        let Some((name, version)) = split_version(package) else { return Parsed::default() };
        let namespace = category.to_owned();
        let fact = PackageFact { namespace, key, owned: contents(bytes), ..PackageFact::new("ebuild", name, version) };
        Parsed { packages: vec![fact], ..Parsed::default() }
    }
}

/// `bash-5.2_p26-r1` is `bash` of `5.2_p26-r1`: the version begins at the last hyphen before a digit (PMS 3.2).
fn split_version(package: &str) -> Option<(&str, &str)> {
    let at = package
        .match_indices('-')
        .map(|(at, _)| at)
        .rfind(|at| package[at + 1..].starts_with(|char: char| char.is_ascii_digit()))?;
    Some((&package[..at], &package[at + 1..]))
}

/// `obj PATH MD5 TIME` and `sym PATH -> TARGET TIME`; paths may hold blanks.
fn contents(bytes: &[u8]) -> Vec<Vec<u8>> {
    let lines = bytes.split(|byte| *byte == b'\n');
    lines
        .filter_map(|line| {
            let path = match line.get(..4)? {
                b"obj " => line.rsplitn(3, |byte| *byte == b' ').nth(2)?.get(4..)?,
                b"sym " => line.get(4..memchr::memmem::find(line, b" -> ")?)?,
                _ => return None,
            };
            Some(path.strip_prefix(b"/").unwrap_or(path).to_vec())
        })
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_come_from_folders_and_files_from_contents() {
        let contents =
            b"dir /usr\nobj /usr/bin/with blank d41d8cd98f00b204e9800998ecf8427e 1700000000\nsym /bin/sh -> bash 1700000000\n";
        let path = ImagePath::new("var/db/pkg/app-shells/bash-5.2_p26-r1/CONTENTS");
        let package = Portage.parse(&path, contents).packages.remove(0);
        assert_eq!(
            (package.namespace.as_str(), package.name.as_str(), package.version.as_str()),
            ("app-shells", "bash", "5.2_p26-r1")
        );
        assert_eq!(package.owned, [b"usr/bin/with blank".to_vec(), b"bin/sh".to_vec()]);
        let license = ImagePath::new("var/db/pkg/app-shells/bash-5.2_p26-r1/LICENSE");
        assert_eq!(Portage.parse(&license, b"GPL-3+\n").attachments[0].key, package.key);
        for cut in 0..contents.len() {
            Portage.parse(&path, &contents[..cut]);
        }
    }

    #[test]
    fn versions_begin_at_the_last_hyphen_before_a_digit() {
        for (package, expected) in [
            ("gcc-13.2.1_p20240210", Some(("gcc", "13.2.1_p20240210"))),
            ("font-7x13-1.0-r2", Some(("font-7x13", "1.0-r2"))),
            ("nothing", None),
            ("-1", Some(("", "1"))),
        ] {
            assert_eq!(split_version(package), expected);
        }
    }
}
