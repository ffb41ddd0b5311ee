//! The matcher: says which shards it wants, is fed with their bytes, ends with findings. No clock, no files, no sockets.
//!
//! ```text
//! let mut matcher = Matcher::new(&packages, distribution);
//! matcher.index(&fetch("index.json"))?;
//! for want in matcher.wants() { matcher.push(&want.key, &fetch(&want.file)); }
//! let matched = matcher.finish(&packages, &options);
//! ```
//!
//! What a host fetches depends on the distribution release and the languages alone, never on a package. Whatever was refused or
//! never came is a gap and stands in `missing`. Proof: `tests/suite/advisory_match.rs`, `tests/suite/advisory_oracle.rs`.

use std::collections::{BTreeMap, BTreeSet};

use porthole_report::{
    DatabaseShard, Distribution, Gap, GapKind, Package, PastEndOfLife, Vulnerabilities, Vulnerability, sorting,
};

use crate::ecosystem::{self, Naming, Need};
use crate::finding::{self, Lookup};
use crate::hit;
use crate::shard::View;
use crate::suppress::{self, Rule};
use crate::{Error, Index, Shard, ShardEntry, day, lifecycle, load};

/// Days after which advisory data counts as old, unless the host sets another limit.
pub const DEFAULT_MAX_AGE: u32 = 7;

/// A file that the matcher wants.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Want {
    /// Shard key, to give back to [`Matcher::push`].
    pub key: String,
    /// File name beside the index.
    pub file: String,
    /// Its size, bytes.
    pub bytes: u64,
    /// Its SHA-256, hex.
    pub sha256: String,
}

/// What the host decides.
#[derive(Debug, Clone)]
pub struct Options {
    /// The day of the report, beginning with `YYYY-MM-DD`; without it no age is told and no rule expires.
    pub today: Option<String>,
    /// Days after which the data counts as old.
    pub max_age_days: u32,
    /// VEX statements and ignore rules.
    pub rules: Vec<Rule>,
}

impl Default for Options {
    fn default() -> Self {
        Self { today: None, max_age_days: DEFAULT_MAX_AGE, rules: Vec::new() }
    }
}

/// The matcher's answer.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Matched {
    /// The report's part.
    pub vulnerabilities: Vulnerabilities,
    /// What was refused, missing or not comparable.
    pub gaps: Vec<Gap>,
}

/// Matches the packages of one image. See the module's documentation.
#[derive(Debug, Default)]
pub struct Matcher {
    distribution: Vec<Need>,
    needs: BTreeSet<String>,
    index: Option<Index>,
    shards: BTreeMap<String, Shard>,
    gaps: Vec<Gap>,
}

impl Matcher {
    /// A matcher for these packages; hidden packages need nothing.
    pub fn new(packages: &[Package], distribution: Option<&Distribution>) -> Self {
        let distribution = distribution.map(ecosystem::distribution_needs).unwrap_or_default();
        let mut needs = BTreeSet::new();
        for package in packages.iter().filter(|package| package.visible) {
            needs.extend(package_needs(package, &distribution).map(|need| need.key));
        }
        Self { distribution, needs, ..Self::default() }
    }

    /// Keys of the shards that these packages need, sorted, whether or not the database has them.
    pub fn needs(&self) -> impl Iterator<Item = &str> {
        self.needs.iter().map(String::as_str)
    }

    /// Takes the database's `index.json`.
    ///
    /// # Errors
    /// When it is no index or a newer one; the gap is noted too.
    pub fn index(&mut self, bytes: &[u8]) -> Result<(), Error> {
        match Index::parse(bytes) {
            Ok(index) => {
                self.index = Some(index);
                Ok(())
            }
            Err(error) => {
                self.gaps.push(error.gap());
                Err(error)
            }
        }
    }

    /// The files to fetch: what is needed, what the index has, and what has not come yet.
    pub fn wants(&self) -> Vec<Want> {
        let Some(index) = &self.index else {
            return Vec::new();
        };
        let entries = self.needs.iter().filter(|key| !self.shards.contains_key(*key)).filter_map(|key| index.shard(key));
        entries
            .map(|entry| Want {
                key: entry.key.clone(),
                file: entry.file.clone(),
                bytes: entry.bytes,
                sha256: entry.sha256.clone(),
            })
            .collect()
    }

