//! Bills of materials: what is written is valid by the formats' own schemas, and comes back the same.

use std::path::Path;

use porthole_report::export::{self, Context};
use porthole_report::{Package, Report, Severity, Suppression, Vulnerability};
use porthole_scan::{Analysis, LayerOptions, LayerScan, Options, Subject, SubjectLayer, sbom};
use porthole_tests::findings::vulnerability;
use porthole_tests::image::layer;
use porthole_tests::pieces::pieces;
use porthole_tests::real::{real_image, scan_layout};
use porthole_tests::validators::validators;

const FORMATS: [&str; 3] = ["cyclonedx", "spdx", "spdx3"];

/// An image with packages of several kinds, one owned by another, licences of every sort.
fn sample() -> Report {
    let tar = layer()
        .file("etc/os-release", "ID=debian\nNAME=\"Debian\"\nPRETTY_NAME=\"Debian 12 <&>\"\nVERSION_ID=\"12\"\n")
        .file(
            "var/lib/dpkg/status",
            "Package: bash\nStatus: install ok installed\nArchitecture: amd64\nVersion: 5.2.15-2+b2\nSource: bash (5.2.15-2)\n\n\
             Package: python3-six\nStatus: install ok installed\nArchitecture: all\nVersion: 1:1.16.0-4\nSource: six\n\n",
        )
        .file("var/lib/dpkg/info/python3-six.list", "/usr/lib/python3/dist-packages/six-1.16.0.egg-info\n")
        .file("usr/lib/python3/dist-packages/six-1.16.0.egg-info", "Name: six\nVersion: 1.16.0\nLicense: MIT\n")
        .file("usr/share/doc/bash/copyright", "Format: https://www.debian.org/doc/packaging-manuals/copyright-format/1.0/\n\nFiles: *\nLicense: GPL-3+ and own \"words\"\n")
        .file("srv/node_modules/@s/a/package.json", r#"{"name":"@s/a","version":"1.0.0","license":"(MIT OR apache-2.0)"}"#)
        .file("srv/node_modules/b/package.json", r#"{"name":"b","version":"2.0.0","licenses":["MIT","SEE LICENSE IN x"]}"#)
        .file("srv/Cargo.lock", "[[package]]\nname = \"c\"\nversion = \"0.1.0+x\"\nsource = \"registry+x\"\n")
        .tar();
    let mut scan = LayerScan::new(&LayerOptions::default());
    pieces(&tar).for_each(|piece| scan.push(piece));
    let digest = format!("sha256:{}", "0".repeat(64));
    let subject = Subject {
        source: "app.tar".into(),
        names: vec!["example.org/app:v1".into()],
        kind: "oci-archive".into(),
        manifest_digest: Some(digest.clone()),
        layers: vec![SubjectLayer { diff_id: Some(digest), ..SubjectLayer::default() }],
        ..Subject::default()
    };
    let mut report = Analysis::new(&subject, vec![Some(scan.finish())], &Options::default()).report;
    report.packages[0].changelog_fixes = vec!["CVE-2020-1".into(), "CVE-2020-2".into()];
    let purls: Vec<(String, String)> =
        report.packages.iter().map(|package| (package.purl.clone(), package.version.clone())).collect();
    report.vulnerabilities.findings = purls
        .iter()
        .enumerate()
        .flat_map(|(at, (purl, version))| {
            [finding("CVE-2024-1", purl, version, false), finding(&format!("GHSA-{at}"), purl, version, at == 1)]
        })
        .collect();
    report
}

fn finding(id: &str, purl: &str, version: &str, suppressed: bool) -> Vulnerability {
    let suppression = || Suppression {
        by: "vex".into(),
        status: "not_affected: vulnerable_code_not_present".into(),
        reason: "not linked".into(),
        expires: None,
        source: "vex.json".into(),
    };
    Vulnerability {
        installed: version.into(),
        severity: Severity::Negligible,
        suppressed: suppressed.then(suppression),
        ..vulnerability(id, purl)
    }
}

fn write(report: &Report, format: &str) -> String {
    let context = Context {
        now: Some("2030-01-02T03:04:05.678Z".into()),
        serial: Some("3e671687-395b-41f5-a30f-a58921a69b79".into()),
        ..Context::default()
    };
    let mut out = String::new();
    export::find(format).expect(format).write(report, &context, &mut out);
    out
}

/// Everything of a package that matching looks at.
fn matched(package: &Package) -> impl PartialEq + std::fmt::Debug + use<> {
    let source = package
        .source
        .as_ref()
        .map(|source| (source.name.clone(), source.version.clone()))
        // A source of the package's own name and version says nothing more.
        .filter(|(name, version)| *name != package.name || *version != package.version);
    (
        package.purl.clone(),
        (package.kind.clone(), package.name.clone(), package.version.clone(), package.architecture.clone()),
        source,
        package.owned_by.clone(),
        package.changelog_fixes.clone(),
    )
}

/// Oracle: the report itself. An SBOM of it has the same packages with all that matching asks for, and the same
/// distribution, so scanning either gives the same findings.
fn assert_round_trip(report: &Report) {
    let visible: Vec<_> = report.packages.iter().filter(|package| package.visible).map(matched).collect();
    for format in FORMATS {
        let text = write(report, format);
        let document = sbom::read(text.as_bytes()).expect(format);
        assert_eq!(document.gaps, [], "{format}");
        let back = document.into_report("sbom");
        let came_back: Vec<_> = back.packages.iter().map(matched).collect();
        for (before, after) in visible.iter().zip(&came_back) {
            assert_eq!(before, after, "{format}");
        }
        assert_eq!(visible.len(), came_back.len(), "{format}");
        let distribution = |report: &Report| report.image.distribution.clone().map(|found| (found.id, found.version_id));
        assert_eq!(distribution(report), distribution(&back), "{format}");
    }
}

#[test]
fn an_sbom_of_a_report_gives_the_same_packages_back() {
    let report = sample();
    assert!(report.packages.iter().any(|package| package.owned_by.is_some()), "{:?}", report.packages);
    assert_round_trip(&report);
    if let Some(folder) = real_image("debian-app") {
        assert_round_trip(&scan_layout(&folder.join("layout")));
    }
}

#[test]
fn the_same_report_gives_the_same_bytes() {
    for format in FORMATS {
        assert_eq!(write(&sample(), format), write(&sample(), format));
    }
}

#[test]
fn sboms_are_valid_by_the_official_schemas() {
    let Some(validators) = validators() else {
        return;
    };
    let folder = Path::new(env!("CARGO_TARGET_TMPDIR")).join("sbom");
    std::fs::create_dir_all(&folder).expect("folder");
    let mut bare = sample();
    bare.packages.clear();
    bare.vulnerabilities.findings.clear();
    bare.image.distribution = None;
    let mut files = Vec::new();
    for (name, report) in [("sample", sample()), ("bare", bare)] {
        for format in FORMATS {
            let exporter = export::find(format).expect(format);
            let file = folder.join(format!("{name}.{}", exporter.extension()));
            std::fs::write(&file, write(&report, format)).expect("file");
            files.push(file);
        }
    }
    validators.check(&files);
}
