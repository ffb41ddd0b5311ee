//! Advisory ids in six bytes: a template of the shard, a year, a number. `CVE-2024-3094` is template `CVE-Y-N`, 2024, 3094.

use super::column::Column;

/// First year that a packed id can hold; 0 stands for none.
pub(crate) const FIRST_YEAR: u64 = 1980;
/// The letters of a GHSA id: no vowels, none that look alike.
pub(crate) const GHSA_ALPHABET: &[u8; 20] = b"23456789cfghjmpqrvwx";

/// Marks in a template, by control characters, which no id holds.
pub(crate) mod mark {
    /// The year.
    pub(crate) const YEAR: char = '\u{1}';
    /// The number as it is.
    pub(crate) const NUMBER: char = '\u{2}';
    /// The number with zeros up to four digits.
    pub(crate) const NUMBER4: char = '\u{3}';
    /// The packed GHSA id with that number, `xxxx-xxxx-xxxx`.
    pub(crate) const GHSA: char = '\u{4}';
    /// The id of the advisory's first issue.
    pub(crate) const ISSUE: char = '\u{5}';
    /// The same without `CVE-`.
    pub(crate) const ISSUE_NUMBER: char = '\u{6}';
}

/// Ids of one table of a shard.
#[derive(Debug, Clone, Copy, Default)]
pub(crate) struct Ids<'a> {
    pub(crate) templates: Column<'a>,
    pub(crate) years: Column<'a>,
    pub(crate) numbers: Column<'a>,
}

impl Ids<'_> {
    pub(crate) fn len(&self) -> usize {
        self.templates.len()
    }

    pub(crate) fn is_square(&self) -> bool {
        self.years.len() == self.len() && self.numbers.len() == self.len()
    }
}

/// Writes a packed id. `issue` is the id of the first issue, for the templates that borrow it.
pub(crate) fn render(template: &str, year: u64, number: u64, ghsa: &Column<'_>, issue: &str) -> Option<String> {
    let mut out = String::with_capacity(24);
    for sign in template.chars() {
        match sign {
            mark::YEAR => out.push_str(&(year + FIRST_YEAR - 1).to_string()),
            mark::NUMBER => out.push_str(&number.to_string()),
            mark::NUMBER4 => out.push_str(&format!("{number:04}")),
            mark::GHSA => push_ghsa(&mut out, ghsa.get(usize::try_from(number).ok()?)?),
            mark::ISSUE => out.push_str(issue),
            mark::ISSUE_NUMBER => out.push_str(issue.strip_prefix("CVE-").unwrap_or(issue)),
            sign => out.push(sign),
        }
    }
    Some(out)
}

fn push_ghsa(out: &mut String, mut packed: u64) {
    let mut letters = [b'2'; 12];
    for letter in letters.iter_mut().rev() {
        *letter = usize::try_from(packed % 20).ok().and_then(|i| GHSA_ALPHABET.get(i)).copied().unwrap_or(b'2');
        packed /= 20;
    }
    for (i, letter) in letters.into_iter().enumerate() {
        if i == 4 || i == 8 {
            out.push('-');
        }
        out.push(letter as char);
    }
}
