//! Gaps: what was not read, and why.

use serde::{Deserialize, Serialize};

/// Something that the report could not look at.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[cfg_attr(feature = "ts", derive(tsify::Tsify), tsify(missing_as_null, hashmap_as_object))]
#[serde(rename_all = "camelCase")]
pub struct Gap {
    /// Whose fault it is.
    pub kind: GapKind,
    /// Layer it is in, where it is in one.
    pub layer: Option<u32>,
    /// Path in the image or archive, lossy UTF-8, empty when there is none.
    pub path: String,
    /// One clear sentence, lower case, no full stop.
    pub message: String,
}

/// Families of gaps; the same as the error families.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[cfg_attr(feature = "ts", derive(tsify::Tsify), tsify(missing_as_null, hashmap_as_object))]
#[serde(rename_all = "camelCase")]
pub enum GapKind {
    /// The file is wrong.
    Malformed,
    /// We cannot read it yet.
    Unsupported,
    /// Refused on purpose: a limit was reached.
    OverBudget,
    /// It is not in the input.
    Missing,
}
