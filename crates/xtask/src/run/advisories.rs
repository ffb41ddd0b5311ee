//! The advisory database of the page: static files beside it, made of whatever records this machine has.

use std::env;
use std::fs;
use std::path::{Path, PathBuf};

use crate::child::{About, Child, Failure};
use crate::fingerprint;
use crate::project::Project;
use crate::step::Done;

/// Whether there are records. Without them the page says that no database is loaded, and everything else works.
pub(super) fn are_there(project: &Project) -> bool {
    source(project).is_some()
}

/// What `PORTHOLE_OSV` names, or what lies beside the checkout.
fn source(project: &Project) -> Option<PathBuf> {
    let chosen = env::var_os("PORTHOLE_OSV").map(PathBuf::from);
    chosen.or_else(|| Some(project.root.join("../shared/advisories")).filter(|dir| dir.is_dir()))
}

/// Where the whole database is, once it is built.
pub(super) fn built(project: &Project) -> PathBuf {
    project.state().join("advisories")
}

/// Builds the database, and puts it into the built page: Vite empties that folder, so the original is kept elsewhere.
pub(super) fn database(project: &Project) -> Result<Done, Failure> {
    let Some(source) = source(project) else { return Ok(Done::Ready) };
    let built = built(project);
    let stamp = project.state().join("advisories.stamp");
    let builders = ["crates/advisory", "crates/report", "crates/cli"].map(|dir| project.root.join(dir));
    let inputs: Vec<&Path> = builders.iter().chain([&source]).map(PathBuf::as_path).collect();
    let fingerprint = fingerprint::of(&inputs, &[])?;
    if !fingerprint::is_fresh(&stamp, &fingerprint) {
        fingerprint::forget(&stamp);
        build(project, &source, &built, &[])?;
        fingerprint::keep(&stamp, &fingerprint)?;
    }
    let page = project.dist().join("db");
    remove(&page)?;
    copy(&built, &page)?;
    println!("  the database of {} is in {}", source.display(), page.display());
    Ok(Done::Ready)
}

/// A database of some ecosystems only, and the folder that it is in.
///
/// # Errors
/// When there are no records on this machine, or it cannot be built.
pub(super) fn chosen(project: &Project, ecosystems: &[String]) -> Result<PathBuf, Failure> {
    let source = source(project).ok_or_else(|| Failure::new("no advisory records: name some in PORTHOLE_OSV"))?;
    let out = project.state().join("advisories-chosen");
    let only: Vec<&str> = ecosystems.iter().flat_map(|ecosystem| ["--only", ecosystem]).collect();
    build(project, &source, &out, &only)?;
    Ok(out)
}

fn build(project: &Project, source: &Path, out: &Path, options: &[&str]) -> Result<(), Failure> {
    remove(out)?;
    let command = ["run", "--quiet", "--package", "porthole", "--", "db", "build", "--quiet"];
    let child = Child::new(project, "advisories", "cargo").args(command).args(options);
    child.args([Path::new("--osv"), source, Path::new("--out"), out]).succeed().map(drop)
}

fn remove(dir: &Path) -> Result<(), Failure> {
    if dir.exists() { fs::remove_dir_all(dir).about(|| format!("remove {}", dir.display())) } else { Ok(()) }
}

fn copy(from: &Path, to: &Path) -> Result<(), Failure> {
    fs::create_dir_all(to).about(|| format!("make {}", to.display()))?;
    for entry in fs::read_dir(from).about(|| format!("read {}", from.display()))? {
        let entry = entry.about(|| format!("read {}", from.display()))?;
        let (from, to) = (entry.path(), to.join(entry.file_name()));
        if from.is_dir() {
            copy(&from, &to)?;
        } else {
            fs::copy(&from, &to).about(|| format!("copy {}", from.display()))?;
        }
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn folders_are_copied_whole() {
        let dir = env::temp_dir().join(format!("xtask-copy-{}", std::process::id()));
        fs::create_dir_all(dir.join("from/below")).expect("temp dir");
        fs::write(dir.join("from/below/shard"), "rows").expect("write");
        copy(&dir.join("from"), &dir.join("to")).expect("copied");
        let copied = fs::read_to_string(dir.join("to/below/shard"));
        fs::remove_dir_all(&dir).ok();
        assert_eq!(copied.expect("there"), "rows");
    }
}
