//! Node.js: the machine's own when it is new enough, else a newer one from the npm registry, for us alone.

use std::path::PathBuf;

use super::npm;
use super::version::Version;
use crate::child::{Child, Failure};
use crate::project::Project;

/// From here on TypeScript tests run without a compiler, and the edge's runtime starts.
const WANTED: Version = Version(22, 18, 0);
/// What is installed where the machine's own is older.
const INSTALLED: &str = "24.9.0";
/// The oldest that can do the installing.
const OLDEST: Version = Version(18, 0, 0);

/// Folders to put first on PATH: none when the machine's own Node.js will do.
///
/// # Errors
/// When there is no Node.js at all, or a newer one cannot be installed.
pub(crate) fn ensure(project: &Project) -> Result<Vec<PathBuf>, Failure> {
    let said = Child::new(project, "node-version", "node").args(["--version"]).succeed();
    let said = said.map_err(|_| Failure::new(format!("no Node.js: install version {WANTED} or newer, with npm")))?;
    match Version::find(&said) {
        Some(version) if version >= WANTED => Ok(Vec::new()),
        Some(version) if version >= OLDEST => Ok(vec![npm::tool(project, "node", INSTALLED)?]),
        _ => Err(Failure::new(format!("this Node.js is {}: install version {WANTED} or newer", said.trim()))),
    }
}
