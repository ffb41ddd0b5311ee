//! The image as a whole: names, platform, configuration, distribution, base.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

/// One image: the subject of a report.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[cfg_attr(feature = "ts", derive(tsify::Tsify), tsify(missing_as_null, hashmap_as_object))]
#[serde(rename_all = "camelCase")]
pub struct Image {
    /// What the person gave: a file name or an image reference.
    pub source: String,
    /// Kind of input: `docker-archive`, `oci-archive`, `oci-layout`, `registry`, `sbom`, …
    pub kind: String,
    /// References that the archive or registry gives the image (`repo:tag`).
    pub names: Vec<String>,
    /// Digest of the manifest, `sha256:…`, where there is an OCI or schema 2 manifest.
    pub manifest_digest: Option<String>,
    /// Digest of the configuration blob: the image id.
    pub config_digest: Option<String>,
    /// Target platform.
    pub platform: Platform,
    /// RFC 3339 creation time as the configuration states it.
    pub created: Option<String>,
    /// Author as the configuration states it.
    pub author: Option<String>,
    /// Sum of the layer blobs as stored, bytes.
    pub stored_size: u64,
    /// Sum of the uncompressed layer tars, bytes.
    pub uncompressed_size: u64,
    /// Sum of file contents visible in the final image, bytes.
    pub visible_size: u64,
    /// Number of files, directories and links visible in the final image.
    pub visible_entries: u64,
    /// Execution parameters.
    pub config: ImageConfig,
    /// History entries, oldest first.
    pub history: Vec<HistoryEntry>,
    /// The distribution in the final image, where one is recognised.
    pub distribution: Option<Distribution>,
    /// The base image, where one is recognised.
    pub base: Option<BaseImage>,
    /// Manifest annotations.
    pub annotations: BTreeMap<String, String>,
}

/// OCI platform (image-spec `image-index.md`).
#[derive(Debug, Clone, Default, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[cfg_attr(feature = "ts", derive(tsify::Tsify), tsify(missing_as_null, hashmap_as_object))]
#[serde(rename_all = "camelCase")]
pub struct Platform {
    /// For example `linux`.
    pub os: String,
    /// For example `amd64`.
    pub architecture: String,
    /// For example `v8`.
    pub variant: Option<String>,
    /// For example a Windows build number.
    pub os_version: Option<String>,
}

/// The `config` object of the image configuration (image-spec `config.md`). Values of secrets are masked.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[cfg_attr(feature = "ts", derive(tsify::Tsify), tsify(missing_as_null, hashmap_as_object))]
#[serde(rename_all = "camelCase")]
pub struct ImageConfig {
    /// `User`: empty means root.
    pub user: String,
    /// `Entrypoint`.
    pub entrypoint: Vec<String>,
    /// `Cmd`.
    pub cmd: Vec<String>,
    /// `Env`, as `NAME=value`.
    pub env: Vec<String>,
    /// `ExposedPorts`, as `8080/tcp`.
    pub exposed_ports: Vec<String>,
    /// `Volumes`.
    pub volumes: Vec<String>,
    /// `WorkingDir`.
    pub working_dir: String,
    /// `Labels`.
    pub labels: BTreeMap<String, String>,
    /// `StopSignal`.
    pub stop_signal: Option<String>,
    /// Docker's `Healthcheck.Test`; not part of the OCI specification.
    pub healthcheck: Option<Vec<String>>,
    /// Docker's `Shell`.
    pub shell: Vec<String>,
    /// Docker's `OnBuild`.
    pub on_build: Vec<String>,
}

/// One step of the build history (image-spec `config.md`).
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[cfg_attr(feature = "ts", derive(tsify::Tsify), tsify(missing_as_null, hashmap_as_object))]
#[serde(rename_all = "camelCase")]
pub struct HistoryEntry {
    /// RFC 3339 time.
    pub created: Option<String>,
    /// The command, secrets masked.
    pub created_by: Option<String>,
    /// Author.
    pub author: Option<String>,
    /// Comment.
    pub comment: Option<String>,
    /// True when the step made no layer.
    pub empty_layer: bool,
    /// Index into the report's layers, when history and layers agree in number.
    pub layer: Option<u32>,
}

/// A Linux distribution, from os-release(5) or an older release file.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[cfg_attr(feature = "ts", derive(tsify::Tsify), tsify(missing_as_null, hashmap_as_object))]
#[serde(rename_all = "camelCase")]
pub struct Distribution {
    /// `ID`: `debian`, `alpine`, …
    pub id: String,
    /// `ID_LIKE`, split.
    pub id_like: Vec<String>,
    /// `NAME`.
    pub name: String,
    /// `VERSION_ID`; for Debian completed from `debian_version` where that is more precise.
    pub version_id: Option<String>,
    /// `VERSION_CODENAME`.
    pub codename: Option<String>,
    /// `PRETTY_NAME`.
    pub pretty_name: String,
    /// What kind of base this is: `full`, `slim`, `distroless`, `busybox`, `scratch`.
    pub flavour: Option<String>,
    /// Day on which standard support ends, `YYYY-MM-DD`, when known.
    pub end_of_life: Option<String>,
    /// True when `end_of_life` lies before the report's time.
    pub end_of_life_reached: bool,
    /// File it was read from.
    pub path: String,
}

/// The image this one was built on.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[cfg_attr(feature = "ts", derive(tsify::Tsify), tsify(missing_as_null, hashmap_as_object))]
#[serde(rename_all = "camelCase")]
pub struct BaseImage {
    /// Best name: from labels (`org.opencontainers.image.base.name`), else the distribution and release.
    pub name: String,
    /// Digest from labels, where stated.
    pub digest: Option<String>,
    /// How many of the lowest layers belong to it.
    pub layers: u32,
    /// What the recognition rests on, in words.
    pub evidence: Vec<String>,
    /// Newest time found in the base's layers or packages, RFC 3339.
    pub newest_content: Option<String>,
}

/// Files that no package owns.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[cfg_attr(feature = "ts", derive(tsify::Tsify), tsify(missing_as_null, hashmap_as_object))]
#[serde(rename_all = "camelCase")]
pub struct Application {
    /// Number of regular files.
    pub files: u64,
    /// Sum of their sizes, bytes.
    pub bytes: u64,
    /// Bytes owned by packages, and by package managers as their own records, for the ratio.
    pub owned_bytes: u64,
    /// The directories that hold most of it, largest first.
    pub directories: Vec<ApplicationDirectory>,
    /// Programming languages and kinds seen among the unowned files (`javascript`, `python`, `elf`, …), largest first.
    pub languages: Vec<ApplicationLanguage>,
}

/// A directory with application files.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[cfg_attr(feature = "ts", derive(tsify::Tsify), tsify(missing_as_null, hashmap_as_object))]
#[serde(rename_all = "camelCase")]
pub struct ApplicationDirectory {
    /// Absolute path.
    pub path: String,
    /// Number of unowned regular files below it.
    pub files: u64,
    /// Their bytes.
    pub bytes: u64,
}

/// A language among the unowned files, by file name and magic.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[cfg_attr(feature = "ts", derive(tsify::Tsify), tsify(missing_as_null, hashmap_as_object))]
#[serde(rename_all = "camelCase")]
pub struct ApplicationLanguage {
    /// For example `javascript`.
    pub language: String,
    /// True for compiled artefacts (ELF, class files, …).
    pub compiled: bool,
    /// Number of files.
    pub files: u64,
    /// Their bytes.
    pub bytes: u64,
}
