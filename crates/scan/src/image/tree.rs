//! The tree as a person browses it: one state of the image, with what every folder holds and what the layer did.
//!
//! Totals are summed once for a state, in one pass over the nodes; a folder's children are then looked up. Knows the view
//! only. Proof: tests below.

use porthole_oci::layer::EntryKind;

use super::{ImageView, NodeId, VersionId};

/// Which state of the image is browsed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum State {
    /// The final image.
    Merged,
    /// After this layer is put on, with what it did.
    UpTo(u32),
    /// Only what this layer touched.
    Layer(u32),
}

/// What the state's layer did to a path.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum TreeChange {
    /// Nothing (always so in the final image).
    Same,
    /// It was not there before.
    Added,
    /// It was there, with other content or attributes.
    Changed,
    /// It is gone; the row shows what was there.
    Removed,
}

/// One row of a folder.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct TreeRow {
    /// The path.
    pub node: NodeId,
    /// What is there (or was, when removed); none for a folder that no entry of this state names.
    pub version: Option<VersionId>,
    /// Bytes of content: its own, and for a folder everything shown below it. Removed rows count for nothing above them.
    pub bytes: u64,
    /// Entries shown below a folder.
    pub entries: u32,
    /// What the layer did.
    pub change: TreeChange,
}

/// One state, summed up.
pub struct Tree {
    state: State,
    rows: Vec<Option<TreeRow>>,
}

impl Tree {
    /// Sums up a state of the view.
    pub fn new(view: &ImageView, state: State) -> Self {
        let mut rows: Vec<Option<TreeRow>> = (0..view.node_count()).map(|node| row(view, state, node)).collect();
        // A child's node is always younger than its parent's, so one pass from the youngest sums everything.
        for index in (1..rows.len()).rev() {
            let Some(below) = rows.get(index).copied().flatten() else {
                continue;
            };
            let parent = view.parent(index as NodeId) as usize;
            let counted = below.change != TreeChange::Removed;
            if let Some(slot) = rows.get_mut(parent) {
                let above = slot.get_or_insert(TreeRow {
                    node: parent as NodeId,
                    version: None,
                    bytes: 0,
                    entries: 0,
                    change: TreeChange::Same,
                });
                if counted {
                    above.bytes = above.bytes.saturating_add(below.bytes);
                    above.entries = above.entries.saturating_add(below.entries).saturating_add(1);
                }
            }
        }
        // A folder that only leads to something touched has no row of its own yet: it shows what is there.
        for index in 0..rows.len() {
            if let Some(Some(row)) = rows.get_mut(index)
                && row.version.is_none()
            {
                row.version = shown(view, state, index as NodeId);
            }
        }
        Self { state, rows }
    }

    /// The state that was summed up.
    pub fn state(&self) -> State {
        self.state
    }

    /// One path's row, if it is part of the state.
    pub fn row(&self, node: NodeId) -> Option<TreeRow> {
        self.rows.get(node as usize).copied().flatten()
    }

    /// Rows of a folder, by name.
    pub fn children(&self, view: &ImageView, node: NodeId) -> Vec<TreeRow> {
        view.children(node).into_iter().filter_map(|child| self.row(child)).collect()
    }

    /// Rows whose path matches, in the order of their paths' first appearance: at most `limit`, and how many there are.
    /// A pattern with `*` or `?` is a glob over the name (over the path, when it has a slash); any other is looked for in the name.
    pub fn search(&self, view: &ImageView, pattern: &str, limit: usize) -> (usize, Vec<TreeRow>) {
        let pattern = pattern.trim().to_ascii_lowercase();
        let glob = pattern.contains(['*', '?']);
        let whole = pattern.contains('/');
        let mut total = 0;
        let mut found = Vec::new();
        for row in self.rows.iter().skip(1).flatten() {
            let text = if whole { view.path(row.node).display().into_bytes() } else { view.name(row.node).to_vec() }
                .to_ascii_lowercase();
            let hit = if glob {
                glob_matches(pattern.as_bytes(), &text)
            } else {
                memchr::memmem::find(&text, pattern.as_bytes()).is_some()
            };
            if hit {
                total += 1;
                if found.len() < limit {
                    found.push(*row);
                }
            }
        }
        (total, found)
    }
}

/// The version that a state shows at a path.
fn shown(view: &ImageView, state: State, node: NodeId) -> Option<VersionId> {
    view.history(node)
        .find(|(_, version)| match state {
            State::Merged => version.is_visible(),
            State::UpTo(layer) | State::Layer(layer) => version.is_visible_at(layer),
        })
        .map(|(id, _)| id)
}

fn row(view: &ImageView, state: State, node: NodeId) -> Option<TreeRow> {
    let (version, change) = match state {
        State::Merged => (shown(view, state, node)?, TreeChange::Same),
        State::UpTo(layer) | State::Layer(layer) => changed(view, layer, node)?,
    };
    if matches!(state, State::Layer(_)) && change == TreeChange::Same {
        return None;
    }
    let bytes = view.version(version).size;
    Some(TreeRow { node, version: Some(version), bytes, entries: 0, change })
}

/// What a path is after a layer, and what the layer did to it.
fn changed(view: &ImageView, layer: u32, node: NodeId) -> Option<(VersionId, TreeChange)> {
    let now = shown(view, State::UpTo(layer), node);
    let before = match layer.checked_sub(1) {
        Some(below) => shown(view, State::UpTo(below), node),
        None => None,
    };
    match (before, now) {
        (None, None) => None,
        (Some(before), None) => Some((before, TreeChange::Removed)),
        (None, Some(now)) => Some((now, TreeChange::Added)),
        (Some(before), Some(now)) if before == now => Some((now, TreeChange::Same)),
        (Some(before), Some(now)) => {
            // A folder is named again by every layer that puts something into it: only other attributes change it.
            let (was, is) = (view.version(before), view.version(now));
            let same_folder = was.kind == EntryKind::Directory
                && is.kind == EntryKind::Directory
                && (is.implied || (was.mode, was.uid, was.gid) == (is.mode, is.uid, is.gid));
            let change = if same_folder { TreeChange::Same } else { TreeChange::Changed };
            Some((now, change))
        }
    }
}

