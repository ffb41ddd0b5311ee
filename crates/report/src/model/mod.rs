//! The report's data model. One file a noun; every list is ordered by content so that the same input gives the same bytes.

mod check;
mod efficiency;
mod gap;
mod image;
mod layer;
mod package;
mod purl;
mod secret;
mod severity;
mod signature;
mod vulnerability;

pub use check::*;
pub use efficiency::*;
pub use gap::*;
pub use image::*;
pub use layer::*;
pub use package::*;
pub use purl::*;
pub use secret::*;
pub use severity::*;
pub use signature::*;
pub use vulnerability::*;

use serde::{Deserialize, Serialize};

/// Version of the report's own schema. Raised by one when a field changes its meaning or goes away; new fields don't raise it.
pub const SCHEMA_VERSION: u32 = 1;

/// Everything Porthole says about one image (one platform's manifest).
///
/// Holds no time of its own making and no random ids: the same image, advisory data and options give the same bytes.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[cfg_attr(feature = "ts", derive(tsify::Tsify), tsify(missing_as_null, hashmap_as_object))]
#[serde(rename_all = "camelCase")]
pub struct Report {
    /// [`SCHEMA_VERSION`] of the writer.
    pub schema_version: u32,
    /// The program that wrote the report.
    pub tool: Tool,
    /// What was scanned: names, platform, configuration, base.
    pub image: Image,
    /// Layers from the lowest to the topmost.
    pub layers: Vec<Layer>,
    /// Every package found in any layer, hidden ones included (see [`Package::visible`]).
    pub packages: Vec<Package>,
    /// Known vulnerabilities of the visible packages; `database` is empty when no advisory database was loaded.
    pub vulnerabilities: Vulnerabilities,
    /// Secrets and things that should not be there, values masked.
    pub secrets: Vec<Secret>,
    /// Every check that ran, passed ones included.
    pub checks: Vec<Check>,
    /// Wasted and saved bytes.
    pub efficiency: Efficiency,
    /// Integrity, signatures, attestations.
    pub signatures: Signatures,
    /// Files that no package owns: the application itself.
    pub application: Application,
    /// What could not be read, and why. Silence never means health.
    pub gaps: Vec<Gap>,
}

impl Report {
    /// True for the report of an SBOM: packages and what is known of them, and nothing said of anything else.
    pub fn is_of_sbom(&self) -> bool {
        self.image.kind == "sbom"
    }
}

/// The program that wrote a report.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[cfg_attr(feature = "ts", derive(tsify::Tsify), tsify(missing_as_null, hashmap_as_object))]
pub struct Tool {
    /// Always `porthole` for our own reports.
    pub name: String,
    /// The program's semantic version.
    pub version: String,
}

/// Where something came from: the base image's layers, or the layers put on top.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[cfg_attr(feature = "ts", derive(tsify::Tsify), tsify(missing_as_null, hashmap_as_object))]
#[serde(rename_all = "camelCase")]
pub enum Origin {
    /// A layer of the recognised base image.
    Base,
    /// A layer above the base image.
    Own,
    /// No base image was recognised.
    #[default]
    Unknown,
}
