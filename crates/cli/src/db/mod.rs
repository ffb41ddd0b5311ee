//! `porthole db`: the advisory database as files. Reads and writes folders and fetches dumps; the rules are `porthole-advisory`'s.
//!
//! Proof: `crates/cli/tests/db.rs`, `crates/cli/tests/db_update.rs`.

mod build;
mod download;
mod info;
mod read;
mod update;
mod verify;
mod write;

use std::path::{Path, PathBuf};

use clap::{Args, Subcommand};
use porthole_advisory::{INDEX_FILE, Index};

use crate::exit::Exit;

/// Options of `porthole db`.
#[derive(Debug, Args)]
pub(crate) struct Db {
    #[command(subcommand)]
    command: Command,
}

#[derive(Debug, Subcommand)]
enum Command {
    /// Build a database from OSV records: folders, `all.zip` dumps, JSON or JSON lines, gzipped or not.
    Build(build::Build),
    /// Download OSV's dumps, the KEV catalogue and the EPSS scores, then build. Can be stopped and resumed.
    Update(update::Update),
    /// Show what a database holds and how old it is.
    Info(info::Info),
    /// Check every shard of a database against its index, and every table in it.
    Verify(verify::Verify),
}

/// Runs `porthole db …`.
pub(crate) fn run(db: &Db) -> Result<Exit, String> {
    match &db.command {
        Command::Build(args) => build::run(args),
        Command::Update(args) => update::run(args),
        Command::Info(args) => info::run(args),
        Command::Verify(args) => verify::run(args),
    }
}

/// Where the database is unless told otherwise: `PORTHOLE_DB`, else the user's data folder (XDG base directory specification).
pub(crate) fn default_folder() -> PathBuf {
    let set = |name: &str| std::env::var_os(name).filter(|value| !value.is_empty()).map(PathBuf::from);
    set("PORTHOLE_DB").unwrap_or_else(|| {
        let data = set("XDG_DATA_HOME").or_else(|| set("HOME").map(|home| home.join(".local/share")));
        data.unwrap_or_default().join("porthole/advisories")
    })
}

/// Reads the index of a database folder.
pub(crate) fn read_index(folder: &Path) -> Result<Index, String> {
    let path = folder.join(INDEX_FILE);
    let bytes = std::fs::read(&path).map_err(|error| format!("{}: {error}", path.display()))?;
    Index::parse(&bytes).map_err(|error| format!("{}: {error}", path.display()))
}
