//! Haskell packages that a project freezes: Cabal's `cabal.project.freeze` and Stack's `stack.yaml.lock`. Proof: tests here.

use porthole_oci::layer::{Entry, ImagePath};

use super::language::{MAX_FILE, declared, is_name, is_version, parsed};
use super::syntax::{Step, text, yaml};
use super::{Cataloger, Interest};
use crate::facts::{PackageFact, Parsed};

/// The cataloger.
pub struct Haskell;

impl Cataloger for Haskell {
    fn id(&self) -> &'static str {
        "haskell"
    }

    fn interest(&self, entry: &Entry) -> Interest {
        match entry.path.name() {
            b"cabal.project.freeze" | b"stack.yaml.lock" => Interest::Whole { max: MAX_FILE },
            _ => Interest::Skip,
        }
    }

    fn parse(&self, path: &ImagePath, bytes: &[u8]) -> Parsed {
        if path.name() == b"stack.yaml.lock" { stack(bytes) } else { cabal(bytes) }
    }
}

fn fact(name: &str, version: &str) -> Option<PackageFact> {
    (is_name(name) && is_version(version)).then(|| declared("hackage", name, version))
}

/// `any.name ==version,` constraints; flags stand among them.
fn cabal(bytes: &[u8]) -> Parsed {
    let text = text(bytes);
    let packages = text.split([',', '\n']).filter_map(|constraint| {
        let (name, version) = constraint.split_once("==")?;
        fact(name.trim().trim_start_matches("constraints:").trim().strip_prefix("any.")?.trim(), version.trim())
    });
    parsed(packages.collect(), Ok(()))
}

/// `packages: - completed: hackage: name-version@sha256:…,size`.
fn stack(bytes: &[u8]) -> Parsed {
    let mut packages = Vec::new();
    let read = yaml(&text(bytes), &mut |path, step| {
        if let (["packages", "#", "completed", "hackage"], Step::Text(text)) = (path, step) {
            let id = text.split('@').next().unwrap_or_default();
            packages.extend(id.rsplit_once('-').and_then(|(name, version)| fact(name, version)));
        }
    });
    parsed(packages, read)
}

#[cfg(test)]
mod tests {
    use super::super::language::testing::{found, survives_damage};
    use super::*;

    const FREEZE: &str = "active-repositories: x:merge\nconstraints: any.aeson ==2.0.3.0,\n             aeson +ordered-keymap,\n             any.text ==1.2.5.0\nindex-state: x\n";
    const STACK: &str = "packages:\n- completed:\n    hackage: aeson-pretty-0.8.9@sha256:00,2\n    pantry-tree:\n      size: 1\n  original:\n    hackage: aeson-pretty-0.8.9\nsnapshots: []\n";

    #[test]
    fn frozen_packages_are_declared() {
        assert_eq!(
            found(&Haskell, "src/cabal.project.freeze", FREEZE),
            ["hackage aeson@2.0.3.0 declared", "hackage text@1.2.5.0 declared"]
        );
        assert_eq!(found(&Haskell, "src/stack.yaml.lock", STACK), ["hackage aeson-pretty@0.8.9 declared"]);
    }

    #[test]
    fn damage_is_survived() {
        survives_damage(&Haskell, "cabal.project.freeze", FREEZE.as_bytes());
        survives_damage(&Haskell, "stack.yaml.lock", STACK.as_bytes());
    }
}
