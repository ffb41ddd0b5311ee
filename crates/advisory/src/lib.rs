//! What is known to be bad: advisory shards, version order, matching, and what silences a finding.
//!
//! Knows packages by purl and report's model; not images, layers, or where shards live. No clock, no files, no sockets: a host asks
//! [`Matcher::wants`], fetches, [`Matcher::push`]es and [`Matcher::finish`]es. The file format is described in
//! `crates/advisory/FORMAT.md`. Proof: `tests/suite/advisory*.rs`.

#[cfg(feature = "build")]
pub mod build;
mod day;
pub mod ecosystem;
mod epss;
mod error;
mod finding;
mod hit;
mod index;
pub mod lifecycle;
mod load;
mod matcher;
mod references;
pub mod severity;
mod shard;
pub mod suppress;
mod upgrade;
pub mod version;

pub use day::day_number;
pub use error::Error;
pub use index::{INDEX_FILE, INDEX_FORMAT, Index, ShardEntry};
pub use load::{MAX_SHARD, load};
pub use matcher::{DEFAULT_MAX_AGE, Matched, Matcher, Options, Want};
pub use shard::{SHARD_FORMAT, Shard};
pub use upgrade::upgrades;
