//! Files and creation times that lie in the future.

use porthole_report::Severity;

use super::verdict::counted;
use super::{Check, Context, Verdict};

pub(super) const CHECK: Check = Check {
    code: "future-timestamps",
    also_known_as: &[],
    title: "no time lies in the future",
    severity: Severity::Low,
    why: "builds and caches that compare times go wrong, and a wrong clock may have signed the image",
    fix: "set the builder's clock; build reproducibly with SOURCE_DATE_EPOCH",
    reference: "https://reproducible-builds.org/docs/source-date-epoch/",
    run,
};

fn run(context: &Context<'_>) -> Verdict {
    let Some(now) = context.now else {
        return Verdict::not_applicable("the present is not known");
    };
    let limit = now.saturating_add(86_400);
    let mut found: Vec<_> = context
        .view
        .versions()
        .filter(|(_, version)| !version.implied && version.mtime > limit)
        .map(|(_, version)| context.evidence(version.node, version, format!("modified {}", crate::time::rfc3339(version.mtime))))
        .collect();
    let image = &context.report.image;
    let stated = image.created.iter().chain(image.history.iter().filter_map(|entry| entry.created.as_ref()));
    let mut ahead: Vec<&String> =
        stated.filter(|text| crate::time::parse_rfc3339(text).is_some_and(|time| time > limit)).collect();
    ahead.dedup();
    found.extend(ahead.into_iter().map(|text| context.configured(format!("created {text}"))));
    if found.is_empty() {
        Verdict::pass("none does")
    } else {
        Verdict::warn(counted(found.len() as u64, "time in the future")).with(found)
    }
}
