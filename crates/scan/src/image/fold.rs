//! Putting one layer after the other. Linear in entries: a removal walks only what it removes.

use std::collections::hash_map::DefaultHasher;
use std::hash::Hasher;
use std::sync::Arc;

use hashbrown::HashTable;
use porthole_oci::layer::{EntryKind, ImagePath};
use porthole_report::{Gap, GapKind};

use super::room::Room;
use super::{ImageView, LayerChanges, NONE, Node, NodeId, Version, VersionId};
use crate::entry_log::{EntryLog, EntryRef};
use crate::facts::LayerFacts;
use crate::limits::ScanLimits;

/// Symbolic links followed for one path before it is taken literally (Linux follows 40).
const MAX_LINKS: u32 = 40;

/// Most paths that there is room for from the start.
const MAX_RESERVED: usize = 1 << 20;

/// Most gaps that the fold itself reports for one layer.
const MAX_FOLD_GAPS: usize = 100;

pub(super) fn fold(layers: Vec<Option<Arc<LayerFacts>>>, limits: &ScanLimits) -> ImageView {
    let mut view = ImageView {
        arena: Vec::new(),
        nodes: vec![Node::new(0, (0, 0))],
        versions: Vec::new(),
        index: HashTable::new(),
        hash_key: key(&layers),
        layers: Vec::with_capacity(layers.len()),
        files: Vec::new(),
        secrets: Vec::new(),
        captured: Vec::new(),
        gaps: Vec::new(),
    };
    // One size from the start: a list that grows by doubling holds half of itself twice meanwhile, and a third of it in vain
    // afterwards. Some more for folders that no entry names; no more than that for a layer that is listed many times.
    let mut distinct: Vec<_> = layers.iter().flatten().collect();
    distinct.sort_by_key(|facts| Arc::as_ptr(facts));
    distinct.dedup_by_key(|facts| Arc::as_ptr(facts));
    let entries: usize = distinct.iter().map(|facts| facts.entries.len() as usize).sum();
    let paths = (entries + entries / 16).min(limits.max_paths).min(MAX_RESERVED).saturating_add(1);
    view.versions.reserve_exact(paths);
    view.nodes.reserve_exact(paths);
    view.versions.push(Version::implied(0, 0));
    view.nodes[0].latest = 0;
    let mut steps = limits.max_link_steps;
    let mut full = false;
    let mut room = Room::new(limits.max_facts);
    for (index, facts) in layers.into_iter().enumerate() {
        let changes = LayerChanges::default();
        let (steps, full) = (&mut steps, &mut full);
        let mut fold = Fold { layer: index as u32, changes, cache: None, gaps: 0, view: &mut view, limits, steps, full };
        if let Some(facts) = facts {
            let had_room = !room.is_full();
            match Arc::try_unwrap(facts) {
                Ok(mut facts) => {
                    room.keep(&mut facts);
                    let entries = std::mem::take(&mut facts.entries);
                    fold.put(&entries, facts);
                }
                Err(shared) => fold.put(&shared.entries, room.copy(&shared)),
            }
            if had_room && room.is_full() {
                fold.over_budget(format!(
                    "packages, secrets, kept files and gaps of all layers together take more than {} bytes: the rest is left out",
                    limits.max_facts
                ));
            }
        }
        let changes = fold.changes;
        view.layers.push(changes);
    }
    view
}

/// A key for the name index that an attacker cannot choose names for: it depends on all the names.
fn key(layers: &[Option<Arc<LayerFacts>>]) -> u64 {
    let mut hasher = DefaultHasher::new();
    for facts in layers.iter().flatten() {
        facts.entries.hash_into(&mut hasher);
    }
    hasher.finish()
}

impl Node {
    fn new(parent: NodeId, name: (u32, u32)) -> Self {
        Self {
            parent,
            name,
            first_child: NONE,
            next_sibling: NONE,
            live_first: NONE,
            live_prev: NONE,
            live_next: NONE,
            latest: NONE,
        }
    }
}

impl Version {
    fn implied(node: NodeId, layer: u32) -> Self {
        Self {
            node,
            layer,
            kind: EntryKind::Directory,
            implied: true,
            mode: 0o755,
            uid: 0,
            gid: 0,
            size: 0,
            logical_size: 0,
            mtime: 0,
            offset: 0,
            link: (0, 0),
            content: NONE,
            older: NONE,
            removed_in: NONE,
            deleted: false,
        }
    }
}

