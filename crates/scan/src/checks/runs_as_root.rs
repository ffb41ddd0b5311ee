//! Whose processes run: names, numbers and both with a group, looked up in the image's own passwd.

use porthole_report::Severity;

use super::{Check, Context, Verdict};

pub(super) const CHECK: Check = Check {
    code: "runs-as-root",
    also_known_as: &["CIS 4.1", "CIS-DI-0001", "AVD-DS-0002"],
    title: "the image does not run as root",
    severity: Severity::High,
    why: "a process that breaks out of its container as root is root on the host, unless user namespaces are set up",
    fix: "create a user and put USER with its number last in the Dockerfile",
    reference: "https://docs.docker.com/build/building/best-practices/#user",
    run,
};

fn run(context: &Context<'_>) -> Verdict {
    let user = context.report.image.config.user.trim();
    let name = user.split(':').next().unwrap_or_default();
    if name.is_empty() {
        return Verdict::fail("no user is set: processes run as root").with(vec![context.configured("User is empty")]);
    }
    let looked_up = context
        .table("etc/passwd")
        .into_iter()
        .flatten()
        .find(|row| row.first() == Some(&name))
        .and_then(|row| row.get(2).and_then(|uid| uid.trim().parse::<u64>().ok()));
    match name.parse::<u64>().ok().or(looked_up) {
        Some(0) => Verdict::fail(format!("user {user} is root (uid 0)")).with(vec![context.configured_by(
            "USER",
            "",
            format!("User is {user}"),
        )]),
        Some(uid) => Verdict::pass(format!("runs as {user} (uid {uid})")),
        None if name == "root" => {
            Verdict::fail("user is root").with(vec![context.configured_by("USER", "", format!("User is {user}"))])
        }
        None => Verdict::pass(format!("runs as {user}; the image has no passwd entry that says which number that is")),
    }
}
