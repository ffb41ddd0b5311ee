//! Packages of the image: what catalogers read in each layer, joined, placed and told apart.
//!
//! A package's record can stand in many layers (a dpkg status file is rewritten by every layer that installs something):
//! it counts once, belongs to the layer that first brought it, and is visible when the topmost record still names it.
//! Proof: `tests/suite/packages_os.rs`, `tests/suite/packages_lang.rs`.

use std::collections::{BTreeMap, BTreeSet, HashMap};

use porthole_oci::layer::{EntryKind, ImagePath};
use porthole_report::{Distribution, EvidenceKind, Origin, Package, Purl, SourcePackage, sorting};

use crate::facts::{Attachment, PackageFact};
use crate::image::{ImageView, NodeId};
use crate::packages::nix;
use crate::told_twice::told_twice;

/// No owner.
const NOBODY: u32 = u32::MAX;

/// Packages and who owns which path.
pub struct Inventory {
    /// Packages, ordered by purl, path.
    pub packages: Vec<Package>,
    /// For every node of the view: index of the owning package.
    owner: Vec<u32>,
}

impl Inventory {
    /// Joins everything that catalogers read.
    pub fn new(view: &ImageView, distribution: Option<&Distribution>) -> Self {
        let store = nix_store(view);
        let attachments = attachments(view);
        let mut found: Vec<Found<'_>> = collect(view).into_values().collect();
        found.extend(store.iter().map(|(node, fact)| in_store(view, *node, fact)));
        for found in &mut found {
            found.package = package(view, found, distribution, &attachments);
        }
        let mut found = merge(found);
        sorting::sort_by(&mut found, |a, b| order(&a.package).cmp(&order(&b.package)));
        let mut owner = vec![NOBODY; view.node_count() as usize];
        // Operating system packages first: a Python module that dpkg installed is dpkg's.
        let mut claims = HashMap::new();
        for system in [true, false] {
            for (index, found) in found.iter().enumerate() {
                if is_system(&found.package.kind) == system && found.package.visible {
                    own(view, found, index as u32, &attachments, &mut owner, &mut claims);
                }
            }
        }
        inherit(view, &claims, &mut owner);
        let found = drop_echoes(found, &mut owner);
        let mut packages: Vec<Package> = found.iter().map(|found| found.package.clone()).collect();
        for (index, found) in found.iter().enumerate() {
            let Some(&by) = owner.get(found.node as usize) else {
                continue;
            };
            if by != NOBODY && by as usize != index && !is_system(&found.package.kind) {
                packages[index].owned_by = found_system(&packages, by);
            }
        }
        Self { packages, owner }
    }

    /// The package that owns a path.
    pub fn owner(&self, node: NodeId) -> Option<&Package> {
        self.owner.get(node as usize).and_then(|index| self.packages.get(*index as usize))
    }
}

fn found_system(packages: &[Package], by: u32) -> Option<String> {
    packages.get(by as usize).filter(|package| is_system(&package.kind)).map(|package| package.purl.clone())
}

/// True for package types that a distribution's package manager installs.
pub fn is_system(kind: &str) -> bool {
    matches!(kind, "deb" | "apk" | "rpm" | "alpm" | "opkg" | "ebuild")
}

/// One package at one path, over all layers.
struct Found<'a> {
    node: NodeId,
    cataloger: &'a str,
    fact: &'a PackageFact,
    first_layer: u32,
    visible: bool,
    removed_in: Option<u32>,
    package: Package,
    /// Nodes of the other paths that name it.
    others: Vec<NodeId>,
}

type Key<'a> = (NodeId, &'a str, &'a str, &'a str, &'a str, &'a str, Option<&'a str>, Option<&'a str>);

fn collect(view: &ImageView) -> BTreeMap<Key<'_>, Found<'_>> {
    let mut all: BTreeMap<Key<'_>, Found<'_>> = BTreeMap::new();
    for (version_id, file) in &view.files {
        let version = view.version(*version_id);
        for fact in &file.parsed.packages {
            let key = (
                version.node,
                file.cataloger.as_str(),
                fact.kind.as_str(),
                fact.namespace.as_str(),
                fact.name.as_str(),
                fact.version.as_str(),
                fact.architecture.as_deref(),
                fact.inner_path.as_deref(),
            );
            // Files come in the order of the layers: the last one says whether it is still there.
            let found = all.entry(key).or_insert_with(|| Found {
                node: version.node,
                cataloger: &file.cataloger,
                fact,
                first_layer: version.layer,
                visible: false,
                removed_in: None,
                package: empty(),
                others: Vec::new(),
            });
            found.fact = fact;
            found.visible = version.is_visible();
            found.removed_in = version.removed_in();
        }
    }
    all
}

