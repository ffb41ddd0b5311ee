//! `crates/advisory/FORMAT.md` is true: a second reader, written from that document alone (`tests/oracle/shard.py`), finds in a shard what
//! the records and side tables say.

use std::path::Path;
use std::process::Command;

use crate::advisory_build::{advisories, real};

/// Oracle: the second reader, and the records themselves: every row, id, alias, EPSS score and exploited mark of eight languages.
#[test]
fn a_reader_made_from_the_document_finds_what_the_records_say() {
    let Some(records) = advisories() else { return };
    let languages = ["crates.io", "Go", "Maven", "npm", "NuGet", "Packagist", "PyPI", "RubyGems"];
    let database = real(&records, &languages);
    let folder = Path::new(env!("CARGO_TARGET_TMPDIR")).join("format");
    let _ = std::fs::remove_dir_all(&folder);
    std::fs::create_dir_all(&folder).expect("folder");
    std::fs::write(folder.join("index.json"), database.index.to_json()).expect("index");
    for (name, bytes) in &database.files {
        std::fs::write(folder.join(name), bytes).expect("shard");
    }
    let script = Path::new(env!("CARGO_MANIFEST_DIR")).join("oracle/shard.py");
    for language in languages {
        let file = format!("{language}.jsonl.gz");
        let output = Command::new("python3").arg(&script).arg(&folder).arg(language).arg(&records).arg(file).output();
        let Ok(output) = output else {
            println!("skipped: there is no python3");
            return;
        };
        if output.status.code() == Some(3) {
            println!("skipped: {language}: {}", String::from_utf8_lossy(&output.stderr).trim_end());
            continue;
        }
        let said = String::from_utf8_lossy(&output.stdout);
        assert!(output.status.success(), "{said}{}", String::from_utf8_lossy(&output.stderr));
        assert!(said.ends_with("; 0 differences\n"), "{said}");
        println!("{}", said.trim_end());
    }
}
