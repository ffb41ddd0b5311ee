//! One installation that tells of itself twice: a runtime by the bytes of its program and by its `release` file, a server by its bytes
//! and by Bitnami's SBOM in the folder above. The fuller statement stands.
//!
//! Knows packages only. Proof: `tests/suite/packages_every.rs`.

use std::collections::{BTreeMap, HashMap};
use std::ops::Bound;

use porthole_report::{EvidenceKind, Package};

/// Versions that a folder states, with the package that does, by the program's name and the folder.
type Stated<'a> = HashMap<(&'a str, &'a str), BTreeMap<&'a str, usize>>;

/// For each package that says less than another one, which that is.
pub(crate) fn told_twice(packages: &[&Package]) -> Vec<Option<usize>> {
    // Programs beside or below each folder, and SBOM entries of each folder.
    let (mut here, mut below, mut listed) = (Stated::new(), Stated::new(), Stated::new());
    for (at, package) in packages.iter().enumerate().filter(|(_, package)| package.visible) {
        let name = common_name(&package.name);
        if package.kind == "bitnami" {
            listed.entry((name, folder(&package.path))).or_default().entry(&package.version).or_insert(at);
        } else if is_recognised(package) {
            here.entry((name, folder(&package.path))).or_default().entry(&package.version).or_insert(at);
            for above in above(folder(&package.path)) {
                below.entry((name, above)).or_default().entry(&package.version).or_insert(at);
            }
        }
    }
    let fuller = |package: &&Package| {
        if !package.visible || !is_recognised(package) {
            return None;
        }
        let (name, version, own) = (common_name(&package.name), package.version.as_str(), folder(&package.path));
        let longer = |stated: &Stated<'_>, folder| longer(stated.get(&(name, folder))?, version);
        let in_list = |folder| listed.get(&(name, folder))?.get(version).copied().or_else(|| longer(&listed, folder));
        let mut upwards = std::iter::once(own).chain(above(own));
        longer(&below, own).or_else(|| upwards.find_map(|folder| longer(&here, folder).or_else(|| in_list(folder))))
    };
    packages.iter().map(fuller).collect()
}

/// Recognised by its bytes or by a small file of the installation.
fn is_recognised(package: &Package) -> bool {
    package.kind == "generic" && package.evidence == EvidenceKind::Binary
}

/// The package whose version begins with this one and goes on with a build or revision.
fn longer(known: &BTreeMap<&str, usize>, version: &str) -> Option<usize> {
    // Signs that set a build off sort before digits and letters: the next one will do.
    let (next, at) = known.range::<str, _>((Bound::Excluded(version), Bound::Unbounded)).next()?;
    next.strip_prefix(version)?.starts_with(['-', '+', '_']).then_some(*at)
}

/// Bitnami names some programs as their projects do.
fn common_name(name: &str) -> &str {
    match name {
        "java" | "jre" => "openjdk",
        "apache" => "httpd",
        name => name,
    }
}

fn folder(path: &str) -> &str {
    path.rsplit_once('/').map_or("", |(folder, _)| folder)
}

/// The folders above a folder, nearest first; the root is no installation.
fn above(folder: &str) -> impl Iterator<Item = &str> {
    std::iter::successors(Some(folder), |folder| folder.rsplit_once('/').map(|(above, _)| above))
        .skip(1)
        .filter(|above| !above.is_empty())
}
