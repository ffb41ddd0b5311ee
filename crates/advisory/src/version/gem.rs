//! RubyGems versions. Follows `Gem::Version#<=>`: segments of digits or letters, trailing zeros dropped, letters before numbers.

use std::cmp::Ordering;

use super::digits;

pub(super) fn compare(a: &str, b: &str) -> Option<Ordering> {
    let (a, b) = (segments(a)?, segments(b)?);
    for i in 0..a.len().max(b.len()) {
        let (x, y) = (a.get(i).copied().unwrap_or(b"0"), b.get(i).copied().unwrap_or(b"0"));
        let ordering = match (digits::all(x), digits::all(y)) {
            (true, true) => digits::compare(x, y),
            (true, false) => Ordering::Greater,
            (false, true) => Ordering::Less,
            (false, false) => x.cmp(y),
        };
        if ordering != Ordering::Equal {
            return Some(ordering);
        }
    }
    Some(Ordering::Equal)
}

/// The canonical segments: zeros are dropped from the end of the leading numbers and from the end of the rest.
/// A dash reads as `.pre.`; `None` where `Gem::Version.correct?` says no (but `1beta` is read as `1.beta`).
fn segments(text: &str) -> Option<Vec<&[u8]>> {
    let text = text.trim();
    let (numbers, label) = match text.split_once('-') {
        Some((numbers, label)) => (numbers, Some(label)),
        None => (text, None),
    };
    let word = |part: &str| !part.is_empty() && part.bytes().all(|byte| byte.is_ascii_alphanumeric());
    let first = numbers.split('.').next().unwrap_or_default();
    if !first.starts_with(|c: char| c.is_ascii_digit()) || !numbers.split('.').all(word) {
        return None;
    }
    let dashed = |part: &str| !part.is_empty() && part.bytes().all(|byte| byte.is_ascii_alphanumeric() || byte == b'-');
    if label.is_some_and(|label| !label.split('.').all(dashed)) {
        return None;
    }
    let mut all = Vec::new();
    for part in numbers.split('.') {
        scan(part, &mut all);
    }
    if let Some(label) = label {
        for (i, piece) in label.split('-').enumerate() {
            if i == 0 || !piece.is_empty() || label.contains('-') {
                all.push(b"pre".as_slice());
            }
            for part in piece.split('.') {
                scan(part, &mut all);
            }
        }
    }
    let head = all.iter().position(|segment| !digits::all(segment)).unwrap_or(all.len());
    let mut tail = all.split_off(head);
    let is_zero =
        |segment: Option<&&[u8]>| segment.is_some_and(|segment| digits::all(segment) && digits::strip_zeros(segment).is_empty());
    while is_zero(all.last()) {
        all.pop();
    }
    while is_zero(tail.last()) {
        tail.pop();
    }
    all.append(&mut tail);
    Some(all)
}

/// Cuts a part into runs of digits and of letters.
fn scan<'a>(part: &'a str, out: &mut Vec<&'a [u8]>) {
    let mut rest = part.as_bytes();
    while let Some(first) = rest.first() {
        let digit = first.is_ascii_digit();
        let (run, after) = digits::take(rest, |byte| byte.is_ascii_digit() == digit);
        out.push(run);
        rest = after;
    }
}
