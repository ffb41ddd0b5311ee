//! Every kind of package record, in an image: what is said of the package, what a later layer does to it, what damage costs.

use porthole_report::{EvidenceKind, Package, Report};
use porthole_scan::packages;
use porthole_scan::{Analysis, LayerOptions, LayerScan, Options, Subject, SubjectLayer};
use porthole_tests::ecosystems::{Sample, samples};
use porthole_tests::layer::{Layer, layer};
use porthole_tests::pieces::pieces;

fn report(layers: &[Layer]) -> Report {
    let facts = layers.iter().map(|layer| {
        let mut scan = LayerScan::new(&LayerOptions::default());
        pieces(&layer.blob()).for_each(|piece| scan.push(piece));
        Some(scan.finish())
    });
    let subject = Subject { layers: vec![SubjectLayer::default(); layers.len()], ..Subject::default() };
    Analysis::new(&subject, facts.collect(), &Options::default()).report
}

fn put(layer: Layer, sample: &Sample) -> Layer {
    let beside = sample.beside.iter();
    beside.fold(layer.file(sample.path, &sample.bytes), |layer, (path, bytes)| layer.file(path, bytes))
}

fn find<'a>(report: &'a Report, sample: &Sample) -> Option<&'a Package> {
    let evidence = |package: &Package| format!("{:?}", package.evidence).to_lowercase();
    let line = |package: &Package| format!("{} {} {} {}", package.kind, package.name, package.version, evidence(package));
    report.packages.iter().find(|package| line(package) == sample.package)
}

/// The folder of a Nix store path names the package; everything else has a file that does.
fn is_store_path(sample: &Sample) -> bool {
    sample.package.starts_with("nix ")
}

#[test]
fn every_record_says_who_what_where_and_under_which_terms() {
    for sample in samples() {
        let below = layer().file("etc/hostname", "x");
        let report = report(&[below, put(layer(), &sample)]);
        let Some(package) = find(&report, &sample) else {
            panic!("{}: no {}, but {:?}", sample.path, sample.package, report.packages);
        };
        let source = package.source.as_ref().map_or_else(String::new, |source| format!("{} {}", source.name, source.version));
        assert_eq!((package.licenses.join(","), source.as_str()), (sample.licenses.to_owned(), sample.source), "{}", sample.path);
        assert_eq!((package.layer, package.visible, package.removed_in), (1, true, None), "{}", sample.path);
        assert!(package.purl.starts_with(&format!("pkg:{}/", package.kind)), "{}", package.purl);
        assert!(!package.found_by.is_empty());
        if !is_store_path(&sample) {
            let path = package.path.split("!/").next().unwrap_or_default();
            assert_eq!(path, format!("/{}", sample.path));
        }
        assert_eq!(report.gaps, [], "{}", sample.path);
    }
}

#[test]
fn a_record_that_a_later_layer_removes_leaves_its_package_hidden() {
    for sample in samples() {
        let report = report(&[put(layer(), &sample), layer().file("etc/hostname", "x"), layer().whiteout(sample.path)]);
        // Of a Nix package the folder stays behind.
        if is_store_path(&sample) {
            continue;
        }
        let package = find(&report, &sample).unwrap_or_else(|| panic!("{}: {:?}", sample.path, report.packages));
        assert_eq!((package.layer, package.visible, package.removed_in), (0, false, Some(2)), "{}", sample.path);
    }
}

#[test]
fn a_damaged_record_costs_itself_only_and_is_told() {
    let other = r#"{"name":"other","version":"9.9.9","license":"MIT"}"#;
    for sample in samples() {
        let mut told = false;
        // Behind a whole line half a lock file looks like a shorter one: of five neighbours one is not.
        for cut in sample.bytes.len() * 3 / 5..sample.bytes.len() * 3 / 5 + 5 {
            let cut = Sample { bytes: sample.bytes[..cut.min(sample.bytes.len())].to_vec(), ..sample.clone() };
            let report = report(&[put(layer(), &cut).file("usr/lib/node_modules/other/package.json", other)]);
            assert!(report.packages.iter().any(|package| package.name == "other" && package.visible), "{}", sample.path);
            let about = |gap: &&porthole_report::Gap| gap.path.trim_start_matches('/').starts_with(sample.path);
            if let Some(gap) = report.gaps.iter().find(about) {
                assert!(!gap.message.is_empty() && gap.layer == Some(0), "{gap:?}");
                told = true;
            }
        }
        assert!(told || !sample.notices_cuts, "{}", sample.path);
    }
}

