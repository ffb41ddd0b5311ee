//! Accounts that need no password, in shadow(5), passwd(5) and BSD's master.passwd.

use porthole_report::Severity;

use super::verdict::counted;
use super::{Check, Context, Verdict};

pub(super) const CHECK: Check = Check {
    code: "empty-password",
    also_known_as: &["DKL-LI-0001"],
    title: "no account is without a password",
    severity: Severity::Critical,
    why: "anyone who reaches a login prompt or su is that user",
    fix: "lock the account: passwd -l NAME",
    reference: "https://man7.org/linux/man-pages/man5/shadow.5.html",
    run,
};

fn run(context: &Context<'_>) -> Verdict {
    let mut found = Vec::new();
    let mut seen = false;
    for file in ["etc/shadow", "etc/passwd", "etc/master.passwd"] {
        let Some(table) = context.table(file) else { continue };
        seen = true;
        for row in table.iter().filter(|row| row.len() >= 2 && row.get(1) == Some(&"")) {
            let name = row.first().copied().unwrap_or_default();
            if let Some((node, version)) = context.file(file) {
                found.push(context.evidence(node, version, format!("{name} has an empty password")));
            }
        }
    }
    match (seen, found.is_empty()) {
        (false, _) => Verdict::not_applicable("the image has no password files"),
        (_, true) => Verdict::pass("every account has a password or is locked"),
        _ => Verdict::fail(counted(found.len() as u64, "account with an empty password")).with(found),
    }
}
