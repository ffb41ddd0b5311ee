//! Bills of materials: what the SBOM formats share.
//!
//! An SBOM describes the final image: packages that a later layer removed are left out. Each component says where it was
//! found and in which layer; our own reader (`porthole_scan::sbom`) gets back everything that matching needs. Proof:
//! `tests/suite/sbom.rs` (official schemas and validators, round trip).

mod cyclonedx;
mod license;
mod spdx;
mod spdx3;

pub use cyclonedx::CycloneDx;
pub use spdx::Spdx;
pub use spdx3::Spdx3;

use std::collections::HashMap;

use serde_json::Value;

use super::Context;
use crate::{Package, Report};

/// Writes one JSON object field by field and long lists element by element, so that no second copy of the report is held.
struct Object<'o> {
    out: &'o mut String,
    is_empty: bool,
}

impl<'o> Object<'o> {
    fn begin(out: &'o mut String) -> Self {
        out.push('{');
        Self { out, is_empty: true }
    }

    fn key(&mut self, key: &str) {
        self.out.push_str(if self.is_empty { "\n  " } else { ",\n  " });
        self.is_empty = false;
        self.out.push_str(&Value::from(key).to_string());
        self.out.push_str(": ");
    }

    fn field(&mut self, key: &str, value: impl Into<Value>) {
        self.key(key);
        self.out.push_str(&value.into().to_string());
    }

    /// A list, an element a line.
    fn list(&mut self, key: &str, elements: impl Iterator<Item = Value>) {
        self.key(key);
        self.out.push('[');
        for (at, element) in elements.enumerate() {
            self.out.push_str(if at == 0 { "\n    " } else { ",\n    " });
            self.out.push_str(&element.to_string());
        }
        self.out.push_str("\n  ]");
    }

    fn end(self) {
        self.out.push_str("\n}\n");
    }
}

/// The visible packages, each with an id that is unique in the document.
fn components(report: &Report) -> Vec<(String, &Package)> {
    let mut seen: HashMap<&str, usize> = HashMap::new();
    let visible = report.packages.iter().filter(|package| package.visible);
    visible
        .map(|package| {
            let times = seen.entry(&package.purl).or_default();
            *times += 1;
            let id = if *times == 1 { package.purl.clone() } else { format!("{}#{times}", package.purl) };
            (id, package)
        })
        .collect()
}

/// What the document is about, as a person names it.
fn subject(report: &Report) -> &str {
    let image = &report.image;
    let names = image.names.iter().chain([&image.source]);
    names.map(String::as_str).find(|name| !name.is_empty()).unwrap_or("image")
}

/// The subject's digest: the manifest's, else the configuration's.
fn digest(report: &Report) -> Option<&str> {
    report.image.manifest_digest.as_deref().or(report.image.config_digest.as_deref())
}

/// A name for this document that no other one has, as a URI without a fragment: by the host's serial number, else by the
/// image's digest.
fn namespace(report: &Report, context: &Context) -> String {
    match (&context.serial, digest(report)) {
        (Some(serial), _) => format!("urn:uuid:{serial}"),
        (None, Some(digest)) => format!("urn:porthole:{digest}"),
        (None, None) => "urn:porthole:sbom".into(),
    }
}

/// The time of writing in the only form that SPDX allows, `YYYY-MM-DDThh:mm:ssZ`: the host's, else the image's.
fn created(report: &Report, context: &Context) -> String {
    [context.now.as_deref(), report.image.created.as_deref()]
        .into_iter()
        .flatten()
        .find_map(whole_seconds)
        .unwrap_or_else(|| "1970-01-01T00:00:00Z".into())
}

fn whole_seconds(time: &str) -> Option<String> {
    let local = time.strip_suffix('Z')?;
    let whole = local.split('.').next()?;
    let shape = whole.bytes().map(|byte| if byte.is_ascii_digit() { b'0' } else { byte });
    shape.eq(*b"0000-00-00T00:00:00").then(|| format!("{whole}Z"))
}

/// Where a package was found, in words.
fn found(report: &Report, package: &Package) -> String {
    let layer = report.layers.get(package.layer as usize).and_then(|layer| layer.diff_id.as_deref());
    let layer =
        layer.map_or_else(|| format!("layer {}", package.layer), |diff_id| format!("layer {} ({diff_id})", package.layer));
    format!("found by {} in {}, {layer}", package.found_by, package.path)
}

/// Fixes that the package's changelog claims, in words that our reader takes apart again; none when it claims none.
fn claims(package: &Package) -> Option<String> {
    (!package.changelog_fixes.is_empty()).then(|| format!("changelog claims fixes: {}", package.changelog_fixes.join(" ")))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn times_are_cut_to_whole_seconds() {
        for (time, expected) in [
            ("2024-05-06T07:08:09Z", Some("2024-05-06T07:08:09Z")),
            ("2024-05-06T07:08:09.123456789Z", Some("2024-05-06T07:08:09Z")),
            ("2024-05-06T07:08:09+02:00", None),
            ("yesterday", None),
        ] {
            assert_eq!(whole_seconds(time).as_deref(), expected, "{time}");
        }
    }
}
