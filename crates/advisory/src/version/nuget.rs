//! NuGet versions. Follows the NuGet reference, "Package versioning": one to four numbers, Semantic Versioning labels that are
//! compared without regard to case, build metadata ignored.

use std::cmp::Ordering;

use super::semver;

pub(super) fn compare(a: &str, b: &str) -> Option<Ordering> {
    let (a, b) = (semver::Version::parse(a)?, semver::Version::parse(b)?);
    let fold = |a: &[u8], b: &[u8]| a.iter().map(u8::to_ascii_lowercase).cmp(b.iter().map(u8::to_ascii_lowercase));
    Some(a.cmp_numbers(&b).then_with(|| semver::prerelease(a.prerelease, b.prerelease, fold)))
}
