//! Secrets in files of any layer, deleted ones too.

use porthole_report::Evidence;
use porthole_report::Severity;

use super::verdict::counted;
use super::{Check, Context, Verdict};

pub(super) const CHECK: Check = Check {
    code: "secrets-in-files",
    also_known_as: &["CIS 4.10", "CIS-DI-0010"],
    title: "no layer holds secrets",
    severity: Severity::Critical,
    why: "a file that a later layer deletes can still be pulled out of its layer",
    fix: "rotate the secret; keep it out of the build context (.dockerignore), mount it instead",
    reference: "https://docs.docker.com/build/building/secrets/",
    run,
};

fn run(context: &Context<'_>) -> Verdict {
    let found: Vec<_> = context
        .report
        .secrets
        .iter()
        .filter(|secret| secret.place == "file" && secret.harmless.is_none() && secret.allowed_by.is_none())
        .map(|secret| {
            let state = if secret.visible { "" } else { ", deleted later and still shipped" };
            Evidence {
                path: Some(secret.path.clone()),
                layer: secret.layer,
                origin: secret.origin,
                text: format!("{}{state}", secret.title),
            }
        })
        .collect();
    if found.is_empty() {
        Verdict::pass("none was found")
    } else {
        Verdict::fail(counted(found.len() as u64, "secret in files")).with(found)
    }
}
