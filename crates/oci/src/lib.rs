//! What an image is: archives, manifests, layers, digests.
//!
//! Knows bytes and the OCI specifications. Must not know: packages, findings, JS, sockets, the clock.

pub mod archive;
pub mod codec;
mod config;
mod descriptor;
mod digest;
mod document;
mod error;
mod host_sums;
mod index;
pub mod layer;
mod limits;
mod manifest;
pub mod media_type;
mod platform;
mod reference;
pub mod registry;
pub mod tar;

pub use config::{Config, Healthcheck, History, RunConfig, chain_id};
pub use descriptor::Descriptor;
pub use digest::{Algorithm, Digest, Hasher};
pub use error::{Error, ErrorFamily};
pub use host_sums::{HostSha256, HostSums};
pub use index::Index;
pub use limits::Limits;
pub use manifest::Manifest;
pub use platform::Platform;
pub use reference::{DOCKER_HUB, Reference};
