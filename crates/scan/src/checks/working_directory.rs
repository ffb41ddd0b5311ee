//! Where processes start.

use porthole_report::Severity;

use super::{Check, Context, Verdict};

pub(super) const CHECK: Check = Check {
    code: "working-directory",
    also_known_as: &["AVD-DS-0009", "AVD-DS-0030"],
    title: "the working directory is absolute and not the system's",
    severity: Severity::Low,
    why: "a relative path depends on the base image; a system folder invites writing into it",
    fix: "WORKDIR with an absolute path of the application",
    reference: "https://docs.docker.com/reference/dockerfile/#workdir",
    run,
};

fn run(context: &Context<'_>) -> Verdict {
    let folder = context.report.image.config.working_dir.as_str();
    let windows = context.report.image.platform.os == "windows";
    if folder.is_empty() || folder == "/" {
        return Verdict::pass("the root");
    }
    if !folder.starts_with('/') && !windows {
        return Verdict::fail(format!("{folder} is relative")).with(vec![context.configured_by(
            "WORKDIR",
            "",
            format!("WorkingDir is {folder}"),
        )]);
    }
    let system =
        ["/proc", "/sys", "/dev", "/boot", "/etc", "/bin", "/sbin", "/usr/bin", "/usr/sbin", "/lib", "/lib64", "/usr/lib"]
            .contains(&folder.trim_end_matches('/'));
    if system {
        Verdict::warn(format!("{folder} is a system folder")).with(vec![context.configured_by(
            "WORKDIR",
            "",
            format!("WorkingDir is {folder}"),
        )])
    } else {
        Verdict::pass(folder.to_owned())
    }
}
