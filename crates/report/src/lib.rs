//! What we say: the report as plain data, and the formats it is written in.
//!
//! Must not know: bytes of an image, tar, how anything was found, the clock. Exporters see [`Report`] and nothing else.
//! Proof: `tests/suite/exports.rs` (official schemas, snapshots).

pub mod diff;
pub mod export;
pub mod model;
pub mod policy;
pub mod saved;
pub mod sorting;

pub use model::*;
