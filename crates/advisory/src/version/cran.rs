//! R's `package_version` (and Haskell's): numbers between dots and dashes, the longer list later.

use std::cmp::Ordering;

use super::digits;

pub(super) fn compare(a: &str, b: &str) -> Option<Ordering> {
    let valid = |text: &str| text.split(['.', '-']).all(|part| digits::all(part.as_bytes()));
    if !valid(a) || !valid(b) {
        return None;
    }
    let (mut a, mut b) = (a.split(['.', '-']), b.split(['.', '-']));
    loop {
        match (a.next(), b.next()) {
            (Some(x), Some(y)) => match digits::compare(x.as_bytes(), y.as_bytes()) {
                Ordering::Equal => {}
                other => return Some(other),
            },
            (x, y) => return Some(x.is_some().cmp(&y.is_some())),
        }
    }
}
