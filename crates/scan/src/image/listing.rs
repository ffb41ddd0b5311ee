//! Open folders as lines: what a tree on screen shows, from top to bottom, without ever handing out more than a window.
//!
//! A folder is sorted once, when it is first opened; opening another one only puts lines together again. Knows the view
//! and one state's tree. Proof: tests below; `tests/web/suite/many-files.test.js` for 300,000 files.

use std::collections::{BTreeSet, HashMap};

use porthole_oci::layer::EntryKind;

use super::{ImageView, NodeId, Tree, TreeChange, TreeRow};
use porthole_report::sorting;

/// In which order a folder is shown.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub enum Order {
    /// Folders first, then by name.
    #[default]
    Name,
    /// The largest first.
    Size,
}

/// One line.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Line {
    /// The path.
    pub node: NodeId,
    /// Folders above it, the root not counted.
    pub depth: u32,
}

/// The lines of one state of the image.
#[derive(Debug, Default)]
pub struct Listing {
    order: Order,
    changes_only: bool,
    open: BTreeSet<NodeId>,
    folders: HashMap<NodeId, Vec<NodeId>>,
    lines: Vec<Line>,
}

impl Listing {
    /// A listing without lines: see [`Listing::show`]. `changes_only` leaves out files that the state's layer did not touch.
    pub fn new(order: Order, changes_only: bool) -> Self {
        Self { order, changes_only, ..Self::default() }
    }

    /// True for this order and this choice.
    pub fn is(&self, order: Order, changes_only: bool) -> bool {
        (self.order, self.changes_only) == (order, changes_only)
    }

    /// Opens these folders and no others; the root is always open.
    pub fn show(&mut self, view: &ImageView, tree: &Tree, open: BTreeSet<NodeId>) {
        if !self.lines.is_empty() && self.open == open {
            return;
        }
        self.open = open;
        self.lines.clear();
        // A stack, since paths may be deeper than a call stack.
        let mut above: Vec<(NodeId, usize)> = vec![(0, 0)];
        while let Some((folder, at)) = above.pop() {
            let children =
                self.folders.entry(folder).or_insert_with(|| sorted(view, tree, folder, self.order, self.changes_only));
            let depth = above.len() as u32;
            for (offset, child) in children.iter().skip(at).enumerate() {
                self.lines.push(Line { node: *child, depth });
                if self.open.contains(child) {
                    above.extend([(folder, at + offset + 1), (*child, 0)]);
                    break;
                }
            }
        }
    }

    /// Every line, from the top.
    pub fn lines(&self) -> &[Line] {
        &self.lines
    }

    /// Where a path is.
    pub fn position(&self, node: NodeId) -> Option<usize> {
        self.lines.iter().position(|line| line.node == node)
    }
}

fn sorted(view: &ImageView, tree: &Tree, folder: NodeId, order: Order, changes_only: bool) -> Vec<NodeId> {
    let is_folder = |row: &TreeRow| row.version.is_none_or(|version| view.version(version).kind == EntryKind::Directory);
    let mut rows = tree.children(view, folder);
    rows.retain(|row| !changes_only || row.change != TreeChange::Same || is_folder(row));
    // They come by name, and the sorts are stable.
    match order {
        Order::Name => sorting::sort_by_key(&mut rows, |row| !is_folder(row)),
        Order::Size => sorting::sort_by_key(&mut rows, |row| std::cmp::Reverse(row.bytes)),
    }
    rows.into_iter().map(|row| row.node).collect()
}

#[cfg(test)]
mod tests {
    use porthole_oci::layer::ImagePath;

    use super::*;
    use crate::image::State;
    use crate::{LayerOptions, LayerScan};

    fn view(layers: &[&[(&str, usize)]]) -> ImageView {
        let facts = layers.iter().map(|entries| {
            let mut builder = tar::Builder::new(Vec::new());
            for (path, size) in *entries {
                let mut header = tar::Header::new_gnu();
                header.set_size(*size as u64);
                header.set_mode(0o644);
                builder.append_data(&mut header, path, vec![b'x'; *size].as_slice()).expect("in memory");
            }
            let mut scan = LayerScan::new(&LayerOptions::default());
            scan.push(&builder.into_inner().expect("in memory"));
            Some(scan.finish())
        });
        ImageView::fold(facts.collect())
    }

    /// Names, each behind one dot for every folder above it.
    fn shown(view: &ImageView, state: State, listing: &mut Listing, open: &[&str]) -> String {
        let tree = Tree::new(view, state);
        listing.show(view, &tree, open.iter().filter_map(|path| view.node(&ImagePath::new(path))).collect());
        let name = |line: &Line| format!("{}{}", ".".repeat(line.depth as usize), String::from_utf8_lossy(view.name(line.node)));
        listing.lines().iter().map(name).collect::<Vec<_>>().join(" ")
    }

    #[test]
    fn open_folders_become_lines_in_their_order() {
        let view = view(&[&[("a", 9), ("etc/x/y", 1), ("etc/b", 5), ("usr/c", 7), ("z", 1)]]);
        let mut by_name = Listing::new(Order::Name, false);
        assert_eq!(shown(&view, State::Merged, &mut by_name, &[]), "etc usr a z");
        assert_eq!(shown(&view, State::Merged, &mut by_name, &["etc", "etc/x"]), "etc .x ..y .b usr a z");
        assert_eq!(shown(&view, State::Merged, &mut by_name, &["usr"]), "etc usr .c a z");
        // A folder that is open inside a closed one is not shown.
        assert_eq!(shown(&view, State::Merged, &mut by_name, &["etc/x"]), "etc usr a z");
        assert_eq!(by_name.position(view.node(&ImagePath::new("a")).expect("there")), Some(2));
        let mut by_size = Listing::new(Order::Size, false);
        assert_eq!(shown(&view, State::Merged, &mut by_size, &["etc"]), "a usr etc .b .x z");
    }

    #[test]
    fn what_a_layer_did_not_touch_can_be_left_out() {
        let view = view(&[&[("etc/a", 1), ("etc/b", 1)], &[("etc/b", 2), ("etc/.wh.a", 0), ("new", 1)]]);
        let mut all = Listing::new(Order::Name, true);
        assert_eq!(shown(&view, State::UpTo(1), &mut all, &["etc"]), "etc .a .b new");
        let mut below = Listing::new(Order::Name, true);
        assert_eq!(shown(&view, State::UpTo(0), &mut below, &["etc"]), "etc .a .b");
        let mut only = Listing::new(Order::Name, true);
        assert_eq!(shown(&view, State::Layer(1), &mut only, &["etc"]), "etc .a .b new");
    }
}