/// Packages that the Nix store's folders name.
fn nix_store(view: &ImageView) -> Vec<(NodeId, PackageFact)> {
    let Some(store) = view.node(&ImagePath::new("nix/store")) else { return Vec::new() };
    let package = |node| {
        let owned_folders = vec![view.path(node).as_bytes().to_vec()];
        Some((node, PackageFact { owned_folders, ..nix::package(view.name(node))? }))
    };
    view.children(store).into_iter().filter_map(package).collect()
}

fn in_store<'a>(view: &ImageView, node: NodeId, fact: &'a PackageFact) -> Found<'a> {
    let visible = view.visible(node).is_some();
    let last = view.history(node).map(|(_, version)| version).max_by_key(|version| version.layer);
    Found {
        node,
        cataloger: "nix",
        fact,
        first_layer: view.history(node).map(|(_, version)| version.layer).min().unwrap_or(0),
        visible,
        removed_in: last.and_then(|version| version.removed_in()),
        package: empty(),
        others: Vec::new(),
    }
}

/// Drops what only repeats another package: what an installation says a second time of itself, and what repeats an operating system package: a program recognised by its bytes, or by the source package that its
/// ELF note names, where that package owns every file that says so.
fn drop_echoes<'a>(found: Vec<Found<'a>>, owner: &mut [u32]) -> Vec<Found<'a>> {
    let system: Vec<bool> =
        found.iter().map(|found| is_system(&found.package.kind) && found.package.evidence == EvidenceKind::Installed).collect();
    let is_owned = |node: &NodeId| owner.get(*node as usize).and_then(|by| system.get(*by as usize)).copied().unwrap_or(false);
    let is_echo = |found: &Found<'_>| {
        let repeats = match found.package.evidence {
            EvidenceKind::Binary => true,
            EvidenceKind::Embedded => is_system(&found.package.kind),
            _ => false,
        };
        repeats && found.package.visible && is_owned(&found.node) && found.others.iter().all(is_owned)
    };
    let twice = told_twice(&found.iter().map(|found| &found.package).collect::<Vec<_>>());
    let echoes: Vec<bool> = found.iter().zip(&twice).map(|(found, twice)| twice.is_some() || is_echo(found)).collect();
    let mut kept = 0..;
    let moved: Vec<u32> = echoes.iter().map(|echo| if *echo { NOBODY } else { kept.next().unwrap_or(NOBODY) }).collect();
    for by in owner.iter_mut() {
        // What a package owned that is told twice is the other one's now.
        while let Some(other) = twice.get(*by as usize).copied().flatten() {
            *by = other as u32;
        }
        *by = moved.get(*by as usize).copied().unwrap_or(NOBODY);
    }
    found.into_iter().zip(echoes).filter(|(_, echo)| !echo).map(|(found, _)| found).collect()
}

fn empty() -> Package {
    Package {
        purl: String::new(),
        kind: String::new(),
        name: String::new(),
        version: String::new(),
        architecture: None,
        licenses: Vec::new(),
        source: None,
        evidence: EvidenceKind::Installed,
        path: String::new(),
        layer: 0,
        origin: Origin::Unknown,
        visible: true,
        removed_in: None,
        found_by: String::new(),
        owned_by: None,
        installed_size: None,
        also_at: Vec::new(),
        changelog_fixes: Vec::new(),
    }
}

/// Attachments in the final image, by cataloger and key.
fn attachments(view: &ImageView) -> HashMap<(&str, &str), Vec<&Attachment>> {
    let mut all: HashMap<(&str, &str), Vec<&Attachment>> = HashMap::new();
    for (version, file) in &view.files {
        if view.version(*version).is_visible() {
            for attachment in &file.parsed.attachments {
                all.entry((&file.cataloger, &attachment.key)).or_default().push(attachment);
            }
        }
    }
    all
}

