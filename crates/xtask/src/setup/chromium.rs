//! The browser that the page is tested in: a Chromium that is there, else Debian's.

use std::env;
use std::path::{Path, PathBuf};

use super::apt;
use crate::child::Failure;
use crate::project::Project;

/// What it is called, best known first.
const NAMES: &[&str] = &["chromium", "chromium-browser", "google-chrome", "google-chrome-stable", "chrome"];
/// Where it is when it is not on PATH.
const PLACES: &[&str] = &[
    "/Applications/Chromium.app/Contents/MacOS/Chromium",
    "/Applications/Google Chrome.app/Contents/MacOS/Google Chrome",
    "/snap/bin/chromium",
    "/opt/google/chrome/chrome",
];

/// The browser's file: what `PORTHOLE_CHROMIUM` says, or what is found, or what can be installed.
///
/// # Errors
/// When there is none and Debian's packages are out of reach.
pub(crate) fn ensure(project: &Project) -> Result<PathBuf, Failure> {
    if let Some(chosen) = env::var_os("PORTHOLE_CHROMIUM").map(PathBuf::from) {
        let missing = || Failure::new(format!("PORTHOLE_CHROMIUM is {}, which is no file", chosen.display()));
        return if chosen.is_file() { Ok(chosen) } else { Err(missing()) };
    }
    if let Some(found) = find() {
        return Ok(found);
    }
    apt::install(project, &["chromium"])?;
    find().ok_or_else(|| Failure::new("chromium was installed, but is not on PATH"))
}

fn find() -> Option<PathBuf> {
    let path = env::var_os("PATH").unwrap_or_default();
    let dirs: Vec<PathBuf> = env::split_paths(&path).collect();
    let on_path = NAMES.iter().flat_map(|name| dirs.iter().map(move |dir| dir.join(name)));
    on_path.chain(PLACES.iter().map(|place| Path::new(place).to_path_buf())).find(|file| file.is_file())
}
