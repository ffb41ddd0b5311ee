//! How much the base image brings.

use porthole_report::Severity;

use super::{Check, Context, Verdict, counted};

pub(super) const CHECK: Check = Check {
    code: "base-minimal",
    also_known_as: &["CIS 4.3", "CIS-DI-0003"],
    title: "the base image is minimal",
    severity: Severity::Low,
    why: "every program that is not needed can be used by an attacker and has to be patched",
    fix: "use the slim, distroless or scratch variant of the base image",
    reference: "https://docs.docker.com/build/building/best-practices/#choose-the-right-base-image",
    run,
};

fn run(context: &Context<'_>) -> Verdict {
    let image = &context.report.image;
    let Some(distribution) = &image.distribution else {
        return Verdict::pass("no distribution at all: built from scratch");
    };
    let name = if distribution.pretty_name.is_empty() { &distribution.id } else { &distribution.pretty_name };
    match distribution.flavour.as_deref() {
        Some("full") => {
            let packages = context
                .report
                .packages
                .iter()
                .filter(|package| package.origin == porthole_report::Origin::Base && package.visible)
                .count();
            Verdict::warn(format!("{name} in its full variant, {}", counted(packages as u64, "package")))
                .with(vec![context.of_base(format!("read from {}", distribution.path))])
        }
        Some(flavour) => Verdict::pass(format!("{name}, {flavour}")),
        None => Verdict::pass(name.clone()),
    }
}
