//! User and group numbers that two names share.

use std::collections::BTreeMap;

use porthole_report::Severity;

use super::verdict::counted;
use super::{Check, Context, Verdict};

pub(super) const CHECK: Check = Check {
    code: "duplicate-id",
    also_known_as: &["DKL-LI-0002"],
    title: "user and group numbers are unique",
    severity: Severity::Medium,
    why: "two names with one number are one user: what one may, the other may",
    fix: "give every account a number of its own",
    reference: "https://man7.org/linux/man-pages/man5/passwd.5.html",
    run,
};

fn run(context: &Context<'_>) -> Verdict {
    let mut found = Vec::new();
    for (file, what) in [("etc/passwd", "uid"), ("etc/group", "gid")] {
        let Some(table) = context.table(file) else { continue };
        let mut names: BTreeMap<&str, Vec<&str>> = BTreeMap::new();
        for row in &table {
            // Short lines are passed over.
            if let (Some(name), Some(number)) = (row.first(), row.get(2)) {
                names.entry(number.trim()).or_default().push(name);
            }
        }
        for (number, names) in names.into_iter().filter(|(number, names)| !number.is_empty() && names.len() > 1) {
            if let Some((node, version)) = context.file(file) {
                found.push(context.evidence(node, version, format!("{what} {number} is shared by {}", names.join(", "))));
            }
        }
    }
    if found.is_empty() {
        Verdict::pass("no number is used twice")
    } else {
        Verdict::warn(format!("{} used twice", counted(found.len() as u64, "number"))).with(found)
    }
}
