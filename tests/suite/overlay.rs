//! The image view against a naive overlay: a map of paths, rebuilt layer by layer by the words of image-spec `layer.md`.

use std::collections::BTreeMap;

use porthole_scan::oci::layer::{Entry, EntryKind, ImagePath};
use porthole_scan::{EntryLog, ImageView, LayerFacts};
use proptest::prelude::*;

/// What the oracle keeps of a path.
#[derive(Debug, Clone, PartialEq, Eq)]
struct Seen {
    layer: u32,
    kind: EntryKind,
    size: u64,
    implied: bool,
}

/// Paths from a small alphabet, so that layers meet.
fn path() -> impl Strategy<Value = Vec<&'static str>> {
    proptest::collection::vec(prop_oneof![Just("a"), Just("b"), Just("c")], 1..4)
}

fn entry() -> impl Strategy<Value = Entry> {
    let kind = prop_oneof![
        4 => Just(EntryKind::File),
        3 => Just(EntryKind::Directory),
        2 => Just(EntryKind::Whiteout),
        1 => Just(EntryKind::Opaque),
        1 => Just(EntryKind::Fifo),
    ];
    (path(), kind, 0..100u64).prop_map(|(path, kind, size)| plain(&path.join("/"), kind, size))
}

fn plain(path: &str, kind: EntryKind, size: u64) -> Entry {
    let size = if kind == EntryKind::File { size } else { 0 };
    Entry {
        path: ImagePath::new(path),
        kind,
        size,
        logical_size: size,
        mode: 0o644,
        uid: 0,
        gid: 0,
        mtime: 0,
        link: None,
        offset: 0,
    }
}

fn link(path: &str, kind: EntryKind, target: &str) -> Entry {
    Entry { link: Some(target.as_bytes().to_vec()), ..plain(path, kind, 0) }
}

fn fold(layers: &[Vec<Entry>]) -> ImageView {
    let facts = layers.iter().map(|entries| Some(LayerFacts { entries: EntryLog::from_iter(entries), ..LayerFacts::default() }));
    ImageView::fold(facts.collect())
}

fn visible(view: &ImageView, layer: Option<u32>) -> BTreeMap<Vec<u8>, Seen> {
    (1..view.node_count())
        .filter_map(|node| {
            let version = match layer {
                None => view.visible(node)?,
                Some(layer) => view.visible_at(node, layer)?,
            };
            let seen = Seen { layer: version.layer, kind: version.kind, size: version.size, implied: version.implied };
            Some((view.path(node).as_bytes().to_vec(), seen))
        })
        .collect()
}

/// The oracle.
fn naive(layers: &[Vec<Entry>]) -> BTreeMap<Vec<u8>, Seen> {
    let mut all: BTreeMap<Vec<u8>, Seen> = BTreeMap::new();
    let below = |path: &[u8], other: &[u8]| other.len() > path.len() && other.starts_with(path) && other[path.len()] == b'/';
    for (layer, entries) in layers.iter().enumerate() {
        let layer = layer as u32;
        for entry in entries {
            let path = entry.path.as_bytes();
            match entry.kind {
                EntryKind::Whiteout => all.retain(|other, _| other != path && !below(path, other)),
                EntryKind::Opaque if all.get(path).is_some_and(|seen| seen.kind == EntryKind::Directory) => {
                    all.retain(|other, _| !below(path, other));
                }
                _ => {}
            }
        }
        for entry in entries {
            if matches!(entry.kind, EntryKind::Whiteout | EntryKind::Opaque) {
                continue;
            }
            let mut parent = entry.path.parent();
            let mut parents = Vec::new();
            while let Some(folder) = parent.filter(|folder| !folder.is_root()) {
                parents.push(folder.as_bytes().to_vec());
                parent = folder.parent();
            }
            for folder in parents.into_iter().rev() {
                if all.get(&folder).is_none_or(|seen| seen.kind != EntryKind::Directory) {
                    all.retain(|other, _| !below(&folder, other));
                    all.insert(folder, Seen { layer, kind: EntryKind::Directory, size: 0, implied: true });
                }
            }
            let path = entry.path.as_bytes().to_vec();
            let folder_over_folder =
                entry.kind == EntryKind::Directory && all.get(&path).is_some_and(|seen| seen.kind == EntryKind::Directory);
            if !folder_over_folder {
                all.retain(|other, _| !below(&path, other));
            }
            all.insert(path, Seen { layer, kind: entry.kind, size: entry.size, implied: false });
        }
    }
    all
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(2000))]

    /// Oracle: `naive`, for the final image and for the state after every layer.
    #[test]
    fn the_view_equals_a_naive_overlay(layers in proptest::collection::vec(proptest::collection::vec(entry(), 0..8), 0..5)) {
        let view = fold(&layers);
        prop_assert_eq!(visible(&view, None), naive(&layers));
        for layer in 0..layers.len() {
            prop_assert_eq!(visible(&view, Some(layer as u32)), naive(&layers[..=layer]), "after layer {}", layer);
        }
    }

    /// Oracle: bytes shipped are those of all files; wasted ones are those of files that no path of the result shows.
    #[test]
    fn content_is_seen_or_wasted(layers in proptest::collection::vec(proptest::collection::vec(entry(), 0..8), 0..5)) {
        let view = fold(&layers);
        let seen = view.content_seen();
        let kept: u64 = view.versions().filter(|(id, _)| seen[*id as usize]).map(|(_, version)| version.size).sum();
        prop_assert_eq!(kept, naive(&layers).values().map(|seen| seen.size).sum::<u64>());
    }
}

