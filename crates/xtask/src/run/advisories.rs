//! The advisory database of the page: static files beside it, made of whatever records this machine has.

use std::collections::BTreeSet;
use std::env;
use std::fs;
use std::path::{Path, PathBuf};

use crate::child::{About, Child, Failure};
use crate::fingerprint;
use crate::project::Project;
use crate::step::Done;

/// For no records at all, whatever lies beside the checkout.
const NONE: &str = "none";

/// Whether there are records. Without them the page says that no database is loaded, and everything else works.
pub(super) fn are_there(project: &Project) -> bool {
    source(project).is_some()
}

/// What `PORTHOLE_OSV` names, or what lies beside the checkout.
fn source(project: &Project) -> Option<PathBuf> {
    match env::var_os("PORTHOLE_OSV") {
        Some(chosen) if chosen == NONE => None,
        Some(chosen) => Some(PathBuf::from(chosen)),
        None => Some(project.root.join("../shared/advisories")).filter(|dir| dir.is_dir()),
    }
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
    publish(&built, &page)?;
    println!("  the database of {} is in {}", source.display(), page.display());
    Ok(Done::Ready)
}

/// The same while the page is already served: from the records of this machine, else downloaded. Nothing waits for it, and a page
/// without it says so.
pub(super) fn while_serving(project: &Project) {
    let done = match env::var_os("PORTHOLE_OSV") {
        Some(chosen) if chosen == NONE => return,
        _ if are_there(project) => database(project).map(drop),
        _ => download(project),
    };
    if let Err(failure) = done {
        println!("\nno advisory database; the page says so, and everything else works:");
        failure.print();
    }
}

/// `porthole db update`, which goes on where it was stopped. The database of the last time is served meanwhile.
fn download(project: &Project) -> Result<(), Failure> {
    let (kept, page) = (project.state().join("advisories-downloaded"), project.dist().join("db"));
    if kept.join(INDEX).is_file() {
        publish(&kept, &page)?;
    }
    println!("downloading advisories; the page works meanwhile, and without");
    let command = ["run", "--quiet", "--package", "porthole", "--", "db", "update", "--quiet", "--no-kernel", "--out"];
    Child::new(project, "advisories-download", "cargo").args(command).args([&kept]).succeed()?;
    publish(&kept, &page)?;
    println!("the advisory database is there: scan again to have it used");
    Ok(())
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

/// The file that names all others.
const INDEX: &str = "index.json";

/// Puts the files of a database where a page looks for them, while it may be looking: shards first, the index last and in one step, then
/// what no index names any more goes.
fn publish(from: &Path, to: &Path) -> Result<(), Failure> {
    fs::create_dir_all(to).about(|| format!("make {}", to.display()))?;
    let mut names = BTreeSet::new();
    for entry in fs::read_dir(from).about(|| format!("read {}", from.display()))? {
        let entry = entry.about(|| format!("read {}", from.display()))?;
        // What was downloaded to build from lies in a folder beside it.
        if entry.path().is_file() {
            names.insert(entry.file_name());
        }
    }
    for name in names.iter().filter(|name| *name != INDEX) {
        fs::copy(from.join(name), to.join(name)).about(|| format!("copy {}", from.join(name).display()))?;
    }
    let part = to.join("index.part");
    fs::copy(from.join(INDEX), &part).about(|| format!("copy {}", from.join(INDEX).display()))?;
    fs::rename(&part, to.join(INDEX)).about(|| format!("write {}", to.join(INDEX).display()))?;
    for entry in fs::read_dir(to).about(|| format!("read {}", to.display()))?.flatten() {
        if !names.contains(&entry.file_name()) {
            // Gone already is fine.
            let _ = fs::remove_file(entry.path());
        }
    }
    Ok(())
}

fn remove(dir: &Path) -> Result<(), Failure> {
    if dir.exists() { fs::remove_dir_all(dir).about(|| format!("remove {}", dir.display())) } else { Ok(()) }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_database_is_published_whole_and_takes_the_place_of_the_one_before() {
        let dir = env::temp_dir().join(format!("xtask-publish-{}", std::process::id()));
        let write = |path: &str, text: &str| {
            let path = dir.join(path);
            fs::create_dir_all(path.parent().expect("a parent")).expect("temp dir");
            fs::write(path, text).expect("write");
        };
        write("from/index.json", "new");
        write("from/npm-2.shard", "rows");
        write("from/downloads/all.zip", "much");
        write("to/index.json", "old");
        write("to/npm-1.shard", "old rows");
        publish(&dir.join("from"), &dir.join("to")).expect("published");
        let mut there: Vec<_> = fs::read_dir(dir.join("to"))
            .expect("a folder")
            .map(|entry| entry.expect("an entry").file_name().into_string().expect("UTF-8"))
            .collect();
        there.sort();
        let index = fs::read_to_string(dir.join("to/index.json")).expect("there");
        fs::remove_dir_all(&dir).ok();
        assert_eq!((there, index.as_str()), (vec!["index.json".to_owned(), "npm-2.shard".to_owned()], "new"));
    }
}
