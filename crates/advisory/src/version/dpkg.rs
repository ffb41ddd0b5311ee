//! Debian versions. Follows Debian policy 5.6.12 and dpkg's `lib/dpkg/version.c`: epoch, upstream version, revision.

use std::cmp::Ordering;

use super::digits;

pub(super) fn compare(a: &str, b: &str) -> Ordering {
    let (a, b) = (Parts::of(a), Parts::of(b));
    digits::compare(a.epoch, b.epoch).then_with(|| part(a.upstream, b.upstream)).then_with(|| part(a.revision, b.revision))
}

pub(super) fn is_valid(text: &str) -> bool {
    let parts = Parts::of(text);
    let allowed = |byte: &u8| byte.is_ascii_alphanumeric() || b".-+~:_".contains(byte);
    parts.upstream.first().is_some_and(u8::is_ascii_digit)
        && parts.upstream.iter().all(allowed)
        && parts.revision.iter().all(|byte| allowed(byte) && *byte != b':')
}

struct Parts<'a> {
    epoch: &'a [u8],
    upstream: &'a [u8],
    revision: &'a [u8],
}

impl<'a> Parts<'a> {
    fn of(text: &'a str) -> Self {
        let text = text.trim();
        let (epoch, rest) = match text.split_once(':') {
            Some((epoch, rest)) if digits::all(epoch.as_bytes()) => (epoch, rest),
            _ => ("", text),
        };
        let (upstream, revision) = rest.rsplit_once('-').unwrap_or((rest, ""));
        Self { epoch: epoch.as_bytes(), upstream: upstream.as_bytes(), revision: revision.as_bytes() }
    }
}

/// One part: stretches of non-digits and digits in turn; `~` before the end, letters before other signs.
fn part(mut a: &[u8], mut b: &[u8]) -> Ordering {
    while !a.is_empty() || !b.is_empty() {
        loop {
            let (left, right) = (sign(a), sign(b));
            if left == 0 && right == 0 {
                // Both stand at a digit or at the end.
                break;
            }
            if left != right {
                return left.cmp(&right);
            }
            (a, b) = (a.get(1..).unwrap_or_default(), b.get(1..).unwrap_or_default());
        }
        let (x, rest_a) = digits::take(a, |byte| byte.is_ascii_digit());
        let (y, rest_b) = digits::take(b, |byte| byte.is_ascii_digit());
        match digits::compare(x, y) {
            Ordering::Equal => (a, b) = (rest_a, rest_b),
            other => return other,
        }
    }
    Ordering::Equal
}

/// Weight of the first byte: digits and the end are zero.
fn sign(text: &[u8]) -> i32 {
    match text.first() {
        None => 0,
        Some(byte) if byte.is_ascii_digit() => 0,
        Some(b'~') => -1,
        Some(byte) if byte.is_ascii_alphabetic() => i32::from(*byte),
        Some(byte) => i32::from(*byte) + 256,
    }
}