    /// Takes the bytes of a shard's file.
    ///
    /// # Errors
    /// When they are not the bytes that the index states; the gap is noted too, and nothing of the shard is used.
    pub fn push(&mut self, key: &str, file: &[u8]) -> Result<(), Error> {
        let entry = self.entry(key).ok_or_else(|| Error::Unknown { key: key.to_owned() });
        match entry.and_then(|entry| load(entry, file)) {
            Ok(shard) => {
                self.shards.insert(key.to_owned(), shard);
                Ok(())
            }
            Err(error) => {
                self.gaps.push(error.gap());
                Err(error)
            }
        }
    }

    /// Notes that a file could not be fetched, and why.
    pub fn failed(&mut self, key: &str, reason: &str) {
        let message = format!("advisory shard {key}: {reason}");
        self.gaps.push(Gap { kind: GapKind::Missing, layer: None, path: String::new(), message });
    }

    /// Bytes of all shards in memory.
    pub fn memory(&self) -> usize {
        self.shards.values().map(Shard::memory).sum()
    }

    /// Matches. `packages` are the ones that [`Matcher::new`] saw.
    pub fn finish(mut self, packages: &[Package], options: &Options) -> Matched {
        let mut out = Vulnerabilities::default();
        let missing: Vec<_> = self.needs.iter().filter(|key| !self.shards.contains_key(*key)).cloned().collect();
        if let Some(index) = &self.index {
            for key in &missing {
                if index.shard(key).is_none() {
                    self.gaps.push(gap(GapKind::Missing, format!("advisory shard {key}: the database does not have it")));
                } else if !self.gaps.iter().any(|gap| gap.message.starts_with(&format!("advisory shard {key}:"))) {
                    self.gaps.push(gap(GapKind::Missing, format!("advisory shard {key}: it was not loaded")));
                }
            }
            out.missing = missing;
        }
        for (key, shard) in std::mem::take(&mut self.shards) {
            match shard.view().ok().and_then(|view| self.match_shard(&key, &view, packages)) {
                Some(findings) => {
                    out.findings.extend(findings);
                    out.database.extend(self.entry(&key).map(database_shard));
                }
                None => {
                    let error = Error::Damaged { key: key.clone(), what: "a table points outside another one" };
                    self.gaps.push(error.gap());
                    out.missing.push(key);
                }
            }
        }
        sorting::sort(&mut out.missing);
        let owned = |package: &&Package| package.visible && is_left_to_distribution(package, &self.distribution);
        out.left_to_distribution = packages.iter().filter(owned).count() as u64;
        self.tell_age(&mut out, options);
        out.past_end_of_life = past_end_of_life(packages, options);
        sorting::sort_by(&mut out.findings, worst_first);
        // Two advisories sources may name one issue in one package twice (by source and by binary name).
        out.findings.dedup_by(|a, b| a.id == b.id && a.purl == b.purl && a.layer == b.layer);
        suppress::apply(&options.rules, options.today.as_deref(), &mut out);
        sorting::sort(&mut self.gaps);
        self.gaps.dedup();
        Matched { vulnerabilities: out, gaps: self.gaps }
    }

    fn entry(&self, key: &str) -> Option<&ShardEntry> {
        self.index.as_ref()?.shard(key)
    }

    /// The findings of one shard; `None` when it is damaged, whatever was found before.
    fn match_shard(&mut self, key: &str, view: &View<'_>, packages: &[Package]) -> Option<Vec<Vulnerability>> {
        let mut findings = Vec::new();
        let mut unreadable = BTreeSet::new();
        for package in packages.iter().filter(|package| package.visible) {
            let Some(need) = package_needs(package, &self.distribution).find(|need| need.key == key) else {
                continue;
            };
            for (name, version, by_source) in names(package, need.naming) {
                let Some(version) = ecosystem::installed_version(key, version) else {
                    unreadable.insert(package.name.as_str());
                    continue;
                };
                let hits = hit::hits(view, &ecosystem::normalize(key, name), &version)?;
                findings.extend(finding::findings(view, &hits, &Lookup { package, name, by_source })?);
            }
        }
        if !unreadable.is_empty() {
            let (count, some) = (unreadable.len(), unreadable.into_iter().take(5).collect::<Vec<_>>().join(", "));
            let message = format!("advisory shard {key}: {count} packages state no version to compare: {some}");
            self.gaps.push(gap(GapKind::Malformed, message));
        }
        Some(findings)
    }

