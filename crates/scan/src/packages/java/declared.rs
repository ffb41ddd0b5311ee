//! Build files outside of archives: Maven's `pom.xml`, Gradle's `gradle.lockfile`.

use porthole_report::EvidenceKind;

use super::super::language::parsed;
use super::super::syntax::text;
use super::coordinates::{Coordinates, pom_xml};
use crate::facts::Parsed;

/// The dependencies with a version that the file itself can tell; managed versions are in a parent elsewhere.
pub(super) fn pom(bytes: &[u8]) -> Parsed {
    let (pom, read) = pom_xml(&text(bytes));
    let complete = pom.dependencies.into_iter().filter(Coordinates::is_complete);
    parsed(complete.map(|one| one.into_fact(EvidenceKind::Declared)).collect(), read)
}

/// `group:artifact:version=configurations` lines (Gradle user manual, "Locking Versions").
pub(super) fn gradle(bytes: &[u8]) -> Parsed {
    let text = text(bytes);
    let packages = text.lines().filter(|line| !line.starts_with('#')).filter_map(|line| {
        let (coordinates, _) = line.split_once('=')?;
        let [group, artifact, version] = coordinates.split(':').collect::<Vec<_>>().try_into().ok()?;
        let one = Coordinates { group: group.to_owned(), artifact: artifact.to_owned(), version: version.to_owned() };
        one.is_complete().then(|| one.into_fact(EvidenceKind::Declared))
    });
    parsed(packages.collect(), Ok(()))
}
