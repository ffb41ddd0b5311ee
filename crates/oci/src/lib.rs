//! What an image is: archives, manifests, layers, digests.
//!
//! Knows bytes and the OCI specifications. Must not know: packages, findings, JS, sockets, the clock.

pub mod layer;