struct Fold<'a> {
    view: &'a mut ImageView,
    layer: u32,
    changes: LayerChanges,
    /// The folder of the last entry: tars are written folder by folder. Dropped whenever something is removed or linked.
    cache: Option<(Vec<u8>, NodeId)>,
    gaps: usize,
    limits: &'a ScanLimits,
    /// Steps of following links that are left.
    steps: &'a mut u64,
    /// The view holds as much as it may.
    full: &'a mut bool,
}

impl Fold<'_> {
    fn put(&mut self, entries: &EntryLog, facts: LayerFacts) {
        let LayerFacts { files, secrets, captured, gaps, .. } = facts;
        let layer = self.layer;
        self.view.gaps.extend(gaps.into_iter().map(|gap| Gap { layer: Some(layer), ..gap }));
        // Whiteouts first: they hide lower layers wherever they stand in the tar (layer.md, "Whiteouts").
        entries.for_each(|_, entry| match entry.kind {
            EntryKind::Whiteout => self.whiteout(entry.path),
            EntryKind::Opaque => self.opaque(entry.path),
            _ => {}
        });
        // Versions of the entries that facts point at.
        let mut wanted: Vec<u32> = files.iter().map(|file| file.entry).collect();
        wanted.extend(secrets.iter().map(|secret| secret.entry));
        wanted.extend(captured.iter().map(|captured| captured.entry));
        wanted.sort_unstable();
        wanted.dedup();
        let mut versions: Vec<VersionId> = Vec::with_capacity(wanted.len());
        entries.for_each(|index, entry| {
            let version = match entry.kind {
                EntryKind::Whiteout | EntryKind::Opaque => NONE,
                _ => self.entry(&entry),
            };
            if wanted.get(versions.len()) == Some(&index) {
                versions.push(version);
            }
        });
        let version = |entry: u32| {
            let at = wanted.binary_search(&entry).ok()?;
            versions.get(at).copied().filter(|version| *version != NONE)
        };
        self.view.files.extend(files.into_iter().filter_map(|file| Some((version(file.entry)?, file))));
        self.view.secrets.extend(secrets.into_iter().filter_map(|secret| Some((version(secret.entry)?, secret))));
        self.view.captured.extend(captured.into_iter().filter_map(|file| Some((version(file.entry)?, file.bytes))));
    }

    fn whiteout(&mut self, path: &[u8]) {
        let path = ImagePath::new(path);
        if path.is_root() {
            return self.opaque(b"");
        }
        let parent = path.parent().unwrap_or_default();
        let Some(folder) = self.walk(parent.as_bytes()) else {
            return;
        };
        let Some(node) = self.view.child(folder, path.name()) else {
            return;
        };
        if self.view.is_live(node) {
            self.kill(node, true);
        }
    }

    fn opaque(&mut self, path: &[u8]) {
        let Some(folder) = self.walk(path) else {
            return;
        };
        let mut child = self.view.nodes[folder as usize].live_first;
        while child != NONE {
            let next = self.view.nodes[child as usize].live_next;
            self.kill(child, true);
            child = next;
        }
    }

    /// Puts one entry and gives its version.
    fn entry(&mut self, entry: &EntryRef<'_>) -> VersionId {
        if entry.path.is_empty() {
            return self.root(entry);
        }
        if !self.has_room(entry) {
            return NONE;
        }
        let split = entry.path.iter().rposition(|byte| *byte == b'/');
        let (folder, name) = match split {
            Some(at) => (&entry.path[..at], &entry.path[at + 1..]),
            None => (&entry.path[..0], entry.path),
        };
        let folder = self.folder(folder);
        let node = self.view.child_or_new(folder, name);
        let old = self.view.live_version(node);
        let content = self.content(entry);
        if let Some(old) = old {
            let before = self.view.versions[old as usize];
            if before.kind == EntryKind::Directory && entry.kind == EntryKind::Directory {
                return self.update_folder(node, old, entry);
            }
            self.kill(node, false);
        }
        self.count_put(node, entry.kind, entry.size);
        let version = self.push_version(node, entry, content);
        if entry.kind == EntryKind::Symlink {
            self.cache = None;
        }
        version
    }

    /// False, and one gap, when an entry might take the view over its limits. A long path takes a folder for each of its parts,
    /// so a small tar can ask for a thousand times its size.
    fn has_room(&mut self, entry: &EntryRef<'_>) -> bool {
        if *self.full {
            return false;
        }
        let (paths, names) = (self.view.versions.len(), self.view.arena.len());
        let link = entry.link.map_or(0, <[u8]>::len);
        let parts = || 1 + entry.path.iter().filter(|byte| **byte == b'/').count();
        // Counting is only worth it near the limit.
        let many = paths + entry.path.len() > self.limits.max_paths && paths + parts() > self.limits.max_paths;
        // Positions of names are 32 bits wide.
        let long = names + entry.path.len() + link > self.limits.max_names.min(u32::MAX as usize);
        if many || long {
            *self.full = true;
            let message = if many {
                format!("more than {} paths in all layers together: the rest is left out", self.limits.max_paths)
            } else {
                format!("more than {} bytes of names in all layers together: the rest is left out", self.limits.max_names)
            };
            self.over_budget(message);
        }
        !*self.full
    }

    fn over_budget(&mut self, message: String) {
        self.view.gaps.push(Gap { kind: GapKind::OverBudget, layer: Some(self.layer), path: String::new(), message });
    }

    /// The live folder at a path, as long as following links has not taken too long altogether.
    fn walk(&mut self, path: &[u8]) -> Option<NodeId> {
        let before = *self.steps;
        let found = self.view.walk(path, MAX_LINKS, self.steps);
        self.tell_steps(before);
        found
    }

    /// One gap when the steps have just run out.
    fn tell_steps(&mut self, before: u64) {
        if before > 0 && *self.steps == 0 {
            let limit = self.limits.max_link_steps;
            self.over_budget(format!("following links took more than {limit} steps: later links are not followed"));
        }
    }

    fn root(&mut self, entry: &EntryRef<'_>) -> VersionId {
        if entry.kind != EntryKind::Directory {
            self.gap("entry named as the root is no folder: ignored".into());
            return NONE;
        }
        self.update_folder(0, self.view.nodes[0].latest, entry)
    }

    /// A folder over a folder: what is below stays.
    fn update_folder(&mut self, node: NodeId, old: VersionId, entry: &EntryRef<'_>) -> VersionId {
        let before = self.view.versions[old as usize];
        let same = (before.mode, before.uid, before.gid) == (entry.mode, entry.uid, entry.gid);
        if before.layer < self.layer && !same && !before.implied {
            self.changes.changed.count += 1;
        }
        let version = self.new_version(node, entry, NONE);
        self.view.versions[old as usize].removed_in = self.layer;
        self.view.nodes[node as usize].latest = version;
        version
    }

    /// Counts a put as added or changed. What the same layer removed before is changed, not removed and added.
    fn count_put(&mut self, node: NodeId, kind: EntryKind, size: u64) {
        let latest = self.view.nodes[node as usize].latest;
        let before = (latest != NONE).then(|| self.view.versions[latest as usize]);
        let changes = &mut self.changes;
        match before {
            Some(before) if before.removed_in == self.layer && before.layer < self.layer => {
                changes.removed.count = changes.removed.count.saturating_sub(1);
                changes.removed.bytes = changes.removed.bytes.saturating_sub(before.size);
                changes.changed.count += 1;
                changes.changed.bytes = changes.changed.bytes.saturating_add(if kind == EntryKind::File { size } else { 0 });
            }
            // A path that the layer names twice: the later entry takes the earlier one's place in the count.
            Some(before) if before.removed_in == self.layer && before.layer == self.layer && !before.implied => {
                changes.added.bytes = changes.added.bytes.saturating_sub(before.size).saturating_add(size);
            }
            _ => {
                changes.added.count += 1;
                changes.added.bytes = changes.added.bytes.saturating_add(if kind == EntryKind::File { size } else { 0 });
            }
        }
    }

    /// The version that holds the content.
    fn content(&mut self, entry: &EntryRef<'_>) -> Option<VersionId> {
        if entry.kind != EntryKind::Hardlink {
            return None;
        }
        let target = ImagePath::new(entry.link.unwrap_or_default());
        let parent = target.parent().unwrap_or_default();
        let found = self
            .walk(parent.as_bytes())
            .and_then(|folder| self.view.child(folder, target.name()))
            .and_then(|node| self.view.live_version(node))
            .map(|version| self.view.versions[version as usize].content)
            .filter(|content| *content != NONE);
        if found.is_none() {
            let path = ImagePath::new(entry.path).display();
            self.gap(format!("{path}: hard link to {}, which is not there", target.display()));
        }
        found
    }

    fn push_version(&mut self, node: NodeId, entry: &EntryRef<'_>, content: Option<VersionId>) -> VersionId {
        let version = self.new_version(node, entry, content.unwrap_or(NONE));
        if entry.kind == EntryKind::File {
            self.view.versions[version as usize].content = version;
        }
        self.view.nodes[node as usize].latest = version;
        self.view.attach(node);
        version
    }

    fn new_version(&mut self, node: NodeId, entry: &EntryRef<'_>, content: VersionId) -> VersionId {
        let link = match entry.link {
            Some(link) if !link.is_empty() => self.view.intern(link),
            _ => (0, 0),
        };
        let version = Version {
            node,
            layer: self.layer,
            kind: entry.kind,
            implied: false,
            mode: entry.mode,
            uid: entry.uid,
            gid: entry.gid,
            size: entry.size,
            logical_size: entry.logical_size,
            mtime: entry.mtime,
            offset: entry.offset,
            link,
            content,
            older: self.view.nodes[node as usize].latest,
            removed_in: NONE,
            deleted: false,
        };
        self.view.versions.push(version);
        self.view.versions.len() as VersionId - 1
    }

    /// The folder with this path, made where it is missing. A link on the way is followed when it leads to a folder, as
    /// a runtime that unpacks onto the mounted lower layers does; otherwise a folder takes its place.
    fn folder(&mut self, path: &[u8]) -> NodeId {
        if let Some((cached, node)) = &self.cache
            && cached == path
        {
            return *node;
        }
        let mut node = 0;
        for name in path.split(|byte| *byte == b'/').filter(|name| !name.is_empty()) {
            let child = self.view.child_or_new(node, name);
            let next = match self.view.live_version(child) {
                Some(version) => match self.view.versions[version as usize].kind {
                    EntryKind::Directory => Some(child),
                    EntryKind::Symlink => {
                        let before = *self.steps;
                        let found = self.view.follow(child, MAX_LINKS, self.steps);
                        self.tell_steps(before);
                        found
                    }
                    _ => None,
                },
                None => None,
            };
            node = next.unwrap_or_else(|| self.implied_folder(child));
        }
        self.cache = Some((path.to_vec(), node));
        node
    }

    fn implied_folder(&mut self, node: NodeId) -> NodeId {
        if self.view.is_live(node) {
            self.kill(node, false);
        }
        let version = Version { older: self.view.nodes[node as usize].latest, ..Version::implied(node, self.layer) };
        self.view.versions.push(version);
        self.view.nodes[node as usize].latest = self.view.versions.len() as VersionId - 1;
        self.view.attach(node);
        node
    }

    /// Removes a node and all below from the live view.
    fn kill(&mut self, node: NodeId, deleted: bool) {
        self.cache = None;
        self.view.detach(node);
        let mut stack = vec![node];
        while let Some(node) = stack.pop() {
            let latest = self.view.nodes[node as usize].latest;
            let version = &mut self.view.versions[latest as usize];
            version.removed_in = self.layer;
            version.deleted = deleted;
            if version.layer < self.layer && !version.implied {
                self.changes.removed.count += 1;
                self.changes.removed.bytes = self.changes.removed.bytes.saturating_add(version.size);
            }
            let mut child = std::mem::replace(&mut self.view.nodes[node as usize].live_first, NONE);
            while child != NONE {
                let below = &mut self.view.nodes[child as usize];
                below.live_prev = NONE;
                let next = std::mem::replace(&mut below.live_next, NONE);
                stack.push(child);
                child = next;
            }
        }
    }

    fn gap(&mut self, message: String) {
        self.gaps += 1;
        if self.gaps <= MAX_FOLD_GAPS {
            self.view.gaps.push(Gap { kind: GapKind::Malformed, layer: Some(self.layer), path: String::new(), message });
        }
    }
}

