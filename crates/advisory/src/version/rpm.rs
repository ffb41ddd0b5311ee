//! RPM versions. Follows rpm's `rpmio/rpmvercmp.c` and `rpmverCmp`: epoch, version, release; `~` sorts before the end, `^` after it.

use std::cmp::Ordering;

use super::digits;

pub(super) fn compare(a: &str, b: &str) -> Ordering {
    let (a, b) = (Parts::of(a), Parts::of(b));
    digits::compare(a.epoch.as_bytes(), b.epoch.as_bytes())
        .then_with(|| segments(a.version.as_bytes(), b.version.as_bytes()))
        .then_with(|| match (a.release, b.release) {
            (None, None) => Ordering::Equal,
            (a, b) => segments(a.unwrap_or_default().as_bytes(), b.unwrap_or_default().as_bytes()),
        })
}

pub(super) fn is_valid(text: &str) -> bool {
    let parts = Parts::of(text);
    let allowed = |byte: u8| byte.is_ascii_alphanumeric() || b"._+%{}~^".contains(&byte);
    !parts.version.is_empty()
        && parts.version.bytes().all(allowed)
        && parts.release.is_none_or(|release| !release.is_empty() && release.bytes().all(allowed))
}

/// `[epoch:]version[-release]`.
pub(super) struct Parts<'a> {
    epoch: &'a str,
    version: &'a str,
    release: Option<&'a str>,
}

impl<'a> Parts<'a> {
    fn of(text: &'a str) -> Self {
        let (epoch, rest) = match text.split_once(':') {
            Some((epoch, rest)) if epoch.bytes().all(|byte| byte.is_ascii_digit()) => (epoch, rest),
            _ => ("", text),
        };
        match rest.rsplit_once('-') {
            Some((version, release)) => Self { epoch, version, release: Some(release) },
            None => Self { epoch, version: rest, release: None },
        }
    }
}

fn segments(mut a: &[u8], mut b: &[u8]) -> Ordering {
    if a == b {
        return Ordering::Equal;
    }
    let separator = |byte: u8| !byte.is_ascii_alphanumeric() && byte != b'~' && byte != b'^';
    while !a.is_empty() || !b.is_empty() {
        a = digits::take(a, separator).1;
        b = digits::take(b, separator).1;
        match (a.first() == Some(&b'~'), b.first() == Some(&b'~')) {
            (true, true) => {
                (a, b) = (a.get(1..).unwrap_or_default(), b.get(1..).unwrap_or_default());
                continue;
            }
            (true, false) => return Ordering::Less,
            (false, true) => return Ordering::Greater,
            (false, false) => {}
        }
        match (a.first() == Some(&b'^'), b.first() == Some(&b'^')) {
            (true, true) => {
                (a, b) = (a.get(1..).unwrap_or_default(), b.get(1..).unwrap_or_default());
                continue;
            }
            // A caret beats the end and loses to anything else.
            (true, false) => {
                return if b.is_empty() { Ordering::Greater } else { Ordering::Less };
            }
            (false, true) => {
                return if a.is_empty() { Ordering::Less } else { Ordering::Greater };
            }
            (false, false) => {}
        }
        let Some(first) = a.first() else { break };
        if b.is_empty() {
            break;
        }
        let ordering = if first.is_ascii_digit() {
            let (x, rest_a) = digits::take(a, |byte| byte.is_ascii_digit());
            let (y, rest_b) = digits::take(b, |byte| byte.is_ascii_digit());
            (a, b) = (rest_a, rest_b);
            if y.is_empty() { Ordering::Greater } else { digits::compare(x, y) }
        } else {
            let (x, rest_a) = digits::take(a, |byte| byte.is_ascii_alphabetic());
            let (y, rest_b) = digits::take(b, |byte| byte.is_ascii_alphabetic());
            (a, b) = (rest_a, rest_b);
            // A number is newer than letters.
            if y.is_empty() { Ordering::Less } else { x.cmp(y) }
        };
        if ordering != Ordering::Equal {
            return ordering;
        }
    }
    // Whichever has something left is newer.
    (!a.is_empty()).cmp(&!b.is_empty())
}
