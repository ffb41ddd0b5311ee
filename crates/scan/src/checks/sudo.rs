//! `sudo` in build steps, and the program in the image.

use super::context::commands;
use porthole_report::Severity;

use super::{Check, Context, Verdict};

pub(super) const CHECK: Check = Check {
    code: "sudo",
    also_known_as: &["DKL-DI-0001", "AVD-DS-0010"],
    title: "sudo is not used",
    severity: Severity::Medium,
    why: "build steps are root already; in a running container sudo is a way back to root",
    fix: "leave sudo out and set USER; gosu or setpriv drop rights where that is needed",
    reference: "https://docs.docker.com/build/building/best-practices/#user",
    run,
};

fn run(context: &Context<'_>) -> Verdict {
    let mut found = context.own_runs_with(|line| commands(line).any(|command| command.starts_with("sudo ")));
    for path in ["usr/bin/sudo", "bin/sudo", "usr/bin/doas"] {
        if let Some((node, version)) = context.file(path) {
            found.push(context.evidence(node, version, "the program is in the image"));
        }
    }
    if found.is_empty() {
        Verdict::pass("neither used nor installed")
    } else {
        Verdict::warn("sudo is used or installed").with(found)
    }
}
