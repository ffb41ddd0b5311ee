//! The Rust workspace, natively: format, lints, tests, examples in documentation.

use std::path::PathBuf;

use crate::child::{Child, Failure};
use crate::project::Project;
use crate::setup::cargo_tool;
use crate::setup::images::WithImages;
use crate::setup::reference::{self, WithReferences};
use crate::step::Done;

fn cargo(project: &Project, label: &str) -> Child {
    Child::new(project, label, "cargo").env("CARGO_TERM_COLOR", "never").with_images(project).with_references(project)
}

pub(super) fn references(project: &Project) -> Result<Done, Failure> {
    reference::ensure(project).map(|()| Done::Ready)
}

pub(super) fn format(project: &Project) -> Result<Done, Failure> {
    // The worker is a workspace of its own.
    cargo(project, "format-worker").args(["fmt", "--manifest-path", "worker/Cargo.toml", "--check"]).succeed()?;
    Done::of_check(cargo(project, "format").args(["fmt", "--all", "--check"]))
}

pub(super) fn lint(project: &Project) -> Result<Done, Failure> {
    let rules = ["--all-targets", "--quiet", "--", "--deny", "warnings"];
    // The worker is a workspace of its own. Like crates/wasm it is linted for this machine: it has no code for one target alone,
    // and the toolchain that has clippy need not know wasm32.
    cargo(project, "lint-worker")
        .args(["clippy", "--manifest-path", "worker/Cargo.toml", "--locked"])
        .args(rules)
        .env("CARGO_TARGET_DIR", &project.target)
        .succeed()?;
    Done::of_check(cargo(project, "lint").args(["clippy", "--workspace"]).args(rules))
}

pub(super) fn tests(project: &Project) -> Result<Done, Failure> {
    // The wasm shell has nothing to test natively: its tests run in `wasm-tests`.
    let what = ["--workspace", "--exclude", "porthole-wasm", "--no-fail-fast"];
    // What failed comes last, where a reader of the log's end sees it.
    let quiet = ["--status-level", "slow", "--final-status-level", "slow", "--failure-output", "final"];
    match nextest(project) {
        Ok(bin) => Done::of_tests(cargo(project, "rust").path(&bin).args(["nextest", "run"]).args(what).args(quiet)),
        Err(failure) => {
            failure.print();
            println!("  no nextest: cargo test instead");
            Done::of_tests(cargo(project, "rust").args(["test"]).args(what).args(["--all-targets"]))
        }
    }
}

/// The suite once more, every layer and archive pushed byte by byte: what is told must be the same.
pub(super) fn pieces(project: &Project) -> Result<Done, Failure> {
    let quiet = ["--status-level", "slow", "--final-status-level", "slow", "--failure-output", "final", "--no-fail-fast"];
    let bin = nextest(project)?;
    let child = cargo(project, "pieces").path(&bin).env("PORTHOLE_PIECES", "1");
    Done::of_tests(child.args(["nextest", "run", "--package", "porthole-tests", "--test", "suite"]).args(quiet))
}

/// Where nextest is: on PATH, whatever its version (we read its summary, nothing else), or in a folder of ours.
fn nextest(project: &Project) -> Result<Vec<PathBuf>, Failure> {
    if cargo(project, "nextest-version").args(["nextest", "--version"]).run()?.success {
        return Ok(Vec::new());
    }
    Ok(vec![cargo_tool::nextest().ensure(project)?])
}

pub(super) fn examples(project: &Project) -> Result<Done, Failure> {
    Done::of_tests(cargo(project, "examples").args([
        "test",
        "--doc",
        "--workspace",
        "--exclude",
        "porthole-wasm",
        "--no-fail-fast",
    ]))
}
