//! Feeds the matcher from a database folder. Reads only the shards that the image's packages need.

use std::path::Path;

use porthole_report::Report;
use porthole_scan::advisory::{INDEX_FILE, Options};
use porthole_scan::{matcher, set_vulnerabilities};

/// Matches the packages against the database in this folder. `required` says whether its absence is an error (the person
/// named it) or only leaves the report without vulnerabilities (the default place).
pub(crate) fn match_packages(report: &mut Report, folder: &Path, required: bool, options: &Options) -> Result<(), String> {
    let mut matcher = matcher(report);
    let path = folder.join(INDEX_FILE);
    match std::fs::read(&path) {
        // The gap that a bad index leaves is in the report; a person who named it is told at once.
        Ok(bytes) => match matcher.index(&bytes) {
            Err(error) if required => return Err(format!("{}: {error}", path.display())),
            _ => {}
        },
        Err(error) if required => return Err(format!("{}: {error}", path.display())),
        Err(_) => return Ok(()),
    }
    for want in matcher.wants() {
        match std::fs::read(folder.join(&want.file)) {
            // What is wrong with a shard is noted by the matcher.
            Ok(bytes) => drop(matcher.push(&want.key, &bytes)),
            Err(error) => matcher.failed(&want.key, &error.to_string()),
        }
    }
    set_vulnerabilities(report, matcher, options);
    Ok(())
}
