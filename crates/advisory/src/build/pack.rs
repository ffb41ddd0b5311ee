//! Ids taken apart into template, year and number: the writing side of `crates/advisory/src/shard/id.rs`.

use crate::shard::id::{FIRST_YEAR, GHSA_ALPHABET, mark};

/// A packed id, before its template has a number.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub(super) struct Packed {
    pub(super) template: String,
    pub(super) year: u64,
    pub(super) number: u64,
    /// The packed letters of a GHSA id; its index in the shard's table becomes the number.
    pub(super) ghsa: Option<u64>,
}

impl Packed {
    fn of(template: String) -> Self {
        Self { template, year: 0, number: 0, ghsa: None }
    }
}

/// Packs an id; `issue` is the one of the advisory's first issue, empty for ids that may not borrow.
pub(super) fn pack(id: &str, issue: &str) -> Packed {
    if !issue.is_empty() {
        if let Some(prefix) = id.strip_suffix(issue) {
            return Packed::of(format!("{prefix}{}", mark::ISSUE));
        }
        if let Some(prefix) = issue.strip_prefix("CVE-").and_then(|number| id.strip_suffix(number)) {
            return Packed::of(format!("{prefix}{}", mark::ISSUE_NUMBER));
        }
    }
    if let Some(letters) = ghsa(id) {
        return Packed { ghsa: Some(letters), ..Packed::of(format!("GHSA-{}", mark::GHSA)) };
    }
    dated(id).or_else(|| numbered(id)).unwrap_or_else(|| Packed::of(id.to_owned()))
}

/// The twelve letters as a number in base 20.
fn ghsa(id: &str) -> Option<u64> {
    let rest = id.strip_prefix("GHSA-")?;
    let mut parts = rest.split('-');
    let mut packed = 0;
    for _ in 0..3 {
        let part = parts.next().filter(|part| part.len() == 4)?;
        for letter in part.bytes() {
            packed = packed * 20 + GHSA_ALPHABET.iter().position(|known| *known == letter)? as u64;
        }
    }
    parts.next().is_none().then_some(packed)
}

/// `PREFIX year SEPARATOR number SUFFIX`.
fn dated(id: &str) -> Option<Packed> {
    let runs = digit_runs(id);
    for pair in runs.windows(2) {
        let [(year_at, year), (number_at, number)] = pair else {
            continue;
        };
        let between = id.get(year_at + year.len()..*number_at)?;
        let value: u64 = if year.len() == 4 {
            year.parse().ok()?
        } else {
            continue;
        };
        if between.len() != 1 || !(FIRST_YEAR..FIRST_YEAR + 255).contains(&value) {
            continue;
        }
        let (sign, number_value) = number_mark(number)?;
        let (before, after) = (id.get(..*year_at)?, id.get(number_at + number.len()..)?);
        let template = format!("{before}{}{between}{sign}{after}", mark::YEAR);
        return Some(Packed { template, year: value - FIRST_YEAR + 1, number: number_value, ghsa: None });
    }
    None
}

/// `PREFIX number SUFFIX`, as in `DSA-5417-1`.
fn numbered(id: &str) -> Option<Packed> {
    let (at, digits) = digit_runs(id).into_iter().next()?;
    let (sign, number) = number_mark(digits)?;
    let template = format!("{}{sign}{}", id.get(..at)?, id.get(at + digits.len()..)?);
    Some(Packed { template, year: 0, number, ghsa: None })
}

/// How digits are written back, and their value: four digits at least where that fits, else as they are.
fn number_mark(digits: &str) -> Option<(char, u64)> {
    let value: u64 = digits.parse().ok().filter(|value| *value < 1 << 24)?;
    if format!("{value:04}") == digits {
        Some((mark::NUMBER4, value))
    } else if value.to_string() == digits {
        Some((mark::NUMBER, value))
    } else {
        None
    }
}

fn digit_runs(id: &str) -> Vec<(usize, &str)> {
    let mut runs = Vec::new();
    let mut rest = id;
    while let Some(start) = rest.find(|c: char| c.is_ascii_digit()) {
        let run = rest.get(start..).unwrap_or_default();
        let end = run.find(|c: char| !c.is_ascii_digit()).unwrap_or(run.len());
        runs.push((id.len() - run.len(), run.get(..end).unwrap_or_default()));
        rest = run.get(end..).unwrap_or_default();
    }
    runs
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::shard::column::Column;
    use crate::shard::id::render;

    #[test]
    fn every_id_is_written_back_as_it_was() {
        for (id, issue) in [
            ("CVE-2020-0061", ""),
            ("CVE-2024-1000001", ""),
            ("DEBIAN-CVE-2024-3094", "CVE-2024-3094"),
            ("BIT-airflow-2026-24098", "CVE-2026-24098"),
            ("PYSEC-2021-5", ""),
            ("PYSEC-2012-30", ""),
            ("ALSA-2022:5267", "CVE-2022-1012"),
            ("SUSE-SU-2023:1234-1", ""),
            ("DSA-5417-1", "CVE-2023-0464"),
            ("GHSA-p9m5-3hj7-cp5r", ""),
            ("GHSA-p9m5-3hj7-cp5a", ""),
            ("x_FOP-typo3/cms-core/2", ""),
            ("CVE-2020-00000000000000001", ""),
            ("CVE-1979-1", ""),
            ("odd", ""),
            ("", ""),
        ] {
            let packed = pack(id, issue);
            let bytes = packed.ghsa.unwrap_or_default().to_le_bytes();
            let ghsa = Column::new(bytes.get(..7).expect("seven"), 7).expect("column");
            let number = if packed.ghsa.is_some() { 0 } else { packed.number };
            assert_eq!(render(&packed.template, packed.year, number, &ghsa, issue).as_deref(), Some(id));
        }
        assert_eq!(pack("CVE-2020-0061", "").template, pack("CVE-2024-1000001", "").template);
    }
}
