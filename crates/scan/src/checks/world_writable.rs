//! Files and folders that anyone may write; folders with the sticky bit are meant to be.

use porthole_oci::layer::EntryKind;
use porthole_report::Origin;
use porthole_report::Severity;

use super::verdict::counted;
use super::{Check, Context, Verdict};

pub(super) const CHECK: Check = Check {
    code: "world-writable",
    also_known_as: &[],
    title: "nothing but temporary folders is writable by everyone",
    severity: Severity::Medium,
    why: "any process may replace the content, whatever user it runs as",
    fix: "chmod o-w, or set the sticky bit on shared folders (chmod 1777)",
    reference: "https://man7.org/linux/man-pages/man7/inode.7.html",
    run,
};

fn run(context: &Context<'_>) -> Verdict {
    let found: Vec<_> = context
        .visible()
        .filter(|(_, version)| version.mode & 0o002 != 0)
        .filter(|(_, version)| match version.kind {
            EntryKind::File => true,
            EntryKind::Directory => version.mode & 0o1000 == 0,
            _ => false,
        })
        .map(|(node, version)| {
            let what = if version.kind == EntryKind::Directory { "folder" } else { "file" };
            context.evidence(node, version, format!("{what}, mode {:04o}", version.mode))
        })
        .collect();
    let own = found.iter().filter(|evidence| evidence.origin != Origin::Base).count();
    match (found.len(), own) {
        (0, _) => Verdict::pass("there is none"),
        (all, 0) => Verdict::pass(format!("{all} from the base image, none added")).with(found),
        (all, own) => {
            Verdict::fail(format!("{}, {own} added", counted(all as u64, "path that everyone may write to"))).with(found)
        }
    }
}
