//! SBOMs that lie in the image: Bitnami's `.spdx-NAME.spdx`, Chainguard's `var/lib/db/sbom`, Python's `sboms` folders
//! (PEP 770), and what builders leave beside their programs.
//!
//! What they list is merged with what other catalogers found by package URL, so nothing counts twice. Packages of a
//! source repository or without an ecosystem are passed over: they say what something was built from, not what is there.
//! Proof: tests here and in `crate::sbom`.

use porthole_oci::layer::{Entry, ImagePath};

use super::language::MAX_FILE;
use super::syntax::gap;
use super::{Cataloger, Interest};
use crate::facts::Parsed;
use crate::sbom::{Error, read};

/// The cataloger.
pub struct Sbom;

/// Endings that only SBOMs have.
const ENDINGS: [&[u8]; 8] =
    [b".spdx", b".spdx.json", b".cdx.json", b".cdx.xml", b".cyclonedx.json", b".cyclonedx.xml", b".sbom.json", b".syft.json"];
/// Whole names that SBOMs have, and other things.
const NAMES: [&[u8]; 4] = [b"bom.json", b"bom.xml", b"sbom.json", b"sbom.xml"];
/// purl types that name a place instead of a package.
const PLACES: [&str; 7] = ["github", "gitlab", "bitbucket", "generic", "docker", "oci", "swid"];

impl Cataloger for Sbom {
    fn id(&self) -> &'static str {
        "sbom"
    }

    fn interest(&self, entry: &Entry) -> Interest {
        let name = entry.path.name();
        let wanted = NAMES.contains(&name) || ENDINGS.iter().any(|ending| name.ends_with(ending));
        if wanted { Interest::Whole { max: MAX_FILE } } else { Interest::Skip }
    }

    fn parse(&self, _path: &ImagePath, bytes: &[u8]) -> Parsed {
        let document = match read(bytes) {
            Ok(document) => document,
            // A `bom.json` may be about anything.
            Err(Error::UnknownFormat) => return Parsed::default(),
            Err(error) => {
                return Parsed { gaps: vec![gap(porthole_report::GapKind::Malformed, error.to_string())], ..Parsed::default() };
            }
        };
        let packages = document
            .packages
            .iter()
            .filter(|package| !PLACES.contains(&package.purl.kind.as_str()) && !package.purl.version.is_empty())
            .map(|package| package.fact())
            .collect();
        Parsed { packages, attachments: Vec::new(), gaps: document.gaps }
    }
}

#[cfg(test)]
mod tests {
    use super::super::language::testing::{found, read, survives_damage, wants};
    use super::*;

    const BITNAMI: &str = r#"{"SPDXID":"SPDXRef-DOCUMENT","spdxVersion":"SPDX-2.3","name":"redis","packages":[
        {"SPDXID":"SPDXRef-Package-redis","name":"redis","versionInfo":"7.2.1","licenseDeclared":"BSD-3-Clause","licenseConcluded":"NOASSERTION",
        "externalRefs":[{"referenceCategory":"SECURITY","referenceType":"cpe23Type","referenceLocator":"cpe:2.3:*"},
        {"referenceCategory":"PACKAGE-MANAGER","referenceType":"purl","referenceLocator":"pkg:bitnami/redis@7.2.1-0?arch=amd64&distro=debian-12"}]},
        {"SPDXID":"x","name":"source","versionInfo":"1","externalRefs":[{"referenceType":"purl","referenceLocator":"pkg:github/redis/redis@7.2.1"}]}]}"#;

    #[test]
    fn packages_of_embedded_documents_are_found() {
        assert_eq!(
            found(&Sbom, "opt/bitnami/redis/.spdx-redis.spdx", BITNAMI),
            [r#"bitnami redis@7.2.1-0 sbom ["BSD-3-Clause"]"#]
        );
        for path in [
            "var/lib/db/sbom/openssl-3.1.4-r1.spdx.json",
            "s/x.dist-info/sboms/auditwheel.cdx.json",
            "app/bom.json",
            "app/x.sbom.json",
        ] {
            assert!(wants(&Sbom, path), "{path}");
        }
        assert!(!wants(&Sbom, "app/data.json"));
    }

    #[test]
    fn other_files_of_such_names_are_passed_over() {
        assert!(read(&Sbom, "bom.json", br#"{"name":"x"}"#).is_empty());
        let parsed = read(&Sbom, "a.cdx.json", br#"{"bomFormat":"CycloneDX","specVersion":"9.0"}"#);
        assert_eq!(parsed.gaps[0].message, "sbom: CycloneDX 9.0 JSON is not read");
    }

    #[test]
    fn damage_is_survived() {
        survives_damage(&Sbom, "a.spdx", BITNAMI.as_bytes());
    }
}
