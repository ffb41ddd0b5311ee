//! Python versions. PEP 440 (version specifiers) through the crate `pep440_rs`, which reads what `packaging` reads.

use std::cmp::Ordering;
use std::str::FromStr;

use pep440_rs::Version;

pub(super) fn compare(a: &str, b: &str) -> Option<Ordering> {
    Some(parse(a)?.cmp(&parse(b)?))
}

fn parse(text: &str) -> Option<Version> {
    // Longer ones are nobody's version; the limit keeps a hostile one from being parsed at all.
    if text.len() > 256 { None } else { Version::from_str(text.trim()).ok() }
}
