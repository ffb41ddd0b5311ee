//! The formats, grouped by what they open. A row in one of these tables adds a secret; `tests/secrets.rs` of the crate
//! demands a sample for every row.

use super::rule::Rule;

mod ai;
mod cloud;
mod code;
mod files;
mod keys;
mod messaging;
mod observing;
mod office;
mod payment;

/// Every rule. Where two matches overlap, the earlier group wins: the vague rules come last.
const GROUPS: &[&[Rule]] = &[
    keys::RULES,
    code::RULES,
    cloud::RULES,
    ai::RULES,
    payment::RULES,
    messaging::RULES,
    observing::RULES,
    office::RULES,
    files::RULES,
];

/// Number of rules.
pub(crate) const COUNT: usize = {
    let mut sum = 0;
    let mut group = 0;
    while group < GROUPS.len() {
        sum += GROUPS[group].len();
        group += 1;
    }
    sum
};

/// A rule by its number; numbers follow the groups.
pub(crate) const fn at(mut number: usize) -> &'static Rule {
    let mut group = 0;
    while number >= GROUPS[group].len() {
        number -= GROUPS[group].len();
        group += 1;
    }
    &GROUPS[group][number]
}

/// The number of a rule: its rank where matches overlap.
pub(crate) fn rank(id: &str) -> usize {
    (0..COUNT).find(|number| at(*number).id == id).unwrap_or(COUNT)
}
