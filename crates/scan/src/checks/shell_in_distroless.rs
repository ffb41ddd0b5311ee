//! A shell in an image that is otherwise distroless.

use porthole_report::Origin;
use porthole_report::Severity;

use super::{Check, Context, Verdict};

pub(super) const CHECK: Check = Check {
    code: "shell-in-distroless",
    also_known_as: &[],
    title: "a distroless image holds no shell",
    severity: Severity::Medium,
    why: "the point of a distroless image is that nothing can be started in it but the application",
    fix: "remove the shell, or copy only the program and its libraries",
    reference: "https://github.com/GoogleContainerTools/distroless",
    run,
};

fn run(context: &Context<'_>) -> Verdict {
    let flavour = context.report.image.distribution.as_ref().and_then(|distribution| distribution.flavour.as_deref());
    let shells: Vec<_> = SHELLS
        .iter()
        .filter_map(|path| context.file(path))
        .map(|(node, version)| context.evidence(node, version, "a shell"))
        .collect();
    // A shell that came with the base says that the base is not distroless: the flavour is judged without the own layers.
    let own_only = shells.iter().all(|evidence| evidence.origin == Origin::Own);
    let no_manager = ["usr/bin/dpkg", "sbin/apk", "usr/bin/rpm", "usr/sbin/apk", "usr/bin/apt"]
        .iter()
        .all(|path| context.file(path).is_none());
    let recorded = context.report.packages.iter().any(|package| package.path.contains("status.d"));
    let distroless = flavour == Some("distroless") || recorded && no_manager;
    match (distroless, shells.is_empty()) {
        (false, _) => Verdict::not_applicable("the image is not distroless"),
        (true, true) => Verdict::pass("it holds none"),
        _ if own_only => Verdict::fail("a shell was added to a distroless image").with(shells),
        _ => Verdict::warn("a distroless image with a shell").with(shells),
    }
}

/// Shells and programs that hold one.
const SHELLS: &[&str] = &[
    "bin/sh",
    "bin/bash",
    "bin/ash",
    "bin/dash",
    "bin/zsh",
    "bin/busybox",
    "usr/bin/bash",
    "usr/bin/dash",
    "usr/bin/zsh",
    "usr/bin/fish",
    "busybox/sh",
    "busybox/busybox",
    "usr/bin/pwsh",
    "bin/toybox",
];
