//! A document while it is being read: components as they end, whatever the format.

use std::collections::{BTreeMap, HashMap};

use porthole_report::{Distribution, GapKind, Purl, sorting};

use super::{SbomDocument, SbomPackage};
use crate::packages::syntax::gap;

/// Components kept of one document; the largest known ones have some 100,000.
const MAX_PACKAGES: usize = 1_000_000;
/// Licences kept of one component.
const MAX_LICENSES: usize = 64;

/// A component while it is being read.
#[derive(Debug, Default)]
pub(super) struct Component {
    /// The document's own id of it.
    pub(super) id: String,
    pub(super) kind: String,
    pub(super) name: String,
    pub(super) version: String,
    pub(super) purl: String,
    pub(super) licenses: Vec<String>,
    pub(super) path: String,
    pub(super) owned_by: Option<String>,
    pub(super) changelog_fixes: Vec<String>,
    /// Scratch for formats that say a key and a value apart.
    pub(super) key: String,
    pub(super) value: String,
    /// What it is for, where a format says that beside its type.
    pub(super) purpose: String,
    /// Where a relationship leads.
    pub(super) targets: Vec<String>,
}

impl Component {
    /// Notes what our own exporters write into a comment: fixes that a changelog claims.
    pub(super) fn comment(&mut self, comment: &str) {
        if let Some(ids) = comment.strip_prefix("changelog claims fixes: ") {
            self.changelog_fixes = ids.split_whitespace().map(str::to_owned).collect();
        }
    }

    /// Notes a licence, unless it says that nothing is known.
    pub(super) fn license(&mut self, license: &str) {
        let license = license.trim();
        let says_nothing = license.is_empty() || matches!(license, "NOASSERTION" | "NONE");
        if !says_nothing && self.licenses.len() < MAX_LICENSES && !self.licenses.iter().any(|known| known == license) {
            self.licenses.push(license.to_owned());
        }
    }
}

/// What is known of the document so far.
#[derive(Debug, Default)]
pub(super) struct Draft {
    /// Empty until the document says what it is.
    pub(super) format: String,
    /// True when this version is read.
    pub(super) is_known: bool,
    pub(super) name: String,
    pub(super) distribution: Option<Distribution>,
    /// The components being read, the innermost last.
    pub(super) open: Vec<Component>,
    packages: Vec<SbomPackage>,
    /// Positions in `packages` by the document's ids.
    ids: HashMap<String, usize>,
    /// Container and content, by the document's ids.
    pub(super) contains: Vec<(String, String)>,
    /// Element and licence element, by the document's ids.
    pub(super) licensed: Vec<(String, String)>,
    /// Licence texts of licence elements.
    pub(super) license_texts: HashMap<String, String>,
    nameless: usize,
    dropped: usize,
}

impl Draft {
    /// The component at this depth, from 1.
    pub(super) fn at(&mut self, depth: usize) -> &mut Component {
        let depth = depth.max(1);
        if self.open.len() < depth {
            self.open.resize_with(depth, Component::default);
        }
        // There are at least `depth` of them now.
        &mut self.open[depth - 1]
    }

    /// Takes the component at this depth out.
    pub(super) fn take(&mut self, depth: usize) -> Component {
        std::mem::take(self.at(depth))
    }

    /// A component has ended. Files and the like are passed over in silence; what has no package URL is counted.
    pub(super) fn push(&mut self, component: Component) {
        if component.kind.eq_ignore_ascii_case("operating-system") {
            let version = (!component.version.is_empty()).then(|| component.version.clone());
            self.distribution.get_or_insert_with(|| distribution(&component.name, version));
        }
        let Some(purl) = Purl::parse(&component.purl) else {
            let is_package = !component.name.is_empty()
                && !matches!(
                    component.kind.to_ascii_lowercase().as_str(),
                    "file" | "operating-system" | "container" | "data" | "device" | "cryptographic-asset"
                );
            self.nameless += usize::from(is_package);
            return;
        };
        if self.packages.len() >= MAX_PACKAGES {
            self.dropped += 1;
            return;
        }
        if !component.id.is_empty() {
            self.ids.insert(component.id, self.packages.len());
        }
        self.packages.push(SbomPackage {
            purl,
            name: component.name,
            licenses: component.licenses,
            path: component.path,
            owned_by: component.owned_by,
            changelog_fixes: component.changelog_fixes,
        });
    }

    pub(super) fn finish(mut self) -> SbomDocument {
        for (element, license) in std::mem::take(&mut self.licensed) {
            if let Some(&at) = self.ids.get(&element)
                && let Some(text) = self.license_texts.get(&license)
                && let Some(package) = self.packages.get_mut(at)
                && !package.licenses.contains(text)
                && text != "NOASSERTION"
                && text != "NONE"
            {
                package.licenses.push(text.clone());
            }
        }
        for (container, content) in std::mem::take(&mut self.contains) {
            let container = self.ids.get(&container).and_then(|at| self.packages.get(*at)).map(|package| package.purl.clone());
            let content = self.ids.get(&content).and_then(|at| self.packages.get_mut(*at));
            // Only a distribution's package takes over what it contains.
            if let (Some(container), Some(content)) = (container, content)
                && crate::inventory::is_system(&container.kind)
                && !crate::inventory::is_system(&content.purl.kind)
            {
                content.owned_by = Some(container.to_string());
            }
        }
        let mut gaps = Vec::new();
        if self.nameless > 0 {
            let message = format!("{}: {} components have no package url and are left out", self.format, self.nameless);
            gaps.push(gap(GapKind::Unsupported, message));
        }
        if self.dropped > 0 {
            gaps.push(gap(
                GapKind::OverBudget,
                format!("{}: {} components beyond {MAX_PACKAGES} are left out", self.format, self.dropped),
            ));
        }
        let distribution = complete(self.distribution, &self.packages);
        let mut packages = self.packages;
        sorting::sort(&mut packages);
        packages.dedup_by(|later, first| {
            let same = later.purl == first.purl;
            if same && first.licenses.is_empty() {
                first.licenses = std::mem::take(&mut later.licenses);
            }
            same
        });
        SbomDocument { format: self.format, name: self.name, packages, distribution, gaps }
    }
}

pub(super) fn distribution(id: &str, version_id: Option<String>) -> Distribution {
    let pretty_name = version_id.as_ref().map_or_else(|| id.to_owned(), |version| format!("{id} {version}"));
    Distribution { id: id.to_owned(), name: id.to_owned(), version_id, pretty_name, ..Distribution::default() }
}

/// What most package URLs say beats what a component calls itself: `distro=debian-12` is what tools match with.
fn complete(stated: Option<Distribution>, packages: &[SbomPackage]) -> Option<Distribution> {
    let mut votes: BTreeMap<&str, usize> = BTreeMap::new();
    for package in packages.iter().filter(|package| crate::inventory::is_system(&package.purl.kind)) {
        if let Some(distro) = package.purl.qualifier("distro") {
            *votes.entry(distro).or_default() += 1;
        }
    }
    let Some((distro, _)) = votes.into_iter().max_by_key(|(_, votes)| *votes) else { return stated };
    // `opensuse-leap-15.5`: the version begins behind the last hyphen, if at a digit.
    let (id, version) = match distro.rsplit_once('-') {
        Some((id, version)) if version.starts_with(|c: char| c.is_ascii_digit()) => (id, Some(version.to_owned())),
        _ => (distro, None),
    };
    match stated {
        Some(stated) if stated.id == id && stated.version_id.is_some() => Some(stated),
        _ => Some(distribution(id, version)),
    }
}
