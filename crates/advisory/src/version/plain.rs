//! The order of last resort: runs of digits by value, everything else by byte, the longer text later.

use std::cmp::Ordering;

use super::digits;

pub(super) fn compare(a: &str, b: &str) -> Ordering {
    let (mut a, mut b) = (a.as_bytes(), b.as_bytes());
    loop {
        let (left, right) = match (a.first(), b.first()) {
            (Some(left), Some(right)) => (*left, *right),
            (left, right) => return left.is_some().cmp(&right.is_some()),
        };
        if left.is_ascii_digit() && right.is_ascii_digit() {
            let (x, rest_a) = digits::take(a, |byte| byte.is_ascii_digit());
            let (y, rest_b) = digits::take(b, |byte| byte.is_ascii_digit());
            match digits::compare(x, y) {
                Ordering::Equal => (a, b) = (rest_a, rest_b),
                other => return other,
            }
        } else if left == right {
            (a, b) = (a.get(1..).unwrap_or_default(), b.get(1..).unwrap_or_default());
        } else {
            return left.cmp(&right);
        }
    }
}
