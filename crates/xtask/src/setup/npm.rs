//! Packages of the npm registry, exactly as a lock file says.

use std::path::Path;

use super::version::Version;
use crate::child::{About, Child, Failure};
use crate::fingerprint;
use crate::project::Project;

/// The oldest Node.js that everything here runs on.
const OLDEST_NODE: Version = Version(20, 0, 0);

/// Installs what `dir/package-lock.json` says into `dir/node_modules`, unless that was done already.
///
/// # Errors
/// When Node.js is missing or too old, or npm fails.
pub(crate) fn install(project: &Project, dir: &Path) -> Result<(), Failure> {
    let node = node_version(project)?;
    let (manifest, lock) = (dir.join("package.json"), dir.join("package-lock.json"));
    // Inside node_modules, so that deleting that folder deletes the stamp too.
    let stamp = dir.join("node_modules/.xtask-stamp");
    let wanted = fingerprint::of(&[&manifest, &lock], &[&node.to_string()])?;
    if fingerprint::is_fresh(&stamp, &wanted) {
        return Ok(());
    }
    let name = dir.strip_prefix(&project.root).unwrap_or(dir);
    println!("  npm packages of {}", name.display());
    let verb = if lock.is_file() { "ci" } else { "install" };
    let label = format!("npm-{}", name.display().to_string().replace('/', "-"));
    npm(project, &label, dir).args([verb, "--no-audit", "--no-fund"]).succeed()?;
    // Taken again: npm may have written the lock file.
    fingerprint::keep(&stamp, &fingerprint::of(&[&manifest, &lock], &[&node.to_string()])?)
}

/// `npm` in `dir`.
pub(crate) fn npm(project: &Project, label: &str, dir: &Path) -> Child {
    Child::new(project, label, "npm").dir(dir)
}

/// One package, for its programs alone, into `target/tools/npm`; gives its folder of programs.
///
/// # Errors
/// When npm fails.
pub(crate) fn tool(project: &Project, package: &str, version: &str) -> Result<std::path::PathBuf, Failure> {
    let dir = project.tools.join("npm").join(package);
    let bin = dir.join("node_modules/.bin");
    let stamp = dir.join("node_modules/.xtask-stamp");
    if fingerprint::is_fresh(&stamp, version) {
        return Ok(bin);
    }
    node_version(project)?;
    println!("  installing {package} {version}");
    std::fs::create_dir_all(&dir).about(|| format!("make {}", dir.display()))?;
    let manifest = dir.join("package.json");
    std::fs::write(&manifest, "{ \"private\": true }\n").about(|| format!("write {}", manifest.display()))?;
    npm(project, &format!("install-{package}"), &dir)
        .args(["install", "--no-audit", "--no-fund", "--save-exact", &format!("{package}@{version}")])
        .succeed()?;
    fingerprint::keep(&stamp, version)?;
    Ok(bin)
}

fn node_version(project: &Project) -> Result<Version, Failure> {
    let said = Child::new(project, "node-version", "node").args(["--version"]).succeed();
    let said = said.map_err(|_| Failure::new(format!("Node.js {OLDEST_NODE} or newer is needed, with npm: none found")))?;
    match Version::find(&said) {
        Some(version) if version >= OLDEST_NODE => Ok(version),
        _ => Err(Failure::new(format!("Node.js {OLDEST_NODE} or newer is needed: this is {}", said.trim()))),
    }
}
