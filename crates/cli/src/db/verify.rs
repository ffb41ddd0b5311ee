//! `porthole db verify`.

use std::path::PathBuf;

use clap::Args;
use porthole_advisory::load;
use porthole_report::export::plain;

use crate::exit::Exit;

/// Options of `porthole db verify`.
#[derive(Debug, Args)]
pub(super) struct Verify {
    /// Folder of the database; default: `PORTHOLE_DB` or the user's data folder.
    #[arg(value_name = "DIR")]
    folder: Option<PathBuf>,
}

pub(super) fn run(args: &Verify) -> Result<Exit, String> {
    let folder = args.folder.clone().unwrap_or_else(super::default_folder);
    let index = super::read_index(&folder)?;
    let mut wrong = 0;
    for entry in &index.shards {
        let path = folder.join(&entry.file);
        let checked = match std::fs::read(&path) {
            Ok(file) => load(entry, &file).and_then(|shard| shard.check()).map_err(|error| error.to_string()),
            Err(error) => Err(format!("advisory shard {}: {}: {error}", entry.key, path.display())),
        };
        if let Err(message) = checked {
            wrong += 1;
            eprintln!("porthole: {}", plain(&message));
        }
    }
    if wrong > 0 {
        return Err(format!("{}: {wrong} of {} shards are not sound", folder.display(), index.shards.len()));
    }
    crate::print(&format!("{} shards are sound\n", index.shards.len()))?;
    Ok(Exit::Done)
}