#[test]
fn no_cut_and_no_flipped_bit_makes_a_parser_panic() {
    let check = |sample: &Sample, bytes: &[u8]| {
        for (cataloger, parsed) in packages::read_alone(sample.path, bytes) {
            let nameless = parsed.packages.iter().find(|package| package.name.is_empty());
            assert_eq!(nameless, None, "{cataloger}: {}", sample.path);
        }
    };
    for sample in samples() {
        for (path, content) in
            std::iter::once((sample.path, &sample.bytes)).chain(sample.beside.iter().map(|(path, bytes)| (*path, bytes)))
        {
            let sample = Sample { path, ..sample.clone() };
            // Long files are mostly padding.
            let step = content.len() / 400 + 1;
            for cut in (0..content.len()).step_by(step) {
                check(&sample, &content[..cut]);
            }
            let mut flipped = content.clone();
            for at in (0..content.len()).step_by(step) {
                for mask in [0x01, 0x20, 0x80, 0xFF] {
                    flipped[at] ^= mask;
                    check(&sample, &flipped);
                    flipped[at] = content[at];
                }
            }
        }
    }
}

#[test]
fn every_cataloger_has_a_sample() {
    let mut without: Vec<&str> = packages::ALL.iter().map(|cataloger| cataloger.id()).collect();
    for sample in samples() {
        for (cataloger, parsed) in packages::read_alone(sample.path, &sample.bytes) {
            if parsed.packages.iter().any(|package| package.evidence != EvidenceKind::Sbom || cataloger == "sbom") {
                without.retain(|id| *id != cataloger);
            }
        }
    }
    assert!(without.is_empty(), "{without:?}");
}

/// One line a visible package.
fn listed(report: &Report) -> Vec<String> {
    let visible = report.packages.iter().filter(|package| package.visible);
    visible.map(|package| format!("{} {} {}", package.kind, package.name, package.version)).collect()
}

/// A program by its bytes.
fn redis(version: &str) -> Vec<u8> {
    [b"\x7FELF".as_slice(), &[0; 300], format!("\0{version}\0c11-builtin\0").as_bytes(), &[0; 300]].concat()
}

#[test]
fn what_an_sbom_or_a_second_file_repeats_is_counted_once() {
    let bitnami = samples().into_iter().find(|sample| sample.path.ends_with(".spdx")).expect("a sample");
    let program = |layer: Layer, path: &str| layer.file(path, redis("7.2.1")).mode(0o755);
    let server = program(put(layer(), &bitnami), "opt/bitnami/redis/bin/redis-server");
    let server = report(&[server]);
    assert_eq!(listed(&server), ["bitnami redis 7.2.1-0"]);
    assert_eq!(server.application.owned_bytes, redis("7.2.1").len() as u64, "the program is not the application");
    let elsewhere = program(put(layer(), &bitnami), "usr/local/bin/redis-server");
    assert_eq!(
        listed(&report(&[elsewhere])),
        ["bitnami redis 7.2.1-0", "generic redis 7.2.1"],
        "another installation is another"
    );

    let manifest = r#"{"name":"left","version":"1.0.0","license":"MIT"}"#;
    let cyclonedx = samples().into_iter().find(|sample| sample.path.ends_with(".cdx.json")).expect("a sample");
    let report_of_both = report(&[put(layer(), &cyclonedx).file("srv/node_modules/left/package.json", manifest)]);
    assert_eq!(listed(&report_of_both), ["npm left 1.0.0"]);
    assert_eq!(report_of_both.packages[0].evidence, EvidenceKind::Installed);
    assert_eq!(report_of_both.packages[0].also_at, ["/srv/app.cdx.json"]);

    // Java 8 counts builds only in its programs, not in its release file.
    let release = "IMPLEMENTOR=\"Temurin\"\nJAVA_VERSION=\"1.8.0_392\"\n";
    let java = [b"\x7FELF".as_slice(), &[0; 300], b"openjdk\x00java\x001.8\x001.8.0_392-b08\x00", &[0; 300]].concat();
    let home = layer().file("opt/java/release", release).file("opt/java/bin/java", java).mode(0o755);
    assert_eq!(listed(&report(&[home])), ["generic openjdk 1.8.0_392-b08"]);
}
