//! Fuzzing: every target of `tests/fuzz` for a while, starting from its kept corpus.
//!
//! On the stable compiler: coverage needs no nightly, and the project has no `unsafe` that a sanitizer could find wrong.

use std::fs;
use std::path::{Path, PathBuf};

use crate::child::{About, Child, Failure};
use crate::counts::Counts;
use crate::project::Project;
use crate::setup::cargo_tool;
use crate::step::Done;

/// How long all targets run together in the test command, at least.
const SMOKE_SECONDS: u64 = 120;

/// Building and running must agree in these, or everything is built twice. What is never called is left out, and with it half of
/// what would have to be linked for each target.
const FLAGS: &[&str] = &["--sanitizer", "none", "--strip-dead-code=true"];

pub(super) fn is_there(project: &Project) -> bool {
    project.root.join("tests/fuzz/Cargo.toml").is_file()
}

/// A short run: it finds what is found at once, and that every target still builds. It begins at the same place every time, so that
/// it answers for the change it is run on; new ground is [`all`]'s.
pub(super) fn smoke(project: &Project) -> Result<Done, Failure> {
    let targets = targets(project)?;
    let each = SMOKE_SECONDS.div_ceil(u64::try_from(targets.len()).unwrap_or(1).max(1));
    run(project, &targets, each, &["-seed=1"])
}

/// Runs every target for `seconds`.
pub(super) fn all(project: &Project, seconds: u64) -> Result<Done, Failure> {
    run(project, &targets(project)?, seconds, &[])
}

fn run(project: &Project, targets: &[String], seconds: u64, options: &[&str]) -> Result<Done, Failure> {
    // All at once: one after the other, each would wait for the last one's link.
    fuzz(project, "fuzz-build")?.args(["build"]).args(FLAGS).succeed()?;
    let mut counts = Counts::default();
    let mut first_failure = None;
    for target in targets {
        let ended = fuzz(project, &format!("fuzz-{target}"))?
            .args(["run"])
            .args(FLAGS)
            .args([target])
            .args(corpora(project, target)?)
            .args(["--", &format!("-max_total_time={seconds}"), "-rss_limit_mb=2048", "-timeout=60"])
            .args(options)
            .run()?;
        if ended.success {
            println!("  {target}: nothing found in {seconds} s");
            counts += Counts::PASSED;
        } else {
            println!("  {target}: failed");
            counts += Counts::FAILED;
            first_failure.get_or_insert_with(|| ended.failure());
        }
    }
    Ok(Done::Ran(counts, first_failure))
}

/// libFuzzer writes what it learns into the first folder and reads the others: the kept corpus stays as it is in git.
fn corpora(project: &Project, target: &str) -> Result<Vec<PathBuf>, Failure> {
    let learned = project.state().join("fuzz").join(target);
    fs::create_dir_all(&learned).about(|| format!("make {}", learned.display()))?;
    let kept = project.root.join("tests/fuzz/corpus").join(target);
    Ok([learned].into_iter().chain(Some(kept).filter(|dir| dir.is_dir())).collect())
}

fn targets(project: &Project) -> Result<Vec<String>, Failure> {
    let listed = fuzz(project, "fuzz-list")?.args(["list"]).succeed()?;
    Ok(listed.split_whitespace().map(str::to_owned).collect())
}

fn fuzz(project: &Project, label: &str) -> Result<Child, Failure> {
    let bin = cargo_tool::fuzz().ensure(project)?;
    // The program, not `cargo fuzz`: it is a cargo subcommand by name, and takes `fuzz` as its first argument all the same.
    let child = Child::new(project, label, bin.join("cargo-fuzz")).args(["fuzz"]).dir(project.root.join(Path::new("tests")));
    Ok(child.env("CARGO_TARGET_DIR", project.target.join("fuzz")))
}
