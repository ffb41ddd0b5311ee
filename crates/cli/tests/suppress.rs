//! `porthole scan` with an advisory database: where it is looked for, what is said of its age, and what VEX documents and ignore files
//! set aside.

use std::path::{Path, PathBuf};
use std::process::{Command, Output};

use porthole_tests::image::{image, layer};
use serde_json::Value;

/// A folder with an image of one npm package, a database with two advisories against it, and nothing else.
fn folder(name: &str) -> PathBuf {
    let folder = Path::new(env!("CARGO_TARGET_TMPDIR")).join(name);
    let _ = std::fs::remove_dir_all(&folder);
    std::fs::create_dir_all(&folder).expect("folder");
    let manifest = r#"{"name":"left","version":"1.0.0","license":"MIT"}"#;
    let blob = layer().file("srv/node_modules/left/package.json", manifest).gzip();
    std::fs::write(folder.join("app.tar"), image().name("app:v1").layer(blob).docker_archive()).expect("image");
    let record = |id: &str, events: &str| {
        format!(
            r#"{{"id":"{id}","modified":"2026-01-01T00:00:00Z","affected":[{{"package":{{"ecosystem":"npm","name":"left"}},"ranges":[{{"type":"SEMVER","events":[{{"introduced":"0"}},{events}]}}]}}]}}"#
        )
    };
    let records = [record("CVE-2024-1", r#"{"fixed":"1.1.0"}"#), record("CVE-2024-2", r#"{"fixed":"1.2.0"}"#)];
    std::fs::write(folder.join("npm.jsonl"), records.join("\n")).expect("records");
    let built = porthole(&folder, &["db", "build", "--quiet", "--osv", "npm.jsonl", "--out", "data/porthole/advisories"], &[]);
    assert!(built.status.success(), "{}", String::from_utf8_lossy(&built.stderr));
    folder
}

fn porthole(folder: &Path, arguments: &[&str], variables: &[(&str, &str)]) -> Output {
    Command::new(env!("CARGO_BIN_EXE_porthole"))
        .args(arguments)
        .env_remove("PORTHOLE_DB")
        .env("XDG_DATA_HOME", folder.join("data"))
        .envs(variables.iter().copied())
        .current_dir(folder)
        .output()
        .expect("the program starts")
}

/// Scans on the third day after the newest record.
fn scan(folder: &Path, arguments: &[&str]) -> (String, String, Option<i32>) {
    let always = ["scan", "app.tar", "--now", "2026-01-04T00:00:00Z"];
    let output = porthole(folder, &[&always, arguments].concat(), &[]);
    let text = |bytes: &[u8]| String::from_utf8_lossy(bytes).into_owned();
    (text(&output.stdout), text(&output.stderr), output.status.code())
}

fn set_aside(folder: &Path, arguments: &[&str]) -> Vec<(String, String)> {
    let (out, err, code) = scan(folder, &[&["-q", "-f", "json"], arguments].concat());
    assert_eq!(code, Some(0), "{err}");
    let report: Value = serde_json::from_str(&out).expect("JSON");
    let findings = report["vulnerabilities"]["findings"].as_array().expect("findings");
    assert_eq!(findings.len(), 2, "what is set aside stays in the report");
    let text = |value: &Value| value.as_str().unwrap_or_default().to_owned();
    let silenced = findings.iter().filter(|finding| !finding["suppressed"].is_null());
    silenced.map(|finding| (text(&finding["id"]), text(&finding["suppressed"]["by"]))).collect()
}

#[test]
fn the_database_of_the_data_folder_is_found_and_its_age_is_said() {
    let folder = folder("found");
    let (out, _, code) = scan(&folder, &["-q"]);
    assert_eq!(code, Some(0));
    assert!(out.contains("npm; newest records of 2026-01-01, 3 days old\n"), "{out}");
    assert!(out.contains("left") && out.contains("1.0.0") && out.contains("to 1.2.0"), "{out}");
    assert!(out.contains("2 go away"), "{out}");
    let late = porthole(&folder, &["scan", "app.tar", "-q", "--now", "2026-03-01T00:00:00Z"], &[]);
    let late = String::from_utf8_lossy(&late.stdout).into_owned();
    assert!(late.contains("59 days old: OLD"), "{late}");
    let none = porthole(&folder, &["scan", "app.tar", "-q"], &[("XDG_DATA_HOME", "/nonexistent")]);
    let none = String::from_utf8_lossy(&none.stdout).into_owned();
    assert!(none.contains("unknown: no advisory database loaded"), "{none}");
    let named = porthole(&folder, &["scan", "app.tar", "-q"], &[("PORTHOLE_DB", "/nonexistent")]);
    assert!(String::from_utf8_lossy(&named.stdout).contains("no advisory database loaded"));
}

#[test]
fn vex_documents_and_ignore_files_set_findings_aside() {
    let folder = folder("aside");
    let write = |name: &str, text: &str| std::fs::write(folder.join(name), text).expect("file");
    write(
        "open.json",
        r#"{"@context":"https://openvex.dev/ns/v0.2.0","@id":"https://x/1","author":"a","timestamp":"2026-01-01T00:00:00Z","version":1,
        "statements":[{"vulnerability":{"name":"CVE-2024-1"},"products":[{"@id":"pkg:npm/left@1.0.0"}],"status":"not_affected","justification":"vulnerable_code_not_present"}]}"#,
    );
    write(
        "cyclone.json",
        r#"{"bomFormat":"CycloneDX","specVersion":"1.6","vulnerabilities":[{"id":"CVE-2024-2","analysis":{"state":"false_positive"},"affects":[{"ref":"pkg:npm/left@1.0.0"}]}]}"#,
    );
    write("ignore.toml", "[[ignore]]\nid = 'CVE-2024-2'\nreason = 'not reachable'\nexpires = '2026-01-03'\n");
    let pair = |id: &str, by: &str| (id.to_owned(), by.to_owned());
    assert_eq!(set_aside(&folder, &[]), []);
    assert_eq!(set_aside(&folder, &["--vex", "open.json"]), [pair("CVE-2024-1", "vex")]);
    assert_eq!(
        set_aside(&folder, &["--vex", "open.json", "--vex", "cyclone.json"]),
        [pair("CVE-2024-1", "vex"), pair("CVE-2024-2", "vex")]
    );
    // The rule ran out the day before: the finding counts, and the person is told why.
    assert_eq!(set_aside(&folder, &["--ignore", "ignore.toml"]), []);
    let (_, told, _) = scan(&folder, &["--ignore", "ignore.toml"]);
    assert!(told.contains("porthole: ignore.toml: the rule for CVE-2024-2 held until 2026-01-03"), "{told}");
    write("ignore.toml", "[[ignore]]\nid = 'CVE-2024-2'\nreason = 'not reachable'\nexpires = '2026-01-04'\n");
    assert_eq!(set_aside(&folder, &["--ignore", "ignore.toml"]), [pair("CVE-2024-2", "ignore")]);
    let (out, _, _) = scan(&folder, &["-q", "--ignore", "ignore.toml"]);
    assert!(out.contains("1 set aside by VEX or ignore rules"), "{out}");
    assert!(out.contains("1 go away") && !out.contains("CVE-2024-2"), "{out}");
}

#[test]
fn a_rule_that_is_not_understood_ends_the_scan() {
    let folder = folder("refused");
    let write = |name: &str, text: &str| std::fs::write(folder.join(name), text).expect("file");
    write("reasonless.toml", "[[ignore]]\nid = 'CVE-2024-2'\n");
    write("other.json", "{\"a\":1}");
    for (option, file, part) in [
        ("--ignore", "reasonless.toml", "reasonless.toml: rule 1: no reason"),
        ("--vex", "other.json", "other.json: "),
        ("--vex", "reasonless.toml", "reasonless.toml: "),
        ("--ignore", "missing.toml", "missing.toml: "),
    ] {
        let (out, told, code) = scan(&folder, &["-q", option, file]);
        assert_eq!((out.as_str(), code), ("", Some(2)), "{told}");
        assert!(told.starts_with(&format!("porthole: {part}")), "{told}");
    }
}
