//! Programs without a package manager, recognised by the version strings in them, as official images install them.
//!
//! A file's name selects its rules, few or none; its bytes are streamed once past all of them. A rule is a text to look
//! for and a reading of what stands beside it, so that a bare number never names a product. A few small text files tell
//! the same of a whole installation (`VERSION` of Go, `release` of a JVM, `patchlevel.h` of Python). Knows no package
//! database: the fold drops what a distribution's package owns. Proof: `tests/suite/packages_os.rs` with byte snippets of
//! released programs, and this folder's tests.

mod go_rules;
mod hit;
mod rule;
mod runtime_rules;
mod server_rules;
mod stream;
mod text;
mod tool_rules;

use porthole_oci::layer::{Entry, ImagePath};

use super::executable::is_library_name;
use super::{Cataloger, Interest, StreamParser};
use crate::facts::{PackageFact, Parsed};
use rule::{Rule, rules_for};
use stream::Parser;

/// The cataloger.
pub struct Binary;

/// Smallest program that is looked at, bytes: less is a launcher script.
const MIN_SIZE: u64 = 24;

impl Cataloger for Binary {
    fn id(&self) -> &'static str {
        "binary"
    }

    fn interest(&self, entry: &Entry) -> Interest {
        let name = entry.path.name();
        if text::is_known(name) {
            return if entry.size <= text::MAX_SIZE { Interest::Whole { max: text::MAX_SIZE } } else { Interest::Skip };
        }
        let is_program = entry.mode & 0o111 != 0 || is_library_name(name);
        if is_program && entry.size >= MIN_SIZE && rules_for(name).next().is_some() { Interest::Stream } else { Interest::Skip }
    }

    fn parse(&self, path: &ImagePath, bytes: &[u8]) -> Parsed {
        if text::is_known(path.name()) {
            return Parsed { packages: text::parse(path.as_bytes(), bytes).into_iter().collect(), ..Parsed::default() };
        }
        parse(path.name(), bytes)
    }

    fn stream(&self, entry: &Entry) -> Option<Box<dyn StreamParser>> {
        Some(Box::new(Parser::new(entry.path.name())))
    }
}

/// Reads a whole program of this file name.
pub fn parse(name: &[u8], bytes: &[u8]) -> Parsed {
    let mut parser = Box::new(Parser::new(name));
    parser.push(bytes);
    parser.finish()
}

fn package(name: &str, version: String) -> PackageFact {
    PackageFact { evidence: porthole_report::EvidenceKind::Binary, ..PackageFact::new("generic", name, version) }
}

#[cfg(test)]
mod tests;
