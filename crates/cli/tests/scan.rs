//! `porthole scan` as a person and a pipeline use it: files, streams, formats, policies, exit codes.

mod common;

use common::{folder, porthole, text};
use porthole_tests::image::{image, layer};

fn archive() -> Vec<u8> {
    let release = "ID=alpine\nVERSION_ID=3.20.3\nPRETTY_NAME=\"Alpine Linux v3.20\"\n";
    image().name("app:v1").layer(layer().file("etc/os-release", release).gzip()).docker_archive()
}

#[test]
fn a_file_a_stream_and_a_compressed_stream_give_one_report() {
    let folder = folder("one_report");
    let path = folder.join("app.tar");
    std::fs::write(&path, archive()).expect("write");
    let now = ["--now", "2026-01-01T00:00:00Z", "--format", "json", "-q"];
    let run = |source: &str, input: Option<&[u8]>| {
        let output = porthole(&[&["scan", source], now.as_slice()].concat(), input);
        assert_eq!(output.status.code(), Some(0), "{}", text(&output.stderr));
        let mut report: serde_json::Value = serde_json::from_slice(&output.stdout).expect("json");
        // The name of the source is what the person gave, and differs.
        report["image"]["source"].take();
        report
    };
    let file = run(path.to_str().expect("path"), None);
    assert_eq!(file["image"]["distribution"]["id"], "alpine");
    assert_eq!(file["layers"].as_array().map(Vec::len), Some(1));
    assert_eq!(run("-", Some(&archive())), file);
    assert_eq!(run("-", Some(&porthole_tests::image::gzip(&archive()))), file);
}

#[test]
fn a_policy_decides_the_exit_code_and_says_why() {
    let folder = folder("policy");
    let image = folder.join("app.tar");
    std::fs::write(&image, archive()).expect("write");
    let run = |policy: &str| {
        let path = folder.join("policy.toml");
        std::fs::write(&path, policy).expect("write");
        let output = porthole(&["scan", image.to_str().expect("path"), "-q", "--policy", path.to_str().expect("path")], None);
        (output.status.code(), text(&output.stderr))
    };
    assert_eq!(run("complete = true\n"), (Some(0), "policy: passed\n".to_owned()));
    let (code, told) = run("[vulnerabilities]\nseverity = \"high\"\n");
    assert_eq!(code, Some(1), "{told}");
    assert!(told.contains("advisory database") && told.ends_with("policy: failed\n"), "{told}");
    let (code, told) = run("complte = true\n");
    assert_eq!(code, Some(2), "{told}");
    assert!(told.contains("complte"), "{told}");
}

#[test]
fn what_cannot_be_read_gets_one_sentence_and_exit_code_two() {
    let folder = folder("unreadable");
    let write = |name: &str, bytes: &[u8]| {
        let path = folder.join(name);
        std::fs::write(&path, bytes).expect("write");
        path.to_str().expect("path").to_owned()
    };
    for (source, part) in [
        (write("empty.tar", b""), "empty"),
        (write("text.tar", b"hello, this is no archive"), "text.tar"),
        (write("page.tar", b"<!DOCTYPE html><html><body>404</body></html>"), "page.tar"),
        (folder.join("missing.tar").to_str().expect("path").to_owned(), "missing.tar"),
    ] {
        let output = porthole(&["scan", &source, "-q"], None);
        let told = text(&output.stderr);
        assert_eq!(output.status.code(), Some(2), "{told}");
        assert_eq!(told.lines().count(), 1, "{told}");
        assert!(told.contains(part), "{told}");
        assert!(output.stdout.is_empty());
    }
    let whole = archive();
    let cut = write("cut.tar", &whole[..whole.len() / 2]);
    let output = porthole(&["scan", &cut, "-q"], None);
    assert!(matches!(output.status.code(), Some(0 | 2)));
    assert!(!output.stdout.is_empty() || !output.stderr.is_empty());
}

