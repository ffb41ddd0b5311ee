//! Alpine versions. Follows apk-tools 3 `src/version.c`: numbers, one letter, suffixes, commit hash, revision.
//!
//! Any text has an order: numbers may be missing, and a number may follow a letter (`8u372`), as in apk-tools 2; where a text
//! leaves even that, it ends. [`is_valid`] is strict.

use std::cmp::Ordering;

use super::digits;

pub(super) fn compare(a: &str, b: &str) -> Ordering {
    let (mut a, mut b) = (Tokens::new(a.as_bytes()), Tokens::new(b.as_bytes()));
    while a.kind == b.kind && a.kind < Kind::End {
        match a.compare_value(&b) {
            Ordering::Equal => {}
            other => return other,
        }
        a.advance();
        b.advance();
    }
    if a.kind == b.kind {
        return Ordering::Equal;
    }
    // The longer version is the newer one, unless it goes on with a pre-release suffix.
    if a.is_prerelease() {
        return Ordering::Less;
    }
    if b.is_prerelease() {
        return Ordering::Greater;
    }
    b.kind.cmp(&a.kind)
}

pub(super) fn is_valid(text: &str) -> bool {
    let mut tokens = Tokens::new(text.as_bytes());
    while tokens.kind < Kind::End {
        let (previous, empty) = (tokens.kind, tokens.value.is_empty());
        tokens.advance();
        if empty || (previous == Kind::Letter && tokens.kind == Kind::Number) {
            return false;
        }
    }
    tokens.kind == Kind::End
}

/// Suffixes in order; those before the gap announce a release, those after it follow one.
const SUFFIXES: [(&[u8], u8); 9] =
    [(b"alpha", 1), (b"beta", 2), (b"pre", 3), (b"rc", 4), (b"cvs", 6), (b"svn", 7), (b"git", 8), (b"hg", 9), (b"p", 10)];
const NO_SUFFIX: u8 = 5;

#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
enum Kind {
    FirstNumber,
    Number,
    Letter,
    Suffix,
    SuffixNumber,
    Commit,
    Revision,
    End,
    Invalid,
}

struct Tokens<'a> {
    kind: Kind,
    value: &'a [u8],
    suffix: u8,
    rest: &'a [u8],
}

impl<'a> Tokens<'a> {
    fn new(text: &'a [u8]) -> Self {
        let (value, rest) = digits::take(text, |byte| byte.is_ascii_digit());
        Self { kind: Kind::FirstNumber, value, suffix: 0, rest }
    }

    fn is_prerelease(&self) -> bool {
        self.kind == Kind::Suffix && self.suffix < NO_SUFFIX
    }

    fn compare_value(&self, other: &Self) -> Ordering {
        let zero = |token: &Self| token.value.first() == Some(&b'0');
        match self.kind {
            // A number with a leading zero is a fraction: 1.01 is older than 1.1.
            Kind::Number if zero(self) || zero(other) => self.value.cmp(other.value),
            Kind::FirstNumber | Kind::Number | Kind::SuffixNumber | Kind::Revision => digits::compare(self.value, other.value),
            Kind::Suffix => self.suffix.cmp(&other.suffix),
            _ => self.value.cmp(other.value),
        }
    }

    fn advance(&mut self) {
        let previous = self.kind;
        self.value = &[];
        self.kind = Kind::Invalid;
        let Some((&first, rest)) = self.rest.split_first() else {
            self.kind = Kind::End;
            return;
        };
        let after_digits = |text: &'a [u8]| digits::take(text, |byte| byte.is_ascii_digit());
        match first {
            b'a'..=b'z' if previous <= Kind::Number => {
                self.kind = Kind::Letter;
                (self.value, self.rest) = self.rest.split_at(1);
            }
            b'.' if previous <= Kind::Number => {
                (self.value, self.rest) = after_digits(rest);
                self.kind = Kind::Number;
            }
            b'0'..=b'9' if matches!(previous, Kind::Suffix | Kind::Letter) => {
                (self.value, self.rest) = after_digits(self.rest);
                self.kind = if previous == Kind::Letter { Kind::Number } else { Kind::SuffixNumber };
            }
            b'_' if previous <= Kind::SuffixNumber => {
                let (word, rest) = digits::take(rest, |byte| byte.is_ascii_lowercase());
                if let Some((_, rank)) = SUFFIXES.iter().find(|(suffix, _)| *suffix == word) {
                    (self.kind, self.suffix, self.value, self.rest) = (Kind::Suffix, *rank, word, rest);
                }
            }
            b'~' if previous < Kind::Commit => {
                let (value, rest) = digits::take(rest, |byte| matches!(byte, b'0'..=b'9' | b'a'..=b'f'));
                if !value.is_empty() {
                    (self.kind, self.value, self.rest) = (Kind::Commit, value, rest);
                }
            }
            b'-' if previous < Kind::Revision && rest.first() == Some(&b'r') => {
                let (value, rest) = after_digits(rest.get(1..).unwrap_or_default());
                (self.kind, self.value, self.rest) = (Kind::Revision, value, rest);
            }
            _ => {}
        }
    }
}