impl ImageView {
    fn hash(&self, parent: NodeId, name: &[u8]) -> u64 {
        let mut hasher = DefaultHasher::new();
        hasher.write_u64(self.hash_key);
        hasher.write_u32(parent);
        hasher.write(name);
        hasher.finish()
    }

    pub(super) fn child(&self, parent: NodeId, name: &[u8]) -> Option<NodeId> {
        let matches = |id: &NodeId| {
            let node = &self.nodes[*id as usize];
            node.parent == parent && self.bytes(node.name) == name
        };
        self.index.find(self.hash(parent, name), matches).copied()
    }

    fn child_or_new(&mut self, parent: NodeId, name: &[u8]) -> NodeId {
        if let Some(node) = self.child(parent, name) {
            return node;
        }
        let id = self.nodes.len() as NodeId;
        let interned = self.intern(name);
        let next = std::mem::replace(&mut self.nodes[parent as usize].first_child, id);
        self.nodes.push(Node { next_sibling: next, ..Node::new(parent, interned) });
        let hash = self.hash(parent, name);
        let mut index = std::mem::take(&mut self.index);
        index.insert_unique(hash, id, |id| {
            let node = &self.nodes[*id as usize];
            self.hash(node.parent, self.bytes(node.name))
        });
        self.index = index;
        id
    }

