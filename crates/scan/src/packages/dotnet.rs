//! .NET packages: what an application was published with (`*.deps.json`), what a NuGet folder holds (`*.nuspec`), what a
//! project locks or restored (`packages.lock.json`, `project.assets.json`, `packages.config`).
//!
//! Follows the "runtime configuration file" notes of the .NET host and NuGet's reference. Proof: tests here.

use porthole_oci::layer::{Entry, ImagePath};
use porthole_report::EvidenceKind;

use super::language::{MAX_FILE, file_name, folder, is_name, is_version, lossy, parsed};
use super::syntax::{Step, json, text, xml};
use super::{Cataloger, Interest};
use crate::facts::{PackageFact, Parsed};

/// The cataloger.
pub struct Dotnet;

impl Cataloger for Dotnet {
    fn id(&self) -> &'static str {
        "dotnet"
    }

    fn interest(&self, entry: &Entry) -> Interest {
        let name = entry.path.name();
        let wanted = name.ends_with(b".deps.json")
            || name.ends_with(b".nuspec")
            || matches!(name, b"packages.lock.json" | b"project.assets.json" | b"packages.config");
        if wanted { Interest::Whole { max: MAX_FILE } } else { Interest::Skip }
    }

    fn parse(&self, path: &ImagePath, bytes: &[u8]) -> Parsed {
        match path.name() {
            b"packages.lock.json" => lock(bytes),
            b"packages.config" => config(bytes),
            b"project.assets.json" => libraries(bytes, EvidenceKind::Declared),
            name if name.ends_with(b".nuspec") => nuspec(path.as_bytes(), bytes),
            _ => libraries(bytes, EvidenceKind::Installed),
        }
    }
}

fn fact(name: &str, version: &str, evidence: EvidenceKind) -> Option<PackageFact> {
    (is_name(name) && is_version(version)).then(|| PackageFact { evidence, ..PackageFact::new("nuget", name, version) })
}

/// `libraries`: `Name/Version` with a type; projects are the application itself.
fn libraries(bytes: &[u8], evidence: EvidenceKind) -> Parsed {
    let mut packages = Vec::new();
    let mut kind = String::new();
    let read = json(bytes, &mut |path, step| match (path, step) {
        (["libraries", _, "type"], Step::Text(text)) => kind = text.to_lowercase(),
        (["libraries", library], Step::End) => {
            if matches!(std::mem::take(&mut kind).as_str(), "package" | "runtimepack")
                && let Some((name, version)) = library.split_once('/')
            {
                // Self-contained applications carry the runtime under this prefix.
                packages.extend(fact(name.strip_prefix("runtimepack.").unwrap_or(name), version, evidence));
            }
        }
        _ => {}
    });
    parsed(packages, read)
}

/// `packages.lock.json`: framework, name, `resolved`.
fn lock(bytes: &[u8]) -> Parsed {
    let mut packages = Vec::new();
    let read = json(bytes, &mut |path, step| {
        if let (["dependencies", _, name, "resolved"], Step::Text(version)) = (path, step) {
            packages.extend(fact(name, version, EvidenceKind::Declared));
        }
    });
    parsed(packages, read)
}

/// `packages.config`: `<package id="…" version="…"/>`.
fn config(bytes: &[u8]) -> Parsed {
    let mut packages = Vec::new();
    let (mut name, mut version) = (String::new(), String::new());
    let read = xml(&text(bytes), &mut |path, step| match (path, step) {
        (["packages", "package", "@id"], Step::Text(text)) => name = text.to_owned(),
        (["packages", "package", "@version"], Step::Text(text)) => version = text.to_owned(),
        (["packages", "package"], Step::End) => {
            packages.extend(fact(&std::mem::take(&mut name), &std::mem::take(&mut version), EvidenceKind::Declared));
        }
        _ => {}
    });
    parsed(packages, read)
}

