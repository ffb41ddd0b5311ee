//! What an image is: archives, manifests, layers, digests.
//!
//! Knows bytes and the OCI specifications. Must not know: packages, findings, JS, sockets, the clock.

pub mod codec;
mod digest;
mod error;
pub mod layer;
mod limits;
pub mod tar;

pub use digest::{Algorithm, Digest, Hasher};
pub use error::{Error, ErrorFamily};
pub use limits::Limits;
