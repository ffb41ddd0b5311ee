//! `ADD` where `COPY` would do. The base image's root file system and unpacked archives are what ADD is for.

use porthole_report::Origin;
use porthole_report::Severity;

use super::verdict::counted;
use super::{Check, Context, Verdict};

pub(super) const CHECK: Check = Check {
    code: "add-instead-of-copy",
    also_known_as: &["CIS 4.9", "CIS-DI-0009", "AVD-DS-0005"],
    title: "COPY is used instead of ADD",
    severity: Severity::Low,
    why: "ADD also unpacks archives and fetches URLs, unasked and unverified",
    fix: "use COPY for local files; fetch with a checksum (ADD --checksum) or in a RUN step that verifies",
    reference: "https://docs.docker.com/build/building/best-practices/#add-or-copy",
    run,
};

fn run(context: &Context<'_>) -> Verdict {
    let adds: Vec<_> = context.steps().into_iter().filter(|step| step.instruction == "ADD").collect();
    let found: Vec<_> = adds
        .iter()
        .filter(|step| step.origin != Origin::Base && !is_meant(step.command))
        .map(|step| context.step(step))
        .collect();
    match (adds.len(), found.len()) {
        (0, _) => Verdict::pass("ADD is not used"),
        (_, 0) => Verdict::pass("ADD is only used for archives or by the base image"),
        (_, n) => Verdict::warn(format!("ADD does what COPY does in {}", counted(n as u64, "step"))).with(found),
    }
}

/// A root file system (`ADD file:… in /`), an archive that is unpacked, a git repository, or a fetch with a checksum.
fn is_meant(command: &str) -> bool {
    let target = command.split_whitespace().last().unwrap_or_default();
    let source = command.split_whitespace().find(|word| !word.starts_with("--")).unwrap_or_default();
    let archive =
        [".tar", ".tar.gz", ".tgz", ".tar.xz", ".txz", ".tar.bz2", ".tar.zst"].iter().any(|ending| source.ends_with(ending));
    // The classic builder names its sources by digest only.
    let opaque = source.starts_with("file:") || source.starts_with("multi:") || source.starts_with("layer-");
    archive
        || (opaque && target == "/")
        || source.starts_with("layer-")
        || command.contains("--checksum=")
        || source.starts_with("git@")
        || source.ends_with(".git")
}
