//! Questions to the view: paths, children, versions, captured files. All answers are ordered by name or by layer.

use porthole_oci::layer::{EntryKind, ImagePath};

use super::{ImageView, LayerChanges, NONE, NodeId, Version, VersionId};

/// Links followed for one path before it counts as dangling.
const MAX_LINKS: u32 = 40;

/// Parts of link targets that one question walks at most. Real ones have a handful; forty hostile ones have half a million, and a file
/// list may ask a million times.
const MAX_STEPS: u64 = 4096;

impl ImageView {
    /// What each layer did, lowest first.
    pub fn layer_changes(&self) -> &[LayerChanges] {
        &self.layers
    }

    /// Number of paths, the root and removed ones included.
    pub fn node_count(&self) -> u32 {
        self.nodes.len() as u32
    }

    /// A version by id.
    pub fn version(&self, id: VersionId) -> &Version {
        &self.versions[id as usize]
    }

    /// Every version of every path, in the order of the layers.
    pub fn versions(&self) -> impl Iterator<Item = (VersionId, &Version)> {
        self.versions.iter().enumerate().map(|(id, version)| (id as VersionId, version))
    }

    /// Versions of one path, newest first.
    pub fn history(&self, node: NodeId) -> impl Iterator<Item = (VersionId, &Version)> {
        let mut next = self.nodes.get(node as usize).map_or(NONE, |node| node.latest);
        std::iter::from_fn(move || {
            let version = self.versions.get(next as usize)?;
            let id = std::mem::replace(&mut next, version.older);
            Some((id, version))
        })
    }

    /// The version in the final image.
    pub fn visible(&self, node: NodeId) -> Option<&Version> {
        self.history(node).map(|(_, version)| version).next().filter(|version| version.is_visible())
    }

    /// The version after the given layer is put on.
    pub fn visible_at(&self, node: NodeId, layer: u32) -> Option<&Version> {
        self.history(node).map(|(_, version)| version).find(|version| version.is_visible_at(layer))
    }

    /// Children of a folder, removed ones included, by name.
    pub fn children(&self, node: NodeId) -> Vec<NodeId> {
        let mut children = Vec::new();
        let mut child = self.nodes.get(node as usize).map_or(NONE, |node| node.first_child);
        while let Some(below) = self.nodes.get(child as usize) {
            children.push(child);
            child = below.next_sibling;
        }
        children.sort_unstable_by(|a, b| self.name(*a).cmp(self.name(*b)));
        children
    }

    /// The folder that holds a path; the root's is itself.
    pub fn parent(&self, node: NodeId) -> NodeId {
        self.nodes.get(node as usize).map_or(0, |node| node.parent)
    }

    /// Last component of a path.
    pub fn name(&self, node: NodeId) -> &[u8] {
        self.nodes.get(node as usize).map_or(&[], |node| self.bytes(node.name))
    }

    /// Target of a link, as written; empty for anything else.
    pub fn link_target(&self, version: &Version) -> &[u8] {
        self.bytes(version.link)
    }

    /// The version whose bytes this one shows: itself for files, the target's for hard links.
    pub fn content(&self, version: &Version) -> Option<&Version> {
        self.versions.get(version.content as usize)
    }

    /// Id of the version from [`ImageView::content`]; equal ids are the same bytes on disk.
    pub fn content_id(&self, version: &Version) -> Option<VersionId> {
        (version.content != NONE).then_some(version.content)
    }

    /// The node of a path, taken literally, whether it is visible or not.
    pub fn node(&self, path: &ImagePath) -> Option<NodeId> {
        path.as_bytes()
            .split(|byte| *byte == b'/')
            .filter(|name| !name.is_empty())
            .try_fold(0, |node, name| self.child(node, name))
    }

    /// The visible node of a path in the final image, links followed everywhere.
    pub fn resolve(&self, path: &ImagePath) -> Option<NodeId> {
        self.walk_any(path.as_bytes(), MAX_LINKS, &mut MAX_STEPS.clone())
    }

    /// The visible node of a path in the final image, links followed on the way but not at the end.
    pub fn resolve_parent(&self, path: &ImagePath) -> Option<NodeId> {
        if path.is_root() {
            return Some(0);
        }
        let folder = self.walk(path.parent()?.as_bytes(), MAX_LINKS, &mut MAX_STEPS.clone())?;
        self.child(folder, path.name()).filter(|node| self.visible(*node).is_some())
    }

    /// A captured small file of the final image, links followed.
    pub fn captured(&self, path: &str) -> Option<&[u8]> {
        let node = self.resolve(&ImagePath::new(path))?;
        let version = self.visible(node)?.content;
        self.captured.iter().find(|(id, _)| *id == version).map(|(_, bytes)| bytes.as_slice())
    }

    /// Visible nodes of the final image: every file, folder, link and device.
    pub fn visible_nodes(&self) -> impl Iterator<Item = (NodeId, &Version)> {
        (0..self.node_count()).filter_map(|node| Some((node, self.visible(node)?)))
    }

    /// For every version: whether its content can be seen in the final image, by its own path or by a hard link's.
    pub fn content_seen(&self) -> Vec<bool> {
        let mut seen = vec![false; self.versions.len()];
        for version in self.versions.iter().filter(|version| version.is_visible()) {
            if let Some(seen) = seen.get_mut(version.content as usize) {
                *seen = true;
            }
        }
        seen
    }

    /// True when the final image has a regular file (or a link that leads to one) at this path.
    pub fn has_file(&self, path: &str) -> bool {
        self.resolve(&ImagePath::new(path))
            .and_then(|node| self.visible(node))
            .is_some_and(|version| matches!(version.kind, EntryKind::File | EntryKind::Hardlink))
    }
}
