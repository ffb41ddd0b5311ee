//! wasm-opt, from the npm package of Binaryen: distributions carry versions that are years old.

use std::path::PathBuf;

use super::npm;
use crate::child::Failure;
use crate::project::Project;

const VERSION: &str = "132.0.0";

/// The folder that holds `wasm-opt`; with it on PATH, wasm-pack downloads none.
///
/// # Errors
/// When npm fails.
pub(crate) fn ensure(project: &Project) -> Result<PathBuf, Failure> {
    npm::tool(project, "binaryen", VERSION)
}
