//! Lists put in order, by one sort for every type.
//!
//! The standard library's sort is compiled anew for every type of element and every comparison, some 6 kB of WebAssembly each:
//! the page has fifty of them. Here positions are sorted, by one sort that is compiled once; what is compiled for a type is its
//! comparison and its swap. Stable, as the standard one is. Not for the lists that a scan sorts by the million: there the
//! comparison should be inlined.
//! Proof: this file's tests, against the standard library.

use std::cmp::Ordering;

/// Sorts by the elements' own order.
pub fn sort<T: Ord>(list: &mut [T]) {
    sort_by(list, T::cmp);
}

/// Sorts by a key, which is asked for at every comparison.
pub fn sort_by_key<T, K: Ord>(list: &mut [T], mut key: impl FnMut(&T) -> K) {
    sort_by(list, |a, b| key(a).cmp(&key(b)));
}

/// Sorts by a comparison. Equal elements stay in the order in which they were.
pub fn sort_by<T>(list: &mut [T], mut compare: impl FnMut(&T, &T) -> Ordering) {
    let order = positions(list.len(), &mut |a, b| compare(&list[a], &list[b]));
    arrange(order, &mut |a, b| list.swap(a, b));
}

/// The positions 0 to `len`, in the order in which their elements shall stand.
#[inline(never)]
fn positions(len: usize, compare: &mut dyn FnMut(usize, usize) -> Ordering) -> Vec<usize> {
    let mut order: Vec<usize> = (0..len).collect();
    order.sort_by(|a, b| compare(*a, *b));
    order
}

/// Moves every element to its place, circle by circle.
#[inline(never)]
fn arrange(mut order: Vec<usize>, swap: &mut dyn FnMut(usize, usize)) {
    for start in 0..order.len() {
        let mut at = start;
        loop {
            // The element that belongs here; what stood here goes where it stood.
            let from = std::mem::replace(&mut order[at], at);
            if from == start {
                break;
            }
            swap(at, from);
            at = from;
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The oracle is the standard library's stable sort, over lists with many equal keys.
    #[test]
    fn the_order_is_the_standard_one() {
        let mut seed = 7_u64;
        for len in (0..70).chain([1000]) {
            let mut ours: Vec<(u64, usize)> = Vec::new();
            for at in 0..len {
                seed = seed.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1);
                ours.push(((seed >> 33) % 9, at));
            }
            let mut theirs = ours.clone();
            sort_by_key(&mut ours, |one| one.0);
            theirs.sort_by_key(|one| one.0);
            assert_eq!(ours, theirs);
            ours.reverse();
            sort(&mut ours);
            theirs.sort();
            assert_eq!(ours, theirs);
        }
    }

    #[test]
    fn what_cannot_be_copied_is_moved() {
        let mut names: Vec<String> = ["pear", "fig", "apple", "fig"].map(String::from).into();
        sort(&mut names);
        assert_eq!(names, ["apple", "fig", "fig", "pear"]);
    }
}
