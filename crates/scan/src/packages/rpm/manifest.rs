//! The manifest that CBL-Mariner and Azure Linux leave in images without a database: one package a line, ten columns.
//!
//! `container-manifest-1` beside it lists the same packages with less, and is not read.

use porthole_report::export::counted;
use porthole_report::{Gap, GapKind};

use super::header::fact;
use crate::facts::Parsed;

/// Reads `container-manifest-2`: name, version-release, install and build time, vendor, (none), size, architecture, epoch,
/// source package, separated by tabs.
pub fn parse(bytes: &[u8]) -> Parsed {
    let mut parsed = Parsed::default();
    let mut unreadable = 0_u32;
    for line in bytes.split(|byte| *byte == b'\n').filter(|line| !line.trim_ascii().is_empty()) {
        let line = String::from_utf8_lossy(line);
        let columns: Vec<&str> = line.trim_end().split('\t').collect();
        let stated = |i: usize| columns.get(i).copied().filter(|text| !text.is_empty() && *text != "(none)");
        let (Some(name), Some((version, release))) = (stated(0), stated(1).and_then(|text| text.split_once('-'))) else {
            unreadable += 1;
            continue;
        };
        let epoch = stated(8).and_then(|epoch| epoch.parse().ok());
        let mut package = fact(name.to_owned(), version, release, epoch, stated(7).map(str::to_owned), stated(9));
        package.installed_size = stated(6).and_then(|size| size.parse().ok());
        parsed.packages.push(package);
    }
    if unreadable > 0 {
        let message = format!("container manifest: {}", counted(unreadable, "line without a name and a version"));
        parsed.gaps.push(Gap { kind: GapKind::Malformed, layer: None, path: String::new(), message });
    }
    parsed
}
