//! Policies as a pipeline uses them: TOML, Rego, both at once, allow-lists, exit codes.

mod common;

use common::{folder, porthole, text, write};
use porthole_tests::image::{image, layer};

/// An image with a secret, and a user with a name.
fn archive() -> Vec<u8> {
    let key = ["key = AI", "zaSyD4kQ9rT2vXw7Zb3Lm8Np1Hs6Jf0Gc5YQe", "\n"].concat();
    let layer = layer()
        .file("etc/os-release", "ID=alpine\nVERSION_ID=3.20.3\nPRETTY_NAME=\"Alpine Linux v3.20\"\n")
        .file("srv/.env", "DB_PASSWORD=Kd8sP2qLz\n")
        .file("srv/token", key)
        .gzip();
    image().name("app:v1").layer(layer).docker_archive()
}

struct Run {
    code: Option<i32>,
    said: String,
}

fn run(name: &str, policies: &[(&str, &str)]) -> Run {
    let folder = folder(name);
    let image = write(&folder, "app.tar", archive());
    let mut arguments = vec!["scan".to_owned(), image, "-q".into(), "--now".into(), "2026-06-01T00:00:00Z".into()];
    for (name, policy) in policies {
        arguments.extend(["--policy".to_owned(), write(&folder, name, policy)]);
    }
    let output = porthole(&arguments.iter().map(String::as_str).collect::<Vec<_>>(), None);
    Run { code: output.status.code(), said: text(&output.stderr) }
}

#[test]
fn rego_decides_as_toml_does_and_says_why() {
    let deny = "package porthole\ndeny contains msg if {\n  some secret in input.secrets\n  secret.allowedBy == null\n  msg := sprintf(\"%s at %s\", [secret.rule, secret.path])\n}\n";
    let failed = run("rego_fails", &[("policy.rego", deny)]);
    assert_eq!(failed.code, Some(1), "{}", failed.said);
    assert!(failed.said.contains("policy: porthole.deny: file-dotenv at /srv/.env\n"), "{}", failed.said);
    let passed = run("rego_passes", &[("policy.rego", "package porthole\ndeny contains \"x\" if count(input.layers) > 1\n")]);
    assert_eq!((passed.code, passed.said.as_str()), (Some(0), "policy: passed\n"));
    let broken = run("rego_breaks", &[("policy.rego", "package porthole\ndeny contains if\n")]);
    assert_eq!(broken.code, Some(2), "{}", broken.said);
    assert!(broken.said.contains("policy.rego") && broken.said.lines().count() == 1, "{}", broken.said);
    let typo = run("rego_decides_nothing", &[("policy.rego", "package porthole\ndenny contains \"x\"\n")]);
    assert_eq!(typo.code, Some(2), "{}", typo.said);
}

#[test]
fn several_policies_all_have_to_pass() {
    let rego = ("rules.rego", "package porthole\ndeny contains \"too many layers\" if count(input.layers) > 1\n");
    let strict = run("both", &[("limits.toml", "[secrets]\nseverity = \"medium\"\n"), rego]);
    assert_eq!(strict.code, Some(1));
    assert!(strict.said.contains("secrets.severity"), "{}", strict.said);
    let lax = run("both_lax", &[("limits.toml", "[size]\nmax-bytes = 1000000\n"), rego]);
    assert_eq!(lax.code, Some(0), "{}", lax.said);
}

/// The allow-list by path, by rule, by fingerprint: what it accepts is said in the report, and neither thresholds nor checks
/// nor Rego stumble over it.
#[test]
fn what_is_accepted_stops_nothing_and_stays_in_the_report() {
    let folder = folder("allowed");
    let image = write(&folder, "app.tar", archive());
    let scan = |policy: &str| {
        let policy = write(&folder, "policy.toml", policy);
        let arguments = ["scan", &image, "-q", "-f", "json", "--now", "2026-06-01T00:00:00Z", "--policy", &policy];
        let output = porthole(&arguments, None);
        let report: serde_json::Value = serde_json::from_slice(&output.stdout).expect("json");
        (output.status.code(), report)
    };
    let limits = "[secrets]\nseverity = \"low\"\n[checks]\nrequired = [\"secrets-in-files\"]\n";
    let (code, report) = scan(limits);
    assert_eq!(code, Some(1));
    let secrets = report["secrets"].as_array().expect("secrets").clone();
    assert!(secrets.len() >= 2, "{secrets:#?}");
    let text = |secret: &serde_json::Value, field: &str| secret[field].as_str().expect(field).to_owned();
    type Rule = fn(&str, &str, &str) -> String;
    let ways: [Rule; 3] = [
        |path, _, _| format!("path = \"{path}\""),
        |_, rule, _| format!("id = \"{rule}\""),
        |_, _, fingerprint| format!("fingerprint = \"{fingerprint}\""),
    ];
    for way in ways {
        let allow: String = secrets
            .iter()
            .map(|secret| way(&text(secret, "path"), &text(secret, "rule"), &text(secret, "fingerprint")))
            .map(|rule| format!("[[allow]]\n{rule}\nreason = \"rotated\"\n"))
            .collect();
        let (code, report) = scan(&format!("{limits}{allow}"));
        assert_eq!(code, Some(0), "{allow}");
        let secrets = report["secrets"].as_array().expect("secrets");
        assert!(secrets.iter().all(|secret| secret["allowedBy"] == "rotated"), "{secrets:#?}");
        // All but the last: that one still fails.
        let (_, last) = allow.trim_end().rsplit_once("[[allow]]").expect("a rule");
        let less = allow.replace(last.trim_end(), "\nid = \"no-such-rule\"\nreason = \"rotated\"");
        assert_eq!(scan(&format!("{limits}{less}")).0, Some(1), "{less}");
    }
}
