//! Signatures: samples by independent implementations, public conformance data, and ways to be wrong.

mod conformance;
mod scenes;
