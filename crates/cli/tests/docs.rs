//! What the documents show works: policies, the hook, every command line of the workflow.

mod common;

use std::path::{Path, PathBuf};
use std::process::{Command, Output};

use common::{folder, porthole, text, write};
use porthole_tests::image::{image, layer};

fn docs(name: &str) -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../../docs").join(name)
}

fn archive(secret: bool) -> Vec<u8> {
    let layer = layer().file("etc/os-release", "ID=alpine\nVERSION_ID=3.20.3\nPRETTY_NAME=\"Alpine Linux v3.20\"\n");
    let layer = if secret { layer.file("srv/.env", "DB_PASSWORD=Kd8sP2qLz\n") } else { layer };
    image().name("app:v1").layer(layer.gzip()).docker_archive()
}

#[test]
fn the_example_policies_give_a_verdict() {
    let folder = folder("docs_policies");
    let image = write(&folder, "app.tar", archive(true));
    for (policy, rule) in
        [("examples/policy.toml", "secrets.severity"), ("examples/policy.rego", "porthole.deny: the base image")]
    {
        let policy = docs(policy);
        let arguments = ["scan", &image, "-q", "--now", "2026-06-01T00:00:00Z", "--policy", policy.to_str().expect("path")];
        let output = porthole(&arguments, None);
        let told = text(&output.stderr);
        assert_eq!(output.status.code(), Some(1), "{told}");
        assert!(told.contains(rule), "{told}");
    }
}

/// The hook with a `docker` that builds nothing and saves a file.
#[test]
fn the_hook_stops_a_push_for_a_secret() {
    let folder = folder("docs_hook");
    let docker = write(&folder, "docker", "#!/bin/sh\nif [ \"$1\" = save ]; then cat saved.tar; fi\n");
    let binary = Path::new(env!("CARGO_BIN_EXE_porthole"));
    let run = |secret: bool, policy: Option<&str>| -> Output {
        write(&folder, "saved.tar", archive(secret));
        let _ = std::fs::remove_file(folder.join(".porthole.toml"));
        if let Some(policy) = policy {
            write(&folder, ".porthole.toml", policy);
        }
        let path = std::env::var("PATH").expect("PATH");
        Command::new("sh")
            .arg(docs("examples/pre-push"))
            .current_dir(&folder)
            .env("PATH", format!("{}:{}:{path}", folder.display(), binary.parent().expect("folder").display()))
            .env("PORTHOLE_DB", "/nonexistent")
            .env("PORTHOLE_IMAGE", "app:v1")
            .output()
            .expect("sh")
    };
    assert!(Command::new("chmod").args(["+x", &docker]).status().expect("chmod").success());
    let clean = run(false, None);
    assert_eq!(clean.status.code(), Some(0), "{}", text(&clean.stderr));
    let leaking = run(true, None);
    assert_eq!(leaking.status.code(), Some(1), "{}", text(&leaking.stderr));
    assert!(text(&leaking.stderr).contains("environment file"), "{}", text(&leaking.stderr));
    assert_eq!(run(true, Some("[size]\nmax-bytes = 1000000\n")).status.code(), Some(0));
    assert_eq!(run(false, Some("[size]\nmax-bytes = 1\n")).status.code(), Some(1));
}

/// Every `porthole …` of the documents: the command exists, and so does each of its options.
#[test]
fn commands_of_the_documents_exist() {
    let mut seen = 0;
    for name in ["examples/github-workflow.yml", "examples/pre-push", "ci.md", "policies.md", "registries.md", "../README.md"] {
        let document = std::fs::read_to_string(docs(name)).expect(name);
        for line in document.lines().filter(|line| !line.trim_start().starts_with('#')) {
            let Some((_, rest)) = line
                .split_once("porthole scan")
                .map(|(_, rest)| ("scan", rest))
                .or_else(|| line.split_once("porthole diff").map(|(_, rest)| ("diff", rest)))
            else {
                continue;
            };
            let command = if line.contains("porthole scan") { "scan" } else { "diff" };
            let help = text(&porthole(&[command, "--help"], None).stdout);
            let end = rest.find(['`', '|', '>', ';']).unwrap_or(rest.len());
            let mut words = rest[..end].split_whitespace().peekable();
            while let Some(word) = words.next() {
                let option = word.trim_matches(|c: char| !c.is_ascii_alphanumeric() && c != '-');
                if option.starts_with("--") {
                    assert!(help.contains(&format!("{option} ")) || help.contains(&format!("{option}\n")), "{name}: {line}");
                    seen += 1;
                }
                if option == "--format" {
                    let format = words.peek().expect(line);
                    assert!(help.contains(&format!("{format},")) || help.contains(&format!("{format}]")), "{name}: {line}");
                }
            }
        }
    }
    assert!(seen > 15, "{seen} options");
}

#[test]
fn documents_link_to_what_is_there() {
    for name in ["ci.md", "policies.md", "efficiency.md", "registries.md"] {
        let document = std::fs::read_to_string(docs(name)).expect(name);
        for link in document.split("](").skip(1).filter_map(|rest| rest.split(')').next()) {
            let (file, heading) = link.split_once('#').unwrap_or((link, ""));
            assert!(link.starts_with("https://") || docs(file).exists(), "{name}: {link}");
            if !link.starts_with("https://") && !heading.is_empty() {
                let there = std::fs::read_to_string(docs(file)).expect(file);
                let slug = |line: &str| line.trim_start_matches('#').trim().to_lowercase().replace(' ', "-");
                assert!(there.lines().any(|line| line.starts_with('#') && slug(line) == heading), "{name}: {link}");
            }
        }
    }
}
