//! A registry for tests: Debian's docker-registry, skopeo to fill it, openssl for the certificates of its realm.

use super::apt;
use crate::child::{Child, Failure};
use crate::project::Project;

/// Programs, each the name of its Debian package too, with an argument that they answer at once.
const PROGRAMS: &[(&str, &str)] = &[("docker-registry", "--version"), ("skopeo", "--version"), ("openssl", "version")];

/// Installs what is missing and may be installed.
///
/// # Errors
/// When apt fails.
pub(crate) fn ensure(project: &Project) -> Result<(), Failure> {
    let is_there =
        |program: &str, argument: &str| Child::new(project, program, program).args([argument]).run().is_ok_and(|ran| ran.success);
    let missing: Vec<&str> =
        PROGRAMS.iter().filter(|(program, argument)| !is_there(program, argument)).map(|(program, _)| *program).collect();
    if missing.is_empty() {
        return Ok(());
    }
    if !apt::may_install(project) {
        println!("  not here: {}; tests that need them will say that they skip", missing.join(", "));
        return Ok(());
    }
    apt::install(project, &missing)
}
