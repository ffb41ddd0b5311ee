//! The builder: OSV records in, shards and their index out. Behind the feature `build`, so that it never ends up in the page.
//!
//! Pure: bytes in, bytes out, the same bytes for the same records in any order. Nothing in a record can make it fail: what cannot be
//! used is counted in the [`Summary`]. Rules:
//!
//! - Withdrawn records are dropped.
//! - Records of one id are merged; of two statements about one package in one release the later modified one counts.
//! - In a distribution, records that are about one CVE (`DEBIAN-CVE-…`) are authoritative; an erratum (`DSA-…`) that names the same CVE
//!   for the same source package adds nothing and is left out.
//! - In a language, the id that people use is the CVE where there is one, else the GHSA id, found through the aliases of any record.
//!
//! Proof: `tests/suite/advisory_build.rs`, `tests/suite/advisory_oracle.rs`.

mod osv;
mod pack;
mod rows;
mod side;
mod sources;
mod write;

use std::collections::{BTreeMap, BTreeSet};

use osv::{Affected, Record};
use rows::Row;
use side::Side;

use crate::shard::row_flag;
use crate::{Index, ecosystem};

/// Longest name, version or id that is kept, bytes.
const MAX_TEXT: usize = 1024;
/// Most samples of malformed versions that a summary keeps of one shard.
const MAX_SAMPLES: usize = 3;

/// What the person decides.
#[derive(Debug, Clone, Default)]
pub struct BuildOptions {
    /// Leave out kernel packages: a container runs on its host's kernel.
    pub no_kernel: bool,
    /// Keep malware records (`MAL-…`): whole packages that were never anything else.
    pub malware: bool,
    /// The day of the build, `YYYY-MM-DD`: a record that claims to be from later does not make the data look fresh. Empty for no limit.
    pub today: String,
    /// Build these shards or families (`Debian`, `Debian:12`, `npm`) only; empty means all.
    pub only: BTreeSet<String>,
}

/// What was read, what was left out, and why.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Summary {
    /// Records read, withdrawn ones included.
    pub records: u64,
    /// Records that were withdrawn.
    pub withdrawn: u64,
    /// Malware records that were left out.
    pub malware: u64,
    /// Records that are not OSV.
    pub unreadable: u64,
    /// Affected entries without a package, a range or a version.
    pub empty: u64,
    /// Entries whose name, version or id is too long.
    pub too_long: u64,
    /// Entries of kernel packages that were left out.
    pub kernel: u64,
    /// Statements that a later or more exact one replaced.
    pub merged: u64,
    /// Bounds that are no versions of their scheme, by shard key.
    pub malformed: BTreeMap<String, u64>,
    /// Some of them: shard key, package, version.
    pub malformed_samples: BTreeSet<(String, String, String)>,
    /// Lines of side tables that could not be read.
    pub side_unreadable: u64,
}

/// A database, ready to be written to files.
#[derive(Debug, Clone, Default)]
pub struct Database {
    /// The index.
    pub index: Index,
    /// File name and content of every shard, by name.
    pub files: BTreeMap<String, Vec<u8>>,
    /// What happened.
    pub summary: Summary,
}

/// One statement: these versions of this package are affected.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
struct Claim {
    modified: String,
    rows: Vec<Row>,
    word: Option<String>,
    kind: Option<String>,
}

/// What is known of an advisory apart from its packages.
#[derive(Debug, Clone, Default)]
struct Advisory {
    aliases: BTreeSet<String>,
    /// CVEs that a distribution's record names.
    cves: BTreeSet<String>,
    /// Of the newest record that has one, and when it was modified; of two of one time the greater, so that their order does not show.
    vector: Option<(String, String)>,
    word: Option<(String, String)>,
}

/// Claims by package name, then by advisory id.
type Claims = BTreeMap<String, BTreeMap<String, Claim>>;

/// Gathers records. See the module's documentation.
#[derive(Debug, Default)]
pub struct Builder {
    options: BuildOptions,
    side: Side,
    advisories: BTreeMap<String, Advisory>,
    shards: BTreeMap<String, Claims>,
    summary: Summary,
}

impl Builder {
    /// An empty builder.
    pub fn new(options: BuildOptions) -> Self {
        Self { options, ..Self::default() }
    }

