//! Every cataloger, and the search for secrets: the first byte chooses a path that one of them wants, the rest is the file.
//!
//! Law for all: streams tell the same for any chopping, and what is told can be kept.

use porthole_oci::layer::{Entry, EntryKind, ImagePath};
use porthole_scan::packages::{self, Cataloger, Interest};
use porthole_scan::secrets::SecretScanner;

use super::{split, step};

/// Databases of distributions, and what lies beside them.
pub const SYSTEMS: &[&str] = &[
    "var/lib/dpkg/status",
    "var/lib/dpkg/status.d/base",
    "var/lib/dpkg/info/bash.list",
    "var/lib/dpkg/diversions",
    "usr/share/doc/bash/copyright",
    "usr/share/doc/bash/changelog.Debian.gz",
    "lib/apk/db/installed",
    "var/lib/pacman/local/zlib-1.3-1/desc",
    "var/lib/pacman/local/zlib-1.3-1/files",
    "usr/lib/opkg/status",
    "usr/lib/opkg/info/busybox.control",
    "var/db/pkg/sys-libs/zlib-1.3/CONTENTS",
    "var/db/pkg/sys-libs/zlib-1.3/LICENSE",
    "var/lib/chisel/manifest.wall",
    "opt/conda/conda-meta/zlib-1.3-0.json",
];

/// Metadata of installed packages of programming languages.
pub const LANGUAGES: &[&str] = &[
    "usr/lib/erlang/lib/x-1.0/ebin/x.app",
    "app/x.deps.json",
    "app/x.nuspec",
    "usr/share/lua/5.1/luarocks/rocks-5.1/x/1.0-1/x-1.0-1.rockspec",
    "app/node_modules/x/package.json",
    "usr/local/lib/perl5/site_perl/.meta/X-1/install.json",
    "usr/lib/perl5/auto/X/Y/.packlist",
    "usr/lib/perl5/perllocal.pod",
    "app/vendor/composer/installed.json",
    "usr/lib/python3/site-packages/x-1.0.dist-info/METADATA",
    "usr/lib/python3/site-packages/x-1.0.dist-info/RECORD",
    "usr/lib/python3/site-packages/x-1.0.egg-info/PKG-INFO",
    "usr/lib/python3/site-packages/x-1.0.egg-info/installed-files.txt",
    "usr/lib/R/library/x/DESCRIPTION",
    "usr/lib/ruby/gems/3.0.0/specifications/x-1.0.gemspec",
];

/// Lock files and other declarations.
pub const LOCK_FILES: &[&str] = &[
    "app/mix.lock",
    "app/rebar.lock",
    "app/Cargo.lock",
    "app/pubspec.lock",
    "app/packages.lock.json",
    "app/project.assets.json",
    "app/packages.config",
    "app/cabal.project.freeze",
    "app/stack.yaml.lock",
    "app/package-lock.json",
    "app/yarn.lock",
    "app/pnpm-lock.yaml",
    "app/bun.lock",
    "app/composer.lock",
    "app/Pipfile.lock",
    "app/poetry.lock",
    "app/pylock.toml",
    "app/requirements.txt",
    "app/Gemfile.lock",
    "app/Package.resolved",
    "app/Podfile.lock",
    "app/go.mod",
    "app/pom.xml",
    "app/gradle.lockfile",
];

/// Where RPM keeps its database.
pub const RPM: &[&str] =
    &["var/lib/rpm/rpmdb.sqlite", "var/lib/rpm/Packages.db", "var/lib/rpm/Packages", "var/lib/rpm/rpmdb.sqlite-wal"];
/// Archives of Java programs.
pub const JARS: &[&str] = &["app/x.jar", "app/x.war"];
/// Programs.
pub const EXECUTABLES: &[&str] = &["usr/bin/x", "usr/lib/libx.so.1", "app/x.exe"];
/// Documents that lie in images.
pub const SBOMS: &[&str] =
    &["opt/x/.spdx-x.spdx", "var/lib/db/sbom/x.spdx.json", "app/x.cdx.json", "app/bom.xml", "app/x.syft.json"];
