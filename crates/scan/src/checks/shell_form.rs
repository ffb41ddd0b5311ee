//! A shell between the runtime and the application.

use porthole_report::Severity;

use super::{Check, Context, Verdict};

pub(super) const CHECK: Check = Check {
    code: "shell-form",
    also_known_as: &[],
    title: "the application gets signals",
    severity: Severity::Low,
    why: "a shell as process 1 does not pass on SIGTERM: stopping takes ten seconds and loses work",
    fix: "write ENTRYPOINT and CMD as JSON arrays, or put exec before the command",
    reference: "https://docs.docker.com/reference/dockerfile/#shell-form-entrypoint-example",
    run,
};

fn run(context: &Context<'_>) -> Verdict {
    let config = &context.report.image.config;
    let words: Vec<&str> = config.entrypoint.iter().chain(&config.cmd).map(String::as_str).collect();
    match words.as_slice() {
        ["/bin/sh" | "/bin/bash" | "sh" | "bash", "-c", command, ..]
            if !command.trim_start().starts_with("exec ") && !command.is_empty() =>
        {
            Verdict::warn("the application is started by a shell").with(vec![context.configured_by(
                if config.entrypoint.is_empty() { "CMD" } else { "ENTRYPOINT" },
                "",
                words.join(" "),
            )])
        }
        [] => Verdict::not_applicable("neither entrypoint nor command is set"),
        _ => Verdict::pass("it is started without a shell in between"),
    }
}
