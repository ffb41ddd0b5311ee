//! One shard's tables, numbered and written. The order of everything is by content, so that equal records give equal bytes; and so
//! that neighbours resemble each other, which is what gzip lives on: advisories and issues are numbered as the packages name them.

use std::collections::{BTreeMap, BTreeSet, HashMap};
use std::io::Write;

use sha2::{Digest, Sha256};

use super::pack::{Packed, pack};
use super::side::Side;
use super::{Advisory, Claim, Claims, OPEN, cve_in, sources};
use crate::load::hex;
use crate::shard::column::STRIDE;
use crate::shard::{HEADER, ISSUE_KEV, MAGIC, SECTION, SHARD_FORMAT, section};
use crate::{ShardEntry, ecosystem};

/// Everything that a shard is written from.
pub(super) struct Input<'a> {
    pub(super) key: &'a str,
    pub(super) claims: &'a Claims,
    pub(super) advisories: &'a BTreeMap<String, Advisory>,
    /// The CVE of a GHSA id.
    pub(super) names: &'a BTreeMap<String, String>,
    pub(super) side: &'a Side,
    /// Days after this one are not believed; empty for no limit.
    pub(super) today: &'a str,
}

/// Writes a shard; `None` when there is nothing to write or it would be too large for its numbers.
pub(super) fn shard(input: &Input<'_>) -> Option<(ShardEntry, Vec<u8>)> {
    let mut tables = Tables::default();
    tables.version("");
    for (name, by_id) in input.claims {
        tables.package(input, name, by_id);
    }
    if tables.row_advisory.is_empty() {
        return None;
    }
    let family = ecosystem::family(input.key);
    let (source, license) = sources::source(family);
    let ids = input.claims.values().flat_map(BTreeMap::keys).collect::<BTreeSet<_>>();
    let days = input.claims.values().flat_map(BTreeMap::values).filter_map(|claim| claim.modified.get(..10));
    let believed = |day: &&str| input.today.is_empty() || *day <= input.today;
    let snapshot = days.filter(believed).max().unwrap_or_default();
    let meta = [input.key, ecosystem::scheme(input.key).name(), snapshot, source, license];
    let bytes = tables.write(input, &meta)?;
    let file = compress(&bytes);
    let sha256 = hex(&Sha256::digest(&file));
    let entry = ShardEntry {
        key: input.key.to_owned(),
        file: file_name(input.key, &sha256),
        bytes: file.len() as u64,
        unpacked: bytes.len() as u64,
        sha256,
        packages: input.claims.len() as u64,
        advisories: ids.len() as u64,
        rows: tables.row_advisory.len() as u64,
        snapshot: snapshot.to_owned(),
        source: source.to_owned(),
        license: license.to_owned(),
        malformed: 0,
    };
    Some((entry, file))
}

/// `debian-12-0123456789abcdef.shard`. No `.gz`: servers would undo the compression that the hash is about.
fn file_name(key: &str, sha256: &str) -> String {
    let plain = |sign: char| {
        if sign.is_ascii_alphanumeric() || sign == '.' { sign.to_ascii_lowercase() } else { '-' }
    };
    let key: String = key.chars().map(plain).collect();
    format!("{}-{}.shard", key.trim_start_matches('.'), sha256.get(..16).unwrap_or_default())
}

fn compress(bytes: &[u8]) -> Vec<u8> {
    let mut encoder = flate2::GzBuilder::new().write(Vec::new(), flate2::Compression::best());
    // Writing to memory cannot fail.
    let _ = encoder.write_all(bytes);
    encoder.finish().unwrap_or_default()
}

#[derive(Default)]
struct IdTable {
    ids: Vec<Packed>,
}

/// Id, issues, word and kind: what makes an advisory one of its own in a shard.
type AdvisoryKey = (String, Vec<u64>, Option<String>, Option<String>);

#[derive(Default)]
struct Tables {
    names: Vec<String>,
    name_rows: Vec<u64>,
    row_advisory: Vec<u64>,
    row_introduced: Vec<u64>,
    row_bound: Vec<u64>,
    row_flags: Vec<u64>,
    versions: Vec<String>,
    version_at: HashMap<String, u64>,
    advisories: IdTable,
    advisory_word: Vec<Option<String>>,
    advisory_kind: Vec<Option<String>>,
    advisory_issues: Vec<u64>,
    advisory_at: HashMap<AdvisoryKey, u64>,
    links: Vec<u64>,
    issues: IdTable,
    issue_names: Vec<String>,
    issue_at: HashMap<String, u64>,
    issue_vectors: Vec<Option<String>>,
    issue_aliases: Vec<BTreeSet<String>>,
}

