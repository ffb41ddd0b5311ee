//! Two reports compared: what got better and what worse. A pure function; files are not in reports: the views know them, and
//! whoever has two compares them (`porthole_scan::compare_files`) and adds the answer. Proof: `tests/suite/diff.rs`.

mod markdown;
mod table;

pub use markdown::markdown;
pub use table::table;

use std::collections::{BTreeMap, BTreeSet};

use serde::{Deserialize, Serialize};

use crate::{Outcome, Package, Purl, Report, Severity};

/// The difference from `a` (before) to `b` (after). Suppressed and harmless findings are left out on both sides.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[cfg_attr(feature = "ts", derive(tsify::Tsify), tsify(missing_as_null, hashmap_as_object))]
#[serde(rename_all = "camelCase")]
pub struct Diff {
    /// What the first report is about.
    pub before: String,
    /// What the second report is about.
    pub after: String,
    /// False when one of the two was not matched with an advisory database: nothing is then said about vulnerabilities.
    pub vulnerabilities_known: bool,
    /// Packages that only `b` has.
    pub packages_added: Vec<PackageRef>,
    /// Packages that only `a` has.
    pub packages_removed: Vec<PackageRef>,
    /// Packages in both, with other versions.
    pub packages_changed: Vec<PackageChange>,
    /// Vulnerabilities that only `b` has: worse.
    pub vulnerabilities_added: Vec<FindingRef>,
    /// Vulnerabilities that only `a` has: better.
    pub vulnerabilities_removed: Vec<FindingRef>,
    /// Secrets that only `b` has.
    pub secrets_added: Vec<FindingRef>,
    /// Secrets that only `a` has.
    pub secrets_removed: Vec<FindingRef>,
    /// Checks whose outcome differs.
    pub checks_changed: Vec<CheckChange>,
    /// Configuration fields that differ.
    pub config_changed: Vec<ConfigChange>,
    /// Sizes and counts.
    pub sizes: Vec<SizeChange>,
    /// Files of the final image; none when one of the two has no layers behind it (an SBOM, a saved report).
    pub files: Option<FileChanges>,
}

/// Files of two final images.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[cfg_attr(feature = "ts", derive(tsify::Tsify), tsify(missing_as_null, hashmap_as_object))]
#[serde(rename_all = "camelCase")]
pub struct FileChanges {
    /// Number of files that only the second has.
    pub added: u64,
    /// Number of files that only the first has.
    pub removed: u64,
    /// Number of files of another size, kind, link target, mode or owner.
    pub changed: u64,
    /// Number of files that differ in their time alone; whether their content does is not known.
    pub touched: u64,
    /// Bytes of the added ones.
    pub added_bytes: u64,
    /// Bytes of the removed ones.
    pub removed_bytes: u64,
    /// The largest of the added, removed and changed ones; capped.
    pub largest: Vec<FileChange>,
}

/// One file that differs.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[cfg_attr(feature = "ts", derive(tsify::Tsify), tsify(missing_as_null, hashmap_as_object))]
pub struct FileChange {
    /// Absolute path.
    pub path: String,
    /// Bytes before; none when the file is new.
    pub from: Option<u64>,
    /// Bytes after; none when the file is gone.
    pub to: Option<u64>,
    /// What differs, in words: `size`, `mode 644 to 600`, …; empty for added and removed ones.
    pub what: Vec<String>,
}

/// A package.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[cfg_attr(feature = "ts", derive(tsify::Tsify), tsify(missing_as_null, hashmap_as_object))]
pub struct PackageRef {
    /// purl type.
    pub kind: String,
    /// Name.
    pub name: String,
    /// Version.
    pub version: String,
}

/// A package with another version. More than one version at once is possible (npm).
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[cfg_attr(feature = "ts", derive(tsify::Tsify), tsify(missing_as_null, hashmap_as_object))]
pub struct PackageChange {
    /// purl type.
    pub kind: String,
    /// Name.
    pub name: String,
    /// Versions that only the first report has.
    pub from: Vec<String>,
    /// Versions that only the second report has.
    pub to: Vec<String>,
}

