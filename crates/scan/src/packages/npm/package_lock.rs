//! `package-lock.json` and `npm-shrinkwrap.json`, lockfileVersion 1 to 3 (npm documentation, "package-lock.json").

use super::super::syntax::{Step, json};
use super::{declared, parsed, split_at_version};
use crate::facts::{PackageFact, Parsed};

#[derive(Default)]
struct Locked {
    name: Option<String>,
    version: String,
    license: Option<String>,
    is_link: bool,
}

pub(super) fn parse(bytes: &[u8]) -> Parsed {
    let mut current = Locked::default();
    let (mut packages, mut nested): (Vec<PackageFact>, Vec<PackageFact>) = (Vec::new(), Vec::new());
    let read = json(bytes, &mut |path, step| match (path, step) {
        (["packages", _, field], Step::Text(text)) => match *field {
            "name" => current.name = Some(text.to_owned()),
            "version" => current.version = text.to_owned(),
            "license" => current.license = Some(text.to_owned()),
            "link" => current.is_link = text == "true",
            _ => {}
        },
        (["packages", place], Step::End) => {
            let entry = std::mem::take(&mut current);
            // Keys are folders; those outside node_modules are the project itself and its workspaces.
            let Some((_, folder_name)) = place.rsplit_once("node_modules/") else { return };
            if !entry.is_link {
                let package = declared(entry.name.as_deref().unwrap_or(folder_name), &entry.version);
                packages.extend(package.map(|package| PackageFact { licenses: entry.license.into_iter().collect(), ..package }));
            }
        }
        // Version 1: a tree of `dependencies`. Version 2 repeats it for old readers.
        ([outer @ .., "dependencies", name, "version"], Step::Text(version))
            if outer.iter().step_by(2).all(|key| *key == "dependencies") =>
        {
            let (name, version) = version.strip_prefix("npm:").and_then(split_at_version).unwrap_or((name, version));
            nested.extend(declared(name, version));
        }
        _ => {}
    });
    parsed(if packages.is_empty() { nested } else { packages }, read)
}
