//! Packages: what the SBOM lists.

use serde::{Deserialize, Serialize};

use super::Origin;

/// One package found in the image.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[cfg_attr(feature = "ts", derive(tsify::Tsify), tsify(missing_as_null, hashmap_as_object))]
#[serde(rename_all = "camelCase")]
pub struct Package {
    /// Package URL, complete with namespace and qualifiers (`pkg:deb/debian/bash@5.2?arch=amd64&distro=debian-12`).
    pub purl: String,
    /// purl type: `deb`, `apk`, `npm`, … (`generic` for binaries recognised by their version strings).
    pub kind: String,
    /// Name as its ecosystem writes it (`group:artifact` for Maven, `@scope/name` for npm).
    pub name: String,
    /// Version as its ecosystem writes it, epoch and revision included.
    pub version: String,
    /// Architecture where the ecosystem has one.
    pub architecture: Option<String>,
    /// Licence expressions or names as the metadata states them.
    pub licenses: Vec<String>,
    /// Source package that the binary was built from; distributions file advisories against it.
    pub source: Option<SourcePackage>,
    /// How sure it is that this is there.
    pub evidence: EvidenceKind,
    /// Path of the file that names it.
    pub path: String,
    /// Layer that first brought this package with this version.
    pub layer: u32,
    /// Base image or the image's own.
    pub origin: Origin,
    /// False when a later layer removed or upgraded it: still shipped, no longer seen.
    pub visible: bool,
    /// Layer that removed or upgraded it, for hidden packages.
    pub removed_in: Option<u32>,
    /// Id of the cataloger that found it.
    pub found_by: String,
    /// purl of the operating system package that installed it, where one owns its files.
    pub owned_by: Option<String>,
    /// Size on disk as the metadata states or the owned files sum to, bytes.
    pub installed_size: Option<u64>,
    /// Further paths that name the same package.
    pub also_at: Vec<String>,
    /// CVE ids that the package's own changelog in the image claims to have fixed.
    pub changelog_fixes: Vec<String>,
}

/// The source a binary package was built from.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[cfg_attr(feature = "ts", derive(tsify::Tsify), tsify(missing_as_null, hashmap_as_object))]
pub struct SourcePackage {
    /// Source (origin) name.
    pub name: String,
    /// Source version.
    pub version: String,
}

/// What kind of trace a package left.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[cfg_attr(feature = "ts", derive(tsify::Tsify), tsify(missing_as_null, hashmap_as_object))]
#[serde(rename_all = "camelCase")]
pub enum EvidenceKind {
    /// A package manager's record or the package's own metadata: it is installed.
    Installed,
    /// Recorded inside a binary (build info, embedded audit data, nested archive).
    Embedded,
    /// Recognised by version strings in a binary.
    Binary,
    /// Listed in an SBOM inside the image.
    Sbom,
    /// Named by a lock file or manifest: declared, maybe not installed.
    Declared,
}
