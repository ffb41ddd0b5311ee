//! Ranges and version lists of an affected entry, brought to rows: from a version, up to a bound.
//!
//! OSV schema, "affected[].ranges[].events": events are sorted by version, then swept; Git ranges are left out; a version list counts
//! only where there is no range.

use std::cmp::Ordering;

use super::osv::{Affected, Range};
use crate::shard::row_flag;
use crate::version::Scheme;

/// One half-open or closed interval of versions; `introduced` is empty for "from the beginning".
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub(super) struct Row {
    pub(super) introduced: String,
    pub(super) bound: String,
    pub(super) flags: u64,
}

/// The rows of one affected entry.
pub(super) fn rows(affected: &Affected, scheme: Scheme, unsure_when_open: bool) -> Vec<Row> {
    let ranges: Vec<_> = affected.ranges.iter().filter(|range| range.kind != "GIT").collect();
    let wont_fix = if affected.wont_fix() { row_flag::WONT_FIX } else { 0 };
    let mut rows = Vec::new();
    for range in &ranges {
        sweep(range, scheme, &mut rows);
    }
    if ranges.is_empty() {
        let exact = |version: &String| Row { introduced: from(version), bound: version.clone(), flags: row_flag::INCLUSIVE };
        rows.extend(affected.versions.iter().map(exact));
    }
    for row in &mut rows {
        if row.flags & row_flag::OPEN != 0 {
            row.flags |= wont_fix | if unsure_when_open { row_flag::UNSURE } else { 0 };
        }
    }
    rows.sort();
    rows.dedup();
    rows
}

/// Spellings of "from the beginning": the schema's own, and the RustSec exporter's.
fn from(version: &str) -> String {
    if matches!(version, "0" | "0.0.0-0") { String::new() } else { version.to_owned() }
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Kind {
    Fixed,
    Introduced,
    LastAffected,
}

fn sweep(range: &Range, scheme: Scheme, rows: &mut Vec<Row>) {
    let mut events: Vec<(String, Kind)> = Vec::new();
    for event in &range.events {
        let all =
            [(&event.introduced, Kind::Introduced), (&event.fixed, Kind::Fixed), (&event.last_affected, Kind::LastAffected)];
        for (version, kind) in all {
            let Some(version) = version.as_deref().map(str::trim).filter(|version| !version.is_empty()) else {
                continue;
            };
            events.push((if kind == Kind::Introduced { from(version) } else { version.to_owned() }, kind));
        }
    }
    let order = |a: &str, b: &str| match (a.is_empty(), b.is_empty()) {
        (true, true) => Ordering::Equal,
        (true, false) => Ordering::Less,
        (false, true) => Ordering::Greater,
        (false, false) => scheme.order(a, b).ordering,
    };
    // Stable: events of one version keep the order in which the record states them.
    events.sort_by(|(a, _), (b, _)| order(a, b));
    let mut open: Option<String> = None;
    for (version, kind) in events {
        match kind {
            Kind::Introduced => {
                open.get_or_insert(version);
            }
            Kind::Fixed | Kind::LastAffected => {
                if let Some(introduced) = open.take() {
                    let flags = if kind == Kind::LastAffected { row_flag::INCLUSIVE } else { 0 };
                    rows.push(Row { introduced, bound: version, flags });
                }
            }
        }
    }
    rows.extend(open.map(|introduced| Row { introduced, bound: String::new(), flags: row_flag::OPEN }));
}