#[test]
fn every_format_is_written() {
    let folder = folder("formats");
    let image = folder.join("app.tar");
    std::fs::write(&image, archive()).expect("write");
    for exporter in porthole_report::export::ALL {
        let out = folder.join(exporter.id());
        let arguments = ["scan", image.to_str().expect("path"), "-q", "-f", exporter.id(), "-o", out.to_str().expect("path")];
        let output = porthole(&arguments, None);
        assert_eq!(output.status.code(), Some(0), "{}: {}", exporter.id(), text(&output.stderr));
        assert!(std::fs::metadata(&out).is_ok_and(|meta| meta.len() > 50), "{}", exporter.id());
    }
}

#[test]
fn a_folder_is_read_like_its_archive_and_the_table_says_what_is_there() {
    let folder = folder("layout");
    let image = image().name("app:v1").layer(layer().file("etc/os-release", "ID=alpine\nVERSION_ID=3.20.3\n").gzip());
    for (name, bytes) in image.layout() {
        let path = folder.join("layout").join(name);
        std::fs::create_dir_all(path.parent().expect("parent")).expect("folder");
        std::fs::write(path, bytes).expect("write");
    }
    std::fs::write(folder.join("oci.tar"), image.oci_archive()).expect("write");
    let run = |source: &str, format: &str| {
        let path = folder.join(source);
        let output = porthole(&["scan", path.to_str().expect("path"), "-f", format, "--now", "2026-01-01T00:00:00Z"], None);
        assert_eq!(output.status.code(), Some(0), "{}", text(&output.stderr));
        // Progress is for terminals, and never mixed with the report.
        assert_eq!(text(&output.stderr), "");
        text(&output.stdout)
    };
    let report = |source: &str| -> serde_json::Value { serde_json::from_str(&run(source, "json")).expect("json") };
    let (of_folder, of_archive) = (report("layout"), report("oci.tar"));
    for part in ["layers", "packages", "checks", "signatures", "gaps"] {
        assert_eq!(of_folder[part], of_archive[part], "{part}");
    }
    let states = of_folder["signatures"]["integrity"].as_array().expect("rows").clone();
    assert_eq!(states.len(), 4, "manifest, configuration, layer, diff_id: {states:?}");
    assert!(states.iter().all(|row| row["verification"]["state"] == "verified"), "{states:?}");
    let table = run("layout", "table");
    assert!(table.contains("app:v1") && table.contains("verified"), "{table}");
}

#[test]
fn what_is_missing_or_unknown_is_named_and_the_rest_is_read() {
    let folder = folder("incomplete");
    let report = |name: &str, archive: Vec<u8>| -> serde_json::Value {
        let path = folder.join(name);
        std::fs::write(&path, archive).expect("write");
        let output = porthole(&["scan", path.to_str().expect("path"), "-q", "-f", "json"], None);
        assert_eq!(output.status.code(), Some(0), "{}", text(&output.stderr));
        serde_json::from_slice(&output.stdout).expect("json")
    };
    let release = || layer().file("etc/os-release", "ID=alpine\nVERSION_ID=3.20.3\n");
    let missing = release().file("gone", "gone").missing();
    let digest = missing.digest().to_string();
    let report_of_missing = report("missing.tar", image().layer(release()).layer(missing).oci_archive());
    assert_eq!(report_of_missing["image"]["distribution"]["id"], "alpine");
    let gaps = report_of_missing["gaps"].to_string();
    assert!(gaps.contains(&digest) || gaps.contains("layer"), "{gaps}");
    assert_eq!(report_of_missing["layers"][1]["digestState"]["state"], "unread");
    let unknown = release().media_type("application/vnd.example.unheard-of");
    let report_of_unknown = report("unknown.tar", image().layer(unknown).oci_archive());
    assert_eq!(report_of_unknown["image"]["distribution"]["id"], "alpine");
    assert_eq!(report_of_unknown["layers"][0]["mediaType"], "application/vnd.example.unheard-of");
}
