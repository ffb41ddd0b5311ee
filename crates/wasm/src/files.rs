//! Rows of the tree as the page sees them; the types of `www/src/shared/files.ts`.

use std::collections::BTreeSet;

use porthole_report::sorting;
use porthole_scan::oci::layer::{EntryKind, ImagePath};
use porthole_scan::{ImageView, Listing, NodeId, Tree, TreeChange, TreeRow, Version};
use serde::Serialize;
use tsify::Tsify;

/// What an entry is.
#[derive(Serialize, Tsify)]
#[serde(rename_all = "camelCase")]
pub enum FileKind {
    /// Regular file.
    File,
    /// Folder.
    Directory,
    /// Symbolic link.
    Symlink,
    /// Hard link.
    Hardlink,
    /// Character device.
    CharDevice,
    /// Block device.
    BlockDevice,
    /// Named pipe.
    Fifo,
}

/// What the layer in view did to a path.
#[derive(Serialize, Tsify)]
#[serde(rename_all = "camelCase")]
pub enum PathChange {
    /// Nothing.
    Same,
    /// It was not there before.
    Added,
    /// It was there, with other content or attributes.
    Changed,
    /// It is gone.
    Removed,
}

/// One row of the tree.
#[derive(Serialize, Tsify)]
#[serde(rename_all = "camelCase")]
#[tsify(missing_as_null)]
pub struct FileNode {
    /// Last component, lossy text.
    name: String,
    /// Absolute path, lossy text.
    path: String,
    kind: FileKind,
    /// Bytes: of a file its content, of a folder everything below it.
    size: u64,
    /// Entries below a folder.
    entries: u32,
    mode: u32,
    uid: u64,
    gid: u64,
    /// Seconds since 1970.
    mtime: i64,
    link: Option<String>,
    /// Layer that the entry comes from; for removed paths the layer that held them.
    layer: u32,
    change: PathChange,
}

/// Rows that match a search.
#[derive(Serialize, Tsify)]
#[tsify(missing_as_null)]
pub struct SearchPage {
    total: usize,
    nodes: Vec<FileNode>,
}

/// Some of a folder's rows, and what the others come to.
#[derive(Serialize, Tsify)]
#[serde(rename_all = "camelCase")]
#[tsify(missing_as_null)]
pub struct FolderPage {
    path: String,
    nodes: Vec<FileNode>,
    /// Rows of the whole folder.
    total: usize,
    /// Bytes of the whole folder.
    bytes: u64,
}

/// One line of the tree.
#[derive(Serialize, Tsify)]
#[tsify(missing_as_null)]
pub struct TreeLine {
    node: FileNode,
    /// Folders above it.
    depth: u32,
}

/// A window into the lines of the tree.
#[derive(Serialize, Tsify)]
#[tsify(missing_as_null)]
pub struct LinesPage {
    /// Lines of the whole tree, as it is opened.
    total: usize,
    offset: usize,
    lines: Vec<TreeLine>,
    /// Line of the path that was asked for, if it is shown.
    at: Option<usize>,
    /// Largest size at the top, for bars.
    largest: u64,
}

/// One thing that happened to a path.
#[derive(Serialize, Tsify)]
#[serde(rename_all = "camelCase")]
pub struct FileEvent {
    layer: u32,
    change: PathChange,
    kind: FileKind,
    size: u64,
    mode: u32,
    mtime: i64,
}

/// Everything that happened to a path, oldest first.
#[derive(Serialize, Tsify)]
pub struct FileHistory {
    events: Vec<FileEvent>,
}

/// Where a file's bytes lie.
#[derive(Serialize, Tsify)]
#[serde(rename_all = "camelCase")]
pub struct FilePlace {
    /// Layer whose blob holds them.
    layer: u32,
    /// Offset in its uncompressed tar.
    offset: u64,
    /// Bytes.
    size: u64,
}

impl From<TreeChange> for PathChange {
    fn from(change: TreeChange) -> Self {
        match change {
            TreeChange::Same => Self::Same,
            TreeChange::Added => Self::Added,
            TreeChange::Changed => Self::Changed,
            TreeChange::Removed => Self::Removed,
        }
    }
}

impl From<EntryKind> for FileKind {
    fn from(kind: EntryKind) -> Self {
        match kind {
            EntryKind::Directory => Self::Directory,
            EntryKind::Symlink => Self::Symlink,
            EntryKind::Hardlink => Self::Hardlink,
            EntryKind::CharDevice => Self::CharDevice,
            EntryKind::BlockDevice => Self::BlockDevice,
            EntryKind::Fifo => Self::Fifo,
            // The view holds no whiteouts: what they hid is marked as removed.
            EntryKind::File | EntryKind::Whiteout | EntryKind::Opaque => Self::File,
        }
    }
}

