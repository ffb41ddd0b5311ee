//! Debian's package manager: its database, the lists of owned files, licences and fixed CVE ids from the documentation.
//!
//! Reads `var/lib/dpkg/status` (dpkg's own), `status.d/*` (one stanza a file, as distroless images have it), the owned
//! paths in `info/*.list` and `status.d/*.md5sums`, `diversions`, and below `usr/share/doc` the `copyright` and
//! `changelog.Debian.gz` of each package. `info/*.md5sums` is left out: `info/*.list` says the same and more. Knows
//! neither the distribution (the fold adds the purl's namespace) nor which of the listed paths exist.
//!
//! [`PackageFact::key`](crate::facts::PackageFact::key) is what dpkg calls the package's own files: `libc6:amd64` where
//! it may be installed for several architectures at once, else `bash`. An attachment whose key has no architecture is
//! about every architecture of that name. Proof: this folder's tests, and `tests/suite/packages_os.rs` against
//! `dpkg-query`.

mod changelog;
mod copyright;
mod owned;
mod status;

use porthole_oci::layer::{Entry, ImagePath};

use super::{Cataloger, Interest};
use crate::facts::{Attachment, Parsed};

pub use changelog::fixes;
pub use copyright::licenses;
pub use owned::{diversions, file_list, md5sums};
pub use status::parse;

/// The cataloger.
pub struct Dpkg;

/// What a path is to dpkg.
enum Role<'a> {
    Status,
    FileList(&'a [u8]),
    Md5sums(&'a [u8]),
    Diversions,
    Copyright(&'a [u8]),
    Changelog(&'a [u8]),
    UpstreamChangelog(&'a [u8]),
}

fn role(path: &[u8]) -> Option<Role<'_>> {
    if let Some(rest) = path.strip_prefix(b"var/lib/dpkg/".as_slice()) {
        if let Some(name) = rest.strip_prefix(b"info/".as_slice()) {
            return name.strip_suffix(b".list").map(Role::FileList);
        }
        if let Some(name) = rest.strip_prefix(b"status.d/".as_slice()) {
            return Some(name.strip_suffix(b".md5sums").map_or(Role::Status, Role::Md5sums));
        }
        return match rest {
            b"status" => Some(Role::Status),
            b"diversions" => Some(Role::Diversions),
            _ => None,
        };
    }
    let rest = path.strip_prefix(b"usr/share/doc/".as_slice())?;
    let slash = memchr::memchr(b'/', rest)?;
    let package = &rest[..slash];
    match &rest[slash + 1..] {
        b"copyright" => Some(Role::Copyright(package)),
        b"changelog.Debian.gz" => Some(Role::Changelog(package)),
        b"changelog.gz" => Some(Role::UpstreamChangelog(package)),
        _ => None,
    }
}

const MAX_DATABASE: u64 = 32 << 20;
const MAX_LIST: u64 = 8 << 20;
const MAX_COPYRIGHT: u64 = 1 << 20;
const MAX_CHANGELOG: u64 = 2 << 20;

impl Cataloger for Dpkg {
    fn id(&self) -> &'static str {
        "dpkg"
    }

    fn interest(&self, entry: &Entry) -> Interest {
        let max = match role(entry.path.as_bytes()) {
            None => return Interest::Skip,
            Some(Role::Status) => MAX_DATABASE,
            Some(Role::FileList(_) | Role::Md5sums(_) | Role::Diversions) => MAX_LIST,
            Some(Role::Copyright(_)) => MAX_COPYRIGHT,
            Some(Role::Changelog(_)) => MAX_CHANGELOG,
            // Native packages keep their Debian changelog here; everything large is upstream's and of no use.
            Some(Role::UpstreamChangelog(_)) if entry.size > MAX_CHANGELOG / 8 => {
                return Interest::Skip;
            }
            Some(Role::UpstreamChangelog(_)) => MAX_CHANGELOG,
        };
        Interest::Whole { max }
    }

    fn parse(&self, path: &ImagePath, bytes: &[u8]) -> Parsed {
        let about = |name: &[u8]| Attachment { key: String::from_utf8_lossy(name).into_owned(), ..Attachment::default() };
        let attach = |attachment: Attachment| {
            let bare = Attachment { key: attachment.key.clone(), ..Attachment::default() };
            let attachments = if attachment == bare { Vec::new() } else { vec![attachment] };
            Parsed { attachments, ..Parsed::default() }
        };
        match role(path.as_bytes()) {
            None => Parsed::default(),
            Some(Role::Status) => parse(bytes),
            Some(Role::Diversions) => Parsed { attachments: diversions(bytes), ..Parsed::default() },
            Some(Role::FileList(name)) => attach(Attachment { owned: file_list(bytes), ..about(name) }),
            Some(Role::Md5sums(name)) => attach(Attachment { owned: md5sums(bytes), ..about(name) }),
            Some(Role::Copyright(name)) => attach(Attachment { licenses: licenses(bytes), ..about(name) }),
            Some(Role::Changelog(name) | Role::UpstreamChangelog(name)) => {
                let (changelog_fixes, gap) = fixes(bytes);
                let mut parsed = attach(Attachment { changelog_fixes, ..about(name) });
                parsed.gaps.extend(gap);
                parsed
            }
        }
    }
}

#[cfg(test)]
mod tests;
