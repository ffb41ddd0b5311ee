//! The page: npm packages, types, Vite; its own tests, and those that drive a browser.

use crate::child::Failure;
use crate::project::Project;
use crate::setup::chromium;
use crate::setup::images::WithImages;
use crate::setup::npm::Packages;
use crate::step::Done;

pub(super) fn page_is_there(project: &Project) -> bool {
    project.www().join("package.json").is_file()
}

pub(super) fn page_tests_are_there(project: &Project) -> bool {
    std::fs::read_to_string(project.www().join("package.json")).is_ok_and(|manifest| manifest.contains("\"test\":"))
}

pub(super) fn browser_tests_are_there(project: &Project) -> bool {
    project.root.join("tests/web/package.json").is_file()
}

pub(super) fn page(project: &Project) -> Result<Done, Failure> {
    Packages::install(project, "www")?.script("build").succeed()?;
    println!("  the page is in {}", project.dist().display());
    Ok(Done::Ready)
}

pub(super) fn types(project: &Project) -> Result<Done, Failure> {
    Done::of_check(Packages::install(project, "www")?.script("check"))
}

pub(super) fn unit_tests(project: &Project) -> Result<Done, Failure> {
    Done::of_tests(Packages::install(project, "www")?.script("test"))
}

pub(super) fn browser_tests(project: &Project) -> Result<Done, Failure> {
    let browser = chromium::ensure(project)?;
    let tests = Packages::install(project, "tests/web")?;
    let child = tests.script("test").env("PORTHOLE_DIST", project.dist()).env("PORTHOLE_CHROMIUM", browser);
    Done::of_tests(child.with_images(project))
}
