//! Real images for the tests: too large for the repository, so built beside it where the recipe is at hand.

use std::env;
use std::fs;
use std::path::{Path, PathBuf};

use super::apt;
use crate::child::{About, Child, Failure};
use crate::project::Project;

/// The variable that tells tests where images are.
const VARIABLE: &str = "PORTHOLE_IMAGES";

/// Where images are, or would be.
pub(crate) fn dir(project: &Project) -> PathBuf {
    env::var_os(VARIABLE).map_or_else(|| project.target.join("images"), PathBuf::from)
}

/// Where they are: what a child of ours gets as its environment.
pub(crate) trait WithImages {
    /// Tells the child where the images are, if there are any.
    fn with_images(self, project: &Project) -> Self;
}

impl WithImages for Child {
    fn with_images(self, project: &Project) -> Self {
        let dir = dir(project);
        if dir.is_dir() { self.env(VARIABLE, dir) } else { self }
    }
}

/// The recipe, when this machine has it.
pub(crate) fn recipe(project: &Project) -> Option<PathBuf> {
    Some(project.root.join("../shared/tools/make-images.sh")).filter(|file| file.is_file())
}

/// Builds the images that are missing, unless somebody else takes care of them.
///
/// # Errors
/// When the recipe fails.
pub(crate) fn ensure(project: &Project) -> Result<(), Failure> {
    let dir = dir(project);
    if env::var_os(VARIABLE).is_some() {
        println!("  images of {VARIABLE}: {}", dir.display());
        return Ok(());
    }
    let Some(recipe) = recipe(project) else { return Ok(()) };
    if !apt::may_install(project) {
        println!("  images can only be built by root on Debian: tests that need them will say that they skip");
        return Ok(());
    }
    Child::new(project, "images", recipe).args([&dir]).succeed()?;
    tidy(&dir)
}

/// Deletes what no test reads, which is a gigabyte: the bases that the recipe would build further images of.
fn tidy(dir: &Path) -> Result<(), Failure> {
    let listed = fs::read_dir(dir).and_then(|all| all.map(|entry| Ok(entry?.path())).collect::<Result<Vec<_>, _>>());
    for path in listed.about(|| format!("read {}", dir.display()))? {
        let name = path.file_name().and_then(|name| name.to_str()).unwrap_or_default();
        if name.starts_with('.') && path.is_file() {
            fs::remove_file(&path).about(|| format!("delete {}", path.display()))?;
        }
    }
    Ok(())
}
