//! A shard: the advisories of one distribution release or language, read in place. Layout: `crates/advisory/FORMAT.md`.
//!
//! Opening checks the header and the section table; nothing is parsed or copied, so memory is the bytes themselves. Every access
//! is checked: a number that points outside its table answers `None`, which the matcher takes as damage of the whole shard.
//! Knows bytes only; the hash is compared by [`crate::load`]. Proof: `tests/suite/advisory_shards.rs`.

mod check;
pub(crate) mod column;
pub(crate) mod id;

use column::{Column, Spans, Strings};
use id::Ids;

use crate::Error;
use crate::version::Scheme;

/// First bytes of every shard.
pub(crate) const MAGIC: &[u8; 8] = b"\x89PHSHARD";
/// Newest shard format that is read, and the one that is written.
pub const SHARD_FORMAT: u32 = 1;
/// Most sections that a header may name.
const MAX_SECTIONS: u32 = 256;
/// Bytes of the fixed header, and of one entry of the section table.
pub(crate) const HEADER: usize = 24;
pub(crate) const SECTION: usize = 16;

/// Section numbers.
#[allow(missing_docs)]
pub(crate) mod section {
    pub(crate) const META: u16 = 1;
    pub(crate) const NAMES: u16 = 2;
    pub(crate) const NAME_ROWS: u16 = 3;
    pub(crate) const ROW_ADVISORY: u16 = 4;
    pub(crate) const ROW_INTRODUCED: u16 = 5;
    pub(crate) const ROW_BOUND: u16 = 6;
    pub(crate) const ROW_FLAGS: u16 = 7;
    pub(crate) const VERSIONS: u16 = 8;
    pub(crate) const ADVISORY_TEMPLATE: u16 = 9;
    pub(crate) const ADVISORY_YEAR: u16 = 10;
    pub(crate) const ADVISORY_NUMBER: u16 = 11;
    pub(crate) const ADVISORY_WORD: u16 = 12;
    pub(crate) const ADVISORY_KIND: u16 = 13;
    pub(crate) const ADVISORY_ISSUES: u16 = 14;
    pub(crate) const LINKS: u16 = 15;
    pub(crate) const ISSUE_TEMPLATE: u16 = 16;
    pub(crate) const ISSUE_YEAR: u16 = 17;
    pub(crate) const ISSUE_NUMBER: u16 = 18;
    pub(crate) const ISSUE_VECTOR: u16 = 19;
    pub(crate) const ISSUE_EPSS: u16 = 20;
    pub(crate) const ISSUE_FLAGS: u16 = 21;
    pub(crate) const ISSUE_ALIASES: u16 = 22;
    pub(crate) const ALIAS_TEMPLATE: u16 = 23;
    pub(crate) const ALIAS_YEAR: u16 = 24;
    pub(crate) const ALIAS_NUMBER: u16 = 25;
    pub(crate) const TEMPLATES: u16 = 26;
    pub(crate) const VECTORS: u16 = 27;
    pub(crate) const WORDS: u16 = 28;
    pub(crate) const GHSA: u16 = 29;
    pub(crate) const PERCENTILES: u16 = 30;
    /// The anchors of section N are section N + 1000.
    pub(crate) const ANCHORS: u16 = 1000;
}

/// Flags of a row.
pub(crate) mod row_flag {
    /// The bound is the last affected version, not the first fixed one.
    pub(crate) const INCLUSIVE: u64 = 1;
    /// There is no upper bound.
    pub(crate) const OPEN: u64 = 2;
    /// The distribution will not fix it.
    pub(crate) const WONT_FIX: u64 = 4;
    /// The source lost or never had the upper bound: the row may over-match.
    pub(crate) const UNSURE: u64 = 8;
}

/// Flag of an issue: in CISA's catalogue of known exploited vulnerabilities.
pub(crate) const ISSUE_KEV: u64 = 1;

/// One shard in memory.
#[derive(Debug, Clone)]
pub struct Shard {
    key: String,
    bytes: Vec<u8>,
}

impl Shard {
    /// Opens a decompressed shard that should be the one of `key`.
    ///
    /// # Errors
    /// When it is no shard, a newer one, another one's, or contradicts itself.
    pub fn open(key: &str, bytes: Vec<u8>) -> Result<Self, Error> {
        let shard = Self { key: key.to_owned(), bytes };
        let view = View::new(key, &shard.bytes)?;
        if view.key() != key {
            return Err(Error::Foreign { key: key.to_owned(), seen: view.key().to_owned() });
        }
        Ok(shard)
    }

    /// The shard's key.
    pub fn key(&self) -> &str {
        &self.key
    }

    /// Bytes in memory.
    pub fn memory(&self) -> usize {
        self.bytes.len()
    }

