//! Composer versions. The number part is brought to four numbers as Composer's `VersionParser::normalize` does, then PHP's
//! `version_compare` (`ext/standard/versioning.c`) decides: `dev` < `alpha` < `beta` < `RC` < number < `pl`.

use std::cmp::Ordering;

use super::digits;

pub(super) fn compare(a: &str, b: &str) -> Ordering {
    let (mut a, mut b) = (Parts::of(a), Parts::of(b));
    loop {
        let ordering = match (a.next(), b.next()) {
            (None, None) => return Ordering::Equal,
            (Some(x), Some(y)) => match (digits::all(x), digits::all(y)) {
                (true, true) => digits::compare(x, y),
                _ => form(x).cmp(&form(y)),
            },
            // What is left over: a number makes newer, a word is weighed against "a number".
            (Some(x), None) if digits::all(x) => Ordering::Greater,
            (None, Some(y)) if digits::all(y) => Ordering::Less,
            (Some(x), None) => form(x).cmp(&NUMBER),
            (None, Some(y)) => NUMBER.cmp(&form(y)),
        };
        if ordering != Ordering::Equal {
            return ordering;
        }
    }
}

const NUMBER: i8 = 4;

/// Rank of a word, by its beginning; unknown words come before all others.
fn form(part: &[u8]) -> i8 {
    if digits::all(part) {
        return NUMBER;
    }
    const FORMS: [(&[u8], i8); 10] = [
        (b"dev", 0),
        (b"alpha", 1),
        (b"a", 1),
        (b"beta", 2),
        (b"b", 2),
        (b"RC", 3),
        (b"rc", 3),
        (b"#", 4),
        (b"pl", 5),
        (b"p", 5),
    ];
    FORMS.iter().find(|(name, _)| part.starts_with(name)).map_or(-1, |(_, rank)| *rank)
}

/// Runs of digits and of other signs, cut at `.`, `-`, `_`, `+` and wherever digits meet non-digits.
/// The leading numbers are filled up to four.
struct Parts<'a> {
    rest: &'a [u8],
    numbers: u8,
    leading: bool,
}

impl<'a> Parts<'a> {
    fn of(text: &'a str) -> Self {
        let text = text.trim();
        let text = match text.strip_prefix(['v', 'V']) {
            Some(rest) if rest.starts_with(|c: char| c.is_ascii_digit()) => rest,
            _ => text,
        };
        // Build metadata is dropped, as Composer does.
        let text = text.split_once('+').map_or(text, |(text, _)| text);
        Self { rest: text.as_bytes(), numbers: 0, leading: text.starts_with(|c: char| c.is_ascii_digit()) }
    }
}

impl<'a> Iterator for Parts<'a> {
    type Item = &'a [u8];

    fn next(&mut self) -> Option<&'a [u8]> {
        let separator = |byte: u8| matches!(byte, b'.' | b'-' | b'_' | b'+');
        let (gap, rest) = digits::take(self.rest, separator);
        let more_numbers = rest.first().is_some_and(u8::is_ascii_digit) && gap.iter().all(|byte| *byte == b'.');
        if self.leading && !more_numbers {
            if self.numbers < 4 {
                self.numbers += 1;
                return Some(b"0");
            }
            self.leading = false;
        }
        self.rest = rest;
        let first = *self.rest.first()?;
        let (part, rest) = if first.is_ascii_digit() {
            digits::take(self.rest, |byte| byte.is_ascii_digit())
        } else {
            digits::take(self.rest, |byte| !byte.is_ascii_digit() && !separator(byte))
        };
        self.rest = rest;
        if self.leading {
            self.numbers = self.numbers.saturating_add(1);
        }
        Some(part)
    }
}
