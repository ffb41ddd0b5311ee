//! The command line against registries: a real one, and one with bad manners.

use crate::child::{Child, Failure};
use crate::project::Project;
use crate::setup::images::WithImages;
use crate::setup::npm::Packages;
use crate::setup::registry;
use crate::step::Done;

pub(super) fn tests_are_there(project: &Project) -> bool {
    project.root.join("tests/edge/package.json").is_file()
}

pub(super) fn tests(project: &Project) -> Result<Done, Failure> {
    registry::ensure(project)?;
    Child::new(project, "registry-cli", "cargo").args(["build", "--quiet", "--package", "porthole"]).succeed()?;
    let tests = Packages::install(project, "tests/edge")?;
    let child = tests.script("registry").env("PORTHOLE_CLI", project.target.join("debug/porthole"));
    Done::of_tests(child.with_images(project))
}
