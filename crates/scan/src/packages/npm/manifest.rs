//! `package.json` (npm documentation, "package.json").

use porthole_report::EvidenceKind;

use super::super::language::{folder, lossy, parsed};
use super::super::syntax::{Step, json};
use super::fact;
use crate::facts::{PackageFact, Parsed};

/// What a manifest is, by where it lies.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Place {
    /// A package manager put the package here.
    Installed,
    /// Somewhere inside an installed package.
    Carried,
    /// A project's own manifest.
    Project,
}

/// Folders that hold packages directly, as `node_modules` does.
const SYSTEM_FOLDERS: [&[u8]; 2] = [b"usr/share/nodejs/", b"usr/lib/nodejs/"];

fn place(package_folder: &[u8]) -> Place {
    let marker = b"node_modules/";
    let inside = memchr::memmem::rfind(package_folder, marker)
        .filter(|at| *at == 0 || package_folder.get(at - 1) == Some(&b'/'))
        .and_then(|at| package_folder.get(at + marker.len()..))
        .or_else(|| SYSTEM_FOLDERS.iter().find_map(|system| package_folder.strip_prefix(*system)));
    let Some(inside) = inside else { return Place::Project };
    let slashes = memchr::memchr_iter(b'/', inside).count();
    let allowed = usize::from(inside.starts_with(b"@"));
    if slashes == allowed { Place::Installed } else { Place::Carried }
}

pub(super) fn parse(path: &[u8], bytes: &[u8]) -> Parsed {
    let package_folder = folder(path);
    let place = place(package_folder);
    let (mut name, mut version, mut licenses) = (String::new(), String::new(), Vec::new());
    let read = json(bytes, &mut |path, step| {
        let Step::Text(text) = step else { return };
        match path {
            ["name"] => name = text.to_owned(),
            ["version"] => version = text.trim().to_owned(),
            ["license" | "licence"]
            | ["license" | "licenses", "type" | "name"]
            | ["license" | "licenses", "#"]
            | ["license" | "licenses", "#", "type" | "name"] => licenses.push(text.to_owned()),
            _ => {}
        }
    });
    let evidence = match place {
        Place::Installed => EvidenceKind::Installed,
        Place::Carried => EvidenceKind::Embedded,
        Place::Project => EvidenceKind::Declared,
    };
    // A nested `{"type": "module"}` has no name; a template's manifest has no version: neither is a package.
    let package = fact(&name, &version, evidence).map(|package| PackageFact {
        licenses,
        key: lossy(package_folder).into_owned(),
        owned_folders: if place == Place::Installed { vec![package_folder.to_vec()] } else { Vec::new() },
        ..package
    });
    // A damaged manifest matters where a package should be; elsewhere test data is often broken on purpose.
    let read = if place == Place::Installed { read } else { Ok(()) };
    parsed(package.into_iter().collect(), read)
}
