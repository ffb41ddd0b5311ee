//! Packages of the npm registry, exactly as a lock file says.

use std::ffi::OsStr;
use std::fs;
use std::path::{Path, PathBuf};

use super::node;
use crate::child::{About, Child, Failure};
use crate::fingerprint;
use crate::project::Project;

/// A folder with a `package.json`.
pub(crate) struct Packages {
    project: Project,
    dir: PathBuf,
    name: String,
    path: Vec<PathBuf>,
}

impl Packages {
    /// Installs what the lock file of `dir` (relative to the root) says into its `node_modules`, unless that was done.
    ///
    /// # Errors
    /// When there is no Node.js, or npm fails.
    pub(crate) fn install(project: &Project, dir: &str) -> Result<Self, Failure> {
        let path = node::ensure(project)?;
        let packages = Self { project: project.clone(), dir: project.root.join(dir), name: dir.replace('/', "-"), path };
        let (manifest, lock) = (packages.dir.join("package.json"), packages.dir.join("package-lock.json"));
        let state = || fingerprint::of(&[&manifest, &lock], &[&format!("{:?}", packages.path)]);
        // Inside node_modules, so that deleting that folder deletes the stamp too.
        let stamp = packages.dir.join("node_modules/.xtask-stamp");
        if !fingerprint::is_fresh(&stamp, &state()?) {
            println!("  npm packages of {dir}");
            fingerprint::forget(&stamp);
            let verb = if lock.is_file() { "ci" } else { "install" };
            packages.npm("install", &[verb, "--no-audit", "--no-fund"]).succeed()?;
            // Taken again: npm writes the lock file when there was none.
            fingerprint::keep(&stamp, &state()?)?;
        }
        Ok(packages)
    }

    /// A script of `package.json`.
    pub(crate) fn script(&self, name: &str) -> Child {
        self.npm(name, &["run", name]).temporary()
    }

    /// A program of one of the packages, run in their folder.
    pub(crate) fn program(&self, name: &str) -> Child {
        let file = self.dir.join("node_modules/.bin").join(name);
        Child::new(&self.project, &format!("npm-{}-{name}", self.name), file).dir(&self.dir).path(&self.path)
    }

    fn npm<A: AsRef<OsStr>>(&self, label: &str, args: &[A]) -> Child {
        Child::new(&self.project, &format!("npm-{}-{label}", self.name), "npm").dir(&self.dir).path(&self.path).args(args)
    }
}

/// One package, for its programs alone, into `target/tools/npm`; gives its folder of programs.
///
/// # Errors
/// When npm fails.
pub(crate) fn tool(project: &Project, package: &str, version: &str) -> Result<PathBuf, Failure> {
    let dir: PathBuf = project.tools.join("npm").join(package);
    let bin = dir.join("node_modules/.bin");
    let stamp = dir.join("node_modules/.xtask-stamp");
    if fingerprint::is_fresh(&stamp, version) {
        return Ok(bin);
    }
    println!("  installing {package} {version}");
    write_manifest(&dir)?;
    Child::new(project, &format!("install-{package}"), "npm")
        .dir(&dir)
        .args(["install", "--no-audit", "--no-fund", "--save-exact", &format!("{package}@{version}")])
        .succeed()?;
    fingerprint::keep(&stamp, version)?;
    Ok(bin)
}

/// Without a manifest of its own, npm would take that of a folder above.
fn write_manifest(dir: &Path) -> Result<(), Failure> {
    fs::create_dir_all(dir).about(|| format!("make {}", dir.display()))?;
    let manifest = dir.join("package.json");
    fs::write(&manifest, "{ \"private\": true }\n").about(|| format!("write {}", manifest.display()))
}
