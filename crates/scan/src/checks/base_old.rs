//! How long ago the base image was filled.

use porthole_report::Severity;

use super::{Check, Context, Verdict, counted};

pub(super) const CHECK: Check = Check {
    code: "base-old",
    also_known_as: &["CIS 4.4", "CIS-DI-0004"],
    title: "the base image is fresh",
    severity: Severity::Medium,
    why: "security updates since then are missing",
    fix: "rebuild on the current base image, regularly: docker build --pull",
    reference: "https://docs.docker.com/build/building/best-practices/#rebuild-your-images-often",
    run,
};

fn run(context: &Context<'_>) -> Verdict {
    let Some(now) = context.now else {
        return Verdict::not_applicable("the present is not known");
    };
    let Some((newest, said)) = context
        .report
        .image
        .base
        .as_ref()
        .and_then(|base| base.newest_content.as_ref())
        .and_then(|text| Some((crate::time::parse_rfc3339(text)?, text)))
    else {
        return Verdict::not_applicable("no base image was recognised");
    };
    let days = now.saturating_sub(newest) / 86_400;
    let found = vec![context.of_base(format!("the newest file of the base image is of {said}"))];
    match days {
        ..=180 => Verdict::pass(age(days.max(0))),
        181..=365 => Verdict::warn(age(days)).with(found),
        _ => Verdict::fail(age(days)).with(found),
    }
}

fn age(days: i64) -> String {
    format!("its newest content is {} old", counted(days.unsigned_abs(), "day"))
}