    fn intern(&mut self, bytes: &[u8]) -> (u32, u32) {
        let start = self.arena.len() as u32;
        self.arena.extend_from_slice(bytes);
        (start, bytes.len() as u32)
    }

    fn live_version(&self, node: NodeId) -> Option<VersionId> {
        let latest = self.nodes[node as usize].latest;
        (latest != NONE && self.versions[latest as usize].is_visible()).then_some(latest)
    }

    fn is_live(&self, node: NodeId) -> bool {
        self.live_version(node).is_some()
    }

    fn attach(&mut self, node: NodeId) {
        if node == 0 {
            return;
        }
        let parent = self.nodes[node as usize].parent;
        let first = std::mem::replace(&mut self.nodes[parent as usize].live_first, node);
        self.nodes[node as usize].live_next = first;
        self.nodes[node as usize].live_prev = NONE;
        if first != NONE {
            self.nodes[first as usize].live_prev = node;
        }
    }

    fn detach(&mut self, node: NodeId) {
        let Node { parent, live_prev, live_next, .. } = self.nodes[node as usize];
        if live_prev != NONE {
            self.nodes[live_prev as usize].live_next = live_next;
        } else if self.nodes[parent as usize].live_first == node {
            self.nodes[parent as usize].live_first = live_next;
        }
        if live_next != NONE {
            self.nodes[live_next as usize].live_prev = live_prev;
        }
        self.nodes[node as usize].live_prev = NONE;
        self.nodes[node as usize].live_next = NONE;
    }

