//! Semantic Versioning 2.0.0, clauses 9 to 11, as crates.io, Go, Hex, Swift and Bitnami use it.
//!
//! Two liberties, both taken by those ecosystems' own data: a leading `v`, and one to four numbers instead of three.
//! Build metadata does not count. Go's pseudo-versions are ordinary pre-releases and need nothing special.

use std::cmp::Ordering;

use super::digits;

pub(super) fn compare(a: &str, b: &str) -> Option<Ordering> {
    let (a, b) = (Version::parse(a)?, Version::parse(b)?);
    Some(a.cmp_numbers(&b).then_with(|| prerelease(a.prerelease, b.prerelease, <[u8]>::cmp)))
}

/// A version in parts.
#[derive(Debug, Clone, Copy)]
pub(super) struct Version<'a> {
    pub(super) numbers: &'a str,
    pub(super) prerelease: Option<&'a str>,
    pub(super) build: Option<&'a str>,
}

impl<'a> Version<'a> {
    pub(super) fn parse(text: &'a str) -> Option<Self> {
        let text = text.trim();
        let text = text.strip_prefix(['v', 'V']).unwrap_or(text);
        let (text, build) = match text.split_once('+') {
            Some((text, build)) => (text, Some(build)),
            None => (text, None),
        };
        let (numbers, prerelease) = match text.split_once('-') {
            Some((numbers, prerelease)) => (numbers, Some(prerelease)),
            None => (text, None),
        };
        let is_identifier =
            |part: &str| !part.is_empty() && part.bytes().all(|byte| byte.is_ascii_alphanumeric() || byte == b'-');
        let numbers_fit = numbers.split('.').count() <= 4 && numbers.split('.').all(|part| digits::all(part.as_bytes()));
        let labels_fit = [prerelease, build].into_iter().flatten().all(|label| label.split('.').all(is_identifier));
        (numbers_fit && labels_fit).then_some(Self { numbers, prerelease, build })
    }

    pub(super) fn cmp_numbers(&self, other: &Self) -> Ordering {
        digits::compare_lists(self.numbers.split('.').map(str::as_bytes), other.numbers.split('.').map(str::as_bytes))
    }
}

/// Clause 11.3 and 11.4: a pre-release comes before its release; identifiers one by one, numbers before text.
pub(super) fn prerelease(a: Option<&str>, b: Option<&str>, text: impl Fn(&[u8], &[u8]) -> Ordering) -> Ordering {
    match (a, b) {
        (None, None) => Ordering::Equal,
        (None, Some(_)) => Ordering::Greater,
        (Some(_), None) => Ordering::Less,
        (Some(a), Some(b)) => identifiers(a, b, text),
    }
}

/// Dotted identifiers in order; the longer list is later.
pub(super) fn identifiers(a: &str, b: &str, text: impl Fn(&[u8], &[u8]) -> Ordering) -> Ordering {
    let (mut a, mut b) = (a.split('.'), b.split('.'));
    loop {
        let (x, y) = match (a.next(), b.next()) {
            (Some(x), Some(y)) => (x.as_bytes(), y.as_bytes()),
            (x, y) => return x.is_some().cmp(&y.is_some()),
        };
        let ordering = match (digits::all(x), digits::all(y)) {
            (true, true) => digits::compare(x, y),
            (true, false) => Ordering::Less,
            (false, true) => Ordering::Greater,
            (false, false) => text(x, y),
        };
        if ordering != Ordering::Equal {
            return ordering;
        }
    }
}
