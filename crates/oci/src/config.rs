//! The image configuration (image-spec `config.md`), with the fields that only Docker writes.
//!
//! Read leniently from the document: `oci-spec`'s own type knows no Healthcheck, Shell and OnBuild, and fails as a whole on
//! a missing `architecture`, on `null` in a list and on numbers where texts should be, all of which exist in real images.

use std::collections::BTreeMap;

use serde_json::Value;

use crate::digest::Digest;
use crate::document::{self, Shape, keys, list, map, some_text, text, texts};
use crate::error::Error;
use crate::limits::Limits;
use crate::platform::Platform;

/// An image configuration.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Config {
    /// What it runs on.
    pub platform: Platform,
    /// RFC 3339 creation time, as written.
    pub created: Option<String>,
    /// Author.
    pub author: Option<String>,
    /// Execution parameters.
    pub run: RunConfig,
    /// Digests of the uncompressed layers, lowest first; none in place of one that is no digest.
    pub diff_ids: Vec<Option<Digest>>,
    /// Build steps, oldest first.
    pub history: Vec<History>,
    /// Fields (JSON pointers) that are there and cannot be what they are for: read as if they were missing.
    pub unread: Vec<&'static str>,
}

/// Fields that the checks and the search for secrets look at, and what they must be.
const SHAPES: &[(&str, Shape)] = &[
    ("/config", Shape::Object),
    ("/config/Cmd", Shape::List),
    ("/config/Entrypoint", Shape::List),
    ("/config/Env", Shape::List),
    ("/config/ExposedPorts", Shape::Object),
    ("/config/Labels", Shape::Object),
    ("/config/Volumes", Shape::Object),
    ("/history", Shape::List),
    ("/rootfs/diff_ids", Shape::List),
];

/// The `config` object: how a container is started.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct RunConfig {
    /// `User`; empty means root.
    pub user: String,
    /// `Entrypoint`.
    pub entrypoint: Vec<String>,
    /// `Cmd`.
    pub cmd: Vec<String>,
    /// `Env`, as `NAME=value`.
    pub env: Vec<String>,
    /// `ExposedPorts`, sorted.
    pub exposed_ports: Vec<String>,
    /// `Volumes`, sorted.
    pub volumes: Vec<String>,
    /// `WorkingDir`.
    pub working_dir: String,
    /// `Labels`.
    pub labels: BTreeMap<String, String>,
    /// `StopSignal`.
    pub stop_signal: Option<String>,
    /// Docker's `Healthcheck`.
    pub healthcheck: Option<Healthcheck>,
    /// Docker's `Shell`.
    pub shell: Vec<String>,
    /// Docker's `OnBuild`.
    pub on_build: Vec<String>,
}

/// Docker's health check.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Healthcheck {
    /// `Test`, as Docker writes it (`NONE`, `CMD …`, `CMD-SHELL …`).
    pub test: Vec<String>,
    /// `Interval`, nanoseconds.
    pub interval: Option<u64>,
    /// `Timeout`, nanoseconds.
    pub timeout: Option<u64>,
    /// `StartPeriod`, nanoseconds.
    pub start_period: Option<u64>,
    /// `Retries`.
    pub retries: Option<u64>,
}

/// One build step.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct History {
    /// RFC 3339 time, as written.
    pub created: Option<String>,
    /// The command.
    pub created_by: Option<String>,
    /// Author.
    pub author: Option<String>,
    /// Comment.
    pub comment: Option<String>,
    /// True when the step made no layer.
    pub empty_layer: bool,
}

impl Config {
    /// Parses one. Only a document that is no JSON object fails.
    pub fn parse(name: &str, bytes: &[u8], limits: &Limits) -> Result<Self, Error> {
        let value = document::parse(name, bytes, limits)?;
        if !value.is_object() {
            return Err(Error::Json { name: name.to_owned(), why: "not an image configuration".to_owned() });
        }
        Ok(Self::read(&value))
    }

    pub(crate) fn read(value: &Value) -> Self {
        let rootfs = value.get("rootfs").unwrap_or(&Value::Null);
        Self {
            platform: Platform::read(value),
            created: some_text(value, "created"),
            author: some_text(value, "author"),
            run: RunConfig::read(value.get("config").unwrap_or(&Value::Null)),
            diff_ids: list(rootfs, "diff_ids").iter().map(|id| id.as_str().and_then(|id| Digest::parse(id).ok())).collect(),
            history: list(value, "history").iter().map(History::read).collect(),
            unread: document::of_another_shape(value, SHAPES),
        }
    }

    /// True when a document is an image configuration by its content.
    pub(crate) fn looks_like(value: &Value) -> bool {
        value.get("rootfs").is_some_and(Value::is_object)
    }

    /// Which layer each history entry made, when the entries that made one are as many as there are layers; else nothing
    /// is known of any (builders often write none, or forget `empty_layer`).
    pub fn history_layers(&self, layers: usize) -> Vec<Option<usize>> {
        let made = self.history.iter().filter(|entry| !entry.empty_layer).count();
        let mut next = 0..layers;
        self.history.iter().map(|entry| if made == layers && !entry.empty_layer { next.next() } else { None }).collect()
    }
}

impl RunConfig {
    fn read(value: &Value) -> Self {
        Self {
            user: text(value, "User"),
            entrypoint: texts(value, "Entrypoint"),
            cmd: texts(value, "Cmd"),
            env: texts(value, "Env"),
            exposed_ports: keys(value, "ExposedPorts"),
            volumes: keys(value, "Volumes"),
            working_dir: text(value, "WorkingDir"),
            labels: map(value, "Labels"),
            stop_signal: some_text(value, "StopSignal"),
            healthcheck: value.get("Healthcheck").filter(|check| check.is_object()).map(|check| Healthcheck {
                test: texts(check, "Test"),
                interval: check.get("Interval").and_then(Value::as_u64),
                timeout: check.get("Timeout").and_then(Value::as_u64),
                start_period: check.get("StartPeriod").and_then(Value::as_u64),
                retries: check.get("Retries").and_then(Value::as_u64),
            }),
            shell: texts(value, "Shell"),
            on_build: texts(value, "OnBuild"),
        }
    }
}

impl History {
    fn read(value: &Value) -> Self {
        Self {
            created: some_text(value, "created"),
            created_by: some_text(value, "created_by"),
            author: some_text(value, "author"),
            comment: some_text(value, "comment"),
            empty_layer: value.get("empty_layer").and_then(Value::as_bool).unwrap_or(false),
        }
    }
}

/// The chain id of a stack of layers (image-spec `config.md`, section Layer ChainID); none for an empty stack.
pub fn chain_id(diff_ids: &[Digest]) -> Option<Digest> {
    let (first, rest) = diff_ids.split_first()?;
    Some(rest.iter().fold(*first, |chain, diff_id| chain.of_same_algorithm(format!("{chain} {diff_id}").as_bytes())))
}