    /// Reads every entry of every table once.
    ///
    /// # Errors
    /// When one points outside another, or is not in order.
    pub fn check(&self) -> Result<(), Error> {
        match check::fault(&self.view()?) {
            Some(what) => Err(Error::Damaged { key: self.key.clone(), what }),
            None => Ok(()),
        }
    }

    /// The tables.
    pub(crate) fn view(&self) -> Result<View<'_>, Error> {
        View::new(&self.key, &self.bytes)
    }
}

/// The tables of a shard, borrowed from its bytes.
#[derive(Debug, Clone)]
pub(crate) struct View<'a> {
    pub(crate) meta: Strings<'a>,
    pub(crate) scheme: Scheme,
    pub(crate) names: Strings<'a>,
    pub(crate) name_rows: Spans<'a>,
    pub(crate) row_advisory: Column<'a>,
    pub(crate) row_introduced: Column<'a>,
    pub(crate) row_bound: Column<'a>,
    pub(crate) row_flags: Column<'a>,
    pub(crate) versions: Strings<'a>,
    pub(crate) advisories: Ids<'a>,
    pub(crate) advisory_word: Column<'a>,
    pub(crate) advisory_kind: Column<'a>,
    pub(crate) advisory_issues: Spans<'a>,
    pub(crate) links: Column<'a>,
    pub(crate) issues: Ids<'a>,
    pub(crate) issue_vector: Column<'a>,
    pub(crate) issue_epss: Column<'a>,
    pub(crate) issue_flags: Column<'a>,
    pub(crate) issue_aliases: Spans<'a>,
    pub(crate) aliases: Ids<'a>,
    pub(crate) templates: Strings<'a>,
    pub(crate) vectors: Strings<'a>,
    pub(crate) words: Strings<'a>,
    pub(crate) ghsa: Column<'a>,
    pub(crate) percentiles: Column<'a>,
}

/// One entry of the section table.
#[derive(Debug, Clone, Copy)]
struct Section<'a> {
    id: u16,
    width: u8,
    entries: usize,
    bytes: &'a [u8],
}

impl<'a> View<'a> {
    fn new(key: &str, bytes: &'a [u8]) -> Result<Self, Error> {
        let damaged = |what| Error::Damaged { key: key.to_owned(), what };
        if bytes.get(..MAGIC.len()) != Some(MAGIC) {
            return Err(Error::NotAShard { key: key.to_owned() });
        }
        let format = u32_at(bytes, 8).ok_or_else(|| damaged("the header is cut off"))?;
        if format > SHARD_FORMAT {
            return Err(Error::Newer { what: format!("advisory shard {key}"), seen: format, known: SHARD_FORMAT });
        }
        let count = u32_at(bytes, 12).filter(|count| *count <= MAX_SECTIONS).ok_or_else(|| damaged("too many sections"))?;
        let length = u32_at(bytes, 16).ok_or_else(|| damaged("the header is cut off"))?;
        if bytes.len() as u64 != u64::from(length) {
            return Err(Error::Truncated { key: key.to_owned(), seen: bytes.len() as u64, stated: u64::from(length) });
        }
        let sections: Option<Vec<_>> = (0..count as usize).map(|i| Section::read(bytes, HEADER + i * SECTION)).collect();
        let tables = Tables { sections: sections.ok_or_else(|| damaged("a section lies outside the file"))? };
        let view = tables.view().ok_or_else(|| damaged("a table is missing or has an odd size"))?;
        if !view.is_square() {
            return Err(damaged("two columns of one table differ in length"));
        }
        Ok(view)
    }

    fn is_square(&self) -> bool {
        let rows = self.row_advisory.len();
        let advisories = self.advisories.len();
        let issues = self.issues.len();
        [self.row_introduced.len(), self.row_bound.len(), self.row_flags.len()].iter().all(|len| *len == rows)
            && [self.advisory_word.len(), self.advisory_kind.len(), self.advisory_issues.len()]
                .iter()
                .all(|len| *len == advisories)
            && [self.issue_vector.len(), self.issue_epss.len(), self.issue_flags.len(), self.issue_aliases.len()]
                .iter()
                .all(|len| *len == issues)
            && self.names.len() == self.name_rows.len()
            && self.advisories.is_square()
            && self.issues.is_square()
            && self.aliases.is_square()
    }