/// A vulnerability or secret.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[cfg_attr(feature = "ts", derive(tsify::Tsify), tsify(missing_as_null, hashmap_as_object))]
pub struct FindingRef {
    /// Advisory id or rule.
    pub id: String,
    /// Package name, or path.
    pub subject: String,
    /// How bad it is.
    pub severity: Severity,
}

/// A check with another outcome.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[cfg_attr(feature = "ts", derive(tsify::Tsify), tsify(missing_as_null, hashmap_as_object))]
pub struct CheckChange {
    /// The check's code.
    pub code: String,
    /// How bad a failure is.
    pub severity: Severity,
    /// Outcome before; none when the check is new.
    pub from: Option<Outcome>,
    /// Outcome after; none when the check is gone.
    pub to: Option<Outcome>,
    /// What was found after.
    pub message: String,
}

/// A field of the configuration.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[cfg_attr(feature = "ts", derive(tsify::Tsify), tsify(missing_as_null, hashmap_as_object))]
pub struct ConfigChange {
    /// `user`, `env PATH`, `label x`, `port 80/tcp`, …
    pub field: String,
    /// Value before.
    pub from: Option<String>,
    /// Value after.
    pub to: Option<String>,
}

/// A number before and after.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[cfg_attr(feature = "ts", derive(tsify::Tsify), tsify(missing_as_null, hashmap_as_object))]
pub struct SizeChange {
    /// `stored bytes`, `unpacked bytes`, `visible bytes`, `wasted bytes`, `files`, `layers`, `packages`.
    pub what: String,
    /// Before.
    pub from: u64,
    /// After.
    pub to: u64,
}

impl Diff {
    /// True when nothing differs but the names.
    pub fn is_empty(&self) -> bool {
        let files = |files: &FileChanges| files.added + files.removed + files.changed + files.touched == 0;
        self.packages_added.is_empty()
            && self.packages_removed.is_empty()
            && self.packages_changed.is_empty()
            && self.vulnerabilities_added.is_empty()
            && self.vulnerabilities_removed.is_empty()
            && self.secrets_added.is_empty()
            && self.secrets_removed.is_empty()
            && self.checks_changed.is_empty()
            && self.config_changed.is_empty()
            && self.sizes.iter().all(|size| size.from == size.to)
            && self.files.as_ref().is_none_or(files)
    }

    /// True when something got worse that a pipeline should stop for: a vulnerability or a secret more, a check that fails
    /// and did not.
    pub fn is_worse(&self) -> bool {
        !self.vulnerabilities_added.is_empty()
            || !self.secrets_added.is_empty()
            || self.checks_changed.iter().any(|check| check.is_worse() && check.to == Some(Outcome::Fail))
    }

    /// The same with files.
    pub fn with_files(self, files: Option<FileChanges>) -> Self {
        Self { files, ..self }
    }
}

impl CheckChange {
    /// True when a check that both reports have ends worse than before.
    pub fn is_worse(&self) -> bool {
        // Outcomes are ordered from the worst; what an image cannot show is no better than a pass.
        let rank = |outcome: Outcome| outcome.min(Outcome::Pass);
        self.from.zip(self.to).is_some_and(|(from, to)| rank(to) < rank(from))
    }

    /// True when a check that both reports have ends better than before.
    pub fn is_better(&self) -> bool {
        let rank = |outcome: Outcome| outcome.min(Outcome::Pass);
        self.from.zip(self.to).is_some_and(|(from, to)| rank(to) > rank(from))
    }
}

/// The difference as JSON, indented.
pub fn json(diff: &Diff) -> String {
    // Plain data: serialising it into memory has no way to fail.
    serde_json::to_string_pretty(diff).unwrap_or_default() + "\n"
}