    /// Takes one OSV record. Never fails: what cannot be used is counted.
    pub fn record(&mut self, json: &[u8]) {
        self.summary.records += 1;
        let Ok(record) = serde_json::from_slice::<Record>(json) else {
            self.summary.unreadable += 1;
            return;
        };
        if record.withdrawn.as_deref().is_some_and(|day| !day.is_empty()) {
            self.summary.withdrawn += 1;
            return;
        }
        if record.id.starts_with("MAL-") && !self.options.malware {
            self.summary.malware += 1;
            return;
        }
        if record.id.is_empty() || record.id.len() > MAX_TEXT || record.id.contains(char::is_control) {
            self.summary.too_long += 1;
            return;
        }
        let mut used = false;
        for affected in &record.affected {
            used |= self.affected(&record, affected);
        }
        if used {
            self.note_advisory(&record);
        }
    }

    /// Takes one line of CVSS vectors: `{"id": CVE, "severity": [{"type", "score"}]}`.
    pub fn cvss_line(&mut self, line: &[u8]) {
        self.summary.side_unreadable += u64::from(!self.side.cvss_line(line));
    }

    /// Takes CISA's catalogue of known exploited vulnerabilities (JSON).
    ///
    /// # Errors
    /// When it is not that catalogue.
    pub fn kev(&mut self, json: &[u8]) -> Result<(), String> {
        self.side.kev(json)
    }

    /// Takes FIRST's EPSS scores (CSV).
    ///
    /// # Errors
    /// When no line is of the form `cve,epss,percentile`.
    pub fn epss(&mut self, csv: &str) -> Result<(), String> {
        self.side.epss(csv)
    }

    /// Writes every shard and the index.
    pub fn finish(mut self) -> Database {
        let shards = std::mem::take(&mut self.shards);
        let mut database = Database::default();
        let names = self.ghsa_names();
        for (key, claims) in shards {
            self.count_malformed(&key, &claims);
            let claims = if ecosystem::is_distribution(&key) { self.without_repeats(claims) } else { claims };
            let input = write::Input {
                key: &key,
                claims: &claims,
                advisories: &self.advisories,
                names: &names,
                side: &self.side,
                today: &self.options.today,
            };
            let Some((mut entry, file)) = write::shard(&input) else {
                continue;
            };
            entry.malformed = self.summary.malformed.get(&key).copied().unwrap_or_default();
            database.files.insert(entry.file.clone(), file);
            database.index.shards.push(entry);
        }
        database.index.format = crate::INDEX_FORMAT;
        database.index.snapshot = database.index.shards.iter().map(|shard| shard.snapshot.clone()).max().unwrap_or_default();
        database.index.kev = self.side.kev_version;
        database.index.epss = !self.side.epss.is_empty();
        database.summary = self.summary;
        database
    }

    fn affected(&mut self, record: &Record, affected: &Affected) -> bool {
        let Some(package) = affected.package.as_ref().filter(|package| !package.name.trim().is_empty()) else {
            self.summary.empty += 1;
            return false;
        };
        let key = ecosystem::shard_key(&package.ecosystem);
        if key.is_empty() || !self.is_wanted(&key) {
            return false;
        }
        let name = ecosystem::normalize(&key, &package.name);
        if self.options.no_kernel && ecosystem::is_distribution(&key) && is_kernel(&name) {
            self.summary.kernel += 1;
            return false;
        }
        let rows = rows::rows(affected, ecosystem::scheme(&key), is_unsure(&key, record));
        if rows.is_empty() {
            self.summary.empty += 1;
            return false;
        }
        let long = |text: &str| text.len() > MAX_TEXT;
        if long(&name) || rows.iter().any(|row| long(&row.introduced) || long(&row.bound)) {
            self.summary.too_long += 1;
            return false;
        }
        let claim = Claim { modified: record.modified.clone(), rows, word: affected.word(), kind: affected.informational() };
        let known = self.shards.entry(key).or_default().entry(name).or_default();
        match known.get_mut(&record.id) {
            // A record may list one package twice, each time with other ranges.
            Some(old) if old.modified == claim.modified => {
                old.rows.extend(claim.rows);
                old.rows.sort();
                old.rows.dedup();
                old.word = old.word.take().max(claim.word);
                old.kind = old.kind.take().max(claim.kind);
            }
            Some(old) => {
                self.summary.merged += 1;
                if claim.modified > old.modified {
                    *old = claim;
                }
            }
            None => {
                known.insert(record.id.clone(), claim);
            }
        }
        true
    }

