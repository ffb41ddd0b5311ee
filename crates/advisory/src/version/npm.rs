//! npm versions. Follows node-semver in strict mode: exactly three numbers without leading zeros, each within the safe integers of
//! JavaScript, a leading `v` or `=` allowed.

use std::cmp::Ordering;

use super::{digits, semver};

pub(super) fn compare(a: &str, b: &str) -> Option<Ordering> {
    let (a, b) = (parse(a)?, parse(b)?);
    Some(a.cmp_numbers(&b).then_with(|| semver::prerelease(a.prerelease, b.prerelease, <[u8]>::cmp)))
}

/// `Number.MAX_SAFE_INTEGER`.
const MAX_SAFE_INTEGER: &[u8] = b"9007199254740991";

fn parse(text: &str) -> Option<semver::Version<'_>> {
    // node-semver refuses longer ones unread (MAX_LENGTH).
    if text.len() > 256 {
        return None;
    }
    let text = text.trim();
    let text = text.strip_prefix('=').map_or(text, str::trim_start);
    let version = semver::Version::parse(text)?;
    let plain = |digits: &str| digits.len() == 1 || !digits.starts_with('0');
    let mut numbers = version.numbers.split('.');
    let fits = |number: Option<&str>| {
        number.is_some_and(|number| plain(number) && digits::compare(number.as_bytes(), MAX_SAFE_INTEGER) != Ordering::Greater)
    };
    let three = fits(numbers.next()) && fits(numbers.next()) && fits(numbers.next()) && numbers.next().is_none();
    let labels = version.prerelease.is_none_or(|label| label.split('.').all(|part| !digits::all(part.as_bytes()) || plain(part)));
    (three && labels).then_some(version)
}
