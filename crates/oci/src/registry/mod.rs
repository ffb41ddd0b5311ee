//! Images in a registry (distribution specification 1.1), without a socket.
//!
//! [`Pull`] asks for manifests and the configuration and ends in the same [`ImageSource`] as an archive does; a layer's
//! blob is one [`Download`]; [`Resolve`] asks only which digest a tag names. The host makes the requests that they ask for, follows no redirect by itself, and decides
//! which hosts may be called at all. Only what strangers may read is asked for: no credentials are ever taken.
//! Proof: `tests/suite/registry*.rs` (a registry in memory, every known one by a script, one that says anything at all),
//! `tests/edge` (a real registry, and one with bad manners).
//!
//! [`ImageSource`]: crate::archive::ImageSource

mod attached;
mod auth;
mod download;
mod error;
mod exchange;
mod guard;
mod http;
pub mod known;
mod place;
mod pull;
mod resolve;
mod url;

pub use download::{Download, End};
pub use error::Error;
pub use exchange::{Answer, Exchange, Session};
pub use guard::Guard;
pub use http::{Head, Method, RateLimit, Request};
pub use place::Place;
pub use pull::{Pull, PullOptions, Pulled};
pub use resolve::Resolve;
pub use url::Url;

/// Redirects followed for one request.
pub const MAX_REDIRECTS: u32 = 5;

/// Most bytes of a token answer.
const MAX_TOKEN_ANSWER: u64 = 256 * 1024;

/// Most bytes of a manifest or index (distribution specification: registries take at least 4 MiB).
const MAX_MANIFEST: u64 = 4 << 20;

/// Manifests read that are attached to one image, at most.
const MAX_ATTACHED: usize = 64;

/// Digests of one image, its own and those of the indexes above it, that signatures are looked for of.
const MAX_SUBJECTS: usize = 4;

/// Pages of referrers looked at for one image.
const MAX_REFERRER_PAGES: u32 = 8;