impl Tables {
    fn package(&mut self, input: &Input<'_>, name: &str, by_id: &BTreeMap<String, Claim>) {
        let distribution = ecosystem::is_distribution(input.key);
        let covered: BTreeSet<&str> = by_id.keys().filter_map(|id| cve_in(id)).collect();
        let mut claims: Vec<_> = by_id
            .iter()
            .map(|(id, claim)| {
                let issues = issues(input, id, distribution, &covered);
                let first = issues.first().cloned().unwrap_or_default();
                (pack(&first, ""), pack(id, &first), id, claim, issues)
            })
            .collect();
        // By year and number, so that the columns run in order.
        claims.sort_by(|a, b| (a.0.year, a.0.number, &a.0, &a.1).cmp(&(b.0.year, b.0.number, &b.0, &b.1)));
        let before = self.row_advisory.len();
        for (_, packed, id, claim, issues) in claims {
            let advisory = self.advisory(input, id, packed, claim, &issues, distribution);
            for row in &claim.rows {
                let introduced = self.version(&row.introduced);
                let bound = if row.flags & OPEN != 0 { 0 } else { self.version(&row.bound) };
                self.row_advisory.push(advisory);
                self.row_introduced.push(introduced);
                self.row_bound.push(bound);
                self.row_flags.push(row.flags);
            }
        }
        self.names.push(name.to_owned());
        self.name_rows.push((self.row_advisory.len() - before) as u64);
    }

    fn version(&mut self, version: &str) -> u64 {
        if let Some(at) = self.version_at.get(version) {
            return *at;
        }
        let at = self.versions.len() as u64;
        // Number 0 is "from the beginning", written as OSV writes it.
        self.versions.push(if at == 0 { "0".to_owned() } else { version.to_owned() });
        self.version_at.insert(version.to_owned(), at);
        at
    }

    /// The number of an advisory: one for each set of issues, word and kind that it has.
    fn advisory(
        &mut self,
        input: &Input<'_>,
        id: &str,
        packed: Packed,
        claim: &Claim,
        issues: &[String],
        distribution: bool,
    ) -> u64 {
        let known = input.advisories.get(id);
        let alone = issues.len() == 1;
        let numbers: Vec<u64> =
            issues.iter().map(|issue| self.issue(input, issue, known.filter(|_| alone), distribution)).collect();
        let word = claim.word.clone().or_else(|| known.and_then(|advisory| advisory.word.clone().map(|(_, word)| word)));
        let key = (id.to_owned(), numbers.clone(), word.clone(), claim.kind.clone());
        if let Some(at) = self.advisory_at.get(&key) {
            return *at;
        }
        let at = self.advisories.ids.len() as u64;
        self.advisories.ids.push(packed);
        self.advisory_word.push(word);
        self.advisory_kind.push(claim.kind.clone());
        self.advisory_issues.push(numbers.len() as u64);
        self.links.extend(numbers);
        self.advisory_at.insert(key, at);
        at
    }

    /// The number of an issue; `own` is the advisory that is about it alone.
    fn issue(&mut self, input: &Input<'_>, id: &str, own: Option<&Advisory>, distribution: bool) -> u64 {
        let at = match self.issue_at.get(id) {
            Some(at) => *at,
            None => {
                let at = self.issues.ids.len() as u64;
                self.issues.ids.push(pack(id, ""));
                self.issue_names.push(id.to_owned());
                self.issue_vectors.push(None);
                self.issue_aliases.push(BTreeSet::new());
                self.issue_at.insert(id.to_owned(), at);
                at
            }
        };
        let index = at as usize;
        if let Some(own) = own {
            if let (Some(slot), Some((_, vector))) = (self.issue_vectors.get_mut(index), &own.vector) {
                // Of several, the newest version of CVSS; then by text, for one order.
                if slot.as_ref().is_none_or(|old| rank(vector) > rank(old)) {
                    *slot = Some(vector.clone());
                }
            }
            if let Some(aliases) = self.issue_aliases.get_mut(index) {
                let others = own.aliases.iter().filter(|alias| *alias != id);
                aliases.extend(others.filter(|alias| !distribution || cve_in(alias).is_none()).cloned());
            }
        }
        if let Some(slot) = self.issue_vectors.get_mut(index)
            && slot.is_none()
        {
            *slot = input.side.vectors.get(id).cloned();
        }
        at
    }

