//! The browser boundary: three handles, bytes in, bytes or one typed object out. No rule of analysis.
//!
//! [`layer::LayerScan`] eats one layer's blob in a layer worker and gives opaque facts; [`digests::LayerDigests`] eats it
//! once more behind the report; [`merge::Merge`] puts facts together in the model worker and answers the page's questions. A worker may be ended at any moment, so nothing of
//! value lives only here. Must not know: formats inside an image, what is a finding, the network.
//! Proof: `tests/web` (real Chromium).

pub mod archive;
pub mod digests;
pub mod document;
mod error;
pub mod extract;
pub mod files;
pub mod layer;
pub mod limits;
pub mod merge;
pub mod panicked;
pub mod signatures;