/// The first of name, file and digest that tells the two apart.
fn subjects(a: &Report, b: &Report) -> (String, String) {
    let name = |report: &Report| report.image.names.first().cloned().unwrap_or_else(|| report.image.source.clone());
    let file = |report: &Report| report.image.source.clone();
    let digest = |report: &Report| {
        let image = &report.image;
        let digest = image.manifest_digest.as_ref().or(image.config_digest.as_ref());
        format!("{} {}", name(report), digest.map_or("", String::as_str)).trim_end().to_owned()
    };
    let ways: [&dyn Fn(&Report) -> String; 3] = [&name, &file, &digest];
    let mut named = ways.iter().map(|way| (way(a), way(b)));
    named.find(|(a, b)| a != b).unwrap_or_else(|| (name(a), name(b)))
}

/// Compares two reports.
pub fn diff(a: &Report, b: &Report) -> Diff {
    let mut result = Diff { sizes: sizes(a, b), ..Diff::default() };
    (result.before, result.after) = subjects(a, b);
    result.vulnerabilities_known = [a, b].iter().all(|report| !report.vulnerabilities.database.is_empty());
    packages(a, b, &mut result);
    let (before, after) = (vulnerabilities(a), vulnerabilities(b));
    (result.vulnerabilities_added, result.vulnerabilities_removed) = both(&before, &after);
    let (before, after) = (secrets(a), secrets(b));
    (result.secrets_added, result.secrets_removed) = both(&before, &after);
    result.checks_changed = checks(a, b);
    result.config_changed = config(a, b);
    result
}

type Versions<'a> = BTreeMap<(&'a str, &'a str), BTreeSet<&'a str>>;

fn versions(report: &Report) -> Versions<'_> {
    let mut all = Versions::new();
    for package in report.packages.iter().filter(|package| package.visible) {
        all.entry((&package.kind, &package.name)).or_default().insert(&package.version);
    }
    all
}

fn packages(a: &Report, b: &Report, result: &mut Diff) {
    let (before, after) = (versions(a), versions(b));
    let list = |(kind, name): (&str, &str), versions: &BTreeSet<&str>| {
        versions
            .iter()
            .map(|version| PackageRef { kind: kind.into(), name: name.into(), version: (*version).into() })
            .collect::<Vec<_>>()
    };
    for (key, versions) in &before {
        match after.get(key) {
            None => result.packages_removed.extend(list(*key, versions)),
            Some(now) if now != versions => result.packages_changed.push(PackageChange {
                kind: key.0.into(),
                name: key.1.into(),
                from: versions.difference(now).map(|version| (*version).to_owned()).collect(),
                to: now.difference(versions).map(|version| (*version).to_owned()).collect(),
            }),
            Some(_) => {}
        }
    }
    for (key, versions) in after.iter().filter(|(key, _)| !before.contains_key(*key)) {
        result.packages_added.extend(list(*key, versions));
    }
}

type Findings = BTreeMap<(String, String), FindingRef>;

/// Vulnerabilities by id and package without its version: an upgrade that leaves the hole open changes nothing.
fn vulnerabilities(report: &Report) -> Findings {
    report
        .vulnerabilities
        .findings
        .iter()
        .filter(|found| found.counts())
        .map(|found| {
            let package = Purl::parse(&found.purl)
                .map_or_else(|| found.package.clone(), |purl| format!("{}/{}/{}", purl.kind, purl.namespace, purl.name));
            (
                (found.id.clone(), package),
                FindingRef { id: found.id.clone(), subject: found.package.clone(), severity: found.severity },
            )
        })
        .collect()
}

fn secrets(report: &Report) -> Findings {
    report
        .secrets
        .iter()
        .filter(|secret| secret.harmless.is_none() && secret.allowed_by.is_none())
        .map(|secret| {
            (
                (secret.rule.clone(), secret.fingerprint.clone()),
                FindingRef { id: secret.rule.clone(), subject: secret.path.clone(), severity: secret.severity },
            )
        })
        .collect()
}

