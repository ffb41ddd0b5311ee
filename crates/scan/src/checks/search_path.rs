//! Where programs are looked for.

use porthole_oci::layer::{EntryKind, ImagePath};
use porthole_report::Severity;

use super::{Check, Context, Verdict};

pub(super) const CHECK: Check = Check {
    code: "search-path",
    also_known_as: &[],
    title: "the search path holds only safe folders",
    severity: Severity::Medium,
    why: "an empty or relative entry is the current folder: whoever can write there is run",
    fix: "list absolute folders that only root writes to",
    reference: "https://pubs.opengroup.org/onlinepubs/9799919799/basedefs/V1_chap08.html",
    run,
};

fn run(context: &Context<'_>) -> Verdict {
    let Some(path) = context.report.image.config.env.iter().find_map(|variable| variable.strip_prefix("PATH=")) else {
        return Verdict::not_applicable("PATH is not set");
    };
    if context.report.image.platform.os == "windows" {
        return Verdict::not_applicable("a Windows image");
    }
    let mut found = Vec::new();
    for folder in path.split(':') {
        if !folder.starts_with('/') && !folder.starts_with('$') {
            found.push(context.configured_by("ENV", "PATH", format!("entry {folder:?} is not absolute")));
        }
        let node = context.view.resolve(&ImagePath::new(folder)).filter(|_| !folder.is_empty());
        if let Some((node, version)) = node.and_then(|node| Some((node, context.view.visible(node)?)))
            && version.mode & 0o002 != 0
            && version.kind == EntryKind::Directory
        {
            found.push(context.evidence(node, version, "everyone may write to it"));
        }
    }
    if found.is_empty() { Verdict::pass("it does") } else { Verdict::fail("it holds folders that others control").with(found) }
}
