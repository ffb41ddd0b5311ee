//! `porthole.html`: the page, its WebAssembly and the chosen advisories in one file that works from `file://`.

use std::env;
use std::path::{Path, PathBuf};

use super::advisories;
use crate::child::{Child, Failure};
use crate::project::Project;
use crate::setup::node;

/// What goes into the file, and where it is written.
#[derive(Debug, PartialEq, Eq)]
struct Choice {
    out: PathBuf,
    ecosystems: Vec<String>,
}

impl Choice {
    /// `[--out FILE] [--advisories ECOSYSTEM]...`; a relative FILE is below the folder that the command was called in.
    fn read(project: &Project, args: &[&str]) -> Result<Self, Failure> {
        let mut choice = Self { out: project.target.join("porthole.html"), ecosystems: Vec::new() };
        let mut args = args.iter();
        while let Some(option) = args.next() {
            let Some(value) = args.next() else {
                return Err(Failure::new(format!("{option} wants a value")));
            };
            match *option {
                "--out" => choice.out = env::current_dir().unwrap_or_default().join(value),
                "--advisories" => choice.ecosystems.push((*value).to_owned()),
                _ => return Err(Failure::new(format!("{option} is unknown: there are --out FILE and --advisories ECOSYSTEM"))),
            }
        }
        Ok(choice)
    }
}

/// Packs the built page.
///
/// # Errors
/// When the page is not built, records for the chosen ecosystems are missing, or packing fails.
pub(super) fn pack(project: &Project, args: &[&str]) -> Result<(), Failure> {
    let choice = Choice::read(project, args)?;
    let database = if choice.ecosystems.is_empty() { None } else { Some(advisories::chosen(project, &choice.ecosystems)?) };
    let packer = Path::new("www/standalone.mjs");
    let said = Child::new(project, "standalone", "node")
        .path(&node::ensure(project)?)
        .args([packer])
        .args([project.dist(), choice.out])
        .args(database)
        .succeed()?;
    println!("  {}", said.trim());
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn advisories_are_chosen_by_ecosystem() {
        let project = Project { root: "/p".into(), target: "/p/target".into(), tools: "/p/tools".into() };
        let read = |args: &[&str]| Choice::read(&project, args);
        let choice = read(&["--advisories", "Debian:12", "--out", "/x/y.html", "--advisories", "npm"]).expect("valid");
        assert_eq!(choice, Choice { out: "/x/y.html".into(), ecosystems: vec!["Debian:12".into(), "npm".into()] });
        assert_eq!(read(&[]).expect("valid").out, Path::new("/p/target/porthole.html"));
        assert!(read(&["--out"]).is_err() && read(&["--in", "x"]).is_err());
    }
}
