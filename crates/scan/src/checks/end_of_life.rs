//! A distribution that gets no more security updates.

use porthole_report::Severity;

use super::{Check, Context, Verdict};

pub(super) const CHECK: Check = Check {
    code: "end-of-life",
    also_known_as: &["CIS 4.4"],
    title: "the distribution is supported",
    severity: Severity::Critical,
    why: "holes that are found from now on stay open",
    fix: "move to a supported release",
    reference: "https://endoflife.date",
    run,
};

fn run(context: &Context<'_>) -> Verdict {
    let Some(distribution) = &context.report.image.distribution else {
        return Verdict::not_applicable("no distribution was recognised");
    };
    let Some(end) = &distribution.end_of_life else {
        return Verdict::not_applicable("the end of support of this release is not known");
    };
    let over = distribution.end_of_life_reached
        || context.now.zip(crate::time::parse_rfc3339(&format!("{end}T23:59:59Z"))).is_some_and(|(now, end)| now > end);
    let soon = context
        .now
        .zip(crate::time::parse_rfc3339(&format!("{end}T23:59:59Z")))
        .is_some_and(|(now, end)| end - now < 90 * 86_400);
    let found = vec![context.of_base(format!("{} is supported until {end}", distribution.pretty_name))];
    match (over, soon, context.now) {
        (true, ..) => Verdict::fail(format!("support ended on {end}")).with(found),
        (_, true, _) => Verdict::warn(format!("support ends on {end}")).with(found),
        (.., None) => Verdict::not_applicable("the present is not known").with(found),
        _ => Verdict::pass(format!("supported until {end}")),
    }
}
