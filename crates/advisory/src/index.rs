//! `index.json`: which shards a database has. Described in `crates/advisory/FORMAT.md`, section Index.

use serde::{Deserialize, Serialize};

use crate::Error;

/// Name of the index file; the shards lie beside it.
pub const INDEX_FILE: &str = "index.json";
/// Newest index format that is read, and the one that is written.
pub const INDEX_FORMAT: u32 = 1;
/// Largest index that is read, bytes.
const MAX_INDEX: usize = 4 << 20;

/// The table of contents of an advisory database.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Index {
    /// [`INDEX_FORMAT`] of the writer.
    pub format: u32,
    /// Newest record of all shards, `YYYY-MM-DD`.
    pub snapshot: String,
    /// Version of the KEV catalogue, empty when there was none.
    #[serde(default)]
    pub kev: String,
    /// True when EPSS scores were built in.
    #[serde(default)]
    pub epss: bool,
    /// The shards, by key.
    pub shards: Vec<ShardEntry>,
}

/// One shard in the index.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct ShardEntry {
    /// OSV ecosystem with release: `Debian:12`, `Alpine:v3.20`, `npm`.
    pub key: String,
    /// File name beside the index: lower-case letters, digits, `-` and `.`; holds the first 16 digits of the hash.
    pub file: String,
    /// Size of the file, bytes.
    pub bytes: u64,
    /// Size of the shard once decompressed, bytes: also what it takes in memory.
    pub unpacked: u64,
    /// SHA-256 of the file, hex.
    pub sha256: String,
    /// Number of package names.
    pub packages: u64,
    /// Number of advisories.
    pub advisories: u64,
    /// Number of rows: one version range of one package in one advisory.
    pub rows: u64,
    /// Day of the newest record, `YYYY-MM-DD`.
    pub snapshot: String,
    /// Where the records came from.
    pub source: String,
    /// Licence of the records.
    pub license: String,
    /// Bounds that are no versions of the ecosystem's scheme; their findings are marked as uncertain.
    #[serde(default)]
    pub malformed: u64,
}

impl Index {
    /// Reads `index.json`.
    ///
    /// # Errors
    /// When it is no index, a newer one, too large, or names files that could lie elsewhere than beside it.
    pub fn parse(bytes: &[u8]) -> Result<Self, Error> {
        if bytes.len() > MAX_INDEX {
            return Err(Error::TooLarge { what: "advisory index".into(), seen: bytes.len() as u64, limit: MAX_INDEX as u64 });
        }
        // The format number first: a newer index may have another shape.
        #[derive(Deserialize)]
        struct Format {
            format: u32,
        }
        let Format { format } = serde_json::from_slice(bytes).map_err(|error| Error::Index(error.to_string()))?;
        if format > INDEX_FORMAT {
            return Err(Error::Newer { what: "advisory index".into(), seen: format, known: INDEX_FORMAT });
        }
        let index: Self = serde_json::from_slice(bytes).map_err(|error| Error::Index(error.to_string()))?;
        for shard in &index.shards {
            let plain = |byte: u8| matches!(byte, b'a'..=b'z' | b'0'..=b'9' | b'-' | b'.');
            if shard.file.is_empty() || shard.file.starts_with('.') || !shard.file.bytes().all(plain) {
                return Err(Error::Index(format!("shard {:?} names no plain file: {:?}", shard.key, shard.file)));
            }
        }
        Ok(index)
    }

    /// The shard of that key.
    pub fn shard(&self, key: &str) -> Option<&ShardEntry> {
        self.shards.iter().find(|shard| shard.key == key)
    }

    /// `index.json` as it is written: indented, one order, a newline at the end.
    pub fn to_json(&self) -> String {
        let mut text = serde_json::to_string_pretty(self).unwrap_or_default();
        text.push('\n');
        text
    }
}
