//! Signatures: samples by independent implementations, public conformance data, and ways to be wrong.

mod applied;
mod attached;
mod attestations;
mod client;
mod conformance;
mod damage;
mod pulled;
mod scenes;
mod ways;
