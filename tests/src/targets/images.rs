//! Layers on layers, and facts that were kept.

use porthole_scan::{Analysis, ImageView, LayerFacts, LayerOptions, LayerScan, Options, State, Subject, SubjectLayer, Tree};

use super::{limits, packages};
use crate::layer::{Layer, layer};

/// Files as `path newline content`, `0xFF` between them; a path that is empty begins a new layer, `path -> target` is a link,
/// `path => target` a hard link, `path/` a folder.
///
/// Law: whatever lies on whatever, there is a report, every format takes it, and the tree can be walked.
pub(super) fn image(bytes: &[u8]) {
    let options = LayerOptions { limits: limits(), ..LayerOptions::default() };
    let scan = |layer: Layer| {
        let mut scan = LayerScan::new(&options);
        scan.push(&layer.tar());
        Some(scan.finish())
    };
    let mut facts = Vec::new();
    let mut open = layer();
    for (path, content) in packages::files(bytes) {
        if path.is_empty() {
            facts.push(scan(std::mem::take(&mut open)));
        } else if let Some(at) = memchr::memmem::find(path, b" -> ") {
            open = open.symlink(&path[..at], &path[at + 4..]);
        } else if let Some(at) = memchr::memmem::find(path, b" => ") {
            open = open.hardlink(&path[..at], &path[at + 4..]);
        } else if path.ends_with(b"/") {
            open = open.dir(path);
        } else {
            open = open.file(path, content);
        }
    }
    facts.push(scan(open));
    let subject = Subject { layers: vec![SubjectLayer::default(); facts.len()], ..Subject::default() };
    let analysis = Analysis::new(&subject, facts, &Options { now: Some(1_700_000_000) });
    super::reports::write_all(&analysis.report);
    let tree = Tree::new(&analysis.view, State::Merged);
    let (found, rows) = tree.search(&analysis.view, "a", 10);
    assert!(found >= rows.len());
    for row in tree.children(&analysis.view, 0) {
        let _ = tree.children(&analysis.view, row.node);
    }
}

/// Law: kept facts are refused or fold into a view without a panic.
pub(super) fn facts(bytes: &[u8]) {
    let Ok(facts) = LayerFacts::from_bytes(bytes) else { return };
    assert_eq!(LayerFacts::from_bytes(&facts.to_bytes()).as_ref(), Ok(&facts));
    let view = ImageView::fold(vec![Some(facts.clone()), None, Some(facts)]);
    for (node, _) in view.visible_nodes() {
        let _ = view.resolve(&view.path(node));
    }
}
