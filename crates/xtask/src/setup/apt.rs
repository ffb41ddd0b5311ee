//! Packages of Debian and its children, installed where we may, asked for where we may not.

use crate::child::{Child, Failure};
use crate::project::Project;

/// Whether this is a Debian that we are root of.
pub(crate) fn may_install(project: &Project) -> bool {
    let id = Child::new(project, "id", "id").args(["-u"]).succeed();
    id.is_ok_and(|id| id.trim() == "0") && is_debian(project)
}

/// Installs `packages`. The caller has looked before: this is not called when the programs are there.
///
/// # Errors
/// When this is not Debian, or we are not root: the sentence then says what to install by hand.
pub(crate) fn install(project: &Project, packages: &[&str]) -> Result<(), Failure> {
    let wanted = packages.join(" ");
    if !may_install(project) {
        let by_hand = if is_debian(project) {
            format!("missing: {wanted}; as root: apt-get update && apt-get install -y {wanted}")
        } else {
            format!("missing: {wanted} (names of Debian packages); install what they hold, then run this again")
        };
        return Err(Failure::new(by_hand));
    }
    println!("  installing {wanted}");
    let apt = |label: &str| Child::new(project, label, "apt-get").env("DEBIAN_FRONTEND", "noninteractive");
    apt("apt-update").args(["-q", "update"]).succeed()?;
    // Another program may hold the lock for a while.
    let patient = ["-q", "-o", "DPkg::Lock::Timeout=900", "install", "-y", "--no-install-recommends"];
    apt("apt-install").args(patient).args(packages).succeed()?;
    Ok(())
}

fn is_debian(project: &Project) -> bool {
    Child::new(project, "apt-version", "apt-get").args(["--version"]).run().is_ok_and(|apt| apt.success)
}
