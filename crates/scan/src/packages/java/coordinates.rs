//! Maven coordinates, and what a file name says of them.

use porthole_report::{EvidenceKind, sorting};

use super::super::language::is_name;
use super::super::syntax::{Damage, Step, xml};
use crate::facts::PackageFact;

/// Group, artifact and version of one package.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(super) struct Coordinates {
    pub(super) group: String,
    pub(super) artifact: String,
    pub(super) version: String,
}

impl Coordinates {
    /// True when nothing is missing and nothing is a placeholder that a build should have filled in.
    pub(super) fn is_complete(&self) -> bool {
        is_name(&self.group) && self.is_usable()
    }

    /// The same, but the group may be unknown.
    pub(super) fn is_usable(&self) -> bool {
        is_name(&self.artifact) && is_maven_version(&self.version)
    }

    pub(super) fn into_fact(self, evidence: EvidenceKind) -> PackageFact {
        PackageFact { namespace: self.group, evidence, ..PackageFact::new("maven", self.artifact, self.version) }
    }
}

/// Maven versions may be words (`r09`, `Finchley.SR2`), never ranges or placeholders.
pub(super) fn is_maven_version(version: &str) -> bool {
    is_name(version) && !version.contains(['[', '(', ',', '@', '/', ':'])
}

/// Reads `pom.properties`, as Maven's archiver writes it (java.util.Properties, the plain subset).
pub(super) fn pom_properties(text: &str) -> Coordinates {
    let mut found = Coordinates::default();
    for line in text.lines() {
        let line = line.trim();
        if line.starts_with(['#', '!']) {
            continue;
        }
        let Some((key, value)) = line.split_once(['=', ':']) else { continue };
        let slot = match key.trim() {
            "groupId" => &mut found.group,
            "artifactId" => &mut found.artifact,
            "version" => &mut found.version,
            _ => continue,
        };
        *slot = value.trim().to_owned();
    }
    found
}

/// A `pom.xml`: its own coordinates (from its parent where it has none), licences, and dependencies.
#[derive(Debug, Default)]
pub(super) struct Pom {
    pub(super) own: Coordinates,
    pub(super) licenses: Vec<String>,
    pub(super) dependencies: Vec<Coordinates>,
    properties: Vec<(String, String)>,
    parent: Coordinates,
}

/// Properties and dependencies beyond this are passed over; real ones have a few hundred.
const MAX_ENTRIES: usize = 10_000;

/// Reads a `pom.xml` (Maven's POM reference). Properties of its own are filled in; those of a parent elsewhere cannot be.
pub(super) fn pom_xml(text: &str) -> (Pom, Result<(), Damage>) {
    let mut pom = Pom::default();
    let (mut dependency, mut is_test) = (Coordinates::default(), false);
    let read = xml(text, &mut |path, step| match (path, step) {
        (["project", field], Step::Text(text)) => set(&mut pom.own, field, text),
        (["project", "parent", field], Step::Text(text)) => set(&mut pom.parent, field, text),
        (["project", "licenses", "license", "name"], Step::Text(text)) => pom.licenses.push(text.to_owned()),
        (["project", "properties", name], Step::Text(text)) if pom.properties.len() < MAX_ENTRIES => {
            pom.properties.push(((*name).to_owned(), text.to_owned()));
        }
        (["project", "dependencies", "dependency", "scope"], Step::Text(text)) => is_test = text == "test",
        (["project", "dependencies", "dependency", field], Step::Text(text)) => set(&mut dependency, field, text),
        (["project", "dependencies", "dependency"], Step::End) => {
            let found = std::mem::take(&mut dependency);
            if !std::mem::take(&mut is_test) && pom.dependencies.len() < MAX_ENTRIES {
                pom.dependencies.push(found);
            }
        }
        _ => {}
    });
    if pom.own.group.is_empty() {
        pom.own.group.clone_from(&pom.parent.group);
    }
    if pom.own.version.is_empty() {
        pom.own.version.clone_from(&pom.parent.version);
    }
    sorting::sort(&mut pom.properties);
    let mut all = std::mem::take(&mut pom.dependencies);
    pom.own = pom.fill(&pom.own);
    for dependency in &mut all {
        *dependency = pom.fill(dependency);
    }
    pom.dependencies = all;
    (pom, read)
}

fn set(coordinates: &mut Coordinates, field: &str, text: &str) {
    match field {
        "groupId" => coordinates.group = text.to_owned(),
        "artifactId" => coordinates.artifact = text.to_owned(),
        "version" => coordinates.version = text.to_owned(),
        _ => {}
    }
}

impl Pom {
    fn fill(&self, coordinates: &Coordinates) -> Coordinates {
        Coordinates {
            group: self.fill_text(&coordinates.group),
            artifact: self.fill_text(&coordinates.artifact),
            version: self.fill_text(&coordinates.version),
        }
    }

    /// Fills in a property when it is the whole text, as it nearly always is; one property may name another, twice.
    fn fill_text(&self, text: &str) -> String {
        let mut text = text.to_owned();
        for _ in 0..3 {
            let Some(name) = text.strip_prefix("${").and_then(|rest| rest.strip_suffix('}')) else { break };
            text = match name {
                "project.version" | "pom.version" | "version" => self.own.version.clone(),
                "project.groupId" | "pom.groupId" | "groupId" => self.own.group.clone(),
                "project.artifactId" => self.own.artifact.clone(),
                "project.parent.version" => self.parent.version.clone(),
                "project.parent.groupId" => self.parent.group.clone(),
                _ => match self.properties.binary_search_by(|(key, _)| key.as_str().cmp(name)) {
                    Ok(at) => self.properties.get(at).map(|(_, value)| value.clone()).unwrap_or_default(),
                    Err(_) => break,
                },
            };
        }
        text
    }
}

/// Artifact and version in an archive's file name without its ending: `commons-io-2.11.0`. The version begins at the
/// first digit behind a hyphen, or is `r` and digits; empty when there is none.
pub(super) fn from_stem(stem: &str) -> (&str, &str) {
    for (at, _) in stem.match_indices('-') {
        let rest = stem.get(at + 1..).unwrap_or_default();
        let digits = rest.strip_prefix(['r', 'v']).unwrap_or(rest);
        if at > 0 && digits.starts_with(|c: char| c.is_ascii_digit()) {
            return (stem.get(..at).unwrap_or(stem), rest);
        }
    }
    (stem, "")
}
