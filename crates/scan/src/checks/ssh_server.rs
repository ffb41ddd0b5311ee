//! A secure shell server: port 22, or the daemon in the image.

use porthole_report::Severity;

use super::{Check, Context, Verdict};

pub(super) const CHECK: Check = Check {
    code: "ssh-server",
    also_known_as: &["CIS 5.7", "AVD-DS-0004"],
    title: "no SSH server is offered",
    severity: Severity::Medium,
    why: "a container is entered through its runtime; a server in it is one more way in, with keys that everyone shares",
    fix: "remove openssh-server and EXPOSE 22; use docker exec or kubectl exec",
    reference: "https://www.cisecurity.org/benchmark/docker",
    run,
};

fn run(context: &Context<'_>) -> Verdict {
    let mut found = Vec::new();
    let exposed = context.report.image.config.exposed_ports.iter().find(|port| matches!(port.split('/').next(), Some("22")));
    found.extend(exposed.map(|port| context.configured_by("EXPOSE", "22", format!("exposes {port}"))));
    let daemon = ["usr/sbin/sshd", "usr/sbin/dropbear", "usr/bin/sshd"].into_iter().find_map(|path| context.file(path));
    found.extend(daemon.map(|(node, version)| context.evidence(node, version, "the server is installed")));
    match (exposed.is_some(), daemon.is_some()) {
        (true, _) => Verdict::fail("port 22 is exposed").with(found),
        (_, true) => Verdict::warn("an SSH server is installed").with(found),
        _ => Verdict::pass("no port 22, no server"),
    }
}
