//! Proves a rule around an anchor: pieces, boundaries, names, entropy, checks, neighbours.
//!
//! Every step looks at a bounded number of bytes, so a file full of anchors still costs linear time.

use super::alphabet::{ALNUM, Alphabet, HEX_ANY, WORD};
use super::rule::{Part, Rule, Shape, Span, Text};

/// Characters of the names that values are assigned to.
pub(crate) const NAME: Alphabet = WORD.or(Alphabet::new(".-"));
const QUOTES: Alphabet = Alphabet::new("\"'`");
/// How far words that must be near may be.
const NEAR: usize = 160;

/// Proves `rule` at an anchor.
pub(crate) fn prove(rule: &Rule, text: &Text<'_>) -> Option<Span> {
    let span = match rule.shape {
        Shape::Token(parts) => token(parts, text)?,
        Shape::Keyed { needs, value } => keyed(needs, value, text)?,
        Shape::Custom(find) => find(text)?,
    };
    let value = text.bytes.get(span.start..span.end)?;
    let random = value.get(span.shown..)?;
    if rule.entropy > 0 && entropy(random) * 10.0 < floor(f32::from(rule.entropy), random.len()) {
        return None;
    }
    if rule.check.is_some_and(|check| !check(value)) {
        return None;
    }
    if !rule.near.is_empty() && !near(rule.near, text, span) {
        return None;
    }
    Some(Span { harmless: span.harmless.or(rule.harmless), ..span })
}

/// A floor for short values too: a text of n characters cannot have more than log2(n) bits a character.
fn floor(tenths: f32, len: usize) -> f32 {
    tenths.min((len.max(2) as f32).log2() * 7.5)
}

/// Shannon entropy, bits per byte; 0 for nothing.
pub(crate) fn entropy(bytes: &[u8]) -> f32 {
    let mut counts = [0u32; 256];
    for byte in bytes {
        counts[usize::from(*byte)] += 1;
    }
    let len = bytes.len() as f32;
    counts.iter().filter(|count| **count > 0).map(|count| *count as f32 / len).map(|share| -share * share.log2()).sum()
}

fn token(parts: &[Part], text: &Text<'_>) -> Option<Span> {
    // The anchor is the part that holds it; pieces before it are matched backwards.
    let anchor = text.bytes.get(text.at..text.at + text.anchor)?;
    let holds = |part: &Part, near: bool| match part {
        Part::Lit(lit) if near => lit.as_bytes().starts_with(anchor) || anchor.starts_with(lit.as_bytes()),
        Part::Lit(lit) => lit.as_bytes() == anchor,
        _ => false,
    };
    let lead = parts.iter().position(|part| holds(part, false)).or_else(|| parts.iter().position(|part| holds(part, true)))?;
    let (before, after) = parts.split_at(lead);
    let start = back(before, text.bytes, text.at)?;
    if !starts_clean(text.bytes, start, parts) {
        return None;
    }
    let end = forth(after, text.bytes, text.at)?;
    if !ends_clean(text.bytes, end, parts) {
        return None;
    }
    let shown = match parts.first() {
        Some(Part::Lit(lit)) => lit.len(),
        _ => 0,
    };
    Some(Span { shown, ..Span::new(start, end) })
}

/// Matches pieces forwards; the byte after the last.
fn forth(parts: &[Part], bytes: &[u8], mut at: usize) -> Option<usize> {
    for part in parts {
        let rest = bytes.get(at..)?;
        at += match part {
            Part::Lit(lit) => rest.starts_with(lit.as_bytes()).then_some(lit.len())?,
            Part::Run(alphabet, min, max) => {
                let run = alphabet.run(rest, usize::from(*max));
                (run >= usize::from(*min)).then_some(run)?
            }
            Part::Uuid => uuid(rest).then_some(36)?,
        };
    }
    Some(at)
}

/// Matches pieces backwards; the first byte of the first.
fn back(parts: &[Part], bytes: &[u8], mut at: usize) -> Option<usize> {
    for part in parts.iter().rev() {
        let rest = bytes.get(..at)?;
        at -= match part {
            Part::Lit(lit) => rest.ends_with(lit.as_bytes()).then_some(lit.len())?,
            Part::Run(alphabet, min, max) => {
                let run = alphabet.run_back(rest, usize::from(*max));
                (run >= usize::from(*min)).then_some(run)?
            }
            Part::Uuid => rest.get(at.checked_sub(36)?..).filter(|tail| uuid(tail)).map(|_| 36)?,
        };
    }
    Some(at)
}

/// True when the bytes begin with a UUID that is not a placeholder.
pub(crate) fn uuid(bytes: &[u8]) -> bool {
    bytes.len() >= 36
        && bytes
            .iter()
            .take(36)
            .enumerate()
            .all(|(i, byte)| if matches!(i, 8 | 13 | 18 | 23) { *byte == b'-' } else { HEX_ANY.has(*byte) })
}

/// No letter, digit or underscore before a token, and nothing of its own alphabet: it is not the tail of a longer word.
fn starts_clean(bytes: &[u8], start: usize, parts: &[Part]) -> bool {
    let Some(before) = start.checked_sub(1).and_then(|at| bytes.get(at)).copied() else { return true };
    if !WORD.has(before) && !matches!(parts.first(), Some(Part::Run(alphabet, ..)) if alphabet.has(before)) {
        // A hyphen, plus or slash in front makes it the tail of a path or of base64 text.
        return !matches!(before, b'-' | b'+') && (before != b'/' || !base64_tail(bytes, start));
    }
    // `\n`, `\t` and `\r` as source code writes them, and percent-encoded `=`, `:` and quotes.
    let two = start.checked_sub(2).and_then(|at| bytes.get(at..start));
    let three = start.checked_sub(3).and_then(|at| bytes.get(at..start));
    matches!(two, Some(b"\\n" | b"\\t" | b"\\r"))
        || matches!(three, Some(b"%3D" | b"%3d" | b"%3A" | b"%3a" | b"%22" | b"%27" | b"%20"))
}