fn node(view: &ImageView, row: &TreeRow) -> FileNode {
    // A folder that no entry names has no version in some states: it is shown as a plain folder.
    let version = row.version.map(|id| view.version(id));
    let link = version.map(|version| view.link_target(version)).unwrap_or_default();
    let hard = version.is_some_and(|version| version.kind == EntryKind::Hardlink);
    let content = version.and_then(|version| view.content(version)).filter(|_| hard);
    FileNode {
        name: String::from_utf8_lossy(view.name(row.node)).into_owned(),
        path: view.path(row.node).display(),
        kind: version.map_or(FileKind::Directory, |version| version.kind.into()),
        size: content.map_or(row.bytes, |content| content.size),
        entries: row.entries,
        mode: version.map_or(0o755, |version| version.mode),
        uid: version.map_or(0, |version| version.uid),
        gid: version.map_or(0, |version| version.gid),
        mtime: version.map_or(0, |version| version.mtime),
        link: (!link.is_empty()).then(|| String::from_utf8_lossy(link).into_owned()),
        layer: version.map_or(0, |version| version.layer),
        change: row.change.into(),
    }
}

/// A folder's rows by name, or with `largest` those with most bytes (removed and empty ones left out).
pub(crate) fn folder(view: &ImageView, tree: &Tree, path: &str, largest: bool, limit: usize) -> FolderPage {
    let mut rows = find(view, path).map(|node| tree.children(view, node)).unwrap_or_default();
    if largest {
        rows.retain(|row| row.bytes > 0 && row.change != TreeChange::Removed);
        sorting::sort_by_key(&mut rows, |row| std::cmp::Reverse(row.bytes));
    }
    FolderPage {
        path: path.to_owned(),
        total: rows.len(),
        bytes: rows.iter().filter(|row| row.change != TreeChange::Removed).map(|row| row.bytes).sum(),
        nodes: rows.iter().take(limit).map(|row| node(view, row)).collect(),
    }
}

/// One path in a state; else the newest thing that was ever there, as removed.
pub(crate) fn one(view: &ImageView, tree: &Tree, path: &str) -> Option<FileNode> {
    let found = find(view, path)?;
    let row = tree.row(found).or_else(|| {
        let (id, version) = view.history(found).next()?;
        Some(TreeRow { node: found, version: Some(id), bytes: version.size, entries: 0, change: TreeChange::Removed })
    })?;
    Some(node(view, &row))
}

/// A window into the lines of a listing.
pub(crate) fn window(
    view: &ImageView,
    tree: &Tree,
    listing: &Listing,
    (offset, limit): (usize, usize),
    at: Option<&str>,
) -> LinesPage {
    let lines = listing.lines();
    let shown = lines.iter().skip(offset).take(limit);
    let line = |(row, depth): (TreeRow, u32)| TreeLine { node: node(view, &row), depth };
    LinesPage {
        total: lines.len(),
        offset,
        lines: shown.filter_map(|line| Some((tree.row(line.node)?, line.depth))).map(line).collect(),
        at: at.and_then(|path| listing.position(find(view, path)?)),
        largest: lines
            .iter()
            .filter(|line| line.depth == 0)
            .filter_map(|line| tree.row(line.node))
            .map(|row| row.bytes)
            .max()
            .unwrap_or(0),
    }
}

pub(crate) fn search(view: &ImageView, tree: &Tree, text: &str, limit: usize) -> SearchPage {
    let (total, rows) = tree.search(view, text, limit);
    SearchPage { total, nodes: rows.iter().map(|row| node(view, row)).collect() }
}

pub(crate) fn history(view: &ImageView, path: &str) -> FileHistory {
    let Some(node) = find(view, path) else {
        return FileHistory { events: Vec::new() };
    };
    let mut versions: Vec<&Version> = view.history(node).map(|(_, version)| version).collect();
    versions.reverse();
    let mut events = Vec::new();
    for (index, version) in versions.iter().enumerate() {
        let replaced = index.checked_sub(1).and_then(|at| versions.get(at)).and_then(|older| older.removed_in());
        let change = if replaced == Some(version.layer) { PathChange::Changed } else { PathChange::Added };
        events.push(event(version, version.layer, change));
        let next = versions.get(index + 1).map(|version| version.layer);
        if let Some(removed) = version.removed_in().filter(|removed| next != Some(*removed)) {
            events.push(event(version, removed, PathChange::Removed));
        }
    }
    FileHistory { events }
}

fn event(version: &Version, layer: u32, change: PathChange) -> FileEvent {
    FileEvent { layer, change, kind: version.kind.into(), size: version.size, mode: version.mode, mtime: version.mtime }
}

/// Where the bytes of the version of a path lie that a layer put.
pub(crate) fn place(view: &ImageView, path: &str, layer: u32) -> Option<FilePlace> {
    let node = find(view, path)?;
    let version = view.history(node).map(|(_, version)| version).find(|version| version.layer == layer)?;
    let content = view.content(version)?;
    Some(FilePlace { layer: content.layer, offset: content.offset, size: content.size })
}

/// The nodes of paths that the page shows.
pub(crate) fn nodes(view: &ImageView, paths: &[String]) -> BTreeSet<NodeId> {
    let mut nodes = BTreeSet::new();
    nodes.extend(paths.iter().filter_map(|path| find(view, path)));
    nodes
}

/// The node of a path that the page shows: exact where it can be, else by the lossy text of its parts.
fn find(view: &ImageView, path: &str) -> Option<NodeId> {
    view.node(&ImagePath::new(path)).or_else(|| {
        path.split('/').filter(|part| !part.is_empty()).try_fold(0, |node, part| {
            view.children(node).into_iter().find(|child| String::from_utf8_lossy(view.name(*child)) == part)
        })
    })
}
