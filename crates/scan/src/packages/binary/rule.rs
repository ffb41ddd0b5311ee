//! What a rule is: file names, texts to look for, readings.

use super::hit::Hit;
use super::{go_rules, runtime_rules, server_rules, tool_rules};

/// One program, under the names that its files have.
pub(super) struct Rule {
    /// True for the file names of this program.
    pub(super) names: fn(&[u8]) -> bool,
    /// What to look for, best first: a file gives one package by its best probe.
    pub(super) probes: &'static [Probe],
    /// Of several hits of one probe the last counts, not the first.
    pub(super) last: bool,
}

/// One text and its reading.
pub(super) struct Probe {
    /// Package name.
    pub(super) product: &'static str,
    /// Text to look for.
    pub(super) keyword: &'static [u8],
    /// The version beside it.
    pub(super) read: fn(Hit<'_>) -> Option<String>,
}

/// A rule whose first hit counts.
pub(super) const fn rule(names: fn(&[u8]) -> bool, probes: &'static [Probe]) -> Rule {
    Rule { names, probes, last: false }
}

/// A probe.
pub(super) const fn probe(product: &'static str, keyword: &'static [u8], read: fn(Hit<'_>) -> Option<String>) -> Probe {
    Probe { product, keyword, read }
}

/// Every table of rules.
const ALL: &[&[Rule]] = &[go_rules::RULES, runtime_rules::RULES, server_rules::RULES, tool_rules::RULES];

/// The rules for a file's name.
pub(super) fn rules_for(name: &[u8]) -> impl Iterator<Item = &'static Rule> {
    ALL.iter().flat_map(|table| table.iter()).filter(move |rule| (rule.names)(name))
}

/// `python`, `python3`, `python3.11`: a word with nothing but digits and dots behind it.
pub(super) fn is_numbered(name: &[u8], word: &[u8]) -> bool {
    name.strip_prefix(word).is_some_and(|rest| rest.iter().all(|byte| byte.is_ascii_digit() || *byte == b'.'))
}

/// `libssl.so`, `libssl.so.3`, `libpython3.8.so.1.0`, `libQt5Core.so.5`: a library of this name.
pub(super) fn is_library(name: &[u8], stem: &[u8]) -> bool {
    name.strip_prefix(stem).is_some_and(|rest| {
        let digits = rest.iter().take_while(|byte| byte.is_ascii_digit() || **byte == b'.').count();
        let rest = &rest[digits - usize::from(digits > 0 && rest[digits - 1] == b'.')..];
        rest.starts_with(b".so") || rest.starts_with(b".dylib") || rest.starts_with(b".dll")
    })
}
