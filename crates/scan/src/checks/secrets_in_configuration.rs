//! Secrets in variables, build arguments, labels and commands.

use porthole_report::Evidence;
use porthole_report::Severity;

use super::verdict::counted;
use super::{Check, Context, Verdict};

pub(super) const CHECK: Check = Check {
    code: "secrets-in-configuration",
    also_known_as: &["CIS 4.10", "CIS-DI-0010", "AVD-DS-0031"],
    title: "the configuration and its history hold no secrets",
    severity: Severity::Critical,
    why: "whoever can pull the image can read them; deleting a variable later does not help",
    fix: "rotate the secret; pass it at run time, or at build time with RUN --mount=type=secret",
    reference: "https://docs.docker.com/build/building/secrets/",
    run,
};

fn run(context: &Context<'_>) -> Verdict {
    let found: Vec<_> = context
        .report
        .secrets
        .iter()
        .filter(|secret| secret.place != "file" && secret.harmless.is_none() && secret.allowed_by.is_none())
        .map(|secret| Evidence {
            path: None,
            layer: secret.layer,
            origin: secret.origin,
            text: format!("{} {}: {} {}", secret.place, secret.path, secret.title, secret.masked),
        })
        .collect();
    if found.is_empty() {
        Verdict::pass("no secret was found in them")
    } else {
        Verdict::fail(counted(found.len() as u64, "secret in the configuration")).with(found)
    }
}
