//! The report itself, as JSON: the schema of this crate, versioned by [`crate::SCHEMA_VERSION`].

use super::{Context, Exporter};
use crate::Report;

/// Own JSON schema, indented.
pub struct Json;

impl Exporter for Json {
    fn id(&self) -> &'static str {
        "json"
    }

    fn media_type(&self) -> &'static str {
        "application/json"
    }

    fn extension(&self) -> &'static str {
        "json"
    }

    fn write(&self, report: &Report, _context: &Context, out: &mut String) {
        // Plain data: serialising it into memory has no way to fail.
        out.push_str(&serde_json::to_string_pretty(report).unwrap_or_default());
        out.push('\n');
    }
}
