//! A user name that the image's passwd lacks: the container does not start.

use porthole_report::Severity;

use super::{Check, Context, Verdict};

pub(super) const CHECK: Check = Check {
    code: "unknown-user",
    also_known_as: &["CIS 4.1"],
    title: "the configured user exists",
    severity: Severity::High,
    why: "a runtime refuses to start a container whose user it cannot find",
    fix: "create the user in the Dockerfile, or give its number",
    reference: "https://github.com/opencontainers/image-spec/blob/main/config.md",
    run,
};

fn run(context: &Context<'_>) -> Verdict {
    let user = context.report.image.config.user.trim();
    let (name, group) = user.split_once(':').unwrap_or((user, ""));
    if name.is_empty() {
        return Verdict::not_applicable("no user is set");
    }
    let missing = |file: &str, name: &str| {
        !name.is_empty()
            && name.parse::<u64>().is_err()
            && name != "root"
            && !context.table(file).is_some_and(|table| table.iter().any(|row| row.first() == Some(&name)))
    };
    match (missing("etc/passwd", name), missing("etc/group", group)) {
        (true, _) => Verdict::fail(format!("user {name} is not in /etc/passwd")).with(vec![context.configured_by(
            "USER",
            "",
            format!("User is {user}"),
        )]),
        (_, true) => Verdict::fail(format!("group {group} is not in /etc/group")).with(vec![context.configured_by(
            "USER",
            "",
            format!("User is {user}"),
        )]),
        _ => Verdict::pass(format!("{user} can be resolved")),
    }
}
