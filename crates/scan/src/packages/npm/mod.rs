//! JavaScript packages: installed ones by their `package.json`, declared ones by the lock files of npm, Yarn, pnpm, Bun.
//!
//! A `package.json` counts as installed where a package manager puts it: directly in a `node_modules` folder (npm's
//! "folders" documentation) or in Debian's `usr/share/nodejs`. One deeper inside a package with a name and a version is
//! a copy that the package carries along; one anywhere else is the project's own manifest. Lock files inside
//! `node_modules` say nothing about the image and are passed over.
//!
//! Knows no other ecosystem. Proof: this folder's tests, `tests/suite/packages_lang.rs` against `npm ls --all`.

mod bun;
mod manifest;
mod package_lock;
mod pnpm;
mod yarn;

use porthole_oci::layer::{Entry, ImagePath};
use porthole_report::EvidenceKind;

use super::language::{self, MAX_FILE, is_below, is_name, is_version};
use super::{Cataloger, Interest};
use crate::facts::{PackageFact, Parsed};

/// The cataloger.
pub struct Npm;

/// Largest `package.json`, bytes.
const MAX_MANIFEST: u64 = 4 << 20;

impl Cataloger for Npm {
    fn id(&self) -> &'static str {
        "npm"
    }

    fn interest(&self, entry: &Entry) -> Interest {
        match entry.path.name() {
            b"package.json" => Interest::Whole { max: MAX_MANIFEST },
            b"package-lock.json" | b"npm-shrinkwrap.json" | b"yarn.lock" | b"pnpm-lock.yaml" | b"bun.lock"
                if !is_below(entry.path.as_bytes(), b"node_modules") =>
            {
                Interest::Whole { max: MAX_FILE }
            }
            _ => Interest::Skip,
        }
    }

    fn parse(&self, path: &ImagePath, bytes: &[u8]) -> Parsed {
        match path.name() {
            b"package.json" => manifest::parse(path.as_bytes(), bytes),
            b"yarn.lock" => yarn::parse(bytes),
            b"pnpm-lock.yaml" => pnpm::parse(bytes),
            b"bun.lock" => bun::parse(bytes),
            _ => package_lock::parse(bytes),
        }
    }
}

/// A package by its full name (`@scope/name`); none when name or version cannot be a registry's.
fn fact(full_name: &str, version: &str, evidence: EvidenceKind) -> Option<PackageFact> {
    if !is_name(full_name) || !is_version(version) {
        return None;
    }
    let (scope, name) = match full_name.strip_prefix('@').and_then(|rest| rest.split_once('/')) {
        Some((scope, name)) => (format!("@{scope}"), name),
        None => (String::new(), full_name),
    };
    // `%` and a second slash occur in locators of patches and tarballs, never in names.
    if name.is_empty() || name.contains(['/', '%', ':']) {
        return None;
    }
    Some(PackageFact { namespace: scope, evidence, ..PackageFact::new("npm", name, version) })
}

/// A package that a lock file names.
fn declared(full_name: &str, version: &str) -> Option<PackageFact> {
    fact(full_name, version, EvidenceKind::Declared)
}

/// Splits `name@version`, where the name may begin with `@`.
fn split_at_version(text: &str) -> Option<(&str, &str)> {
    let at = text.rfind('@').filter(|at| *at > 0)?;
    Some((text.get(..at)?, text.get(at + 1..)?))
}

use language::parsed;

#[cfg(test)]
mod tests;