type Attachments<'a> = HashMap<(&'a str, &'a str), Vec<&'a Attachment>>;

/// Attachments about a package: under its key, and under the key without its architecture (`libc6` for `libc6:amd64`).
fn attached<'a, 'b>(found: &Found<'a>, attachments: &'b Attachments<'a>) -> impl Iterator<Item = &'b Attachment> + use<'a, 'b> {
    let key = found.fact.key.as_str();
    let bare = key.split_once(':').filter(|_| found.fact.kind == "deb").map(|(name, _)| name);
    let under = |key: &'a str| attachments.get(&(found.cataloger, key)).into_iter().flatten().copied();
    let exact = Some(key).filter(|key| !key.is_empty());
    exact.into_iter().chain(bare).flat_map(under).collect::<Vec<_>>().into_iter()
}

fn package(view: &ImageView, found: &Found<'_>, distribution: Option<&Distribution>, attachments: &Attachments<'_>) -> Package {
    let fact = found.fact;
    let (mut licenses, mut fixes): (BTreeSet<&str>, BTreeSet<&str>) = Default::default();
    licenses.extend(fact.licenses.iter().map(String::as_str));
    fixes.extend(fact.changelog_fixes.iter().map(String::as_str));
    for attachment in attached(found, attachments) {
        licenses.extend(attachment.licenses.iter().map(String::as_str));
        fixes.extend(attachment.changelog_fixes.iter().map(String::as_str));
    }
    let mut path = view.path(found.node).display();
    if let Some(inner) = &fact.inner_path {
        path = format!("{path}!/{inner}");
    }
    Package {
        purl: purl(fact, distribution).to_string(),
        kind: fact.kind.clone(),
        name: full_name(&fact.kind, &fact.namespace, &fact.name),
        version: fact.version.clone(),
        architecture: fact.architecture.clone(),
        licenses: licenses.into_iter().map(str::to_owned).collect(),
        source: fact.source.as_ref().map(|(name, version)| SourcePackage { name: name.clone(), version: version.clone() }),
        evidence: fact.evidence,
        path,
        layer: found.first_layer,
        visible: found.visible,
        removed_in: if found.visible { None } else { found.removed_in },
        found_by: found.cataloger.to_owned(),
        installed_size: fact.installed_size,
        changelog_fixes: fixes.into_iter().map(str::to_owned).collect(),
        ..empty()
    }
}

/// The name as people of its ecosystem write it.
pub fn full_name(kind: &str, namespace: &str, name: &str) -> String {
    match kind {
        _ if namespace.is_empty() => name.to_owned(),
        "maven" => format!("{namespace}:{name}"),
        "npm" | "golang" | "composer" | "swift" | "github" | "bitnami" => {
            format!("{namespace}/{name}")
        }
        _ => name.to_owned(),
    }
}

/// The package URL, with what only the image knows: the distribution (purl-spec, types deb, apk, rpm, alpm).
fn purl(fact: &PackageFact, distribution: Option<&Distribution>) -> Purl {
    let mut purl = Purl {
        kind: fact.kind.clone(),
        namespace: fact.namespace.clone(),
        name: fact.name.clone(),
        version: fact.version.clone(),
        qualifiers: fact.qualifiers.clone(),
        subpath: String::new(),
    };
    if let Some(architecture) = &fact.architecture {
        purl.qualifiers.push(("arch".into(), architecture.clone()));
    }
    if !is_system(&fact.kind) {
        purl.normalize();
        return purl;
    }
    if fact.kind == "rpm"
        && let Some((epoch, rest)) = fact.version.split_once(':')
    {
        purl.version = rest.to_owned();
        if epoch != "0" {
            purl.qualifiers.push(("epoch".into(), epoch.to_owned()));
        }
    }
    if let Some((name, version)) = &fact.source
        && (*name != fact.name || *version != fact.version)
    {
        let upstream = if *version == fact.version { name.clone() } else { format!("{name}@{version}") };
        purl.qualifiers.push(("upstream".into(), upstream));
    }
    // A package of another distribution, as an SBOM inside the image may name one, is not this one's.
    if let Some(distribution) = distribution
        && (purl.namespace.is_empty() || purl.namespace == distribution.id)
    {
        if purl.namespace.is_empty() {
            purl.namespace.clone_from(&distribution.id);
        }
        let release = distribution.version_id.as_deref().or(distribution.codename.as_deref());
        purl.qualifiers.push((
            "distro".into(),
            release.map_or_else(|| distribution.id.clone(), |release| format!("{}-{release}", distribution.id)),
        ));
    }
    purl
}

fn order(package: &Package) -> (&str, &str, &str, EvidenceKind, bool) {
    (&package.purl, &package.path, &package.found_by, package.evidence, !package.visible)
}

/// The same package at several paths counts once: the best trace stands, visible before hidden, installed before declared.
fn merge(mut all: Vec<Found<'_>>) -> Vec<Found<'_>> {
    let identity = |package: &Package| {
        let end = package.purl.find(['?', '#']).unwrap_or(package.purl.len());
        (package.purl[..end].to_owned(), package.architecture.clone().filter(|_| is_system(&package.kind)))
    };
    sorting::sort_by(&mut all, |a, b| {
        let rank = |found: &Found<'_>| (!found.visible, found.package.evidence, found.first_layer);
        rank(a).cmp(&rank(b)).then_with(|| order(&a.package).cmp(&order(&b.package)))
    });
    let mut merged: Vec<Found<'_>> = Vec::new();
    let mut seen: HashMap<(String, Option<String>), usize> = HashMap::new();
    for found in all {
        match seen.entry(identity(&found.package)) {
            std::collections::hash_map::Entry::Vacant(slot) => {
                slot.insert(merged.len());
                merged.push(found);
            }
            std::collections::hash_map::Entry::Occupied(slot) => {
                let kept = &mut merged[*slot.get()];
                kept.others.push(found.node);
                let kept = &mut kept.package;
                if kept.path != found.package.path {
                    kept.also_at.push(found.package.path);
                }
                if kept.licenses.is_empty() {
                    kept.licenses = found.package.licenses;
                }
                if kept.source.is_none() {
                    kept.source = found.package.source;
                }
                kept.layer = kept.layer.min(found.package.layer);
            }
        }
    }
    for found in &mut merged {
        sorting::sort(&mut found.package.also_at);
        found.package.also_at.dedup();
    }
    merged
}

/// Marks the paths that a package owns, unless somebody has them, and notes the folders that it claims.
fn own(
    view: &ImageView,
    found: &Found<'_>,
    index: u32,
    attachments: &Attachments<'_>,
    owner: &mut [u32],
    claims: &mut HashMap<NodeId, u32>,
) {
    let mut mark = |node: NodeId| {
        if let Some(slot) = owner.get_mut(node as usize)
            && *slot == NOBODY
        {
            *slot = index;
        }
    };
    let lists: Vec<&Attachment> = attached(found, attachments).collect();
    let owned = found.fact.owned.iter().chain(lists.iter().flat_map(|list| &list.owned));
    for path in owned {
        // Through the links that merge /bin into /usr/bin: the list says /bin/sh, the file is /usr/bin/sh.
        if let Some(node) = view.resolve_parent(&ImagePath::new(path)) {
            mark(node);
        }
    }
    // A program recognised by its bytes is its own file; a lock file or an SBOM is the application's.
    if matches!(found.package.evidence, EvidenceKind::Binary | EvidenceKind::Installed)
        && view.visible(found.node).is_some_and(|version| version.kind == EntryKind::File)
    {
        mark(found.node);
    }
    let folders = found.fact.owned_folders.iter().chain(lists.iter().flat_map(|list| &list.owned_folders));
    for path in folders {
        if let Some(node) = view.resolve_parent(&ImagePath::new(path)) {
            claims.entry(node).or_insert(index);
        }
    }
}

/// Gives what nobody owns to the nearest folder above that a package claims. One pass, however many claims nest.
fn inherit(view: &ImageView, claims: &HashMap<NodeId, u32>, owner: &mut [u32]) {
    if claims.is_empty() {
        return;
    }
    let mut stack = vec![(0, NOBODY)];
    while let Some((node, above)) = stack.pop() {
        let here = claims.get(&node).copied().unwrap_or(above);
        if let Some(slot) = owner.get_mut(node as usize)
            && *slot == NOBODY
        {
            *slot = here;
        }
        stack.extend(view.children(node).into_iter().map(|child| (child, here)));
    }
}
