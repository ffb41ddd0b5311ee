//! Rust packages that a `Cargo.lock` declares (the Cargo book, "Cargo.toml vs Cargo.lock"). What a binary says of itself
//! is `crate::packages::executable`'s. Members of the workspace have no source and are passed over. Proof: tests here.

use porthole_oci::layer::{Entry, ImagePath};

use super::language::{MAX_FILE, declared, is_name, is_version, parsed};
use super::syntax::{Step, text, toml};
use super::{Cataloger, Interest};
use crate::facts::Parsed;

/// The cataloger.
pub struct CargoLock;

impl Cataloger for CargoLock {
    fn id(&self) -> &'static str {
        "cargo-lock"
    }

    fn interest(&self, entry: &Entry) -> Interest {
        if entry.path.name() == b"Cargo.lock" { Interest::Whole { max: MAX_FILE } } else { Interest::Skip }
    }

    fn parse(&self, _path: &ImagePath, bytes: &[u8]) -> Parsed {
        let mut packages = Vec::new();
        let (mut name, mut version, mut has_source) = (String::new(), String::new(), false);
        let read = toml(&text(bytes), &mut |path, step| match (path, step) {
            (["package", "#", "name"], Step::Text(text)) => name = text.to_owned(),
            (["package", "#", "version"], Step::Text(text)) => version = text.to_owned(),
            (["package", "#", "source"], _) => has_source = true,
            (["package", "#"], Step::End) => {
                let (name, version) = (std::mem::take(&mut name), std::mem::take(&mut version));
                if std::mem::take(&mut has_source) && is_name(&name) && is_version(&version) {
                    packages.push(declared("cargo", name, version));
                }
            }
            _ => {}
        });
        parsed(packages, read)
    }
}

#[cfg(test)]
mod tests {
    use super::super::language::testing::{found, survives_damage};
    use super::*;

    const LOCK: &str = "version = 4\n\n[[package]]\nname = \"app\"\nversion = \"0.1.0\"\ndependencies = [\n \"serde\",\n]\n\n\
        [[package]]\nname = \"serde\"\nversion = \"1.0.200\"\nsource = \"registry+https://h/index\"\nchecksum = \"00\"\n\n\
        [[package]]\nname = \"x\"\nversion = \"0.2.0+build\"\nsource = \"git+https://h/x#0\"\n";

    #[test]
    fn packages_with_a_source_are_declared() {
        assert_eq!(found(&CargoLock, "srv/Cargo.lock", LOCK), ["cargo serde@1.0.200 declared", "cargo x@0.2.0+build declared"]);
    }

    #[test]
    fn damage_is_survived() {
        survives_damage(&CargoLock, "Cargo.lock", LOCK.as_bytes());
    }
}
