//! Formats the report is written in. Exporters see the report and nothing else; time and ids are passed in.
//!
//! Names in a report come from the image and are hostile: every format escapes by its own rules, and [`plain`] is for
//! those that end up on a terminal. Proof: `tests/suite/exports.rs`.

mod advisories;
mod badge;
mod csv;
mod finding;
mod html;
mod issues;
mod json;
mod junit;
mod markdown;
mod plain;
mod sarif;
mod sbom;
mod signed;
mod table;
mod units;
mod wrap;

pub use badge::{Badge, badge_without_report};
pub use csv::Csv;
pub use html::Html;
pub use json::Json;
pub use junit::JUnit;
pub use markdown::{JobSummary, Markdown};
pub(crate) use markdown::{cell, md};
pub use plain::plain;
pub use sarif::Sarif;
pub use sbom::{CycloneDx, Spdx, Spdx3};
pub use table::Table;
pub use units::{bytes, counted, percent};
pub(crate) use wrap::{CUT, WRAP, wrap};

use crate::Report;

/// What a host knows and a report does not.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Context {
    /// Time of writing, RFC 3339; formats that need one leave it out or write the image's creation time when it is missing.
    pub now: Option<String>,
    /// Random serial number (UUID) for formats that want one.
    pub serial: Option<String>,
    /// Columns of the terminal that the text is for; without it lines are as long as they are.
    pub columns: Option<usize>,
}

/// Writes a report in one format.
pub trait Exporter: Sync {
    /// Name on the command line and in URLs, kebab-case.
    fn id(&self) -> &'static str;
    /// Media type (RFC 6838).
    fn media_type(&self) -> &'static str;
    /// File name extension, without the dot.
    fn extension(&self) -> &'static str;
    /// Appends the report to `out`.
    fn write(&self, report: &Report, context: &Context, out: &mut String);
}

/// Every format. Add a line here to add one.
pub const ALL: &[&dyn Exporter] =
    &[&Json, &Table, &CycloneDx, &Spdx, &Spdx3, &Sarif, &JUnit, &Markdown, &JobSummary, &Csv, &Html, &Badge];

/// The exporter with this id.
pub fn find(id: &str) -> Option<&'static dyn Exporter> {
    ALL.iter().copied().find(|exporter| exporter.id() == id)
}
