//! Packages of Debian and its children, installed where we may, asked for where we may not.

use crate::child::{Child, Failure};
use crate::project::Project;

/// Installs `packages`. The caller has looked before: this is not called when the programs are there.
///
/// # Errors
/// When this is not Debian, or we are not root: the sentence then says what to install by hand.
pub(crate) fn install(project: &Project, packages: &[&str]) -> Result<(), Failure> {
    let wanted = packages.join(" ");
    let id = Child::new(project, "id", "id").args(["-u"]).run();
    let root = id.is_ok_and(|id| id.success && id.text.trim() == "0");
    let apt = Child::new(project, "apt-version", "apt-get").args(["--version"]).run().is_ok_and(|apt| apt.success);
    if !apt {
        return Err(Failure::new(format!(
            "missing: {wanted} (names of Debian packages); install what they hold, then run this again"
        )));
    }
    if !root {
        return Err(Failure::new(format!("missing: {wanted}; as root: apt-get update && apt-get install -y {wanted}")));
    }
    println!("  installing {wanted}");
    let apt = |label: &str| Child::new(project, label, "apt-get").env("DEBIAN_FRONTEND", "noninteractive");
    apt("apt-update").args(["-q", "update"]).succeed()?;
    apt("apt-install").args(["-q", "install", "-y", "--no-install-recommends"]).args(packages).succeed()?;
    Ok(())
}
