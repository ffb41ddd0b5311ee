//! PHP packages: what Composer installed (`vendor/composer/installed.json`, both its versions) and what a project locks
//! (`composer.lock`). Proof: tests here.

use porthole_oci::layer::{Entry, ImagePath};
use porthole_report::EvidenceKind;

use super::language::{MAX_FILE, file_name, folder, is_name, lossy, parsed};
use super::syntax::{Step, json};
use super::{Cataloger, Interest};
use crate::facts::{PackageFact, Parsed};

/// The cataloger.
pub struct Php;

impl Cataloger for Php {
    fn id(&self) -> &'static str {
        "php"
    }

    fn interest(&self, entry: &Entry) -> Interest {
        let path = entry.path.as_bytes();
        let wanted = match file_name(path) {
            b"composer.lock" => true,
            b"installed.json" => file_name(folder(path)) == b"composer",
            _ => false,
        };
        if wanted { Interest::Whole { max: MAX_FILE } } else { Interest::Skip }
    }

    fn parse(&self, path: &ImagePath, bytes: &[u8]) -> Parsed {
        let home = folder(path.as_bytes());
        let evidence = if path.name() == b"composer.lock" { EvidenceKind::Declared } else { EvidenceKind::Installed };
        let mut packages = Vec::new();
        let mut current = Installed::default();
        let read = json(bytes, &mut |path, step| {
            // A bare list (Composer 1) or lists by name (Composer 2, locks).
            let field = match path {
                ["#", field @ ..] | ["packages" | "packages-dev", "#", field @ ..] => field,
                _ => return,
            };
            match (field, step) {
                (["name"], Step::Text(text)) => current.name = text.to_owned(),
                (["version"], Step::Text(text)) => current.version = text.to_owned(),
                (["install-path"], Step::Text(text)) => current.folder = Some(text.to_owned()),
                (["license", "#"] | ["license"], Step::Text(text)) => current.licenses.push(text.to_owned()),
                ([], Step::End) => packages.extend(std::mem::take(&mut current).into_fact(home, evidence)),
                _ => {}
            }
        });
        parsed(packages, read)
    }
}

#[derive(Default)]
struct Installed {
    name: String,
    version: String,
    folder: Option<String>,
    licenses: Vec<String>,
}

impl Installed {
    fn into_fact(self, home: &[u8], evidence: EvidenceKind) -> Option<PackageFact> {
        let (vendor, name) = self.name.split_once('/')?;
        if !is_name(vendor) || !is_name(name) || !is_name(&self.version) {
            return None;
        }
        let mut package = PackageFact {
            namespace: vendor.to_owned(),
            licenses: self.licenses,
            evidence,
            ..PackageFact::new("composer", name, self.version)
        };
        if evidence == EvidenceKind::Installed {
            // Composer 1 does not say where: beside its own folder, by name.
            let place = self.folder.unwrap_or_else(|| format!("../{}", self.name));
            let place = ImagePath::new(home).join(place);
            package.key = lossy(place.as_bytes()).into_owned();
            package.owned_folders = vec![place.as_bytes().to_vec()];
        }
        Some(package)
    }
}

#[cfg(test)]
mod tests {
    use super::super::language::testing::{found, read, survives_damage, wants};
    use super::*;

    const INSTALLED_2: &str = r#"{"packages":[{"name":"monolog/monolog","version":"2.9.1","license":["MIT"],"install-path":"../monolog/monolog",
        "require":{"name":"x"},"authors":[{"name":"A"}]},{"name":"own","version":"1"}],"dev":true,"dev-package-names":["a/b"]}"#;
    const INSTALLED_1: &str = r#"[{"name":"psr/log","version":"v1.1.4","license":["MIT","BSD-3-Clause"]}]"#;
    const LOCK: &str = r#"{"packages":[{"name":"psr/log","version":"1.1.4"}],"packages-dev":[{"name":"phpunit/phpunit","version":"9.0.0"}],"aliases":[]}"#;

    #[test]
    fn installed_packages_own_their_folders() {
        let path = "srv/vendor/composer/installed.json";
        assert_eq!(found(&Php, path, INSTALLED_2), [r#"composer monolog/monolog@2.9.1 installed ["MIT"]"#]);
        assert_eq!(found(&Php, path, INSTALLED_1), [r#"composer psr/log@v1.1.4 installed ["MIT", "BSD-3-Clause"]"#]);
        for (text, place) in [(INSTALLED_2, "srv/vendor/monolog/monolog"), (INSTALLED_1, "srv/vendor/psr/log")] {
            assert_eq!(read(&Php, path, text.as_bytes()).packages[0].owned_folders, [place.as_bytes().to_vec()]);
        }
        assert!(!wants(&Php, "srv/installed.json"));
    }

    #[test]
    fn locked_packages_are_declared() {
        assert_eq!(
            found(&Php, "srv/composer.lock", LOCK),
            ["composer phpunit/phpunit@9.0.0 declared", "composer psr/log@1.1.4 declared"]
        );
    }

    #[test]
    fn damage_is_survived() {
        for text in [INSTALLED_1, INSTALLED_2] {
            survives_damage(&Php, "vendor/composer/installed.json", text.as_bytes());
        }
        survives_damage(&Php, "composer.lock", LOCK.as_bytes());
    }
}