    fn write(&self, input: &Input<'_>, meta: &[&str]) -> Option<Vec<u8>> {
        let mut out = Sections::default();
        let side = input.side;
        out.strings(section::META, meta.iter().copied());
        out.strings(section::NAMES, self.names.iter().map(String::as_str));
        out.spans(section::NAME_ROWS, &self.name_rows);
        out.column(section::ROW_ADVISORY, &self.row_advisory);
        out.column(section::ROW_INTRODUCED, &self.row_introduced);
        out.column(section::ROW_BOUND, &self.row_bound);
        out.column(section::ROW_FLAGS, &self.row_flags);
        out.strings(section::VERSIONS, self.versions.iter().map(String::as_str));

        let aliases: Vec<Packed> = self.issue_aliases.iter().flatten().map(|alias| pack(alias, "")).collect();
        let tables = [&self.advisories.ids, &self.issues.ids, &aliases];
        let templates = ranked(tables.iter().flat_map(|ids| ids.iter()).map(|id| id.template.as_str()));
        let mut ghsa = Letters::default();
        out.ids(
            [section::ADVISORY_TEMPLATE, section::ADVISORY_YEAR, section::ADVISORY_NUMBER],
            &self.advisories.ids,
            &templates,
            &mut ghsa,
        );
        let words = ranked(self.advisory_word.iter().chain(&self.advisory_kind).flatten().map(String::as_str));
        out.column(section::ADVISORY_WORD, &numbered(&self.advisory_word, &words));
        out.column(section::ADVISORY_KIND, &numbered(&self.advisory_kind, &words));
        out.spans(section::ADVISORY_ISSUES, &self.advisory_issues);
        out.column(section::LINKS, &self.links);

        out.ids([section::ISSUE_TEMPLATE, section::ISSUE_YEAR, section::ISSUE_NUMBER], &self.issues.ids, &templates, &mut ghsa);
        let vectors = ranked(self.issue_vectors.iter().flatten().map(String::as_str));
        out.column(section::ISSUE_VECTOR, &numbered(&self.issue_vectors, &vectors));
        let epss = self.issue_names.iter().map(|name| side.epss.get(name).copied().map_or(0, u64::from));
        out.column(section::ISSUE_EPSS, &epss.collect::<Vec<_>>());
        let flags = self.issue_names.iter().map(|name| if side.kev.contains(name) { ISSUE_KEV } else { 0 });
        out.column(section::ISSUE_FLAGS, &flags.collect::<Vec<_>>());
        out.spans(section::ISSUE_ALIASES, &self.issue_aliases.iter().map(|aliases| aliases.len() as u64).collect::<Vec<_>>());
        out.ids([section::ALIAS_TEMPLATE, section::ALIAS_YEAR, section::ALIAS_NUMBER], &aliases, &templates, &mut ghsa);

        out.strings(section::TEMPLATES, by_rank(&templates));
        out.strings(section::VECTORS, by_rank(&vectors));
        out.strings(section::WORDS, by_rank(&words));
        out.column_of(section::GHSA, &ghsa.all, 7);
        out.column_of(section::PERCENTILES, &side.percentiles.iter().map(|value| u64::from(*value)).collect::<Vec<_>>(), 2);
        out.finish()
    }
}

/// Issues of an advisory in one package.
fn issues(input: &Input<'_>, id: &str, distribution: bool, covered: &BTreeSet<&str>) -> Vec<String> {
    let Some(advisory) = input.advisories.get(id) else {
        return vec![id.to_owned()];
    };
    if distribution {
        let own = cve_in(id).is_some();
        let cves: Vec<String> = advisory.cves.iter().filter(|cve| own || !covered.contains(cve.as_str())).cloned().collect();
        return if cves.is_empty() { vec![id.to_owned()] } else { cves };
    }
    let own = std::iter::once(id).chain(advisory.aliases.iter().map(String::as_str));
    // A GHSA id stands for the CVE that any record gives it.
    let ids: Vec<&str> = own.flat_map(|id| [Some(id), input.names.get(id).map(String::as_str)]).flatten().collect();
    let pick = |prefix: &str| ids.iter().filter(|id| id.starts_with(prefix)).min().map(|id| (*id).to_owned());
    vec![pick("CVE-").or_else(|| pick("GHSA-")).unwrap_or_else(|| id.to_owned())]
}

fn rank(vector: &str) -> (bool, &str) {
    (vector.starts_with("CVSS:"), vector)
}

/// Distinct texts, the most frequent first, each with its number.
fn ranked<'a>(texts: impl Iterator<Item = &'a str>) -> HashMap<&'a str, usize> {
    let mut counts: BTreeMap<&str, usize> = BTreeMap::new();
    for text in texts {
        *counts.entry(text).or_default() += 1;
    }
    let mut order: Vec<_> = counts.into_iter().collect();
    order.sort_by(|(a, x), (b, y)| y.cmp(x).then(a.cmp(b)));
    order.into_iter().enumerate().map(|(i, (text, _))| (text, i)).collect()
}

