//! Programs that the Python registry carries, in an environment of their own.

use std::path::PathBuf;

use crate::child::{Child, Failure};
use crate::fingerprint;
use crate::project::Project;

/// Installs `package` unless that version is there, and gives its folder of programs.
///
/// # Errors
/// When there is no Python 3 with venv, or pip fails.
pub(crate) fn tool(project: &Project, package: &str, version: &str) -> Result<PathBuf, Failure> {
    let dir = project.tools.join("python").join(package);
    let bin = dir.join("bin");
    let stamp = dir.join(".xtask-stamp");
    if fingerprint::is_fresh(&stamp, version) {
        return Ok(bin);
    }
    println!("  installing {package} {version}");
    let label = format!("install-{package}");
    Child::new(project, &label, "python3").args(["-m", "venv", "--clear"]).args([&dir]).succeed()?;
    Child::new(project, &label, bin.join("pip")).args(["install", "--quiet", &format!("{package}=={version}")]).succeed()?;
    fingerprint::keep(&stamp, version)?;
    Ok(bin)
}
