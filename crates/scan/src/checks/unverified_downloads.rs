//! Downloads and packages whose origin is not verified.

use super::context::commands;
use porthole_report::Severity;

use super::verdict::counted;
use super::{Check, Context, Verdict};

pub(super) const CHECK: Check = Check {
    code: "unverified-downloads",
    also_known_as: &["CIS 4.11", "CIS-DI-0011"],
    title: "downloads and packages are verified",
    severity: Severity::High,
    why: "whoever sits on the way can put anything into the image",
    fix: "leave the option out; install the certificate or key that is missing",
    reference: "https://www.cisecurity.org/benchmark/docker",
    run,
};

fn run(context: &Context<'_>) -> Verdict {
    let found = context.own_runs_with(|line| OPTIONS.iter().any(|option| line.contains(option)) || insecure_curl(line));
    if found.is_empty() {
        Verdict::pass("no step switches verification off")
    } else {
        Verdict::fail(format!("verification is switched off in {}", counted(found.len() as u64, "step"))).with(found)
    }
}

const OPTIONS: &[&str] = &[
    "--allow-unauthenticated",
    "--force-yes",
    "--allow-untrusted",
    "--nogpgcheck",
    "--no-gpg-checks",
    "--no-gpg-check",
    "--no-check-certificate",
    "--trusted-host",
    "strict-ssl false",
    "strict-ssl=false",
    "NODE_TLS_REJECT_UNAUTHORIZED=0",
    "http.sslVerify false",
    "GIT_SSL_NO_VERIFY",
    "[trusted=yes]",
    "--allow-insecure-repositories",
    "AllowInsecureRepositories=true",
    "--insecure",
];

/// `curl -k`, also among other short options.
fn insecure_curl(line: &str) -> bool {
    commands(line).any(|command| {
        let mut words = command.split_whitespace();
        words.next() == Some("curl")
            && words.any(|word| word.starts_with('-') && !word.starts_with("--") && word.contains('k') && word.len() <= 6)
    })
}