/// Files that the search for secrets reads in different ways.
pub const SECRETS: &[&str] =
    &["app/.env", "root/.aws/credentials", "app/src/main.py", "root/.ssh/id_rsa", "app/config.json", "x"];

pub(super) fn of_systems(bytes: &[u8]) {
    one_of(SYSTEMS, bytes);
}
pub(super) fn of_languages(bytes: &[u8]) {
    one_of(LANGUAGES, bytes);
}
pub(super) fn lock_files(bytes: &[u8]) {
    one_of(LOCK_FILES, bytes);
}
pub(super) fn rpm(bytes: &[u8]) {
    one_of(RPM, bytes);
}
pub(super) fn jar(bytes: &[u8]) {
    one_of(JARS, bytes);
}
pub(super) fn executable(bytes: &[u8]) {
    one_of(EXECUTABLES, bytes);
}
pub(super) fn sbom(bytes: &[u8]) {
    if let Some((_, document)) = bytes.split_first() {
        let _ = porthole_scan::sbom::read(document);
    }
    one_of(SBOMS, bytes);
}

/// Law: the same secrets for any chopping, and no more than fit.
pub(super) fn secrets(bytes: &[u8]) {
    let Some((path, content)) = choose(SECRETS, bytes) else { return };
    let entry = entry(path, content.len());
    let find = |step: usize| {
        let mut scan = SecretScanner::begin(&entry)?;
        content.chunks(step).for_each(|chunk| scan.push(chunk));
        Some(scan.finish())
    };
    let whole = find(content.len().max(1));
    assert_eq!(find(step(content)), whole);
}

fn choose<'a>(paths: &[&'static str], bytes: &'a [u8]) -> Option<(&'static str, &'a [u8])> {
    let (first, content) = bytes.split_first()?;
    Some((paths.get(usize::from(*first) % paths.len())?, content))
}

/// The input that makes [`choose`] choose this path.
pub fn input(paths: &[&str], path: &str, content: &[u8]) -> Vec<u8> {
    let at = paths.iter().position(|known| *known == path).expect("a path of the list");
    [&[at as u8], content].concat()
}

fn one_of(paths: &[&'static str], bytes: &[u8]) {
    let Some((path, content)) = choose(paths, bytes) else { return };
    let entry = entry(path, content.len());
    for cataloger in packages::ALL {
        match cataloger.interest(&entry) {
            Interest::Skip => {}
            Interest::Whole { max } if content.len() as u64 <= max => {
                let _ = cataloger.parse(&entry.path, content);
            }
            Interest::Whole { .. } => {}
            Interest::Stream => stream(*cataloger, &entry, content),
        }
    }
}

fn stream(cataloger: &dyn Cataloger, entry: &Entry, content: &[u8]) {
    let read = |step: usize| {
        let mut parser = cataloger.stream(entry)?;
        for chunk in content.chunks(step) {
            if parser.is_done() {
                break;
            }
            parser.push(chunk);
        }
        Some(parser.finish())
    };
    let whole = read(content.len().max(1));
    assert_eq!(read(step(content)), whole, "{}", cataloger.id());
}

fn entry(path: &str, len: usize) -> Entry {
    Entry {
        path: ImagePath::new(path),
        kind: EntryKind::File,
        size: len as u64,
        logical_size: len as u64,
        mode: 0o755,
        uid: 0,
        gid: 0,
        mtime: 0,
        link: None,
        offset: 512,
    }
}

/// Where the input of a whole file ends: kept for targets that take several.
pub(super) fn files(bytes: &[u8]) -> impl Iterator<Item = (&[u8], &[u8])> {
    bytes.split(|byte| *byte == 0xff).map(|file| split(file, b'\n'))
}
