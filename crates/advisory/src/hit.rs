//! One package against one shard: which rows of its name include the installed version.
//!
//! OSV schema, "affected[].ranges": a version is affected from `introduced` on, before `fixed`, up to `last_affected`.

use std::cmp::Ordering;
use std::collections::BTreeMap;

use crate::ecosystem::family;
use crate::shard::{View, row_flag};
use crate::version::Compared;

/// A row that includes the installed version.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Hit<'a> {
    /// Index of the advisory in the shard.
    pub(crate) advisory: usize,
    /// First fixed version.
    pub(crate) fixed: Option<&'a str>,
    /// The distribution will not fix it.
    pub(crate) wont_fix: bool,
    /// Why the match may be wrong.
    pub(crate) doubt: Option<Doubt>,
}

/// Why a match may be wrong.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Doubt {
    /// A bound or the installed version is no version of the ecosystem's scheme.
    NotAVersion,
    /// The row has no upper bound, and its source is known to lose them.
    NoUpperBound,
    /// The fix is in another module stream, perhaps.
    ModuleStream,
}

impl Doubt {
    pub(crate) const fn words(self) -> &'static str {
        match self {
            Self::NotAVersion => "a version does not follow the ecosystem's rules, so it was compared by its numbers",
            Self::NoUpperBound => "the advisory states no upper bound: it may have been fixed",
            Self::ModuleStream => "the fix may be in another module stream",
        }
    }
}

/// The rows of `name` that include `version`; `None` when the shard is damaged.
pub(crate) fn hits<'a>(view: &View<'a>, name: &str, version: &str) -> Option<Vec<Hit<'a>>> {
    let Some(at) = view.names.find(name) else {
        return Some(Vec::new());
    };
    let rows = view.name_rows.get(at)?;
    if rows.end > view.row_advisory.len() {
        return None;
    }
    let modular = matches!(family(view.key()), "AlmaLinux" | "Rocky Linux" | "Red Hat" | "Oracle Linux");
    let mut hits = Vec::new();
    let mut compared = BTreeMap::new();
    for row in rows {
        if let Some(hit) = row_hit(view, row, version, modular, &mut compared)? {
            hits.push(hit);
        }
    }
    Some(hits)
}

/// What is known of the installed version against a version of the table: many rows of a package share their bounds.
type Known = BTreeMap<usize, Compared>;

fn row_hit<'a>(view: &View<'a>, row: usize, version: &str, modular: bool, known: &mut Known) -> Option<Option<Hit<'a>>> {
    let flags = view.row_flags.get(row)?;
    let introduced = view.row_introduced.index(row)?;
    let advisory = view.row_advisory.index(row)?;
    let (mut exact, mut doubt) = (true, None);
    let mut compare = |at: usize| {
        let compared = match known.get(&at) {
            Some(compared) => *compared,
            None => {
                let compared = view.scheme.order(version, view.versions.get(at)?);
                known.insert(at, compared);
                compared
            }
        };
        exact &= compared.exact;
        Some(compared.ordering)
    };
    // Version 0 of the table is "0": from the beginning, under every scheme.
    if introduced > 0 && compare(introduced)? == Ordering::Less {
        return Some(None);
    }
    let mut fixed = None;
    if flags & row_flag::OPEN == 0 {
        let at = view.row_bound.index(row)?;
        let inclusive = flags & row_flag::INCLUSIVE != 0;
        match compare(at)? {
            Ordering::Greater => return Some(None),
            Ordering::Equal if !inclusive => return Some(None),
            _ => {}
        }
        let bound = view.versions.get(at)?;
        if modular {
            let (ours, theirs) = (version.contains(".module"), bound.contains(".module"));
            if ours != theirs {
                // A modular build and a plain one are different packages of one name.
                return Some(None);
            }
            if ours && stream(version) != stream(bound) {
                doubt = Some(Doubt::ModuleStream);
            }
        }
        fixed = (!inclusive).then_some(bound);
    }
    if flags & row_flag::UNSURE != 0 {
        doubt = Some(Doubt::NoUpperBound);
    }
    if !exact {
        doubt = Some(Doubt::NotAVersion);
    }
    Some(Some(Hit { advisory, fixed, wont_fix: flags & row_flag::WONT_FIX != 0, doubt }))
}

/// The first number after the epoch: what tells module streams apart, most of the time.
fn stream(version: &str) -> &str {
    let version = version.split_once(':').map_or(version, |(_, rest)| rest);
    version.split('.').next().unwrap_or_default()
}