/// True when at least sixteen base64 characters end right before `start`.
fn base64_tail(bytes: &[u8], start: usize) -> bool {
    super::alphabet::B64.run_back(bytes.get(..start).unwrap_or_default(), 16) == 16
}

/// Nothing that could be one more character of the token follows.
fn ends_clean(bytes: &[u8], end: usize, parts: &[Part]) -> bool {
    let Some(after) = bytes.get(end).copied() else { return true };
    match parts.last() {
        Some(Part::Run(alphabet, ..)) => !alphabet.has(after) && !WORD.has(after),
        _ => !WORD.has(after),
    }
}

/// `name = "value"` in the many spellings of configuration files and code.
fn keyed(needs: &[&str], parts: &[Part], text: &Text<'_>) -> Option<Span> {
    let name_start = text.at - NAME.run_back(text.bytes.get(..text.at)?, 48);
    let name_end = text.at + NAME.run(text.bytes.get(text.at..)?, 64);
    let name = text.bytes.get(name_start..name_end)?;
    if !needs.is_empty() && !needs.iter().any(|need| holds(name, need)) {
        return None;
    }
    let start = assigned(text.bytes, name_start, name_end)?;
    let end = forth(parts, text.bytes, start)?;
    if !ends_clean(text.bytes, end, parts) {
        return None;
    }
    Some(Span { name: (name_start, name_end), ..Span::new(start, end) })
}

/// Where the value begins that is assigned to the name at `name_start..name_end`.
///
/// Knows `a=v`, `a: v`, `a => v`, `a := v`, `"a": "v"`, `a["b"] = 'v'`, `<a>v`, `--a v`, `("a", "v")`, `\"a\":\"v\"`.
pub(crate) fn assigned(bytes: &[u8], name_start: usize, name_end: usize) -> Option<usize> {
    let mut at = name_end;
    let skip = |at: &mut usize, set: Alphabet, max: usize| {
        let run = set.run(bytes.get(*at..).unwrap_or_default(), max);
        *at += run;
        run
    };
    const SPACE: Alphabet = Alphabet::new(" \t");
    const CLOSE: Alphabet = Alphabet::new("\"'`])\\}");
    const OPEN: Alphabet = Alphabet::new("\"'`\\([{");
    let closed = skip(&mut at, CLOSE, 4);
    let spaces = skip(&mut at, SPACE, 16);
    let operator = match bytes.get(at)? {
        b'=' | b':' => {
            at += 1;
            // `==` compares, `=>` and `:=` assign; `://` and `::` are something else.
            match bytes.get(at) {
                Some(b'=') if bytes.get(at - 1) == Some(&b'=') => return None,
                Some(b':') => return None,
                Some(b'>' | b'=') => at += 1,
                _ => {}
            }
            true
        }
        b'>' | b',' if closed > 0 || bytes.get(at) == Some(&b'>') => {
            at += 1;
            true
        }
        _ => false,
    };
    let option = name_start.checked_sub(2).and_then(|from| bytes.get(from..name_start)) == Some(b"--")
        || bytes.get(name_start..name_start + 2) == Some(b"--");
    if !(operator || option && spaces > 0) {
        return None;
    }
    skip(&mut at, SPACE, 16);
    let quoted = skip(&mut at, OPEN, 4);
    if quoted > 0 {
        skip(&mut at, SPACE, 2);
    }
    Some(at)
}

/// Case-insensitive search for a lower-case word.
pub(crate) fn holds(text: &[u8], word: &str) -> bool {
    let word = word.as_bytes();
    text.windows(word.len().max(1)).any(|window| window.eq_ignore_ascii_case(word))
}

fn near(words: &[&str], text: &Text<'_>, span: Span) -> bool {
    let from = span.start.saturating_sub(NEAR);
    let to = text.bytes.len().min(span.end + NEAR);
    let around = text.bytes.get(from..to).unwrap_or_default();
    words.iter().any(|word| holds(around, word) || holds(text.path, word))
}

/// The value up to the end of a quoted string, a word or the line: for passwords, whose alphabet is anything.
pub(crate) fn free_value(bytes: &[u8], start: usize, max: usize) -> usize {
    let quote = start.checked_sub(1).and_then(|at| bytes.get(at)).copied().filter(|byte| QUOTES.has(*byte));
    let rest = bytes.get(start..).unwrap_or_default();
    let len = rest
        .iter()
        .take(max + 1)
        .take_while(|byte| match quote {
            Some(quote) => **byte != quote && !matches!(**byte, b'\n' | b'\r'),
            None => !matches!(
                **byte,
                b' ' | b'\t' | b'\n' | b'\r' | b'"' | b'\'' | b'`' | b';' | b',' | b'<' | b'>' | b')' | b'}' | b'&'
            ),
        })
        .count();
    start + len
}

/// True when a value is a letter-and-digit word (used by several shapes).
pub(crate) fn has_letter_and_digit(value: &[u8]) -> bool {
    value.iter().any(u8::is_ascii_alphabetic) && value.iter().any(u8::is_ascii_digit) && value.iter().any(|byte| ALNUM.has(*byte))
}
