//! The instruction that labels have replaced.

use porthole_report::Origin;
use porthole_report::Severity;

use super::{Check, Context, Verdict};

pub(super) const CHECK: Check = Check {
    code: "maintainer",
    also_known_as: &["AVD-DS-0022"],
    title: "MAINTAINER is not used",
    severity: Severity::Low,
    why: "the instruction is deprecated, and tools do not read it",
    fix: "use the label org.opencontainers.image.authors",
    reference: "https://docs.docker.com/reference/dockerfile/#maintainer-deprecated",
    run,
};

fn run(context: &Context<'_>) -> Verdict {
    let found: Vec<_> = context
        .steps()
        .iter()
        .filter(|step| step.instruction == "MAINTAINER" && step.origin != Origin::Base)
        .map(|step| context.step(step))
        .collect();
    if found.is_empty() { Verdict::pass("it is not") } else { Verdict::warn("it is").with(found) }
}
