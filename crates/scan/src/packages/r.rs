//! Installed R packages, by their `DESCRIPTION` ("Writing R Extensions", section 1.1.1). One counts when R built it: a
//! `Built` field is what tells an installed package from its source. Proof: tests here.

use porthole_oci::layer::{Entry, ImagePath};

use super::language::{folder, is_name, is_version, lossy, parsed};
use super::syntax::{fields, text};
use super::{Cataloger, Interest};
use crate::facts::{PackageFact, Parsed};

/// The cataloger.
pub struct R;

impl Cataloger for R {
    fn id(&self) -> &'static str {
        "r"
    }

    fn interest(&self, entry: &Entry) -> Interest {
        if entry.path.name() == b"DESCRIPTION" { Interest::Whole { max: 1 << 20 } } else { Interest::Skip }
    }

    fn parse(&self, path: &ImagePath, bytes: &[u8]) -> Parsed {
        let (mut name, mut version, mut license, mut is_built) = (String::new(), String::new(), None, false);
        for (field, value, _) in fields(&text(bytes)) {
            match field {
                "Package" => name = value.to_owned(),
                "Version" => version = value.to_owned(),
                "License" => license = Some(value.to_owned()),
                "Built" => is_built = true,
                _ => {}
            }
        }
        // Other programs have files of this name too.
        if !is_built || !is_name(&name) || !is_version(&version) {
            return Parsed::default();
        }
        let home = folder(path.as_bytes());
        let package = PackageFact {
            licenses: license.into_iter().collect(),
            key: lossy(home).into_owned(),
            owned_folders: vec![home.to_vec()],
            ..PackageFact::new("cran", name, version)
        };
        parsed(vec![package], Ok(()))
    }
}

#[cfg(test)]
mod tests {
    use super::super::language::testing::{found, survives_damage};
    use super::*;

    const INSTALLED: &str = "Package: jsonlite\nType: Package\nTitle: A Simple\n        Generator\nVersion: 1.8.4\nLicense: MIT + file LICENSE\nBuilt: R 4.2.2; x86_64; 2023-01-01; unix\n";

    #[test]
    fn built_packages_are_installed() {
        assert_eq!(
            found(&R, "usr/lib/R/site-library/jsonlite/DESCRIPTION", INSTALLED),
            [r#"cran jsonlite@1.8.4 installed ["MIT + file LICENSE"]"#]
        );
        assert!(found(&R, "src/jsonlite/DESCRIPTION", "Package: jsonlite\nVersion: 1.8.4\n").is_empty());
        assert!(found(&R, "x/DESCRIPTION", "a text about something\n").is_empty());
    }

    #[test]
    fn damage_is_survived() {
        survives_damage(&R, "x/DESCRIPTION", INSTALLED.as_bytes());
    }
}
