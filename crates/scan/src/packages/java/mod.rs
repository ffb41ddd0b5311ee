//! Java packages: archives with everything nested and shaded into them, and the build files that declare them.
//!
//! An archive is read as a stream (`crate::packages::zip`): Maven's `pom.properties` and `pom.xml` inside it name what
//! was built into it; where they are missing, the manifest (JAR file specification) and the archive's file name do.
//! A group that no file states stays empty: nothing is guessed, so nothing is matched by a bare name. Nested archives
//! are read to [`archive::MAX_NESTING`]. Declared packages come from a `pom.xml` outside of archives and from Gradle's
//! `gradle.lockfile`.
//!
//! Knows no other ecosystem. Proof: this folder's tests, `tests/suite/packages_lang.rs` with archives of public test
//! suites.

mod archive;
mod coordinates;
mod declared;
mod manifest;

use porthole_oci::layer::{Entry, ImagePath};

use super::language::MAX_FILE;
use super::{Cataloger, Interest, StreamParser};
use crate::facts::Parsed;

/// The cataloger.
pub struct Java;

/// File name endings of Java archives: libraries, web, enterprise and service archives, Jenkins, Karaf, Liferay, Alfresco.
const ARCHIVES: [&[u8]; 10] = [b".jar", b".war", b".ear", b".par", b".sar", b".hpi", b".jpi", b".kar", b".rar", b".lpkg"];

fn is_archive(name: &[u8]) -> bool {
    let end = name.len().saturating_sub(5);
    let Some(dot) = name.get(end..).and_then(|tail| memchr::memrchr(b'.', tail)) else { return false };
    ARCHIVES.iter().any(|ending| name.get(end + dot..).is_some_and(|tail| tail.eq_ignore_ascii_case(ending)))
}

impl Cataloger for Java {
    fn id(&self) -> &'static str {
        "java"
    }

    fn interest(&self, entry: &Entry) -> Interest {
        match entry.path.name() {
            // Build output and caches hold copies of other projects' files; the archive beside them says the same.
            b"pom.xml" | b"gradle.lockfile" => Interest::Whole { max: MAX_FILE },
            name if entry.size > 0 && is_archive(name) => Interest::Stream,
            _ => Interest::Skip,
        }
    }

    fn parse(&self, path: &ImagePath, bytes: &[u8]) -> Parsed {
        if path.name() == b"pom.xml" { declared::pom(bytes) } else { declared::gradle(bytes) }
    }

    fn stream(&self, entry: &Entry) -> Option<Box<dyn StreamParser>> {
        Some(Box::new(archive::Reader::new(entry.path.as_bytes(), entry.size)))
    }
}

#[cfg(test)]
mod tests;
