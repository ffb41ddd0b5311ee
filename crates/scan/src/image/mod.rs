//! Reduce: the facts of all layers, folded into one view of the image.
//!
//! Follows image-spec `layer.md`: whiteouts act on lower layers only and before the layer's own entries; a folder over a
//! folder updates it, anything else replaces what was there with all below. The view keeps every version of every path,
//! each with the layer that put it and the layer that removed it, so that the state after any layer can be read from one
//! fold. Nothing changes it afterwards. Proof: `tests/suite/overlay.rs` (a naive overlay on generated layers).

mod fold;
mod listing;
mod query;
mod room;
mod tree;

pub use listing::{Line, Listing, Order};
pub use tree::{State, Tree, TreeChange, TreeRow};

use std::sync::Arc;

use hashbrown::HashTable;
use porthole_oci::layer::{EntryKind, ImagePath};
use porthole_report::{Change, Gap};

use crate::facts::{FileFacts, LayerFacts, SecretFact};
use crate::limits::ScanLimits;

/// Index of a path in the view. The root is 0.
pub type NodeId = u32;
/// Index of a version in the view.
pub type VersionId = u32;

/// No index.
const NONE: u32 = u32::MAX;

/// All paths of an image, through all layers.
pub struct ImageView {
    /// Names of all nodes, one after the other; link targets too.
    arena: Vec<u8>,
    nodes: Vec<Node>,
    versions: Vec<Version>,
    /// Nodes by parent and name.
    index: HashTable<NodeId>,
    hash_key: u64,
    layers: Vec<LayerChanges>,
    /// What catalogers read, with the version it was read from.
    pub files: Vec<(VersionId, FileFacts)>,
    /// Secrets, with the version that holds them.
    pub secrets: Vec<(VersionId, SecretFact)>,
    captured: Vec<(VersionId, Vec<u8>)>,
    /// Gaps of all layers, each with its layer, and those of the fold.
    pub gaps: Vec<Gap>,
}

/// What one layer did to the layers below.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct LayerChanges {
    /// Paths that were not there.
    pub added: Change,
    /// Paths that it replaced or updated.
    pub changed: Change,
    /// Paths that it removed.
    pub removed: Change,
}

struct Node {
    parent: NodeId,
    name: (u32, u32),
    first_child: NodeId,
    next_sibling: NodeId,
    /// Children that exist at this point of the fold: a doubly linked list, so that removing is linear in what is removed.
    live_first: NodeId,
    live_prev: NodeId,
    live_next: NodeId,
    /// Newest version; none for a path that only ever was a folder on the way.
    latest: VersionId,
}

/// One path as one layer put it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Version {
    /// Its path.
    pub node: NodeId,
    /// Layer that put it.
    pub layer: u32,
    /// What it is; never a whiteout.
    pub kind: EntryKind,
    /// True for a folder that no entry names: it exists because something lies in it.
    pub implied: bool,
    /// Permission bits with setuid, setgid, sticky.
    pub mode: u32,
    /// Owner.
    pub uid: u64,
    /// Group.
    pub gid: u64,
    /// Stored bytes of content (files only).
    pub size: u64,
    /// Unpacked bytes.
    pub logical_size: u64,
    /// Modification time, seconds since 1970.
    pub mtime: i64,
    /// Offset of the content in the layer's uncompressed tar.
    pub offset: u64,
    link: (u32, u32),
    /// Version that holds the content: itself for files, the target's for hard links.
    content: VersionId,
    older: VersionId,
    removed_in: u32,
    /// Whether a whiteout took it, rather than something else in its place.
    pub deleted: bool,
}

impl Version {
    /// True when it is part of the final image.
    pub fn is_visible(&self) -> bool {
        self.removed_in == NONE
    }

    /// Layer that removed or replaced it.
    pub fn removed_in(&self) -> Option<u32> {
        (self.removed_in != NONE).then_some(self.removed_in)
    }

    /// True when it is there after the given layer is put on.
    pub fn is_visible_at(&self, layer: u32) -> bool {
        self.layer <= layer && self.removed_in > layer
    }
}

impl ImageView {
    /// Folds layers, lowest first. A layer that is missing (`None`) changes nothing; its absence is the caller's gap. Layers that
    /// are the same blob can share their facts.
    pub fn fold<F: Into<Arc<LayerFacts>>>(layers: Vec<Option<F>>) -> Self {
        Self::fold_within(layers, &ScanLimits::default())
    }

    /// The same under other limits. What they cut off is a gap.
    pub fn fold_within<F: Into<Arc<LayerFacts>>>(layers: Vec<Option<F>>, limits: &ScanLimits) -> Self {
        fold::fold(layers.into_iter().map(|facts| facts.map(Into::into)).collect(), limits)
    }

    fn bytes(&self, (start, len): (u32, u32)) -> &[u8] {
        self.arena.get(start as usize..start as usize + len as usize).unwrap_or_default()
    }

    /// The path of a node.
    pub fn path(&self, node: NodeId) -> ImagePath {
        let mut path = Vec::new();
        self.path_into(node, &mut path);
        ImagePath::new(path)
    }

    /// Writes the path of a node into a buffer, whose allocation stays: for loops over every node.
    pub fn path_into(&self, node: NodeId, path: &mut Vec<u8>) {
        path.clear();
        path.resize(self.upwards(node).map(|name| name.len() + 1).sum::<usize>().saturating_sub(1), b'/');
        let mut end = path.len();
        for name in self.upwards(node) {
            let start = end.saturating_sub(name.len());
            if let Some(place) = path.get_mut(start..end) {
                place.copy_from_slice(name);
            }
            end = start.saturating_sub(1);
        }
    }

    /// Names of a node and of the folders above it.
    fn upwards(&self, node: NodeId) -> impl Iterator<Item = &[u8]> {
        let mut at = node;
        std::iter::from_fn(move || {
            let node = self.nodes.get(at as usize).filter(|_| at != 0)?;
            at = node.parent;
            Some(self.bytes(node.name))
        })
    }
}