    fn note_advisory(&mut self, record: &Record) {
        let named: BTreeSet<String> = match cve_in(&record.id) {
            Some(cve) => [cve.to_owned()].into(),
            None => {
                let listed = |ids: &[String]| ids.iter().filter_map(|id| cve_in(id)).map(str::to_owned).collect::<BTreeSet<_>>();
                let first: BTreeSet<_> = listed(&record.upstream).into_iter().chain(listed(&record.aliases)).collect();
                if first.is_empty() { listed(&record.related) } else { first }
            }
        };
        let advisory = self.advisories.entry(record.id.clone()).or_default();
        let fits = |id: &&String| !id.is_empty() && id.len() <= MAX_TEXT && !id.contains(char::is_control);
        advisory.aliases.extend(record.aliases.iter().filter(fits).cloned());
        advisory.cves.extend(named);
        let vector = Record::vector(&record.severity)
            .or_else(|| record.affected.iter().find_map(|affected| Record::vector(&affected.severity)))
            .filter(|vector| vector.len() <= MAX_TEXT)
            .map(str::to_owned);
        let word = record.word();
        let dated = |text: Option<String>| text.map(|text| (record.modified.clone(), text));
        advisory.vector = advisory.vector.take().max(dated(vector));
        advisory.word = advisory.word.take().max(dated(word));
    }

    fn is_wanted(&self, key: &str) -> bool {
        let only = &self.options.only;
        only.is_empty() || only.contains(key) || only.contains(ecosystem::family(key))
    }

    /// GHSA ids and the CVE that some record gives them.
    fn ghsa_names(&self) -> BTreeMap<String, String> {
        let mut names: BTreeMap<String, String> = BTreeMap::new();
        for (id, advisory) in &self.advisories {
            let ids: Vec<_> = std::iter::once(id).chain(&advisory.aliases).collect();
            let Some(cve) = ids.iter().filter(|id| id.starts_with("CVE-")).min() else {
                continue;
            };
            for ghsa in ids.iter().filter(|id| id.starts_with("GHSA-")) {
                let name = names.entry((*ghsa).clone()).or_insert_with(|| (*cve).clone());
                if *cve < name {
                    *name = (*cve).clone();
                }
            }
        }
        names
    }

    /// Drops what errata say about CVEs that have a record of their own for the same package.
    fn without_repeats(&mut self, mut claims: Claims) -> Claims {
        for by_id in claims.values_mut() {
            let own: BTreeSet<String> = by_id.keys().filter_map(|id| cve_in(id)).map(str::to_owned).collect();
            let before = by_id.len();
            by_id.retain(|id, _| {
                let cves = self.advisories.get(id).map(|advisory| &advisory.cves);
                cve_in(id).is_some() || cves.is_none_or(|cves| cves.is_empty() || !cves.is_subset(&own))
            });
            self.summary.merged += (before - by_id.len()) as u64;
        }
        claims.retain(|_, by_id| !by_id.is_empty());
        claims
    }

    fn count_malformed(&mut self, key: &str, claims: &Claims) {
        let scheme = ecosystem::scheme(key);
        let mut count = 0;
        let mut samples = BTreeSet::new();
        for (name, by_id) in claims {
            for row in by_id.values().flat_map(|claim| &claim.rows) {
                for version in [&row.introduced, &row.bound] {
                    if !version.is_empty() && !scheme.is_valid(version) {
                        count += 1;
                        if samples.len() < MAX_SAMPLES {
                            samples.insert((key.to_owned(), name.clone(), version.clone()));
                        }
                    }
                }
            }
        }
        if count > 0 {
            self.summary.malformed_samples.extend(samples);
            self.summary.malformed.insert(key.to_owned(), count);
        }
    }
}

/// The CVE id that an id is or ends with.
fn cve_in(id: &str) -> Option<&str> {
    let at = id.find("CVE-")?;
    let cve = id.get(at..)?;
    let (year, number) = cve.get(4..)?.split_once('-')?;
    let digits = |text: &str| !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_digit());
    (year.len() == 4 && digits(year) && digits(number) && (at == 0 || id.get(..at)?.ends_with('-'))).then_some(cve)
}

/// npm, Maven and NuGet rows without an upper bound may have lost it on the way; unreviewed Go reports often never had one.
fn is_unsure(key: &str, record: &Record) -> bool {
    matches!(key, "npm" | "Maven" | "NuGet")
        || osv::word(record.database_specific.as_ref(), "review_status").is_some_and(|status| status == "unreviewed")
}

/// Kernels and what is built from their source.
fn is_kernel(name: &str) -> bool {
    let userland = ["linux-pam", "linux-firmware", "linux-user-chroot", "linux-base", "kernel-srpm-macros", "kernel-rpm-macros"];
    !userland.contains(&name)
        && (name == "linux" || name == "kernel" || name.starts_with("linux-") || name.starts_with("kernel-"))
}

/// Row flags that say a row has no upper bound.
const OPEN: u64 = row_flag::OPEN;
