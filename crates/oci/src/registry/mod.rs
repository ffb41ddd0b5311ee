//! Images in a registry (distribution specification 1.1), without a socket.
//!
//! [`Pull`] asks for manifests and the configuration and ends in the same [`ImageSource`] as an archive does; a layer's
//! blob is one [`Exchange`]. The host makes the requests that they ask for, follows no redirect by itself, and decides
//! which hosts may be called at all. Only what strangers may read is asked for: no credentials are ever taken.
//! Proof: `tests/suite/registry.rs` (scripted exchanges), `tests/edge` (a real registry).
//!
//! [`ImageSource`]: crate::archive::ImageSource

mod auth;
mod error;
mod exchange;
mod guard;
mod http;
pub mod known;
mod pull;
mod url;

pub use error::Error;
pub use exchange::{Answer, Exchange, Session};
pub use guard::Guard;
pub use http::{Head, RateLimit, Request};
pub use pull::{Pull, PullOptions, Pulled};
pub use url::Url;

/// Redirects followed for one request.
pub const MAX_REDIRECTS: u32 = 5;

/// Most bytes of a token answer.
const MAX_TOKEN_ANSWER: u64 = 256 * 1024;

/// Most bytes of a manifest or index (distribution specification: registries take at least 4 MiB).
const MAX_MANIFEST: u64 = 4 << 20;
