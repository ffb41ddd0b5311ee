//! Lock files: `Pipfile.lock`; the `[[package]]` tables of Poetry, PDM and uv; `pylock.toml` (PEP 751).

use super::super::language::{declared, is_name, is_version, parsed};
use super::super::syntax::{Step, json, text, toml};
use crate::facts::Parsed;

/// `Pipfile.lock` (Pipenv): `default` and `develop` map names to `==` pins.
pub(super) fn pipfile(bytes: &[u8]) -> Parsed {
    let mut packages = Vec::new();
    let read = json(bytes, &mut |path, step| {
        if let ([group, name, "version"], Step::Text(version)) = (path, step)
            && *group != "_meta"
            && let Some(version) = version.strip_prefix("==")
            && is_name(name)
            && is_version(version)
        {
            packages.push(declared("pypi", *name, version));
        }
    });
    parsed(packages, read)
}

/// Lock files in TOML whose array of tables `table` has `name` and `version`.
pub(super) fn tables(bytes: &[u8], table: &str) -> Parsed {
    let mut packages = Vec::new();
    let (mut name, mut version, mut is_own) = (String::new(), String::new(), false);
    let read = toml(&text(bytes), &mut |path, step| match (path, step) {
        ([root, "#", "name"], Step::Text(text)) if *root == table => name = text.to_owned(),
        ([root, "#", "version"], Step::Text(text)) if *root == table => version = text.to_owned(),
        // The project itself and the members of its workspace are sources, not packages.
        ([root, "#", "source", "virtual" | "editable" | "directory"], _) if *root == table => is_own = true,
        ([root, "#", "directory"], _) if *root == table => is_own = true,
        ([root, "#"], Step::End) if *root == table => {
            if !is_own && is_name(&name) && is_version(&version) {
                packages.push(declared("pypi", name.as_str(), version.as_str()));
            }
            name.clear();
            version.clear();
            is_own = false;
        }
        _ => {}
    });
    parsed(packages, read)
}
