//! opkg, the package manager of OpenWrt and Yocto images: a status file like dpkg's, `info/*.list` and `info/*.control`.
//!
//! Proof: this file's tests.

use porthole_oci::layer::{Entry, ImagePath};
use porthole_report::export::counted;
use porthole_report::{Gap, GapKind};

use super::deb822::stanzas;
use super::dpkg::file_list;
use super::{Cataloger, Interest};
use crate::facts::{Attachment, PackageFact, Parsed};

/// The cataloger.
pub struct Opkg;

const FOLDERS: [&[u8]; 2] = [b"usr/lib/opkg/", b"var/lib/opkg/"];
const MAX_SIZE: u64 = 8 << 20;

fn place(path: &[u8]) -> Option<&[u8]> {
    let rest = FOLDERS.iter().find_map(|folder| path.strip_prefix(*folder))?;
    (rest == b"status" || (rest.starts_with(b"info/") && (rest.ends_with(b".list") || rest.ends_with(b".control"))))
        .then_some(rest)
}

impl Cataloger for Opkg {
    fn id(&self) -> &'static str {
        "opkg"
    }

    fn interest(&self, entry: &Entry) -> Interest {
        if place(entry.path.as_bytes()).is_some() { Interest::Whole { max: MAX_SIZE } } else { Interest::Skip }
    }

    fn parse(&self, path: &ImagePath, bytes: &[u8]) -> Parsed {
        let Some(file) = place(path.as_bytes()).filter(|file| *file != b"status") else { return parse(bytes) };
        let name = file.strip_prefix(b"info/".as_slice()).unwrap_or(file);
        let dot = memchr::memrchr(b'.', name).unwrap_or(name.len());
        let mut attachment = Attachment { key: String::from_utf8_lossy(&name[..dot]).into_owned(), ..Attachment::default() };
        if name.ends_with(b".list") {
            attachment.owned = file_list(bytes);
        } else {
            attachment.licenses = stanzas(bytes).find_map(|stanza| stanza.get("License")).into_iter().collect();
        }
        Parsed { attachments: vec![attachment], ..Parsed::default() }
    }
}

/// Reads a status file.
pub fn parse(bytes: &[u8]) -> Parsed {
    let mut parsed = Parsed::default();
    let mut nameless = 0_u32;
    for stanza in stanzas(bytes) {
        let state = stanza.get("Status");
        if state.is_some_and(|state| state.split_whitespace().nth(2).is_some_and(|state| state.contains("not-installed"))) {
            continue;
        }
        let (Some(name), Some(version)) = (stanza.get("Package"), stanza.get("Version")) else {
            nameless += 1;
            continue;
        };
        parsed.packages.push(PackageFact {
            architecture: stanza.get("Architecture"),
            installed_size: stanza.get("Installed-Size").and_then(|size| size.parse().ok()),
            key: name.clone(),
            ..PackageFact::new("opkg", name, version)
        });
    }
    if nameless > 0 {
        let message = format!("opkg database: {}", counted(nameless, "record without a package name or version"));
        parsed.gaps.push(Gap { kind: GapKind::Malformed, layer: None, path: String::new(), message });
    }
    parsed
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn status_lists_and_control_files_are_read() {
        let status = b"Package: busybox\nVersion: 1.36.1-1\nDepends: libc\nStatus: install user installed\nArchitecture: x86_64\nInstalled-Time: 1\n\nPackage: gone\nVersion: 1\nStatus: deinstall user not-installed\n\nPackage: half\n";
        let parsed = parse(status);
        assert_eq!((parsed.packages.len(), parsed.gaps.len()), (1, 1));
        assert_eq!((parsed.packages[0].name.as_str(), parsed.packages[0].architecture.as_deref()), ("busybox", Some("x86_64")));
        let parse = |path: &str, bytes: &[u8]| Opkg.parse(&ImagePath::new(path), bytes).attachments.remove(0);
        let list = parse("usr/lib/opkg/info/busybox.list", b"/bin/busybox\n");
        assert_eq!((list.key.as_str(), list.owned), ("busybox", vec![b"bin/busybox".to_vec()]));
        assert_eq!(parse("usr/lib/opkg/info/busybox.control", b"Package: busybox\nLicense: GPL-2.0\n").licenses, ["GPL-2.0"]);
        for cut in 0..status.len() {
            super::parse(&status[..cut]);
        }
    }
}
