//! `porthole db info`.

use std::path::PathBuf;
use std::time::{SystemTime, UNIX_EPOCH};

use clap::Args;
use porthole_advisory::day_number;
use porthole_report::export::{bytes, plain};

use crate::exit::Exit;

/// Options of `porthole db info`.
#[derive(Debug, Args)]
pub(super) struct Info {
    /// Folder of the database; default: `PORTHOLE_DB` or the user's data folder.
    #[arg(value_name = "DIR")]
    folder: Option<PathBuf>,
    /// Print the index as JSON.
    #[arg(long)]
    json: bool,
}

pub(super) fn run(args: &Info) -> Result<Exit, String> {
    let folder = args.folder.clone().unwrap_or_else(super::default_folder);
    let index = super::read_index(&folder)?;
    if args.json {
        return crate::print(&index.to_json()).map(|()| Exit::Done);
    }
    let today = SystemTime::now().duration_since(UNIX_EPOCH).map_or(0, |since| since.as_secs() / 86_400) as i64;
    let age = |day: &str| {
        day_number(day).map_or_else(|| "unknown age".to_owned(), |number| format!("{} days old", (today - number).max(0)))
    };
    let mut text = format!("{:<34} {:>9} {:>9} {:>9} {:>10}  newest record\n", "shard", "packages", "records", "rows", "size");
    for shard in &index.shards {
        text.push_str(&format!(
            "{:<34} {:>9} {:>9} {:>9} {:>10}  {}, {}\n",
            plain(&shard.key),
            shard.packages,
            shard.advisories,
            shard.rows,
            bytes(shard.bytes),
            plain(&shard.snapshot),
            age(&shard.snapshot)
        ));
    }
    let total: u64 = index.shards.iter().map(|shard| shard.bytes).sum();
    text.push_str(&format!("{} shards, {}", index.shards.len(), bytes(total)));
    let kev = if index.kev.is_empty() { "none".to_owned() } else { plain(&index.kev).to_string() };
    text.push_str(&format!("; known exploited vulnerabilities: {kev}; EPSS: {}\n", if index.epss { "yes" } else { "none" }));
    crate::print(&text).map(|()| Exit::Done)
}