fn by_rank<'a>(ranked: &HashMap<&'a str, usize>) -> std::vec::IntoIter<&'a str> {
    let mut order: Vec<_> = ranked.iter().map(|(text, rank)| (*rank, *text)).collect();
    order.sort_unstable();
    order.into_iter().map(|(_, text)| text).collect::<Vec<_>>().into_iter()
}

/// One-based numbers, zero for none.
fn numbered(texts: &[Option<String>], ranked: &HashMap<&str, usize>) -> Vec<u64> {
    let number = |text: &String| ranked.get(text.as_str()).map_or(0, |rank| *rank as u64 + 1);
    texts.iter().map(|text| text.as_ref().map_or(0, number)).collect()
}

/// Packed GHSA ids in the order in which they are first named.
#[derive(Default)]
struct Letters {
    all: Vec<u64>,
    at: HashMap<u64, u64>,
}

impl Letters {
    fn number(&mut self, letters: u64) -> u64 {
        let next = self.all.len() as u64;
        *self.at.entry(letters).or_insert_with(|| {
            self.all.push(letters);
            next
        })
    }
}

/// Sections in the order of writing.
#[derive(Default)]
struct Sections {
    sections: Vec<(u16, u8, usize, Vec<u8>)>,
}

impl Sections {
    /// As narrow as the largest number allows.
    fn column(&mut self, id: u16, values: &[u64]) {
        let bits = 64 - values.iter().copied().max().unwrap_or_default().leading_zeros();
        self.column_of(id, values, bits.div_ceil(8).max(1) as u8);
    }

    fn column_of(&mut self, id: u16, values: &[u64], width: u8) {
        let planes = (0..width).flat_map(|plane| values.iter().map(move |value| (value >> (8 * plane)) as u8));
        self.sections.push((id, width, values.len(), planes.collect()));
    }

    fn spans(&mut self, id: u16, counts: &[u64]) {
        self.column(id, counts);
        let (mut total, mut anchors) = (0, Vec::new());
        for (i, count) in counts.iter().enumerate() {
            if i.is_multiple_of(STRIDE) {
                anchors.push(total);
            }
            total += count;
        }
        self.column(id + section::ANCHORS, &anchors);
    }

    fn strings<'a>(&mut self, id: u16, texts: impl Iterator<Item = &'a str>) {
        let (mut blob, mut anchors, mut entries) = (Vec::new(), Vec::new(), 0);
        for text in texts {
            if entries % STRIDE == 0 {
                anchors.push(blob.len() as u64);
            }
            entries += 1;
            let len = text.len();
            if len >= 0x80 {
                blob.push(0x80 | (len >> 8) as u8);
            }
            blob.push(len as u8);
            blob.extend_from_slice(text.as_bytes());
        }
        self.sections.push((id, 1, entries, blob));
        self.column(id + section::ANCHORS, &anchors);
    }

    fn ids(&mut self, sections: [u16; 3], ids: &[Packed], templates: &HashMap<&str, usize>, ghsa: &mut Letters) {
        let [template, year, number] = sections;
        let numbers: Vec<u64> = ids.iter().map(|id| id.ghsa.map_or(id.number, |letters| ghsa.number(letters))).collect();
        let templates: Vec<u64> =
            ids.iter().map(|id| templates.get(id.template.as_str()).copied().unwrap_or_default() as u64).collect();
        self.column(template, &templates);
        self.column(year, &ids.iter().map(|id| id.year).collect::<Vec<_>>());
        self.column(number, &numbers);
    }

    /// Header, section table, sections.
    fn finish(self) -> Option<Vec<u8>> {
        let mut at = HEADER + self.sections.len() * SECTION;
        let mut table = Vec::new();
        for (id, width, entries, bytes) in &self.sections {
            table.extend_from_slice(&id.to_le_bytes());
            table.extend_from_slice(&[*width, 0]);
            for number in [at, bytes.len(), *entries] {
                table.extend_from_slice(&u32::try_from(number).ok()?.to_le_bytes());
            }
            at += bytes.len();
        }
        let mut out = Vec::with_capacity(at);
        out.extend_from_slice(MAGIC);
        for number in [SHARD_FORMAT as usize, self.sections.len(), at, 0] {
            out.extend_from_slice(&u32::try_from(number).ok()?.to_le_bytes());
        }
        out.extend_from_slice(&table);
        for (.., bytes) in &self.sections {
            out.extend_from_slice(bytes);
        }
        Some(out)
    }
}