/// What only the second has, what only the first has, each worst first.
fn both(before: &Findings, after: &Findings) -> (Vec<FindingRef>, Vec<FindingRef>) {
    let only = |these: &Findings, others: &Findings| {
        let mut list: Vec<_> =
            these.iter().filter(|(key, _)| !others.contains_key(*key)).map(|(_, found)| found.clone()).collect();
        list.sort_by(|a, b| b.severity.cmp(&a.severity).then_with(|| (&a.id, &a.subject).cmp(&(&b.id, &b.subject))));
        list
    };
    (only(after, before), only(before, after))
}

fn checks(a: &Report, b: &Report) -> Vec<CheckChange> {
    let codes: BTreeSet<&str> = a.checks.iter().chain(&b.checks).map(|check| check.code.as_str()).collect();
    let find = |report: &'_ Report, code: &str| report.checks.iter().find(|check| check.code == code).cloned();
    let mut changed: Vec<CheckChange> = codes
        .into_iter()
        .filter_map(|code| {
            let (from, to) = (find(a, code), find(b, code));
            let outcome = |check: &Option<crate::Check>| check.as_ref().map(|check| check.outcome);
            (outcome(&from) != outcome(&to)).then(|| CheckChange {
                code: code.into(),
                severity: to.as_ref().or(from.as_ref()).map_or(Severity::Unknown, |check| check.severity),
                from: outcome(&from),
                to: outcome(&to),
                message: to.map(|check| check.message).unwrap_or_default(),
            })
        })
        .collect();
    changed.sort_by(|a, b| b.severity.cmp(&a.severity).then_with(|| a.code.cmp(&b.code)));
    changed
}

fn config(a: &Report, b: &Report) -> Vec<ConfigChange> {
    let fields = |report: &Report| {
        let (image, config) = (&report.image, &report.image.config);
        let mut fields = BTreeMap::new();
        let mut put = |name: String, value: String| {
            if !value.is_empty() {
                fields.insert(name, value);
            }
        };
        put("user".into(), config.user.clone());
        put("entrypoint".into(), config.entrypoint.join(" "));
        put("cmd".into(), config.cmd.join(" "));
        put("working directory".into(), config.working_dir.clone());
        put("stop signal".into(), config.stop_signal.clone().unwrap_or_default());
        put("health check".into(), config.healthcheck.clone().unwrap_or_default().join(" "));
        put("platform".into(), format!("{}/{}", image.platform.os, image.platform.architecture));
        put(
            "distribution".into(),
            image.distribution.as_ref().map(|distribution| distribution.pretty_name.clone()).unwrap_or_default(),
        );
        put("base image".into(), image.base.as_ref().map(|base| base.name.clone()).unwrap_or_default());
        for variable in &config.env {
            let (name, value) = variable.split_once('=').unwrap_or((variable, ""));
            put(format!("env {name}"), value.to_owned());
        }
        for (name, value) in &config.labels {
            put(format!("label {name}"), value.clone());
        }
        for port in &config.exposed_ports {
            put(format!("port {port}"), "exposed".into());
        }
        for volume in &config.volumes {
            put(format!("volume {volume}"), "declared".into());
        }
        fields
    };
    let (before, after) = (fields(a), fields(b));
    let names: BTreeSet<&String> = before.keys().chain(after.keys()).collect();
    names
        .into_iter()
        .filter(|name| before.get(*name) != after.get(*name))
        .map(|name| ConfigChange { field: name.clone(), from: before.get(name).cloned(), to: after.get(name).cloned() })
        .collect()
}

fn sizes(a: &Report, b: &Report) -> Vec<SizeChange> {
    let visible = |report: &Report| report.packages.iter().filter(|package: &&Package| package.visible).count() as u64;
    let numbers = |report: &Report| {
        [
            ("stored bytes", report.image.stored_size),
            ("unpacked bytes", report.image.uncompressed_size),
            ("visible bytes", report.image.visible_size),
            ("wasted bytes", report.efficiency.wasted_bytes),
            ("files", report.image.visible_entries),
            ("layers", report.layers.len() as u64),
            ("packages", visible(report)),
        ]
    };
    numbers(a).into_iter().zip(numbers(b)).map(|((what, from), (_, to))| SizeChange { what: what.into(), from, to }).collect()
}
