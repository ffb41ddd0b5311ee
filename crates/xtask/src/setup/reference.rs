//! Reference tools: what decides which of two versions is the newer one, for the tests' oracles (`tests/oracle/advisories.py`), and
//! Sigstore's own client (`tests/signatures/check.py`).
//!
//! Where one cannot be had, the tests that ask it say that they skip: nothing here fails a run.

use std::path::PathBuf;

use super::{apt, npm, python};
use crate::child::{Child, Failure};
use crate::project::Project;

/// node-semver, as npm itself uses it.
const SEMVER: &str = "7.8.6";
/// PEP 440, as pip itself uses it.
const PACKAGING: &str = "26.3";
/// Sigstore's client in Python.
const SIGSTORE: &str = "4.5.1";
/// Debian's Python, which its rpm module is made for; the first on PATH may be another.
const DEBIAN_PYTHON: &str = "/usr/bin/python3";
/// Maven's order of versions.
const MAVEN: &str = "/usr/share/java/maven-artifact-3.x.jar";

/// Installs what is missing and may be installed.
///
/// # Errors
/// When a registry does not give what it has.
pub(crate) fn ensure(project: &Project) -> Result<(), Failure> {
    npm::tool(project, "semver", SEMVER)?;
    python::tool(project, "packaging", PACKAGING)?;
    // It wants a newer Python than some machines have.
    if let Err(failure) = python::tool(project, "sigstore", SIGSTORE) {
        failure.print();
    }
    let runs = |program: &str, args: &[&str]| {
        Child::new(project, "reference", program).args(args).run().is_ok_and(|ended| ended.success)
    };
    let mut missing = Vec::new();
    for (is_there, package) in [
        (runs(DEBIAN_PYTHON, &["-c", "import rpm"]), "python3-rpm"),
        (runs("ruby", &["--version"]), "ruby"),
        (runs("java", &["-version"]), "default-jre-headless"),
        (PathBuf::from(MAVEN).is_file(), "libmaven3-core-java"),
    ] {
        if !is_there {
            missing.push(package);
        }
    }
    if missing.is_empty() {
        return Ok(());
    }
    if !apt::may_install(project) {
        println!("  not here: {}; tests that ask them will say that they skip", missing.join(", "));
        return Ok(());
    }
    apt::install(project, &missing)
}

/// Where they are: what a child of ours gets as its environment.
pub(crate) trait WithReferences {
    /// Tells the child where the tools are that are not simply on PATH.
    fn with_references(self, project: &Project) -> Self;
}

impl WithReferences for Child {
    fn with_references(self, project: &Project) -> Self {
        self.env("RPM_PYTHON", DEBIAN_PYTHON)
            .env("NODE_PATH", project.tools.join("npm/semver/node_modules"))
            .env("PACKAGING_PYTHON", project.tools.join("python/packaging/bin/python"))
            .env("SIGSTORE_PYTHON", project.tools.join("python/sigstore/bin/python"))
    }
}
