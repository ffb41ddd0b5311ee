//! Set-user-id and set-group-id programs, the base image's told from one's own.

use porthole_oci::layer::EntryKind;
use porthole_report::Severity;
use porthole_report::{Origin, sorting};

use super::{Check, Context, Verdict};

pub(super) const CHECK: Check = Check {
    code: "setuid-files",
    also_known_as: &["CIS 4.8", "CIS-DI-0008"],
    title: "no setuid or setgid programs were added",
    severity: Severity::Medium,
    why: "such a program runs with its owner's rights whoever starts it: a hole in it is a way to root",
    fix: "remove the bits: RUN find / -xdev -perm /6000 -type f -exec chmod a-s {} +",
    reference: "https://www.cisecurity.org/benchmark/docker",
    run,
};

fn run(context: &Context<'_>) -> Verdict {
    let found: Vec<_> = context
        .visible()
        .filter(|(_, version)| version.kind == EntryKind::File && version.mode & 0o6000 != 0 && version.mode & 0o111 != 0)
        .map(|(node, version)| {
            let bits = if version.mode & 0o4000 != 0 { "setuid" } else { "setgid" };
            let owner = context.inventory.owner(node).map(|package| format!(", of package {}", package.name)).unwrap_or_default();
            context.evidence(
                node,
                version,
                format!("{bits}, mode {:04o}, owner {}:{}{owner}", version.mode, version.uid, version.gid),
            )
        })
        .collect();
    let own = found.iter().filter(|evidence| evidence.origin != Origin::Base).count();
    let base = found.len() - own;
    let mut found = found;
    sorting::sort_by_key(&mut found, |evidence| evidence.origin == Origin::Base);
    match (own, base) {
        (0, 0) => Verdict::pass("there are none"),
        (0, base) => Verdict::pass(format!("{base} from the base image, none added")).with(found),
        (own, base) => Verdict::warn(format!("{own} added on top of the base image, {base} from it")).with(found),
    }
}
