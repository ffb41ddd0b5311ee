//! Signatures: samples by independent implementations, public conformance data, and ways to be wrong.

mod attached;
mod attestations;
mod conformance;
mod scenes;