    /// The live folder at a path, links on the way and at the end followed.
    pub(super) fn walk(&self, path: &[u8], links: u32, steps: &mut u64) -> Option<NodeId> {
        let node = self.walk_any(path, links, steps)?;
        let version = self.live_version(node)?;
        (self.versions[version as usize].kind == EntryKind::Directory).then_some(node)
    }

    /// The live node that a symbolic link leads to, when it is a folder.
    fn follow(&self, link: NodeId, links: u32, steps: &mut u64) -> Option<NodeId> {
        if *steps == 0 {
            return None;
        }
        let version = self.live_version(link)?;
        let target = self.path(link).resolve_link(self.bytes(self.versions[version as usize].link));
        self.walk(target.as_bytes(), links.checked_sub(1)?, steps)
    }

    /// The live node at a path, links followed everywhere. `steps`: how many parts of link targets may still be walked; forty links
    /// of thousands of parts each are one walk, and an image may ask for it with every entry.
    pub(super) fn walk_any(&self, path: &[u8], links: u32, steps: &mut u64) -> Option<NodeId> {
        // An explicit list of what is left to walk, so that a chain of links costs no stack.
        let mut links = links;
        let mut rest: Vec<Vec<u8>> = split_reversed(path);
        let mut node = 0;
        while let Some(name) = rest.pop() {
            let child = self.child(node, &name)?;
            let version = &self.versions[self.live_version(child)? as usize];
            if version.kind != EntryKind::Symlink {
                node = child;
                continue;
            }
            links = links.checked_sub(1)?;
            if *steps == 0 {
                return None;
            }
            let target = self.path(child).resolve_link(self.bytes(version.link));
            if target.as_bytes().len() + rest.len() > 1 << 16 {
                return None;
            }
            let parts = split_reversed(target.as_bytes());
            *steps = steps.saturating_sub(parts.len() as u64);
            rest.extend(parts);
            node = 0;
        }
        Some(node)
    }
}

fn split_reversed(path: &[u8]) -> Vec<Vec<u8>> {
    let mut parts: Vec<Vec<u8>> = path.split(|byte| *byte == b'/').filter(|part| !part.is_empty()).map(<[u8]>::to_vec).collect();
    parts.reverse();
    parts
}
