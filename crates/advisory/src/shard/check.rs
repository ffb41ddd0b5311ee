//! The long way round a shard: every entry of every table is read once. For `porthole db verify` and for tests; matching does not need
//! it, because it checks what it touches.

use super::View;
use super::column::{Column, Spans, Strings};

/// What is wrong, if anything.
pub(super) fn fault(view: &View<'_>) -> Option<&'static str> {
    let sorted = |strings: &Strings<'_>| {
        let all = || (0..strings.len()).map(|i| strings.get(i));
        all().zip(all().skip(1)).all(|(a, b)| a < b)
    };
    let below = |column: &Column<'_>, len: usize| (0..column.len()).all(|i| column.index(i).is_some_and(|value| value < len));
    let readable = |strings: &Strings<'_>| (0..strings.len()).all(|i| strings.get(i).is_some());
    let covers = |spans: &Spans<'_>, len: usize| {
        let mut end = 0;
        let joined = (0..spans.len()).all(|i| match spans.get(i) {
            Some(span) if span.start == end => {
                end = span.end;
                true
            }
            _ => false,
        });
        joined && end == len
    };
    let texts = [&view.meta, &view.names, &view.versions, &view.templates, &view.vectors, &view.words];
    if !texts.into_iter().all(readable) {
        return Some("a text cannot be read");
    }
    if !sorted(&view.names) {
        return Some("the names are not in order");
    }
    let spans = [
        (&view.name_rows, view.row_advisory.len()),
        (&view.advisory_issues, view.links.len()),
        (&view.issue_aliases, view.aliases.len()),
    ];
    if !spans.into_iter().all(|(spans, len)| covers(spans, len)) {
        return Some("a table does not cover the one below it");
    }
    let indices = [
        (&view.row_advisory, view.advisories.len()),
        (&view.row_introduced, view.versions.len()),
        (&view.row_bound, view.versions.len()),
        (&view.links, view.issues.len()),
        (&view.advisory_word, view.words.len() + 1),
        (&view.advisory_kind, view.words.len() + 1),
        (&view.issue_vector, view.vectors.len() + 1),
    ];
    if !indices.into_iter().all(|(column, len)| below(column, len)) {
        return Some("a table points outside another one");
    }
    if (0..view.advisory_issues.len()).any(|i| view.advisory_issues.get(i).is_none_or(|span| span.is_empty())) {
        return Some("an advisory is about nothing");
    }
    let rated = (0..view.issue_epss.len()).any(|i| view.issue_epss.get(i) != Some(0));
    if rated && view.percentiles.len() != 256 {
        return Some("there are EPSS scores and no percentiles");
    }
    let issues = (0..view.issues.len()).all(|i| view.issue_id(i).is_some() && view.issue_alias_ids(i).is_some());
    let advisories = (0..view.advisories.len()).all(|i| view.advisory_id(i, "").is_some());
    if !issues || !advisories {
        return Some("an id cannot be written");
    }
    None
}
