//! The samples against Sigstore's own Python client (`tests/signatures/check.py`): one verdict, but for differences that are named there.

use std::path::Path;
use std::process::Command;

/// Oracle: the client's verdict of each keyless bundle.
#[test]
fn sigstores_own_client_judges_as_we_do() {
    let python = std::env::var_os("SIGSTORE_PYTHON").unwrap_or_else(|| "python3".into());
    if !Command::new(&python).args(["-c", "import sigstore.verify"]).output().is_ok_and(|output| output.status.success()) {
        println!("skipped: there is no Python with Sigstore's client");
        return;
    }
    let script = Path::new(env!("CARGO_MANIFEST_DIR")).join("signatures/check.py");
    let output = Command::new(&python).arg(script).output().expect("Python ran a moment ago");
    let said = String::from_utf8_lossy(&output.stdout);
    assert!(output.status.success(), "{said}{}", String::from_utf8_lossy(&output.stderr));
    println!("{}", said.trim_end());
}
