//! Whether the base image is known, and pinned.

use porthole_report::Severity;

use super::{Check, Context, Verdict};

pub(super) const CHECK: Check = Check {
    code: "base-known",
    also_known_as: &["CIS 4.2", "CIS-DI-0002"],
    title: "the base image is named and pinned",
    severity: Severity::Low,
    why: "a base that moves is another base at the next build",
    fix: "FROM name:tag@sha256:…; most build tools then write the base labels",
    reference: "https://docs.docker.com/build/building/best-practices/#pin-base-image-versions",
    run,
};

fn run(context: &Context<'_>) -> Verdict {
    match &context.report.image.base {
        Some(base) if base.digest.is_some() => Verdict::pass(format!("{}, pinned by its digest", base.name)),
        Some(base) => Verdict::warn(format!("recognised as {}; no label says its digest", base.name))
            .with(base.evidence.iter().map(|text| context.of_base(text.clone())).collect()),
        None if context.report.image.distribution.is_none() => Verdict::pass("built from scratch"),
        None => Verdict::warn("the base image was not recognised"),
    }
}
