//! Package managers in the final image.

use porthole_report::Origin;
use porthole_report::Severity;

use super::{Check, Context, Verdict};

pub(super) const CHECK: Check = Check {
    code: "package-managers",
    also_known_as: &["CIS 4.3"],
    title: "no package manager is left in the image",
    severity: Severity::Low,
    why: "they install whatever an attacker wants, and need the network and root rights that a service should not have",
    fix: "copy the application into a distroless or scratch image",
    reference: "https://docs.docker.com/build/building/best-practices/",
    run,
};

fn run(context: &Context<'_>) -> Verdict {
    let found: Vec<_> = PROGRAMS
        .iter()
        .filter_map(|path| context.file(path))
        .map(|(node, version)| {
            let owner = context
                .inventory
                .owner(node)
                .map(|package| format!("of package {}", package.name))
                .unwrap_or_else(|| "of no package".into());
            context.evidence(node, version, owner)
        })
        .collect();
    let own = found.iter().filter(|evidence| evidence.origin != Origin::Base).count();
    match (found.len(), own) {
        (0, _) => Verdict::pass("there is none"),
        (n, 0) => Verdict::pass(format!("{n} from the base image, none added")).with(found),
        (_, own) => Verdict::warn(format!("{own} added")).with(found),
    }
}

/// Programs that fetch and install.
const PROGRAMS: &[&str] = &[
    "usr/bin/apt",
    "usr/bin/apt-get",
    "usr/bin/aptitude",
    "sbin/apk",
    "usr/sbin/apk",
    "usr/bin/yum",
    "usr/bin/dnf",
    "usr/bin/microdnf",
    "usr/bin/zypper",
    "usr/bin/pacman",
    "usr/bin/pip",
    "usr/bin/pip3",
    "usr/local/bin/pip",
    "usr/local/bin/pip3",
    "usr/bin/npm",
    "usr/local/bin/npm",
    "usr/local/bin/yarn",
    "usr/bin/gem",
    "usr/local/bin/gem",
    "usr/local/bin/composer",
    "usr/bin/composer",
    "usr/local/cargo/bin/cargo",
    "usr/bin/conda",
    "opt/conda/bin/conda",
];
