//! What the page warms its matching with (`www/src/worker/warm.ts`) is a database that this version builds and reads.

use std::fmt::Write as _;
use std::path::Path;

use base64ct::{Base64, Encoding as _};
use porthole_advisory::build::{BuildOptions, Builder};
use serde_json::{Value, json};

/// Source packages of the made-up image.
const PACKAGES: usize = 90;
const EACH: usize = 4;

/// Snapshot: made-up advisories about the made-up image's packages, before, at and behind what is installed.
#[test]
fn the_page_warms_up_with_a_database_of_this_format() {
    let mut builder = Builder::new(BuildOptions { today: "1970-12-31".into(), ..BuildOptions::default() });
    let mut epss = String::from("cve,epss,percentile\n");
    for number in 0..PACKAGES * EACH {
        let (package, scope) = (number % PACKAGES, if number % 3 == 0 { "C" } else { "U" });
        builder.record(&serde_json::to_vec(&json!({
            "id": format!("DEBIAN-CVE-1970-{number}"), "modified": "1970-01-02T00:00:00Z",
            "severity": [{ "type": "CVSS_V3", "score": format!("CVSS:3.1/AV:N/AC:L/PR:N/UI:N/S:{scope}/C:H/I:L/A:N") }],
            "affected": [{
                "package": { "ecosystem": "Debian:12", "name": format!("source{package}") },
                "ranges": [{ "type": "ECOSYSTEM", "events": [{ "introduced": "0" }, { "fixed": format!("1.{}~rc{}-1+deb12u{}", number, number % 5, number % 7) }] }],
            }],
        })).expect("record"));
        writeln!(epss, "CVE-1970-{number},0.0{},0.{number}", number % 9).expect("line");
    }
    builder.epss(&epss).expect("scores");
    let database = builder.finish();
    assert_eq!(database.index.shards.len(), 1);
    let index: Value = serde_json::from_str(&database.index.to_json()).expect("JSON");
    let shard = database.files.values().next().map(|bytes| Base64::encode_string(bytes));
    let made = format!("{}\n", json!({ "index": index, "shard": shard }));
    let committed = Path::new(env!("CARGO_MANIFEST_DIR")).join("../www/src/worker/warm.json");
    let written = Path::new(env!("CARGO_TARGET_TMPDIR")).join("warm.json");
    std::fs::write(&written, &made).expect("write");
    let old = std::fs::read_to_string(committed).unwrap_or_default();
    assert!(made == old, "www/src/worker/warm.json is not current: {} is", written.display());
}