    fn tell_age(&self, out: &mut Vulnerabilities, options: &Options) {
        let Some(today) = options.today.as_deref().and_then(day::day_number) else {
            return;
        };
        let oldest = out.database.iter().filter_map(|shard| day::day_number(&shard.snapshot)).min();
        out.age_days = oldest.map(|day| u32::try_from((today - day).max(0)).unwrap_or(u32::MAX));
        out.stale = out.age_days.is_some_and(|age| age > options.max_age_days);
    }
}

/// Runtimes past their end on the day of the report.
fn past_end_of_life(packages: &[Package], options: &Options) -> Vec<PastEndOfLife> {
    let Some(today) = options.today.as_deref().and_then(day::day_number) else {
        return Vec::new();
    };
    let ended = |package: &Package| {
        let ended = lifecycle::runtime_end_of_life(package)?;
        (day::day_number(ended)? < today).then(|| PastEndOfLife {
            purl: package.purl.clone(),
            package: package.name.clone(),
            version: package.version.clone(),
            ended: ended.to_owned(),
            layer: package.layer,
        })
    };
    let mut all: Vec<_> = packages.iter().filter(|package| package.visible).filter_map(ended).collect();
    sorting::sort(&mut all);
    all.dedup();
    all
}

/// The shards in which a package is looked up.
fn package_needs(package: &Package, distribution: &[Need]) -> impl Iterator<Item = Need> {
    let language = if is_left_to_distribution(package, distribution) { None } else { ecosystem::language_need(package) };
    distribution.iter().filter(|need| need.kind == package.kind).cloned().chain(language)
}

/// A language package that an operating system package installed: the distribution fixes it under its own version. Where OSV does not
/// know the distribution, the language's advisories are all there is.
fn is_left_to_distribution(package: &Package, distribution: &[Need]) -> bool {
    package.owned_by.is_some() && !distribution.is_empty() && ecosystem::language_need(package).is_some()
}

/// Names to look up, each with the version to compare and whether it is the source package's.
fn names(package: &Package, naming: Naming) -> Vec<(&str, &str, bool)> {
    let own = (package.name.as_str(), package.version.as_str(), false);
    let Some(source) = &package.source else {
        return vec![own];
    };
    // RPM's source names carry no epoch; the binary's version has it.
    let version = if package.kind == "deb" { &source.version } else { &package.version };
    let source = (source.name.as_str(), if version.is_empty() { &package.version } else { version }.as_str(), true);
    match naming {
        Naming::Binary => vec![own],
        Naming::Source => vec![source],
        Naming::Both if source.0 == own.0 => vec![own],
        Naming::Both => vec![own, source],
    }
}

fn database_shard(entry: &ShardEntry) -> DatabaseShard {
    DatabaseShard {
        ecosystem: entry.key.clone(),
        snapshot: entry.snapshot.clone(),
        source: entry.source.clone(),
        license: entry.license.clone(),
        sha256: entry.sha256.clone(),
        rows: entry.rows,
    }
}

/// Exploited ones first, then by severity, then by likelihood; ids and purls make the order whole.
fn worst_first(a: &Vulnerability, b: &Vulnerability) -> std::cmp::Ordering {
    let likelihood = |finding: &Vulnerability| (finding.epss.unwrap_or_default() * 1e5) as u32;
    let rank = |finding: &Vulnerability| (finding.informational.is_none(), finding.kev, finding.severity, likelihood(finding));
    rank(b)
        .cmp(&rank(a))
        .then_with(|| a.id.cmp(&b.id))
        .then_with(|| a.purl.cmp(&b.purl))
        .then_with(|| a.layer.cmp(&b.layer))
        .then_with(|| a.fixed.cmp(&b.fixed))
}

fn gap(kind: GapKind, message: String) -> Gap {
    Gap { kind, layer: None, path: String::new(), message }
}