/// A `.nuspec` in a package folder, `ID/VERSION/ID.nuspec`; one elsewhere is a source of a package, and says no more than
/// its template.
fn nuspec(path: &[u8], bytes: &[u8]) -> Parsed {
    let (mut name, mut version, mut licenses) = (String::new(), String::new(), Vec::new());
    let read = xml(&text(bytes), &mut |path, step| {
        if let (["package", "metadata", field], Step::Text(text)) = (path, step) {
            match *field {
                "id" => name = text.to_owned(),
                "version" => version = text.to_owned(),
                "license" => licenses.push(text.to_owned()),
                _ => {}
            }
        }
    });
    let home = folder(path);
    let is_installed = file_name(home).eq_ignore_ascii_case(version.as_bytes());
    let package = fact(&name, &version, EvidenceKind::Installed).filter(|_| is_installed).map(|package| PackageFact {
        licenses,
        key: lossy(home).into_owned(),
        owned_folders: vec![home.to_vec()],
        ..package
    });
    parsed(package.into_iter().collect(), read)
}

#[cfg(test)]
mod tests {
    use super::super::language::testing::{found, survives_damage};
    use super::*;

    const DEPS: &str = r#"{"runtimeTarget":{"name":".NETCoreApp,Version=v8.0"},"targets":{".NETCoreApp,Version=v8.0":{"app/1.0.0":{"dependencies":{"type":"package"}}}},
        "libraries":{"app/1.0.0":{"type":"project","serviceable":false},"Newtonsoft.Json/13.0.3":{"type":"package","serviceable":true,"sha512":"x"},
        "runtimepack.Microsoft.NETCore.App.Runtime.linux-x64/8.0.1":{"type":"runtimepack"},"System.X/1.0":{"type":"reference"}}}"#;
    const LOCK: &str = r#"{"version":1,"dependencies":{"net8.0":{"Newtonsoft.Json":{"type":"Direct","requested":"[13.0.3, )","resolved":"13.0.3"},
        "own":{"type":"Project","dependencies":{"resolved":"1.0"}}}}}"#;
    const NUSPEC: &str = "\u{feff}<?xml version=\"1.0\"?><package xmlns=\"u\"><metadata><id>Newtonsoft.Json</id><version>13.0.3</version>\
        <license type=\"expression\">MIT</license><dependencies><group><dependency id=\"x\" version=\"1\"/></group></dependencies></metadata></package>";
    const CONFIG: &str =
        "<?xml version=\"1.0\"?><packages><package id=\"jQuery\" version=\"3.1.1\" targetFramework=\"net46\" /></packages>";

    #[test]
    fn published_applications_say_what_they_carry() {
        assert_eq!(
            found(&Dotnet, "app/app.deps.json", DEPS),
            ["nuget Microsoft.NETCore.App.Runtime.linux-x64@8.0.1 installed", "nuget Newtonsoft.Json@13.0.3 installed"]
        );
    }

    #[test]
    fn locks_and_restored_projects_declare() {
        let json = ["nuget Newtonsoft.Json@13.0.3 declared"];
        assert_eq!(found(&Dotnet, "src/packages.lock.json", LOCK), json);
        assert_eq!(found(&Dotnet, "src/packages.config", CONFIG), ["nuget jQuery@3.1.1 declared"]);
        assert_eq!(
            found(&Dotnet, "obj/project.assets.json", r#"{"libraries":{"Newtonsoft.Json/13.0.3":{"type":"package"}}}"#),
            json
        );
    }

    #[test]
    fn package_folders_hold_installed_packages() {
        let installed = [r#"nuget Newtonsoft.Json@13.0.3 installed ["MIT"]"#];
        assert_eq!(found(&Dotnet, "root/.nuget/packages/newtonsoft.json/13.0.3/newtonsoft.json.nuspec", NUSPEC), installed);
        assert!(found(&Dotnet, "src/Newtonsoft.Json.nuspec", NUSPEC).is_empty());
    }

    #[test]
    fn damage_is_survived() {
        for (path, text) in
            [("a.deps.json", DEPS), ("packages.lock.json", LOCK), ("13.0.3/a.nuspec", NUSPEC), ("packages.config", CONFIG)]
        {
            survives_damage(&Dotnet, path, text.as_bytes());
        }
    }
}
