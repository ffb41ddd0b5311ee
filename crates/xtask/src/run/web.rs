//! The page: npm packages, types, Vite.

use crate::child::Failure;
use crate::project::Project;
use crate::setup::npm;
use crate::step::Done;

pub(super) fn is_there(project: &Project) -> bool {
    project.www().join("package.json").is_file()
}

pub(super) fn page(project: &Project) -> Result<Done, Failure> {
    let www = project.www();
    npm::install(project, &www)?;
    npm::npm(project, "page", &www).args(["run", "build"]).succeed()?;
    println!("  the page is in {}", project.dist().display());
    Ok(Done::Ready)
}

pub(super) fn types(project: &Project) -> Result<Done, Failure> {
    let www = project.www();
    npm::install(project, &www)?;
    Done::of_check(npm::npm(project, "types", &www).args(["run", "check"]))
}
