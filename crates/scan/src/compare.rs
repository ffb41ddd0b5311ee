//! Files of two final images, path by path. Facts hold no digest of a file's content: a file of the same size and of another
//! time may hold the same bytes or not, and is counted apart. Proof: `tests/suite/diff.rs`.

use std::cmp::Ordering;

use porthole_oci::layer::EntryKind;
use porthole_report::diff::{FileChange, FileChanges};

use crate::image::{ImageView, NodeId, Version};

/// Files listed.
const LISTED: usize = 200;

/// Compares the files, links and devices of two images; folders count by what is in them.
pub fn compare_files(before: &ImageView, after: &ImageView) -> FileChanges {
    let mut compare = Compare { before, after, changes: FileChanges::default() };
    // Pairs of folders with one path, one of them missing where only the other image has it.
    let mut folders = vec![(Some(0), Some(0))];
    while let Some((a, b)) = folders.pop() {
        compare.folder(a, b, &mut folders);
        // The list is kept small while it grows: a whole image may be new.
        if compare.changes.largest.len() > 4 * LISTED {
            compare.shorten();
        }
    }
    compare.shorten();
    compare.changes
}

struct Compare<'a> {
    before: &'a ImageView,
    after: &'a ImageView,
    changes: FileChanges,
}

type Pair = (Option<NodeId>, Option<NodeId>);

impl Compare<'_> {
    fn folder(&mut self, a: Option<NodeId>, b: Option<NodeId>, folders: &mut Vec<Pair>) {
        let (left, right) = (visible(self.before, a), visible(self.after, b));
        let (mut i, mut j) = (0, 0);
        while i < left.len() || j < right.len() {
            let order = match (left.get(i), right.get(j)) {
                (Some(one), Some(other)) => self.before.name(one.0).cmp(self.after.name(other.0)),
                (Some(_), None) => Ordering::Less,
                _ => Ordering::Greater,
            };
            let one = (order != Ordering::Greater).then(|| left.get(i)).flatten().copied();
            let other = (order != Ordering::Less).then(|| right.get(j)).flatten().copied();
            i += usize::from(one.is_some());
            j += usize::from(other.is_some());
            self.pair(one, other, folders);
        }
    }

    fn pair(&mut self, one: Option<(NodeId, &Version)>, other: Option<(NodeId, &Version)>, folders: &mut Vec<Pair>) {
        let is_folder = |(_, version): &(NodeId, &Version)| version.kind == EntryKind::Directory;
        let pair = (one.filter(is_folder).map(|(node, _)| node), other.filter(is_folder).map(|(node, _)| node));
        if pair != (None, None) {
            folders.push(pair);
        }
        let (from, to) = match (one.filter(|side| !is_folder(side)), other.filter(|side| !is_folder(side))) {
            (None, None) => return,
            (Some((node, version)), None) => {
                let size = size(self.before, version);
                self.changes.removed += 1;
                self.changes.removed_bytes = self.changes.removed_bytes.saturating_add(size);
                let path = self.before.path(node).display();
                return self.changes.largest.push(FileChange { path, from: Some(size), to: None, what: Vec::new() });
            }
            (None, Some((node, version))) => {
                let size = size(self.after, version);
                self.changes.added += 1;
                self.changes.added_bytes = self.changes.added_bytes.saturating_add(size);
                let path = self.after.path(node).display();
                return self.changes.largest.push(FileChange { path, from: None, to: Some(size), what: Vec::new() });
            }
            (Some((_, from)), Some(to)) => (from, to),
        };
        let (node, to) = to;
        let what = self.what(from, to);
        if !what.is_empty() {
            self.changes.changed += 1;
            let (from, to) = (Some(size(self.before, from)), Some(size(self.after, to)));
            self.changes.largest.push(FileChange { path: self.after.path(node).display(), from, to, what });
        } else if from.mtime != to.mtime {
            self.changes.touched += 1;
        }
    }

    fn what(&self, from: &Version, to: &Version) -> Vec<String> {
        let mut what = Vec::new();
        // A hard link and the file that it leads to are the same on disk: tools differ in which of the two they write first.
        let kind = |version: &Version| if version.kind == EntryKind::Hardlink { EntryKind::File } else { version.kind };
        if kind(from) != kind(to) {
            what.push(format!("{} to {}", word(kind(from)), word(kind(to))));
        } else if size(self.before, from) != size(self.after, to) {
            what.push("size".into());
        }
        if kind(from) == EntryKind::Symlink
            && kind(to) == EntryKind::Symlink
            && self.before.link_target(from) != self.after.link_target(to)
        {
            what.push("target".into());
        }
        if from.mode != to.mode && kind(to) != EntryKind::Symlink {
            what.push(format!("mode {:o} to {:o}", from.mode, to.mode));
        }
        if (from.uid, from.gid) != (to.uid, to.gid) {
            what.push(format!("owner {}:{} to {}:{}", from.uid, from.gid, to.uid, to.gid));
        }
        what
    }

    fn shorten(&mut self) {
        let largest = &mut self.changes.largest;
        largest.sort_by(|a, b| weight(b).cmp(&weight(a)).then_with(|| a.path.cmp(&b.path)));
        largest.truncate(LISTED);
    }
}

/// How much a change moves: the bytes that came, went, or both differ by.
fn weight(change: &FileChange) -> u64 {
    match (change.from, change.to) {
        (Some(from), Some(to)) => from.abs_diff(to),
        (from, to) => from.or(to).unwrap_or(0),
    }
}

fn visible(view: &ImageView, folder: Option<NodeId>) -> Vec<(NodeId, &Version)> {
    let children = folder.map(|folder| view.children(folder)).unwrap_or_default();
    children.into_iter().filter_map(|child| Some((child, view.visible(child)?))).collect()
}

fn size(view: &ImageView, version: &Version) -> u64 {
    view.content(version).map_or(version.size, |content| content.size)
}

fn word(kind: EntryKind) -> &'static str {
    match kind {
        EntryKind::File | EntryKind::Hardlink => "file",
        EntryKind::Directory => "folder",
        EntryKind::Symlink => "link",
        EntryKind::CharDevice | EntryKind::BlockDevice => "device",
        EntryKind::Fifo => "pipe",
        EntryKind::Whiteout | EntryKind::Opaque => "whiteout",
    }
}
