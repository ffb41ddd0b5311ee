//! Fixture builder and oracles shared by the suites.

pub mod base64;
pub mod ecosystems;
pub mod findings;
pub mod host;
pub mod image;
pub mod inflating;
pub mod layer;
pub mod open;
pub mod pieces;
pub mod real;
pub mod registry;
pub mod signed;
pub mod tar_log;
pub mod targets;
pub mod unzstd;
pub mod validators;
