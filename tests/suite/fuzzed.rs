//! Every kept input of the fuzzer, through the target that it belongs to: seeds, and what was found and put right.

use std::path::{Path, PathBuf};

use porthole_tests::targets;

fn corpus() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("fuzz/corpus")
}

fn inputs(target: &str) -> Vec<PathBuf> {
    let folder = std::fs::read_dir(corpus().join(target)).unwrap_or_else(|error| panic!("{target}: {error}"));
    let mut files: Vec<PathBuf> = folder.map(|file| file.expect("a file").path()).collect();
    files.sort();
    files
}

#[test]
fn every_kept_input_keeps_the_law_of_its_target() {
    let mut count = 0;
    for (name, target) in targets::ALL {
        for path in inputs(name) {
            let bytes = std::fs::read(&path).expect("an input");
            // So that a failure names the file.
            println!("{}", path.display());
            target(&bytes);
            count += 1;
        }
    }
    assert!(count > 150, "only {count} inputs");
}

/// Oracle: none; whatever is cut off, a target's law holds. One file of each target, at every length.
#[test]
fn every_seed_may_be_cut_anywhere() {
    for (name, target) in targets::ALL {
        // The shortest: what is longer is cut by the suites of its own.
        let path = inputs(name).into_iter().min_by_key(|path| path.metadata().expect("a file").len()).expect("an input");
        let bytes = std::fs::read(&path).expect("an input");
        for len in 0..bytes.len().min(1500) {
            target(&bytes[..len]);
        }
    }
}

#[test]
fn every_target_is_a_program_of_the_fuzzer() {
    let manifest = std::fs::read_to_string(corpus().with_file_name("Cargo.toml")).expect("tests/fuzz/Cargo.toml");
    let programs: Vec<&str> = manifest.split("[[bin]]").skip(1).filter_map(|bin| bin.split('"').nth(1)).collect();
    let targets: Vec<&str> = targets::ALL.iter().map(|(name, _)| *name).collect();
    assert_eq!(programs, targets);
}
