//! Checks of how the image is configured and built.

use serde::{Deserialize, Serialize};

use super::{Origin, Severity};

/// One check and how it ended.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[cfg_attr(feature = "ts", derive(tsify::Tsify), tsify(missing_as_null, hashmap_as_object))]
#[serde(rename_all = "camelCase")]
pub struct Check {
    /// Stable code, `runs-as-root`.
    pub code: String,
    /// The same rule in other catalogues: `CIS-DI-0001`, `CIS 4.1`, `DKL-DI-0001`, `AVD-DS-0002`.
    pub also_known_as: Vec<String>,
    /// One line: what is checked.
    pub title: String,
    /// How it ended.
    pub outcome: Outcome,
    /// How bad a failure is.
    pub severity: Severity,
    /// Where what was found belongs: to the base image when all evidence is the base's, else to the image's own build.
    #[serde(default)]
    pub origin: Origin,
    /// What was found, in one sentence.
    pub message: String,
    /// Why it matters.
    pub why: String,
    /// How to fix it.
    pub fix: String,
    /// Where to read more.
    pub reference: String,
    /// What the outcome rests on; capped, see `evidence_total`.
    pub evidence: Vec<Evidence>,
    /// Number of pieces of evidence before the cap.
    pub evidence_total: u64,
    /// Bytes that a fix would save.
    pub saves: Option<u64>,
}

/// How a check ended.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[cfg_attr(feature = "ts", derive(tsify::Tsify), tsify(missing_as_null, hashmap_as_object))]
#[serde(rename_all = "camelCase")]
pub enum Outcome {
    /// Something is wrong.
    Fail,
    /// Worth a look; not wrong by itself.
    Warn,
    /// All well.
    Pass,
    /// The image cannot show it (and `message` says why).
    NotApplicable,
}

/// One piece of evidence.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[cfg_attr(feature = "ts", derive(tsify::Tsify), tsify(missing_as_null, hashmap_as_object))]
#[serde(rename_all = "camelCase")]
pub struct Evidence {
    /// Path in the image.
    pub path: Option<String>,
    /// Layer it is in.
    pub layer: Option<u32>,
    /// Base image or the image's own.
    pub origin: Origin,
    /// What was seen there, secrets masked.
    pub text: String,
}