#[test]
fn a_whiteout_never_hides_its_siblings_of_the_same_layer() {
    for late in [false, true] {
        let mut top = vec![plain("a", EntryKind::Whiteout, 0), plain("a", EntryKind::File, 7)];
        if late {
            top.reverse();
        }
        let view = fold(&[vec![plain("a", EntryKind::File, 3)], top]);
        let seen = visible(&view, None);
        assert_eq!(seen[b"a".as_slice()].size, 7);
        let changes = view.layer_changes()[1];
        assert_eq!((changes.added.count, changes.changed.count, changes.removed.count), (0, 1, 0));
    }
}

#[test]
fn a_file_over_a_folder_takes_its_whole_subtree() {
    let view = fold(&[
        vec![plain("a", EntryKind::Directory, 0), plain("a/b", EntryKind::File, 1)],
        vec![plain("a", EntryKind::File, 2)],
    ]);
    assert_eq!(visible(&view, None).keys().collect::<Vec<_>>(), [b"a".as_slice()]);
    assert_eq!(view.layer_changes()[1].removed.count, 1);
}

#[test]
fn entries_below_a_linked_folder_land_where_the_link_leads() {
    let view = fold(&[
        vec![plain("usr/bin", EntryKind::Directory, 0), link("bin", EntryKind::Symlink, "usr/bin")],
        vec![plain("bin/tool", EntryKind::File, 5)],
    ]);
    let node = view.node(&ImagePath::new("usr/bin/tool")).expect("the file lies in the linked folder");
    assert_eq!(view.visible(node).map(|version| version.size), Some(5));
    assert_eq!(view.resolve(&ImagePath::new("bin/tool")), Some(node));
    assert!(view.visible(view.node(&ImagePath::new("bin")).expect("link")).is_some_and(|v| v.kind == EntryKind::Symlink));
}

#[test]
fn a_folder_entry_replaces_a_link() {
    let view = fold(&[
        vec![plain("usr/bin", EntryKind::Directory, 0), link("bin", EntryKind::Symlink, "usr/bin")],
        vec![plain("bin", EntryKind::Directory, 0), plain("bin/x", EntryKind::File, 5)],
    ]);
    assert_eq!(visible(&view, None)[b"bin".as_slice()].kind, EntryKind::Directory);
    assert!(view.node(&ImagePath::new("usr/bin/x")).is_none());
}

#[test]
fn link_cycles_end() {
    let view = fold(&[
        vec![link("a", EntryKind::Symlink, "b"), link("b", EntryKind::Symlink, "a"), link("c", EntryKind::Symlink, "c/d")],
        vec![plain("a/x", EntryKind::File, 1), plain("c/y", EntryKind::File, 1), plain("c/z", EntryKind::Whiteout, 0)],
    ]);
    let seen = visible(&view, None);
    assert_eq!(seen[b"a".as_slice()].kind, EntryKind::Directory);
    assert_eq!(seen[b"a/x".as_slice()].size, 1);
    assert_eq!(view.resolve(&ImagePath::new("b")), view.node(&ImagePath::new("a")));
}

#[test]
fn a_hard_link_keeps_the_content_that_a_whiteout_takes_from_its_target() {
    let view = fold(&[
        vec![plain("a", EntryKind::File, 9)],
        vec![link("b", EntryKind::Hardlink, "a")],
        vec![plain("a", EntryKind::Whiteout, 0)],
    ]);
    let b = view.visible(view.node(&ImagePath::new("b")).expect("b")).expect("visible");
    assert_eq!(view.content(b).map(|content| (content.layer, content.size)), Some((0, 9)));
    assert_eq!(view.content_seen().iter().filter(|seen| **seen).count(), 1);
}

#[test]
fn a_dangling_hard_link_is_a_gap() {
    let view = fold(&[vec![link("b", EntryKind::Hardlink, "nowhere")]]);
    assert_eq!(view.gaps.len(), 1);
    assert_eq!(view.gaps[0].message, "/b: hard link to /nowhere, which is not there");
}

#[test]
fn a_whiteout_of_the_root_empties_the_image() {
    let view = fold(&[vec![plain("a/b", EntryKind::File, 1)], vec![plain("", EntryKind::Whiteout, 0)]]);
    assert!(visible(&view, None).is_empty());
}

#[test]
fn removing_is_linear_however_often_it_is_asked_for() {
    let files = (0..20_000).map(|i| plain(&format!("d/{i}"), EntryKind::File, 1)).collect();
    let mut layers: Vec<Vec<Entry>> = vec![files];
    layers.extend((0..2_000).map(|_| vec![plain("d", EntryKind::Opaque, 0), plain("d", EntryKind::Whiteout, 0)]));
    let view = fold(&layers);
    assert!(visible(&view, None).is_empty());
}
