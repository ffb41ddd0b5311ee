//! Dart's pub. Follows the `pub_semver` package: Semantic Versioning, and among equals build metadata decides (none comes first).

use std::cmp::Ordering;

use super::semver;

pub(super) fn compare(a: &str, b: &str) -> Option<Ordering> {
    let (a, b) = (semver::Version::parse(a)?, semver::Version::parse(b)?);
    let ordering = a.cmp_numbers(&b).then_with(|| semver::prerelease(a.prerelease, b.prerelease, <[u8]>::cmp));
    Some(ordering.then_with(|| match (a.build, b.build) {
        (Some(a), Some(b)) => semver::identifiers(a, b, <[u8]>::cmp),
        (a, b) => a.is_some().cmp(&b.is_some()),
    }))
}
