//! Packages that came along unasked.

use super::context::commands;
use porthole_report::Severity;

use super::verdict::counted;
use super::{Check, Context, Verdict};

pub(super) const CHECK: Check = Check {
    code: "recommended-packages",
    also_known_as: &["AVD-DS-0029"],
    title: "only what is needed is installed",
    severity: Severity::Low,
    why: "recommended packages are weight and attack surface",
    fix: "apt-get install --no-install-recommends; dnf --setopt=install_weak_deps=False",
    reference: "https://docs.docker.com/build/building/best-practices/#apt-get",
    run,
};

fn run(context: &Context<'_>) -> Verdict {
    let found = context.own_runs_with(|line| {
        commands(line).any(|command| {
            (command.starts_with("apt-get ") || command.starts_with("apt "))
                && command.contains(" install ")
                && !command.contains("--no-install-recommends")
                && !command.contains("Install-Recommends=")
        })
    });
    if found.is_empty() {
        Verdict::pass("no step installs recommended packages")
    } else {
        Verdict::warn(format!("recommended packages are installed in {}", counted(found.len() as u64, "step"))).with(found)
    }
}
