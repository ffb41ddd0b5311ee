//! Version order, one file a scheme, each after the scheme's own reference implementation.
//!
//! Knows strings only: no packages, no advisories. Digit strings may be of any length; nothing here allocates but Maven,
//! RubyGems and PEP 440. Proof: `tests/suite/advisory_versions.rs`, with tables that the reference tools wrote
//! (`tests/tables/versions-*.txt`, by `tests/tables/generate.py`) and the laws of order as properties.

mod apk;
mod cran;
mod digits;
mod dpkg;
mod gem;
mod maven;
mod npm;
mod nuget;
mod packagist;
mod pep440;
mod plain;
mod pubdev;
mod rpm;
mod semver;

use std::cmp::Ordering;

/// A way to order versions.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Scheme {
    /// Alpine Package Keeper (apk-tools 3 `version.c`).
    Apk,
    /// Debian policy 5.6.12, as `dpkg --compare-versions`.
    Dpkg,
    /// `rpmvercmp` on epoch, version and release.
    Rpm,
    /// Semantic Versioning 2.0.0, with Go's `v` and short forms allowed.
    SemVer,
    /// node-semver, strict.
    Npm,
    /// Python's PEP 440.
    Pep440,
    /// Maven's `ComparableVersion`.
    Maven,
    /// RubyGems' `Gem::Version`.
    Gem,
    /// NuGet: up to four numbers, labels without regard to case.
    NuGet,
    /// Composer: normalised, then PHP's `version_compare`.
    Packagist,
    /// R's `package_version`, also Haskell's: numbers between dots and dashes.
    Cran,
    /// Dart's pub: Semantic Versioning in which build metadata counts.
    Pub,
    /// No known scheme: runs of digits as numbers, everything else by byte.
    Plain,
}

/// The order of two versions, and whether the scheme itself gave it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Compared {
    /// The order.
    pub ordering: Ordering,
    /// False when one of the two is no version of the scheme, and [`Scheme::Plain`] had to decide.
    pub exact: bool,
}

impl Scheme {
    /// Every scheme.
    pub const ALL: [Self; 13] = [
        Self::Apk,
        Self::Dpkg,
        Self::Rpm,
        Self::SemVer,
        Self::Npm,
        Self::Pep440,
        Self::Maven,
        Self::Gem,
        Self::NuGet,
        Self::Packagist,
        Self::Cran,
        Self::Pub,
        Self::Plain,
    ];

    /// Lower-case name, as tables and shards write it.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Apk => "apk",
            Self::Dpkg => "dpkg",
            Self::Rpm => "rpm",
            Self::SemVer => "semver",
            Self::Npm => "npm",
            Self::Pep440 => "pep440",
            Self::Maven => "maven",
            Self::Gem => "gem",
            Self::NuGet => "nuget",
            Self::Packagist => "packagist",
            Self::Cran => "cran",
            Self::Pub => "pub",
            Self::Plain => "plain",
        }
    }

    /// The scheme of that [name](Self::name).
    pub fn from_name(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|scheme| scheme.name() == name)
    }

    /// The order by the scheme's own rules; `None` when one of the two is no version of the scheme.
    /// The schemes whose tools order any text (apk, dpkg, rpm, Maven, Packagist, plain) always answer.
    pub fn compare(self, a: &str, b: &str) -> Option<Ordering> {
        match self {
            Self::Apk => Some(apk::compare(a, b)),
            Self::Dpkg => Some(dpkg::compare(a, b)),
            Self::Rpm => Some(rpm::compare(a, b)),
            Self::SemVer => semver::compare(a, b),
            Self::Npm => npm::compare(a, b),
            Self::Pep440 => pep440::compare(a, b),
            Self::Maven => Some(maven::compare(a, b)),
            Self::Gem => gem::compare(a, b),
            Self::NuGet => nuget::compare(a, b),
            Self::Packagist => Some(packagist::compare(a, b)),
            Self::Cran => cran::compare(a, b),
            Self::Pub => pubdev::compare(a, b),
            Self::Plain => Some(plain::compare(a, b)),
        }
    }

    /// The order, by [`Scheme::Plain`] where the scheme itself has none.
    pub fn order(self, a: &str, b: &str) -> Compared {
        match self.compare(a, b) {
            Some(ordering) => Compared { ordering, exact: true },
            None => Compared { ordering: plain::compare(a, b), exact: false },
        }
    }

    /// True when the scheme's tools accept this text as a version.
    pub fn is_valid(self, version: &str) -> bool {
        match self {
            Self::Apk => apk::is_valid(version),
            Self::Dpkg => dpkg::is_valid(version),
            Self::Rpm => rpm::is_valid(version),
            _ => self.compare(version, version).is_some(),
        }
    }
}
