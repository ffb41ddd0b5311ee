//! `porthole scan` on signed images: whom to trust by options and by policy, what the terminal says, and the exit code.

use std::path::{Path, PathBuf};
use std::process::{Command, Output};

use porthole_tests::signed::Signed;

/// A folder with a signed archive, keys, a trusted root and a policy.
fn folder(name: &str, scene: &str) -> PathBuf {
    let folder = Path::new(env!("CARGO_TARGET_TMPDIR")).join(name);
    let _ = std::fs::remove_dir_all(&folder);
    std::fs::create_dir_all(&folder).expect("folder");
    let signed = Signed::read();
    let write = |file: &str, bytes: &[u8]| std::fs::write(folder.join(file), bytes).expect("write");
    write("app.tar", &signed.archive(scene));
    write("right.pub", signed.key("p256").as_bytes());
    write("wrong.pub", signed.key("other").as_bytes());
    write("bad.pub", b"-----BEGIN PUBLIC KEY-----\nAAAA\n-----END PUBLIC KEY-----\n");
    write("root.json", signed.root("private").as_bytes());
    write(
        "signers.toml",
        b"[signatures]\nrequired = true\nsigners = [\"*@example.com\"]\nissuers = [\"https://issuer.example\"]\n",
    );
    write("others.toml", b"[signatures]\nrequired = true\nsigners = [\"*@example.org\"]\n");
    folder
}

fn porthole(folder: &Path, arguments: &[&str]) -> Output {
    Command::new(env!("CARGO_BIN_EXE_porthole"))
        .args(["scan", "app.tar", "-q", "--now", "2026-02-02T00:00:00Z"])
        .args(arguments)
        .env("PORTHOLE_DB", "/nonexistent")
        .current_dir(folder)
        .output()
        .expect("the program starts")
}

#[test]
fn a_key_decides_what_is_proven_and_the_exit_code_follows() {
    let folder = folder("signed_by_key", "ECDSA P-256");
    let required = "--require-signature";
    for (arguments, code, says) in [
        (&["--key", "right.pub", required][..], 0, "Proven: this image was signed by the given key sha256:"),
        (&["--key", "wrong.pub", required], 1, "Refused, so this proves nothing about this image"),
        (&["--key", "wrong.pub", "--key", "right.pub", required], 0, "Proven: "),
        (&[required], 1, "which was not verified: it was made with a key, and no public key was given"),
        (&[], 0, "which was not verified"),
        (&["--key", "wrong.pub"], 0, "Refused"),
    ] {
        let output = porthole(&folder, arguments);
        let shown = String::from_utf8_lossy(&output.stdout);
        assert_eq!(output.status.code(), Some(code), "{arguments:?}: {}", String::from_utf8_lossy(&output.stderr));
        assert!(shown.contains(says), "{arguments:?}: {shown}");
        assert_eq!(shown.contains("Proven: "), says.starts_with("Proven"), "{arguments:?}");
    }
}

#[test]
fn signers_are_expected_by_options_or_by_policy() {
    let folder = folder("signed_keyless", "bundle 0.3 with a statement");
    let root = ["--trusted-root", "root.json"];
    for (arguments, code, says) in [
        (&["--identity", "builder@example.com", "--require-signature"][..], 0, "Proven: "),
        (&["--identity", "mallory@example.com", "--require-signature"], 1, "expected mallory@example.com"),
        (&["--identity", "mallory@example.com", "--identity", "*@example.com", "--require-signature"], 0, "Proven: "),
        (&["--identity", "*", "--issuer", "https://other.example", "--require-signature"], 1, "expected https://other.example"),
        (&["--require-signature"], 1, "nobody told us whom to expect"),
        (&["--policy", "signers.toml"], 0, "Proven: "),
        (&["--policy", "others.toml"], 1, "expected *@example.org"),
    ] {
        let output = porthole(&folder, &[&root, arguments].concat());
        let shown = String::from_utf8_lossy(&output.stdout);
        assert_eq!(output.status.code(), Some(code), "{arguments:?}: {}", String::from_utf8_lossy(&output.stderr));
        assert!(shown.contains(says), "{arguments:?}: {shown}");
    }
    // The public instance knows nothing of a private one.
    let output = porthole(&folder, &["--identity", "*", "--require-signature"]);
    assert_eq!(output.status.code(), Some(1));
}

#[test]
fn trust_that_can_not_be_read_is_no_report() {
    let folder = folder("signed_bad_trust", "ECDSA P-256");
    for (arguments, says) in [
        (["--key", "bad.pub"], "bad.pub: the public key is malformed"),
        (["--key", "absent.pub"], "absent.pub"),
        (["--trusted-root", "right.pub"], "right.pub: "),
        (["--trust-policy", "root.json"], "root.json: "),
        (["--trust-store", "acme.pem"], "expected KIND:NAME=FILE"),
    ] {
        let output = porthole(&folder, &arguments);
        let said = String::from_utf8_lossy(&output.stderr);
        assert_eq!(output.status.code(), Some(2), "{arguments:?}");
        assert!(said.contains(says), "{arguments:?}: {said}");
    }
}
