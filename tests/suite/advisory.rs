//! Builders that the advisory suites share: records in, a database in memory, a matcher fed with it.

use std::collections::BTreeMap;

use porthole_advisory::build::{BuildOptions, Builder, Database};
use porthole_advisory::{Matched, Matcher, Options};
use porthole_report::{Distribution, Package, SourcePackage};
pub(crate) use porthole_tests::findings::package;

/// A database of these records, JSON lines.
pub(crate) fn database(records: &str) -> Database {
    database_with(records, BuildOptions::default())
}

/// The same with other options.
pub(crate) fn database_with(records: &str, options: BuildOptions) -> Database {
    let mut builder = Builder::new(options);
    for line in records.lines().filter(|line| !line.trim().is_empty()) {
        builder.record(line.as_bytes());
    }
    builder.finish()
}

/// One OSV record with one range.
pub(crate) fn record(id: &str, ecosystem: &str, name: &str, introduced: &str, fixed: Option<&str>, rest: &str) -> String {
    let fixed = fixed.map(|fixed| format!(r#",{{"fixed":"{fixed}"}}"#)).unwrap_or_default();
    let comma = if rest.is_empty() { "" } else { "," };
    format!(
        r#"{{"id":"{id}","modified":"2026-01-01T00:00:00Z","affected":[{{"package":{{"ecosystem":"{ecosystem}","name":"{name}"}},"ranges":[{{"type":"ECOSYSTEM","events":[{{"introduced":"{introduced}"}}{fixed}]}}]}}]{comma}{rest}}}"#
    ) + "\n"
}

/// A binary package of a source package.
pub(crate) fn from_source(kind: &str, name: &str, version: &str, source: (&str, &str)) -> Package {
    Package { source: Some(SourcePackage { name: source.0.into(), version: source.1.into() }), ..package(kind, name, version) }
}

/// A distribution by id and version.
pub(crate) fn distribution(id: &str, version: &str) -> Distribution {
    Distribution { id: id.into(), version_id: Some(version.into()), ..Distribution::default() }
}

/// Matches against a whole database.
pub(crate) fn matched(
    database: &Database,
    distribution: Option<&Distribution>,
    packages: &[Package],
    options: &Options,
) -> Matched {
    let mut matcher = Matcher::new(packages, distribution);
    matcher.index(database.index.to_json().as_bytes()).expect("index");
    for want in matcher.wants() {
        matcher.push(&want.key, database.files.get(&want.file).expect("file")).expect("sound shard");
    }
    matcher.finish(packages, options)
}

/// Ids of the findings by package, sorted.
pub(crate) fn ids(matched: &Matched) -> BTreeMap<String, Vec<String>> {
    let mut ids: BTreeMap<String, Vec<String>> = BTreeMap::new();
    for finding in &matched.vulnerabilities.findings {
        ids.entry(finding.package.clone()).or_default().push(finding.id.clone());
    }
    for list in ids.values_mut() {
        list.sort();
    }
    ids
}
