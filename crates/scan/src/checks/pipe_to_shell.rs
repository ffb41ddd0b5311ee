//! Scripts run straight from the network.

use porthole_report::Severity;

use super::verdict::counted;
use super::{Check, Context, Verdict};

pub(super) const CHECK: Check = Check {
    code: "pipe-to-shell",
    also_known_as: &[],
    title: "no script is run straight from the network",
    severity: Severity::High,
    why: "whoever controls the server or the name controls the image, and nobody can see afterwards what ran",
    fix: "download, verify a checksum or signature, then run",
    reference: "https://docs.docker.com/build/building/best-practices/",
    run,
};

fn run(context: &Context<'_>) -> Verdict {
    let found = context.own_runs_with(|line| {
        line.match_indices('|').any(|(at, _)| {
            let (before, after) = line.split_at(at);
            let source = before.rsplit(['&', ';', '\n']).next().unwrap_or_default();
            let fetches = ["curl ", "wget "].iter().any(|word| source.contains(word));
            let next = after.trim_start_matches(['|', ' ', '\t']).trim_start_matches("sudo ").trim_start_matches("-E ");
            let program =
                next.split([' ', ';', '&', '\n', ')']).next().unwrap_or_default().rsplit('/').next().unwrap_or_default();
            fetches && matches!(program, "sh" | "bash" | "ash" | "dash" | "zsh" | "python" | "python3" | "perl" | "node" | "ruby")
        }) || ["bash <(curl", "sh <(curl", "bash <(wget", "sh -c \"$(curl", "sh -c \"$(wget", "bash -c \"$(curl"]
            .iter()
            .any(|pattern| line.contains(pattern))
    });
    if found.is_empty() {
        Verdict::pass("none is")
    } else {
        Verdict::fail(format!("a script from the network is run in {}", counted(found.len() as u64, "step"))).with(found)
    }
}
