//! What one scan may cost. Each cap that is reached becomes a gap in the report.

use serde::{Deserialize, Serialize};

/// Caps of the scan above `oci`'s own. Part of the facts' cache key: another budget may give other facts.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[non_exhaustive]
pub struct ScanLimits {
    /// Largest sum of whole files held at once for catalogers, bytes.
    pub max_whole_file: u64,
    /// Most packages taken from one layer.
    pub max_packages_per_layer: usize,
    /// Most secrets taken from one layer.
    pub max_secrets_per_layer: usize,
    /// Most bytes unpacked from one layer's archives in search of secrets.
    pub max_unpacked: u64,
    /// Most bytes of captured configuration files in one layer.
    pub max_captured: usize,
    /// Most gaps listed for one layer; one more says how many were left out.
    pub max_gaps_per_layer: usize,
    /// Most bytes that the list of one layer's entries takes; names are most of it.
    pub max_listed: usize,
    /// Most paths of all layers together, a path that several layers name counted for each, folders on the way too.
    pub max_paths: usize,
    /// Most bytes of names and link targets of all layers together.
    pub max_names: usize,
    /// Most bytes of packages, secrets, kept files and gaps of all layers together, as they lie in memory. A layer that is listed
    /// a thousand times has them a thousand times.
    pub max_facts: usize,
    /// Most steps of following symbolic links while layers are put together, all links together.
    pub max_link_steps: u64,
}

impl Default for ScanLimits {
    fn default() -> Self {
        Self {
            max_whole_file: 48 << 20,
            max_packages_per_layer: 500_000,
            max_secrets_per_layer: 10_000,
            max_unpacked: 256 << 20,
            max_captured: 4 << 20,
            max_gaps_per_layer: 1_000,
            max_listed: 256 << 20,
            max_paths: 8_000_000,
            max_names: 512 << 20,
            max_facts: 256 << 20,
            max_link_steps: 20_000_000,
        }
    }
}
