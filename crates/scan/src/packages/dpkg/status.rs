//! The database itself: deb822 stanzas, one a package (dpkg(1), deb822(5), Debian Policy 5.6).

use porthole_report::export::counted;
use porthole_report::{Gap, GapKind};

use super::super::deb822::{Stanza, stanzas};
use crate::facts::{PackageFact, Parsed};

/// Reads `status`, or one file of `status.d`.
///
/// A package counts when its files are unpacked: everything from `unpacked` to `installed` (deb-states in dpkg(1)).
/// `config-files` packages are gone but for their settings, and left out.
pub fn parse(bytes: &[u8]) -> Parsed {
    let mut parsed = Parsed::default();
    let mut nameless = 0_u32;
    for stanza in stanzas(bytes) {
        if !is_unpacked(stanza) {
            continue;
        }
        match package(stanza) {
            Some(package) => parsed.packages.push(package),
            None => nameless += 1,
        }
    }
    if nameless > 0 {
        let message = format!("dpkg database: {}", counted(nameless, "record without a package name or version"));
        parsed.gaps.push(Gap { kind: GapKind::Malformed, layer: None, path: String::new(), message });
    }
    parsed
}

/// `Status: want flag state`; files of `status.d` have none and are installed.
fn is_unpacked(stanza: Stanza<'_>) -> bool {
    match stanza.get("Status") {
        None => true,
        Some(status) => !matches!(status.split_whitespace().nth(2), Some("not-installed" | "config-files" | "half-installed")),
    }
}

fn package(stanza: Stanza<'_>) -> Option<PackageFact> {
    let name = stanza.get("Package")?;
    let version = stanza.get("Version")?;
    let architecture = stanza.get("Architecture");
    let key = match (&architecture, stanza.get("Multi-Arch").as_deref()) {
        (Some(architecture), Some("same")) => format!("{name}:{architecture}"),
        _ => name.clone(),
    };
    Some(PackageFact {
        source: Some(source(stanza.get("Source").as_deref(), &name, &version)),
        // Kibibytes, rounded up (Debian Policy 5.6.20).
        installed_size: stanza.get("Installed-Size").and_then(|size| size.parse::<u64>().ok()?.checked_mul(1024)),
        architecture,
        key,
        ..PackageFact::new("deb", name, version)
    })
}

/// `Source: name (version)`: the version is stated where it differs from the binary's, as after a binary-only rebuild.
fn source(field: Option<&str>, name: &str, version: &str) -> (String, String) {
    let Some(field) = field else {
        return (name.to_owned(), version.to_owned());
    };
    match field.split_once('(') {
        Some((source, rest)) => {
            let stated = rest.trim_end().trim_end_matches(')').trim();
            (source.trim().to_owned(), if stated.is_empty() { version } else { stated }.to_owned())
        }
        None => (field.to_owned(), version.to_owned()),
    }
}
