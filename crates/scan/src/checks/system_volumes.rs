//! Volumes over the kernel's own folders.

use porthole_oci::layer::ImagePath;
use porthole_report::Severity;

use super::verdict::counted;
use super::{Check, Context, Verdict};

pub(super) const CHECK: Check = Check {
    code: "system-volumes",
    also_known_as: &["DKL-DI-0002"],
    title: "no volume covers a system folder",
    severity: Severity::High,
    why: "a volume over /dev, /proc or /sys hides what the kernel offers there, or leaks it between containers",
    fix: "remove the VOLUME",
    reference: "https://docs.docker.com/reference/dockerfile/#volume",
    run,
};

fn run(context: &Context<'_>) -> Verdict {
    let covered = |volume: &str| {
        let path = ImagePath::new(volume);
        ["dev", "proc", "sys", "boot", "lib", "etc", "usr", "bin", "sbin"]
            .iter()
            .any(|folder| path.as_bytes() == folder.as_bytes())
            || path.is_root()
            || ["dev", "proc", "sys"].iter().any(|folder| path.starts_with(&ImagePath::new(folder)))
    };
    let found: Vec<_> = context
        .report
        .image
        .config
        .volumes
        .iter()
        .filter(|volume| covered(volume))
        .map(|volume| context.configured_by("VOLUME", volume, format!("VOLUME {volume}")))
        .collect();
    if found.is_empty() {
        Verdict::pass("none does")
    } else {
        Verdict::fail(counted(found.len() as u64, "volume over a system folder")).with(found)
    }
}
