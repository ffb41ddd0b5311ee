//! Wasted bytes by their definition: shipped, and seen by nobody.

use porthole_report::{Efficiency, Report};
use porthole_scan::{Analysis, LayerOptions, LayerScan, Options, Subject, SubjectLayer};
use porthole_tests::layer::{Layer, layer};
use porthole_tests::pieces::pieces;

fn report(layers: &[Layer]) -> Report {
    let facts = layers
        .iter()
        .map(|layer| {
            let mut scan = LayerScan::new(&LayerOptions::default());
            pieces(&layer.blob()).for_each(|piece| scan.push(piece));
            Some(scan.finish())
        })
        .collect();
    let subject = Subject { layers: vec![SubjectLayer::default(); layers.len()], ..Subject::default() };
    Analysis::new(&subject, facts, &Options::default()).report
}

fn efficiency(layers: &[Layer]) -> Efficiency {
    report(layers).efficiency
}

fn bytes(count: usize) -> String {
    "0123456789".repeat(count / 10)
}

#[test]
fn what_is_seen_is_no_waste_however_often_it_was_written() {
    let once = efficiency(&[layer().file("a", bytes(100))]);
    assert_eq!((once.wasted_bytes, once.shipped_bytes, once.score), (0, 100, 1.0));
    // The same content again: the copy below is waste, the one on top is not.
    let again = efficiency(&[layer().file("a", bytes(100)), layer().file("a", bytes(100))]);
    assert_eq!((again.wasted_bytes, again.shipped_bytes, again.score), (100, 200, 0.5));
    // The same content at another path is a copy that is seen.
    let copy = efficiency(&[layer().file("a", bytes(100)), layer().file("b", bytes(100))]);
    assert_eq!((copy.wasted_bytes, copy.score), (0, 1.0));
    let nothing = efficiency(&[layer()]);
    assert_eq!((nothing.wasted_bytes, nothing.score), (0, 1.0));
}

#[test]
fn files_below_a_deleted_folder_are_waste() {
    let build = || layer().file("build/a", bytes(100)).file("build/b/c", bytes(50)).file("kept", bytes(50));
    for gone in [layer().whiteout("build"), layer().opaque("build"), layer().file("build", "")] {
        let found = efficiency(&[build(), gone]);
        assert_eq!((found.wasted_bytes, found.per_layer.clone()), (150, vec![150, 0]), "{found:#?}");
        let paths: Vec<_> = found.worst.iter().map(|path| (path.path.as_str(), path.bytes, path.by)).collect();
        assert_eq!(paths, [("/build/a", 100, 1), ("/build/b/c", 50, 1)]);
    }
}

#[test]
fn a_new_mode_costs_the_whole_file_again() {
    let found = efficiency(&[layer().file("big", bytes(1_000)), layer().file("big", bytes(1_000)).mode(0o755)]);
    assert_eq!((found.wasted_bytes, found.worst[0].deleted), (1_000, false));
}

#[test]
fn hard_links_count_once_and_keep_their_content_alive() {
    let linked = || layer().file("a", bytes(100)).hardlink("b", "a").hardlink("c", "a");
    let all = efficiency(&[linked()]);
    assert_eq!((all.shipped_bytes, all.wasted_bytes), (100, 0));
    let survivor = efficiency(&[linked(), layer().whiteout("a").whiteout("c")]);
    assert_eq!((survivor.shipped_bytes, survivor.wasted_bytes), (100, 0), "b still shows the bytes");
    let gone = efficiency(&[linked(), layer().whiteout("a").whiteout("b").whiteout("c")]);
    assert_eq!((gone.shipped_bytes, gone.wasted_bytes), (100, 100));
}

#[test]
fn sparse_files_count_what_is_stored() {
    // GNU sparse 1.0: a map of one segment, ten bytes at the start of a gigabyte.
    let mut content = b"1\n0\n10\n".to_vec();
    content.resize(512, 0);
    content.extend_from_slice(bytes(10).as_bytes());
    let sparse = layer()
        .file("GNUSparseFile.0/disk", content)
        .pax("GNU.sparse.major", "1")
        .pax("GNU.sparse.minor", "0")
        .pax("GNU.sparse.name", "disk")
        .pax("GNU.sparse.realsize", "1073741824");
    let found = efficiency(&[sparse, layer().whiteout("disk")]);
    assert!(found.wasted_bytes > 0 && found.wasted_bytes < 1_000, "{found:#?}");
    assert_eq!(found.wasted_bytes, found.shipped_bytes);
}

#[test]
fn stored_and_unpacked_bytes_are_told_apart() {
    let found = efficiency(&[layer().file("zeros", vec![0; 1_000_000]).gzip(), layer().whiteout("zeros").gzip()]);
    assert_eq!(found.wasted_bytes, 1_000_000);
    assert!(found.wasted_stored_bytes < 10_000, "a million zeros are stored in a thousand bytes: {}", found.wasted_stored_bytes);
    let plain = efficiency(&[layer().file("x", bytes(1_000_000)), layer().whiteout("x")]);
    assert!(plain.wasted_stored_bytes > 990_000, "nothing is compressed: {}", plain.wasted_stored_bytes);
}

#[test]
fn three_things_to_do_and_what_they_save() {
    let layers = [
        layer().file("cache/a", bytes(3_000)).file("cache/b", bytes(1_000)).file("app", bytes(500)).file("log", bytes(10)),
        layer().whiteout("cache").file("app", bytes(500)).file("tmp/x", bytes(200)),
        layer().whiteout("tmp").whiteout("log"),
    ];
    let report = report(&layers);
    let found = &report.efficiency;
    let saved: Vec<u64> = found.remedies.iter().map(|remedy| remedy.bytes).collect();
    assert_eq!(saved, [4_000, 500, 200, 10]);
    assert_eq!(saved.iter().sum::<u64>(), found.wasted_bytes, "every wasted byte has one remedy");
    assert!(
        found.remedies[0].text.contains("layer 0") && found.remedies[0].text.contains("layer 1"),
        "{}",
        found.remedies[0].text
    );
    let mut table = String::new();
    porthole_report::export::find("table").expect("table").write(&report, &Default::default(), &mut table);
    assert!(table.contains("do these 3 things and save 4.70 kB unpacked"), "{table}");
}
