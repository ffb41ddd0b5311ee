//! Reports that were saved as JSON, read back: to compare them, to write them in another format, to judge them again.
//!
//! Unknown fields are passed over, since new ones do not raise the schema's version; a newer version is refused.
//! Proof: `tests/suite/saved.rs`.

use serde::Deserialize;

use crate::{Report, SCHEMA_VERSION};

/// Why a saved report cannot be used.
#[derive(Debug, thiserror::Error)]
pub enum Error {
    /// It is none, or a damaged one.
    #[error("no report of porthole: {0}")]
    Malformed(#[from] serde_json::Error),
    /// A newer program wrote it.
    #[error("a report of schema version {found}; this program reads up to {SCHEMA_VERSION}")]
    TooNew {
        /// Its version.
        found: u32,
    },
}

/// What tells a report from other JSON documents.
#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Head {
    schema_version: u32,
    tool: Tool,
}

#[derive(Deserialize)]
struct Tool {
    name: String,
}

/// True for JSON that says that it is a report.
pub fn is_report(bytes: &[u8]) -> bool {
    serde_json::from_slice::<Head>(bytes).is_ok_and(|head| head.tool.name == "porthole")
}

/// Reads a report.
///
/// # Errors
/// When it is none, or of a newer schema.
pub fn read(bytes: &[u8]) -> Result<Report, Error> {
    let head: Head = serde_json::from_slice(bytes)?;
    if head.schema_version > SCHEMA_VERSION {
        return Err(Error::TooNew { found: head.schema_version });
    }
    Ok(serde_json::from_slice(bytes)?)
}
