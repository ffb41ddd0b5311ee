//! Facts: what one layer says, without knowing its neighbours, the image or the options.
//!
//! Facts depend on the layer's bytes, the budget preset and [`FACTS_VERSION`] alone, so they can be cached by diff_id.

use porthole_report::{EvidenceKind, Gap, Severity};
use serde::{Deserialize, Serialize};

use crate::entry_log::EntryLog;

/// Raised whenever the same layer would give other facts.
pub const FACTS_VERSION: u32 = 4;

/// Everything one layer says.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
pub struct LayerFacts {
    /// [`FACTS_VERSION`] of the writer.
    pub version: u32,
    /// Digest of the blob as read, `sha256:…`; empty when it was not computed.
    pub digest: String,
    /// Digest of the uncompressed tar as read; empty when it was not computed.
    pub diff_id: String,
    /// Bytes of the blob.
    pub stored_size: u64,
    /// Bytes of the uncompressed tar.
    pub uncompressed_size: u64,
    /// False when the blob was damaged or ended early.
    pub complete: bool,
    /// `none`, `gzip` or `zstd`.
    pub compression: String,
    /// Every entry, in tar order.
    pub entries: EntryLog,
    /// What catalogers read.
    pub files: Vec<FileFacts>,
    /// Secrets, masked at birth.
    pub secrets: Vec<SecretFact>,
    /// Small files kept whole for the checks (see `crate::layer::CAPTURED`).
    pub captured: Vec<Captured>,
    /// What was not read in this layer. `layer` is filled in at the fold.
    pub gaps: Vec<Gap>,
}

impl LayerFacts {
    /// Writes the facts for a cache or for another worker (postcard).
    pub fn to_bytes(&self) -> Vec<u8> {
        // Plain data of known shape: writing to memory has no way to fail.
        postcard::to_allocvec(self).unwrap_or_default()
    }

    /// Reads facts back.
    ///
    /// # Errors
    /// When the bytes are damaged or were written by another [`FACTS_VERSION`]: scan the layer again.
    pub fn from_bytes(bytes: &[u8]) -> Result<Self, FactsError> {
        // The version comes first: it is looked at before a shape is assumed for the rest.
        let (version, _) = postcard::take_from_bytes::<u32>(bytes).map_err(|_| FactsError::Damaged)?;
        if version != FACTS_VERSION {
            return Err(FactsError::OtherVersion { found: version });
        }
        let facts: Self = postcard::from_bytes(bytes).map_err(|_| FactsError::Damaged)?;
        facts.entries.check().then_some(facts).ok_or(FactsError::Damaged)
    }
}

/// Why stored facts cannot be used.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum FactsError {
    /// Not facts, or cut short.
    #[error("layer facts: damaged")]
    Damaged,
    /// Written by another version of the program.
    #[error("layer facts: version {found}, this program reads {FACTS_VERSION}")]
    OtherVersion {
        /// The writer's version.
        found: u32,
    },
}

/// What one cataloger read from one file.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct FileFacts {
    /// Index into [`LayerFacts::entries`].
    pub entry: u32,
    /// [`crate::packages::Cataloger::id`].
    pub cataloger: String,
    /// What it says.
    pub parsed: Parsed,
}

/// A small file kept whole.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Captured {
    /// Index into [`LayerFacts::entries`].
    pub entry: u32,
    /// Its bytes.
    pub bytes: Vec<u8>,
}

/// What a cataloger says of one file.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
pub struct Parsed {
    /// Packages that the file names.
    pub packages: Vec<PackageFact>,
    /// Facts about packages that another file of the same cataloger names.
    pub attachments: Vec<Attachment>,
    /// What could not be read in it; `path` and `layer` are filled in by the caller.
    pub gaps: Vec<Gap>,
}

impl Parsed {
    /// True when there is nothing to keep.
    pub fn is_empty(&self) -> bool {
        self.packages.is_empty() && self.attachments.is_empty() && self.gaps.is_empty()
    }
}

/// One package as one file names it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct PackageFact {
    /// purl type.
    pub kind: String,
    /// purl namespace where the file itself says it (npm scope, Maven group, Go host and path). Distribution packages
    /// leave it empty: the fold knows the distribution.
    pub namespace: String,
    /// Name as its ecosystem writes it, without the namespace.
    pub name: String,
    /// Version as its ecosystem writes it.
    pub version: String,
    /// Architecture.
    pub architecture: Option<String>,
    /// Source package name and version, where they differ from or are stated beside the binary's.
    pub source: Option<(String, String)>,
    /// Licence names or expressions.
    pub licenses: Vec<String>,
    /// Further purl qualifiers (`epoch`, `repository_url`, …).
    pub qualifiers: Vec<(String, String)>,
    /// Kind of trace.
    pub evidence: EvidenceKind,
    /// Key by which attachments find it, unique within cataloger and image (`bash:amd64`; the dist-info folder; …).
    pub key: String,
    /// Installed size, bytes, where stated.
    pub installed_size: Option<u64>,
    /// Paths the package owns, without a leading slash, where the same file lists them.
    pub owned: Vec<Vec<u8>>,
    /// Folders that it owns with everything below.
    pub owned_folders: Vec<Vec<u8>>,
    /// Path inside the file, for packages nested in an archive (`BOOT-INF/lib/x.jar`).
    pub inner_path: Option<String>,
    /// ELF soname, CPE or vendor hints are left out on purpose: nothing matches by bare name.
    pub changelog_fixes: Vec<String>,
}

impl PackageFact {
    /// An installed package with nothing but kind, name and version.
    pub fn new(kind: &str, name: impl Into<String>, version: impl Into<String>) -> Self {
        Self {
            kind: kind.into(),
            namespace: String::new(),
            name: name.into(),
            version: version.into(),
            architecture: None,
            source: None,
            licenses: Vec::new(),
            qualifiers: Vec::new(),
            evidence: EvidenceKind::Installed,
            key: String::new(),
            installed_size: None,
            owned: Vec::new(),
            owned_folders: Vec::new(),
            inner_path: None,
            changelog_fixes: Vec::new(),
        }
    }
}

/// Facts about a package that another file names (dpkg's `info/*.list`, `copyright`, a wheel's `RECORD`, …).
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Attachment {
    /// [`PackageFact::key`] of the package that it is about, same cataloger.
    pub key: String,
    /// Licences to add.
    pub licenses: Vec<String>,
    /// Paths owned, without a leading slash.
    pub owned: Vec<Vec<u8>>,
    /// Folders owned with everything below.
    pub owned_folders: Vec<Vec<u8>>,
    /// CVE ids that a changelog claims to have fixed.
    pub changelog_fixes: Vec<String>,
}

/// One secret in a layer. The value is not here: it was masked where it was found.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct SecretFact {
    /// Index into [`LayerFacts::entries`].
    pub entry: u32,
    /// Rule id.
    pub rule: String,
    /// What it is, in words.
    pub title: String,
    /// How bad it is.
    pub severity: Severity,
    /// Path inside an archive.
    pub inner_path: Option<String>,
    /// Line, from 1; none for binary content and for whole-file findings.
    pub line: Option<u32>,
    /// Masked sample.
    pub masked: String,
    /// Stable id, 16 hex digits.
    pub fingerprint: String,
    /// Why it is thought to be harmless, when it is.
    pub harmless: Option<String>,
}
