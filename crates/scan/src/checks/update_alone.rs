//! Package lists refreshed in a step of their own.

use super::context::commands;
use porthole_report::Severity;

use super::{Check, Context, Verdict};

pub(super) const CHECK: Check = Check {
    code: "update-alone",
    also_known_as: &["CIS 4.7", "CIS-DI-0007", "AVD-DS-0017"],
    title: "package lists are refreshed where packages are installed",
    severity: Severity::Medium,
    why: "the step is cached: later installs use old lists, and miss security updates",
    fix: "put update and install into one RUN step",
    reference: "https://docs.docker.com/build/building/best-practices/#apt-get",
    run,
};

fn run(context: &Context<'_>) -> Verdict {
    let found = context.own_runs_with(|line| {
        let is = |command: &str, words: &[&str]| {
            let mut said = command.split_whitespace().filter(|word| !word.starts_with('-') && !word.contains('='));
            matches!(said.next(), Some("apt-get" | "apt" | "apk" | "yum" | "dnf" | "zypper"))
                && said.next().is_some_and(|word| words.contains(&word))
        };
        commands(line)
            .any(|command| is(command, &["update", "refresh"]) && !command.starts_with("yum") && !command.starts_with("dnf"))
            && !commands(line)
                .any(|command| is(command, &["install", "add", "upgrade", "dist-upgrade", "in", "build-dep", "full-upgrade"]))
    });
    if found.is_empty() {
        Verdict::pass("they are")
    } else {
        Verdict::fail("package lists are refreshed in a step of their own").with(found)
    }
}
