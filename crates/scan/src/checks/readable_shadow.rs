//! Password hashes that everyone may read.

use porthole_report::Severity;

use super::verdict::counted;
use super::{Check, Context, Verdict};

pub(super) const CHECK: Check = Check {
    code: "readable-shadow",
    also_known_as: &[],
    title: "password hashes are readable by root only",
    severity: Severity::High,
    why: "hashes can be cracked offline by any process in the container",
    fix: "chmod 640 /etc/shadow; chown root:shadow /etc/shadow",
    reference: "https://man7.org/linux/man-pages/man5/shadow.5.html",
    run,
};

fn run(context: &Context<'_>) -> Verdict {
    let found: Vec<_> = ["etc/shadow", "etc/gshadow", "etc/master.passwd", "etc/shadow-", "etc/gshadow-"]
        .into_iter()
        .filter_map(|path| context.file(path))
        .filter(|(_, version)| version.mode & 0o004 != 0)
        .map(|(node, version)| context.evidence(node, version, format!("mode {:04o}", version.mode)))
        .collect();
    if found.is_empty() {
        Verdict::pass("they are, or there are none")
    } else {
        Verdict::fail(counted(found.len() as u64, "file readable by everyone")).with(found)
    }
}