/// `*` for any run of bytes, `?` for any one byte. Linear but for one step back to the last star.
fn glob_matches(pattern: &[u8], text: &[u8]) -> bool {
    let (mut p, mut t) = (0, 0);
    let mut star: Option<(usize, usize)> = None;
    while let Some(&byte) = text.get(t) {
        match pattern.get(p) {
            Some(b'*') => {
                star = Some((p + 1, t));
                p += 1;
            }
            Some(&wanted) if wanted == b'?' || wanted == byte => {
                p += 1;
                t += 1;
            }
            _ => match star {
                Some((after, from)) => {
                    star = Some((after, from + 1));
                    p = after;
                    t = from + 1;
                }
                None => return false,
            },
        }
    }
    pattern.get(p..).is_some_and(|rest| rest.iter().all(|byte| *byte == b'*'))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{LayerOptions, LayerScan};
    use porthole_oci::layer::ImagePath;

    fn tar(entries: &[(&str, &str)]) -> Vec<u8> {
        let mut builder = tar::Builder::new(Vec::new());
        for (path, content) in entries {
            let mut header = tar::Header::new_gnu();
            header.set_size(content.len() as u64);
            header.set_mode(if path.ends_with('/') { 0o755 } else { 0o644 });
            if path.ends_with('/') {
                header.set_entry_type(tar::EntryType::Directory);
            }
            builder.append_data(&mut header, path, content.as_bytes()).expect("in memory");
        }
        builder.into_inner().expect("in memory")
    }

    fn view(layers: &[&[(&str, &str)]]) -> ImageView {
        let facts = layers
            .iter()
            .map(|entries| {
                let mut scan = LayerScan::new(&LayerOptions::default());
                scan.push(&tar(entries));
                Some(scan.finish())
            })
            .collect();
        ImageView::fold(facts)
    }

    fn names(view: &ImageView, tree: &Tree, folder: &str) -> Vec<(String, u64, TreeChange)> {
        let node = view.node(&ImagePath::new(folder)).expect("folder");
        tree.children(view, node)
            .into_iter()
            .map(|row| (String::from_utf8_lossy(view.name(row.node)).into_owned(), row.bytes, row.change))
            .collect()
    }

    fn three_layers() -> ImageView {
        view(&[
            &[("etc/", ""), ("etc/a", "12345"), ("etc/b", "1"), ("opt/tool/bin", "123")],
            &[("etc/", ""), ("etc/a", "1234567"), ("etc/c", "12"), ("etc/.wh.b", "")],
            &[("srv/x", "1")],
        ])
    }

    #[test]
    fn folders_sum_what_is_below_them() {
        let view = three_layers();
        let tree = Tree::new(&view, State::Merged);
        let same = TreeChange::Same;
        let want = [("etc".to_owned(), 9, same), ("opt".to_owned(), 3, same), ("srv".to_owned(), 1, same)];
        assert_eq!(names(&view, &tree, "/"), want);
        assert_eq!(tree.row(0).map(|row| (row.bytes, row.entries)), Some((13, 8)));
    }

    #[test]
    fn a_layer_is_shown_with_what_it_did() {
        let view = three_layers();
        let tree = Tree::new(&view, State::UpTo(1));
        let want = [
            ("a".to_owned(), 7, TreeChange::Changed),
            ("b".to_owned(), 1, TreeChange::Removed),
            ("c".to_owned(), 2, TreeChange::Added),
        ];
        assert_eq!(names(&view, &tree, "/etc"), want);
        assert_eq!(tree.row(view.node(&ImagePath::new("etc")).expect("etc")).map(|row| row.bytes), Some(9));
    }

    #[test]
    fn a_layer_alone_leaves_out_what_it_did_not_touch() {
        let view = three_layers();
        let tree = Tree::new(&view, State::Layer(2));
        assert_eq!(names(&view, &tree, "/").into_iter().map(|row| row.0).collect::<Vec<_>>(), ["srv"]);
        let tree = Tree::new(&view, State::Layer(1));
        assert_eq!(names(&view, &tree, "/").into_iter().map(|row| row.0).collect::<Vec<_>>(), ["etc"]);
    }

    #[test]
    fn search_knows_names_and_globs() {
        let view = three_layers();
        let tree = Tree::new(&view, State::Merged);
        let found = |pattern: &str| {
            let (total, rows) = tree.search(&view, pattern, 10);
            assert_eq!(total, rows.len());
            rows.iter().map(|row| view.path(row.node).display()).collect::<Vec<_>>()
        };
        assert_eq!(found("tool"), ["/opt/tool"]);
        assert_eq!(found("/etc/?"), ["/etc/a", "/etc/c"]);
        assert_eq!(found("b*"), ["/opt/tool/bin"]);
        assert_eq!(found("B"), ["/opt/tool/bin"]);
    }

    #[test]
    fn globs_match_as_shells_do() {
        for (pattern, text, want) in [
            ("*", "", true),
            ("a*c", "abbc", true),
            ("a*c", "abb", false),
            ("*.so.?", "libx.so.1", true),
            ("*.so.?", "libx.so", false),
            ("**a", "ba", true),
            ("", "x", false),
        ] {
            assert_eq!(glob_matches(pattern.as_bytes(), text.as_bytes()), want, "{pattern} {text}");
        }
    }
}
