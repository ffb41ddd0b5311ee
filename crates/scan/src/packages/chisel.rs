//! Chisel's manifest in images cut from Ubuntu packages: packages, slices and paths as zstd-compressed JSON lines.
//!
//! Follows chisel's `jsonwall` format 1.0, schema 1.0. A slice `openssl_bins` belongs to the package before its last
//! underscore. Proof: this file's tests.

use std::collections::BTreeMap;

use porthole_oci::codec::{Compression, Decoder};
use porthole_oci::layer::{Entry, ImagePath};
use porthole_oci::{Error, Limits};
use porthole_report::{Gap, GapKind};
use serde::Deserialize;

use super::{Cataloger, Interest};
use crate::facts::{PackageFact, Parsed};

/// The cataloger.
pub struct Chisel;

const MAX_SIZE: u64 = 8 << 20;
/// Most text that is inflated, bytes; a manifest of ten thousand paths takes two megabytes.
const MAX_TEXT: usize = 32 << 20;

impl Cataloger for Chisel {
    fn id(&self) -> &'static str {
        "chisel"
    }

    fn interest(&self, entry: &Entry) -> Interest {
        let is_manifest = entry.path.as_bytes() == b"var/lib/chisel/manifest.wall";
        if is_manifest { Interest::Whole { max: MAX_SIZE } } else { Interest::Skip }
    }

    fn parse(&self, _path: &ImagePath, bytes: &[u8]) -> Parsed {
        parse(bytes)
    }
}

#[derive(Deserialize)]
struct Line {
    #[serde(default)]
    kind: String,
    #[serde(default)]
    name: String,
    #[serde(default)]
    version: String,
    #[serde(default)]
    arch: Option<String>,
    #[serde(default)]
    path: String,
    #[serde(default)]
    slices: Vec<String>,
}

/// The text of a manifest, as far as it goes; and whether that is not all.
fn decoded(zstd: &[u8]) -> (Vec<u8>, bool) {
    let mut text = Vec::new();
    let mut take = |bytes: &[u8]| {
        let fits = bytes.get(..MAX_TEXT - text.len()).unwrap_or(bytes);
        text.extend_from_slice(fits);
        if fits.len() == bytes.len() {
            Ok(())
        } else {
            Err(Error::Expansion { stored: zstd.len() as u64, limit: MAX_TEXT as u64 })
        }
    };
    let mut decoder = Decoder::sniffing(Limits::default());
    let read = decoder.push(zstd, &mut take).and_then(|()| decoder.finish(&mut take));
    (text, read.is_err() || decoder.compression() != Some(Compression::Zstd))
}

/// Reads a manifest.
pub fn parse(zstd: &[u8]) -> Parsed {
    let mut parsed = Parsed::default();
    let (text, mut damaged) = decoded(zstd);
    let mut packages: BTreeMap<String, PackageFact> = BTreeMap::new();
    let mut owned: BTreeMap<String, Vec<Vec<u8>>> = BTreeMap::new();
    for line in text.split(|byte| *byte == b'\n').filter(|line| !line.is_empty()) {
        let Ok(line) = serde_json::from_slice::<Line>(line) else {
            damaged = true;
            continue;
        };
        match line.kind.as_str() {
            "package" if !line.name.is_empty() && !line.version.is_empty() => {
                let mut fact = PackageFact::new("deb", line.name, line.version);
                fact.architecture = line.arch;
                fact.key.clone_from(&fact.name);
                packages.insert(fact.name.clone(), fact);
            }
            "path" if !line.path.ends_with('/') => {
                let package = line.slices.first().and_then(|slice| slice.rsplit_once('_')).map(|(package, _)| package.to_owned());
                let path = line.path.strip_prefix('/').unwrap_or(&line.path).as_bytes().to_vec();
                owned.entry(package.unwrap_or_default()).or_default().push(path);
            }
            _ => {}
        }
    }
    for (name, package) in &mut packages {
        package.owned = owned.remove(name).unwrap_or_default();
    }
    parsed.packages = packages.into_values().collect();
    if damaged {
        let message = "chisel manifest: damaged or cut short".to_owned();
        parsed.gaps.push(Gap { kind: GapKind::Malformed, layer: None, path: String::new(), message });
    }
    parsed
}

#[cfg(test)]
mod tests {
    use super::*;

    const MANIFEST: &str = r#"{"jsonwall":"1.0","schema":"1.0","count":6}
{"kind":"content","slice":"openssl_bins","path":"/usr/bin/openssl"}
{"kind":"package","name":"libssl3t64","version":"3.0.13-0ubuntu3.4","sha256":"x","arch":"amd64"}
{"kind":"package","name":"openssl","version":"3.0.13-0ubuntu3.4","sha256":"x","arch":"amd64"}
{"kind":"path","path":"/usr/bin/","mode":"0755","slices":["openssl_bins"]}
{"kind":"path","path":"/usr/bin/openssl","mode":"0755","slices":["openssl_bins"],"sha256":"x","size":7}
"#;

    fn zstd(text: &str) -> Vec<u8> {
        // A frame of one stored block (RFC 8878, 3.1.1).
        let [size, block] = [text.len() as u32, (text.len() as u32) << 3 | 1].map(u32::to_le_bytes);
        [&[0x28, 0xb5, 0x2f, 0xfd, 0xa0], &size[..], &block[..3], text.as_bytes()].concat()
    }

    #[test]
    fn packages_own_the_paths_of_their_slices() {
        let parsed = parse(&zstd(MANIFEST));
        assert_eq!(parsed.gaps, []);
        let seen: Vec<_> = parsed.packages.iter().map(|package| (package.name.as_str(), package.owned.len())).collect();
        assert_eq!(seen, [("libssl3t64", 0), ("openssl", 1)]);
        assert_eq!(parsed.packages[1].owned, [b"usr/bin/openssl".to_vec()]);
    }

    #[test]
    fn a_cut_manifest_is_a_gap() {
        let bytes = zstd(MANIFEST);
        for cut in 0..bytes.len() - 4 {
            assert_eq!(parse(&bytes[..cut]).gaps.len(), 1, "cut at {cut}");
        }
    }
}
