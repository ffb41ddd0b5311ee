//! `META-INF/MANIFEST.MF` (JAR file specification, "JAR Manifest"; OSGi bundle headers; Jenkins' plugin headers).

use super::super::syntax::fields;
use super::coordinates::{Coordinates, from_stem, is_maven_version};

/// What a manifest's main section says of the archive.
#[derive(Debug, Default)]
pub(super) struct Manifest {
    pub(super) group: String,
    pub(super) version: String,
    pub(super) licenses: Vec<String>,
    /// Jenkins' short name: the artifact.
    plugin: String,
}

pub(super) fn parse(text: &str) -> Manifest {
    let mut manifest = Manifest::default();
    let (mut vendor_id, mut symbolic_name, mut module) = (String::new(), String::new(), String::new());
    // Better sources of a version come first.
    let mut versions: [String; 4] = Default::default();
    for (name, value, more) in fields(text) {
        // Lines are broken at 72 bytes, anywhere.
        let value = more.into_iter().fold(value.to_owned(), |whole, piece| whole + piece);
        let value = value.trim();
        match name {
            "Group-Id" => manifest.group = value.to_owned(),
            "Implementation-Vendor-Id" => vendor_id = value.to_owned(),
            "Bundle-SymbolicName" => symbolic_name = value.split(';').next().unwrap_or_default().trim().to_owned(),
            "Automatic-Module-Name" => module = value.to_owned(),
            "Short-Name" => manifest.plugin = value.to_owned(),
            "Bundle-License" => manifest.licenses.extend(licenses(value)),
            "Plugin-Version" => set(&mut versions, 0, value),
            "Implementation-Version" => set(&mut versions, 1, value),
            "Bundle-Version" => set(&mut versions, 2, value),
            "Specification-Version" => set(&mut versions, 3, value),
            _ => {}
        }
    }
    manifest.version = versions.into_iter().find(|version| !version.is_empty()).unwrap_or_default();
    if manifest.group.is_empty() {
        let group = [vendor_id, parent(&symbolic_name), parent(&module)].into_iter().find(|group| group.contains('.'));
        manifest.group = group.unwrap_or_default();
    }
    manifest
}

fn set(versions: &mut [String; 4], rank: usize, value: &str) {
    // `1.0 (private-…)`: what follows a blank is a remark.
    let version = value.split_whitespace().next().unwrap_or_default();
    if let Some(slot) = versions.get_mut(rank)
        && is_maven_version(version)
        && version.contains(|c: char| c.is_ascii_digit())
    {
        *slot = version.to_owned();
    }
}

/// `org.apache.commons` of `org.apache.commons.io`; empty when that is not a group any more.
fn parent(name: &str) -> String {
    let group = name.rsplit_once('.').map_or("", |(group, _)| group);
    let plain = group.chars().all(|c| c.is_ascii_alphanumeric() || matches!(c, '.' | '-' | '_'));
    if group.contains('.') && plain { group.to_owned() } else { String::new() }
}

/// SPDX ids, names or addresses: `Apache-2.0;link="…",MIT`.
fn licenses(value: &str) -> impl Iterator<Item = String> + '_ {
    value
        .split(',')
        .filter_map(|one| one.split(';').next())
        .map(|one| one.trim().trim_matches('"').to_owned())
        .filter(|one| !one.is_empty() && one.len() <= 200)
}

impl Manifest {
    /// What manifest and file name together say the archive is.
    pub(super) fn coordinates(&self, stem: &str) -> Coordinates {
        let (artifact, version) = from_stem(stem);
        let artifact = if self.plugin.is_empty() { artifact } else { &self.plugin };
        let version = if version.is_empty() { &self.version } else { version };
        Coordinates { group: self.group.clone(), artifact: artifact.to_owned(), version: version.to_owned() }
    }
}