    /// What the shard says it is for.
    pub(crate) fn key(&self) -> &'a str {
        self.meta.get(0).unwrap_or_default()
    }

    /// Id of an issue: the CVE where there is one.
    pub(crate) fn issue_id(&self, issue: usize) -> Option<String> {
        self.render(&self.issues, issue, "")
    }

    /// Id of an advisory, given the id of its first issue.
    pub(crate) fn advisory_id(&self, advisory: usize, issue: &str) -> Option<String> {
        self.render(&self.advisories, advisory, issue)
    }

    /// The other ids of an issue.
    pub(crate) fn issue_alias_ids(&self, issue: usize) -> Option<Vec<String>> {
        self.issue_aliases.get(issue)?.map(|alias| self.render(&self.aliases, alias, "")).collect()
    }

    fn render(&self, ids: &Ids<'_>, index: usize, issue: &str) -> Option<String> {
        let template = self.templates.get(ids.templates.index(index)?)?;
        id::render(template, ids.years.get(index)?, ids.numbers.get(index)?, &self.ghsa, issue)
    }

    /// The word at a one-based index; zero is none.
    pub(crate) fn word(&self, index: u64) -> Option<Option<&'a str>> {
        optional(&self.words, index)
    }

    /// The CVSS vector of an issue.
    pub(crate) fn vector(&self, issue: usize) -> Option<Option<&'a str>> {
        optional(&self.vectors, self.issue_vector.get(issue)?)
    }
}

fn optional<'a>(strings: &Strings<'a>, index: u64) -> Option<Option<&'a str>> {
    match usize::try_from(index).ok()?.checked_sub(1) {
        None => Some(None),
        Some(index) => strings.get(index).map(Some),
    }
}

impl<'a> Section<'a> {
    fn read(bytes: &'a [u8], at: usize) -> Option<Self> {
        let entry = bytes.get(at..at.checked_add(SECTION)?)?;
        let id = u16::from_le_bytes([*entry.first()?, *entry.get(1)?]);
        let (start, length) = (u32_at(entry, 4)? as usize, u32_at(entry, 8)? as usize);
        let bytes = bytes.get(start..start.checked_add(length)?)?;
        Some(Self { id, width: *entry.get(2)?, entries: u32_at(entry, 12)? as usize, bytes })
    }
}

fn u32_at(bytes: &[u8], at: usize) -> Option<u32> {
    Some(u32::from_le_bytes(bytes.get(at..at + 4)?.try_into().ok()?))
}

struct Tables<'a> {
    sections: Vec<Section<'a>>,
}

impl<'a> Tables<'a> {
    fn section(&self, id: u16) -> Option<&Section<'a>> {
        self.sections.iter().find(|section| section.id == id)
    }

    fn column(&self, id: u16) -> Option<Column<'a>> {
        let section = self.section(id)?;
        Column::new(section.bytes, section.width).filter(|column| column.len() == section.entries)
    }

    fn spans(&self, id: u16) -> Option<Spans<'a>> {
        Spans::new(self.column(id)?, self.column(id + section::ANCHORS)?)
    }

    fn strings(&self, id: u16) -> Option<Strings<'a>> {
        let section = self.section(id)?;
        Strings::new(section.bytes, self.column(id + section::ANCHORS)?, section.entries)
    }

    fn ids(&self, template: u16, year: u16, number: u16) -> Option<Ids<'a>> {
        Some(Ids { templates: self.column(template)?, years: self.column(year)?, numbers: self.column(number)? })
    }

    fn view(&self) -> Option<View<'a>> {
        use section as s;
        let meta = self.strings(s::META)?;
        Some(View {
            meta,
            scheme: Scheme::from_name(meta.get(1)?)?,
            names: self.strings(s::NAMES)?,
            name_rows: self.spans(s::NAME_ROWS)?,
            row_advisory: self.column(s::ROW_ADVISORY)?,
            row_introduced: self.column(s::ROW_INTRODUCED)?,
            row_bound: self.column(s::ROW_BOUND)?,
            row_flags: self.column(s::ROW_FLAGS)?,
            versions: self.strings(s::VERSIONS)?,
            advisories: self.ids(s::ADVISORY_TEMPLATE, s::ADVISORY_YEAR, s::ADVISORY_NUMBER)?,
            advisory_word: self.column(s::ADVISORY_WORD)?,
            advisory_kind: self.column(s::ADVISORY_KIND)?,
            advisory_issues: self.spans(s::ADVISORY_ISSUES)?,
            links: self.column(s::LINKS)?,
            issues: self.ids(s::ISSUE_TEMPLATE, s::ISSUE_YEAR, s::ISSUE_NUMBER)?,
            issue_vector: self.column(s::ISSUE_VECTOR)?,
            issue_epss: self.column(s::ISSUE_EPSS)?,
            issue_flags: self.column(s::ISSUE_FLAGS)?,
            issue_aliases: self.spans(s::ISSUE_ALIASES)?,
            aliases: self.ids(s::ALIAS_TEMPLATE, s::ALIAS_YEAR, s::ALIAS_NUMBER)?,
            templates: self.strings(s::TEMPLATES)?,
            vectors: self.strings(s::VECTORS)?,
            words: self.strings(s::WORDS)?,
            ghsa: self.column(s::GHSA)?,
            percentiles: self.column(s::PERCENTILES)?,
        })
    }
}
