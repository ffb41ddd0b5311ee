//! Wasted bytes: what is shipped and not seen.

use serde::{Deserialize, Serialize};

/// Where bytes are wasted.
///
/// A byte is wasted when its file is not the visible one of its path: overwritten or deleted by a later layer.
/// The visible copy is never waste; hard links and sparse files count their stored bytes once.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[cfg_attr(feature = "ts", derive(tsify::Tsify), tsify(missing_as_null, hashmap_as_object))]
#[serde(rename_all = "camelCase")]
pub struct Efficiency {
    /// Visible bytes over all shipped bytes, 0 to 1; 1 when nothing is shipped.
    pub score: f64,
    /// File bytes of all layers.
    pub shipped_bytes: u64,
    /// File bytes that nobody sees.
    pub wasted_bytes: u64,
    /// Wasted bytes as stored: each layer's share scaled by its compression, an estimate.
    pub wasted_stored_bytes: u64,
    /// The paths that waste most, largest first; capped.
    pub worst: Vec<WastedPath>,
    /// Number of paths with waste before the cap.
    pub worst_total: u64,
    /// Wasted bytes per layer, by the layer that holds them.
    pub per_layer: Vec<u64>,
    /// What to do, largest saving first.
    pub remedies: Vec<Remedy>,
}

/// One path with wasted copies.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[cfg_attr(feature = "ts", derive(tsify::Tsify), tsify(missing_as_null, hashmap_as_object))]
#[serde(rename_all = "camelCase")]
pub struct WastedPath {
    /// Absolute path.
    pub path: String,
    /// Wasted bytes.
    pub bytes: u64,
    /// Layers that hold wasted copies.
    pub layers: Vec<u32>,
    /// Layer whose change made them waste.
    pub by: u32,
    /// True when the last change was a deletion.
    pub deleted: bool,
}

/// One thing to do, and what it saves.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[cfg_attr(feature = "ts", derive(tsify::Tsify), tsify(missing_as_null, hashmap_as_object))]
#[serde(rename_all = "camelCase")]
pub struct Remedy {
    /// What to do.
    pub text: String,
    /// Bytes saved.
    pub bytes: u64,
    /// Layer to change.
    pub layer: Option<u32>,
}
