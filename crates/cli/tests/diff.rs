//! `porthole diff`: images, saved reports and SBOMs, formats, exit codes.

mod common;

use common::{folder, porthole, text, write};
use porthole_tests::image::{image, layer};

fn apk(version: &str) -> String {
    format!("P:musl\nV:{version}\nA:x86_64\nL:MIT\n\n")
}

fn archive(version: &str, extra: &str) -> Vec<u8> {
    let layer = layer()
        .file("etc/os-release", "ID=alpine\nVERSION_ID=3.20.3\nPRETTY_NAME=\"Alpine Linux v3.20\"\n")
        .file("lib/apk/db/installed", apk(version))
        .file("srv/app", extra)
        .gzip();
    image().name("app:v1").layer(layer).docker_archive()
}

#[test]
fn images_saved_reports_and_boms_are_compared() {
    let folder = folder("diff");
    let before = write(&folder, "a.tar", archive("1.2.4-r0", "x"));
    let after = write(&folder, "b.tar", archive("1.2.5-r0", "y\nDB_PASSWORD=Kd8sP2qLz\n"));
    let now = ["--now", "2026-06-01T00:00:00Z", "-q"];
    for (file, image) in [("a.json", &before), ("b.json", &after)] {
        let path = folder.join(file);
        let arguments = [&["scan", image.as_str(), "-f", "json", "-o", path.to_str().expect("path")], now.as_slice()].concat();
        assert_eq!(porthole(&arguments, None).status.code(), Some(0));
    }
    let saved = |name: &str| folder.join(name).to_str().expect("path").to_owned();
    let json = |a: &str, b: &str| {
        let output = porthole(&[&["diff", a, b, "-f", "json"], now.as_slice()].concat(), None);
        assert_eq!(output.status.code(), Some(0), "{}", text(&output.stderr));
        serde_json::from_slice::<serde_json::Value>(&output.stdout).expect("json")
    };
    let images = json(&before, &after);
    let musl = &images["packages_changed"].as_array().or(images["packagesChanged"].as_array()).expect("packages")[0];
    assert_eq!((&musl["name"], &musl["from"][0], &musl["to"][0]), (&"musl".into(), &"1.2.4-r0".into(), &"1.2.5-r0".into()));
    let files = &images["files"];
    assert_eq!((files["changed"].as_u64(), files["added"].as_u64()), (Some(1), Some(0)), "{files}");
    assert_eq!(files["largest"][0]["path"], "/srv/app");
    let mut reports = json(&saved("a.json"), &saved("b.json"));
    assert!(reports["files"].is_null());
    reports["files"] = files.clone();
    assert_eq!(reports, images, "a saved report says what its image says, but for files");
    // The same twice differs in nothing.
    let output = porthole(&["diff", &before, &before, "-q"], None);
    assert!(text(&output.stdout).ends_with("no difference\n"), "{}", text(&output.stdout));
}

#[test]
fn what_got_worse_can_stop_a_pipeline() {
    let folder = folder("diff_worse");
    let clean = write(&folder, "a.tar", archive("1.2.4-r0", "x"));
    let token = ["key = AI", "zaSyD4kQ9rT2vXw7Zb3Lm8Np1Hs6Jf0Gc5YQe", "\n"].concat();
    let leaking = write(&folder, "b.tar", archive("1.2.4-r0", &token));
    let run = |a: &str, b: &str, more: &[&str]| {
        let output = porthole(&[&["diff", a, b, "-q"], more].concat(), None);
        (output.status.code(), text(&output.stdout))
    };
    let (code, told) = run(&clean, &leaking, &["--fail-on-worse"]);
    assert_eq!(code, Some(1), "{told}");
    assert!(told.contains("\nworse\n  + secret ") && told.contains("/srv/app"), "{told}");
    assert_eq!(run(&leaking, &clean, &["--fail-on-worse"]).0, Some(0));
    assert_eq!(run(&clean, &leaking, &[]).0, Some(0));
    let (_, told) = run(&clean, &leaking, &["-f", "markdown"]);
    assert!(told.contains("<summary>Worse (") && told.contains("| secret |"), "{told}");
}

#[test]
fn a_saved_report_can_be_written_in_another_format_and_a_newer_one_is_refused() {
    let folder = folder("saved");
    let image = write(&folder, "a.tar", archive("1.2.4-r0", "x"));
    let now = ["--now", "2026-06-01T00:00:00Z", "-q"];
    let out = |arguments: &[&str]| {
        let output = porthole(&[arguments, now.as_slice()].concat(), None);
        (output.status.code(), text(&output.stdout), text(&output.stderr))
    };
    let (_, json, _) = out(&["scan", &image, "-f", "json"]);
    let saved = write(&folder, "a.json", &json);
    for format in ["json", "sarif", "cyclonedx", "table"] {
        let (code, from_saved, told) = out(&["scan", &saved, "-f", format]);
        assert_eq!(code, Some(0), "{told}");
        assert_eq!(from_saved, out(&["scan", &image, "-f", format]).1, "{format}");
    }
    let newer = write(&folder, "newer.json", json.replace("\"schemaVersion\": 1", "\"schemaVersion\": 99"));
    let (code, _, told) = out(&["scan", &newer]);
    assert_eq!(code, Some(2));
    assert!(told.contains("schema version 99") && told.lines().count() == 1, "{told}");
    let damaged = write(&folder, "damaged.json", json.replace("\"layers\":", "\"layer\":"));
    let (code, _, told) = out(&["scan", &damaged]);
    assert_eq!(code, Some(2), "{told}");
    assert!(told.contains("layers"), "{told}");
}
