//! Packages beside another SBOM tool, on every image: each difference stands in `tests/tables/syft-differences.md` with its reason, and
//! what stands there is what is so today.

use std::path::{Path, PathBuf};
use std::process::Command;

use porthole_report::Report;
use porthole_report::export::{self, Context};
use porthole_scan::{Analysis, LayerOptions, LayerScan, Options, Subject, SubjectLayer};
use porthole_tests::pieces::pieces;
use porthole_tests::real::{real_image, scan_layout};

/// Images that are compared, in the table's order.
const IMAGES: [&str; 5] = ["rpm", "alpine", "distroless", "debian-slim", "debian-app"];
/// A real `docker save` of a public test suite.
const SAVED: &str = "../../shared/fixtures/images/alpine-3.11-docker-save.tar.gz";

/// The only layer of that archive, scanned.
fn scan_saved(path: &Path) -> Report {
    let bytes = std::fs::read(path).expect("archive");
    let mut archive = tar::Archive::new(flate2::read::GzDecoder::new(bytes.as_slice()));
    let mut scan = LayerScan::new(&LayerOptions::default());
    for entry in archive.entries().expect("tar") {
        let mut entry = entry.expect("entry");
        if entry.path().expect("path").ends_with("layer.tar") {
            let mut layer = Vec::new();
            std::io::Read::read_to_end(&mut entry, &mut layer).expect("layer");
            pieces(&layer).for_each(|piece| scan.push(piece));
        }
    }
    let subject = Subject { layers: vec![SubjectLayer::default()], ..Subject::default() };
    Analysis::new(&subject, vec![Some(scan.finish())], &Options::default()).report
}

/// The archive to show to the other tool and our report of the same image.
fn compared() -> Option<Vec<(PathBuf, Report)>> {
    let mut all = Vec::new();
    for name in IMAGES {
        let folder = real_image(name)?;
        all.push((folder.join("oci.tar"), scan_layout(&folder.join("layout"))));
    }
    Some(all)
}

/// Oracle: syft, the program that the image debian-app itself carries.
#[test]
fn every_difference_from_another_tool_is_explained_in_a_table_that_is_current() {
    let saved = Path::new(env!("CARGO_MANIFEST_DIR")).join(SAVED);
    let (Some(mut all), true) = (compared(), saved.exists()) else {
        println!("skipped: not all images are here");
        return;
    };
    let syft = real_image("debian-app").expect("compared").join("rootfs/usr/local/bin/go-program");
    if !Command::new(&syft).arg("version").output().is_ok_and(|output| output.status.success()) {
        println!("skipped: the other tool does not run here");
        return;
    }
    let kept = Path::new(env!("CARGO_TARGET_TMPDIR")).join("syft");
    std::fs::create_dir_all(&kept).expect("folder");
    // The other tool takes no archive that is compressed as a whole.
    let plain = kept.join("alpine-3.11-docker-save.tar");
    let mut unpacked = Vec::new();
    let bytes = std::fs::read(&saved).expect("archive");
    std::io::Read::read_to_end(&mut flate2::read::GzDecoder::new(bytes.as_slice()), &mut unpacked).expect("gzip");
    std::fs::write(&plain, unpacked).expect("archive");
    all.push((plain, scan_saved(&saved)));

    let mut pairs = Vec::new();
    for (at, (archive, report)) in all.iter().enumerate() {
        let mut json = String::new();
        export::find("json").expect("JSON").write(report, &Context::default(), &mut json);
        let path = kept.join(format!("{at}.porthole.json"));
        std::fs::write(&path, json).expect("report");
        pairs.push(format!("{}={}", archive.display(), path.display()));
    }
    let script = Path::new(env!("CARGO_MANIFEST_DIR")).join("witness/syft.py");
    let output = Command::new("python3").arg(script).arg("--syft").arg(&syft).arg("--kept").arg(&kept).args(&pairs).output();
    let output = output.expect("python3");
    let table = String::from_utf8(output.stdout).expect("UTF-8");
    let written = kept.join("syft-differences.md");
    std::fs::write(&written, &table).expect("table");
    let told = String::from_utf8_lossy(&output.stderr);
    assert!(output.status.success() && !table.contains("UNKNOWN"), "{told}: see {}", written.display());
    let committed = include_str!("../tables/syft-differences.md");
    assert!(table == committed, "the table is not current: {} is", written.display());
}
