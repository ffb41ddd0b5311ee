//! Fixture builder and oracles shared by the suites.

pub mod ecosystems;
pub mod image;
pub mod layer;
pub mod open;
pub mod real;
pub mod registry;
pub mod signed;
pub mod validators;
