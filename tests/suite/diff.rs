//! Two images compared: reports, files, and what is written of it.

use porthole_report::diff::{Diff, diff, table};
use porthole_report::{HistoryEntry, ImageConfig, Outcome, Report};
use porthole_scan::{Analysis, LayerOptions, LayerScan, Options, Subject, SubjectLayer, compare_files};
use porthole_tests::layer::{Layer, layer};
use porthole_tests::pieces::pieces;

fn analysis(layers: &[Layer], config: ImageConfig) -> Analysis {
    let facts = layers
        .iter()
        .map(|layer| {
            let mut scan = LayerScan::new(&LayerOptions::default());
            pieces(&layer.blob()).for_each(|piece| scan.push(piece));
            Some(scan.finish())
        })
        .collect();
    let subject = Subject {
        source: "app.tar".into(),
        kind: "docker-archive".into(),
        config,
        history: vec![HistoryEntry::default(); layers.len()],
        layers: vec![SubjectLayer::default(); layers.len()],
        ..Subject::default()
    };
    Analysis::new(&subject, facts, &Options::default())
}

fn report(layers: &[Layer]) -> Report {
    analysis(layers, ImageConfig::default()).report
}

fn npm(name: &str, version: &str) -> Layer {
    layer().file(format!("srv/node_modules/{name}/package.json"), format!(r#"{{"name":"{name}","version":"{version}"}}"#))
}

#[test]
fn nothing_differs_from_itself() {
    let report = report(&[npm("a", "1.0.0")]);
    let same = diff(&report, &report);
    assert!(same.is_empty() && !same.is_worse());
    assert!(table(&same, Some(80)).ends_with("no difference\n"));
}

#[test]
fn packages_are_added_removed_and_changed() {
    let there = diff(&report(&[npm("a", "1.0.0"), npm("b", "1.0.0")]), &report(&[npm("a", "2.0.0"), npm("c", "1.0.0")]));
    let names = |list: &[porthole_report::diff::PackageRef]| list.iter().map(|one| one.name.clone()).collect::<Vec<_>>();
    assert_eq!((names(&there.packages_added), names(&there.packages_removed)), (vec!["c".to_owned()], vec!["b".to_owned()]));
    let changed = &there.packages_changed[0];
    assert_eq!((changed.from.join(","), changed.to.join(",")), ("1.0.0".to_owned(), "2.0.0".to_owned()));
}

#[test]
fn secrets_checks_config_and_sizes_say_which_way_it_went() {
    let env = |user: &str| ImageConfig { user: user.into(), ..ImageConfig::default() };
    let bad = analysis(&[layer().file("srv/.env", "DB_PASSWORD=Kd8sP2qLz\n")], env("")).report;
    let good = analysis(&[layer().file("srv/readme", "x")], env("1000")).report;
    let better = diff(&bad, &good);
    assert!(better.secrets_added.is_empty() && !better.secrets_removed.is_empty());
    assert!(!better.is_worse());
    let check = |there: &Diff, code: &str| there.checks_changed.iter().find(|check| check.code == code).cloned().expect("check");
    let root = check(&better, "runs-as-root");
    assert!(root.is_better() && !root.is_worse() && root.to == Some(Outcome::Pass), "{root:?}");
    let user = better.config_changed.iter().find(|change| change.field == "user").expect("user");
    assert_eq!((user.from.as_deref(), user.to.as_deref()), (None, Some("1000")));
    assert!(better.sizes.iter().any(|size| size.what == "unpacked bytes" && size.from == size.to));
    let worse = diff(&good, &bad);
    assert!(worse.is_worse() && check(&worse, "runs-as-root").is_worse());
    assert_eq!(worse.secrets_added, better.secrets_removed);
    let told = table(&worse, None);
    let (before, after) = told.split_once("\nbetter").expect("two parts");
    assert!(before.contains("+ secret") && before.contains("runs-as-root") && after.starts_with("\n  nothing"), "{told}");
}

#[test]
fn files_are_compared_by_everything_but_their_content() {
    let before = layer()
        .file("same", "x")
        .file("bigger", "x")
        .file("mode", "x")
        .file("time", "x")
        .file("gone", "xx")
        .symlink("link", "a")
        .file("turns", "x")
        .file("hidden", "x")
        .file("folder/inside", "x");
    let after = layer()
        .file("same", "x")
        .file("bigger", "xxx")
        .file("mode", "x")
        .mode(0o755)
        .file("time", "x")
        .mtime(7)
        .file("new", "xxxx")
        .symlink("link", "b")
        .symlink("turns", "same");
    let (a, b) =
        (analysis(&[before, layer().whiteout("hidden")], ImageConfig::default()), analysis(&[after], ImageConfig::default()));
    let files = compare_files(&a.view, &b.view);
    assert_eq!((files.added, files.removed, files.changed, files.touched), (1, 2, 4, 1), "{files:#?}");
    assert_eq!((files.added_bytes, files.removed_bytes), (4, 3));
    let what = |path: &str| files.largest.iter().find(|file| file.path == path).expect(path).what.join(", ");
    assert_eq!(what("/bigger"), "size");
    assert_eq!(what("/mode"), "mode 644 to 755");
    assert_eq!(what("/link"), "target");
    assert_eq!(what("/turns"), "file to link");
    assert_eq!(files.largest[0].path, "/new");
    assert_eq!(compare_files(&a.view, &a.view), Default::default());
}

#[test]
fn a_folder_that_becomes_a_file_takes_its_files_with_it() {
    let a = analysis(&[layer().file("x/y/z", "1").file("x/w", "2")], ImageConfig::default());
    let b = analysis(&[layer().file("x", "3")], ImageConfig::default());
    let there = compare_files(&a.view, &b.view);
    assert_eq!((there.added, there.removed, there.changed), (1, 2, 0), "{there:#?}");
}
