//! Upgrades of the whole distribution in a build step.

use super::context::commands;
use porthole_report::Severity;

use super::{Check, Context, Verdict};

pub(super) const CHECK: Check = Check {
    code: "distribution-upgrade",
    also_known_as: &["DKL-DI-0003"],
    title: "the distribution is not upgraded in a build step",
    severity: Severity::Low,
    why: "the old files stay in the base's layers beside the new ones, and the result changes from day to day",
    fix: "use a newer base image; upgrade single packages where a fix cannot wait",
    reference: "https://docs.docker.com/build/building/best-practices/#apt-get",
    run,
};

fn run(context: &Context<'_>) -> Verdict {
    let found = context.own_runs_with(|line| {
        commands(line).any(|command| {
            let words: Vec<&str> = command.split_whitespace().filter(|word| !word.starts_with('-')).collect();
            matches!(
                words.as_slice(),
                ["apt-get" | "apt" | "aptitude", "upgrade" | "dist-upgrade" | "full-upgrade" | "safe-upgrade", ..]
                    | ["apk", "upgrade"]
                    | ["yum" | "dnf" | "microdnf", "update" | "upgrade"]
                    | ["zypper", "up" | "update" | "dup"]
            )
        })
    });
    if found.is_empty() {
        return Verdict::pass("it is not");
    }
    let replaced: u64 = context
        .report
        .layers
        .iter()
        .filter(|layer| found.iter().any(|evidence| evidence.layer == Some(layer.index)))
        .map(|layer| layer.changed.bytes)
        .sum();
    Verdict::warn("a build step upgrades the whole distribution").with(found).saving(replaced)
}
