//! Numbers of any length, compared as text.

use std::cmp::Ordering;

/// Orders two digit strings by value; leading zeros don't count and the empty string is zero.
pub(super) fn compare(a: &[u8], b: &[u8]) -> Ordering {
    let (a, b) = (strip_zeros(a), strip_zeros(b));
    a.len().cmp(&b.len()).then_with(|| a.cmp(b))
}

/// Without leading zeros.
pub(super) fn strip_zeros(digits: &[u8]) -> &[u8] {
    let zeros = digits.iter().take_while(|byte| **byte == b'0').count();
    digits.get(zeros..).unwrap_or_default()
}

/// True for a non-empty run of ASCII digits.
pub(super) fn all(text: &[u8]) -> bool {
    !text.is_empty() && text.iter().all(u8::is_ascii_digit)
}

/// Splits off the longest prefix whose bytes satisfy `test`.
pub(super) fn take(text: &[u8], test: impl Fn(u8) -> bool) -> (&[u8], &[u8]) {
    let end = text.iter().position(|byte| !test(*byte)).unwrap_or(text.len());
    text.split_at(end)
}

/// Orders by the first difference of two lists of numbers; a missing number counts as zero.
pub(super) fn compare_lists<'a>(a: impl Iterator<Item = &'a [u8]>, b: impl Iterator<Item = &'a [u8]>) -> Ordering {
    let (mut a, mut b) = (a, b);
    loop {
        match (a.next(), b.next()) {
            (None, None) => return Ordering::Equal,
            (left, right) => match compare(left.unwrap_or_default(), right.unwrap_or_default()) {
                Ordering::Equal => {}
                other => return other,
            },
        }
    }
}
