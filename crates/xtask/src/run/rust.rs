//! The Rust workspace, natively: format, lints, tests, examples in documentation.

use crate::child::{Child, Failure};
use crate::project::Project;
use crate::setup::cargo_tool;
use crate::step::Done;

fn cargo(project: &Project, label: &str) -> Child {
    Child::new(project, label, "cargo").env("CARGO_TERM_COLOR", "never")
}

pub(super) fn format(project: &Project) -> Result<Done, Failure> {
    Done::of_check(cargo(project, "format").args(["fmt", "--all", "--check"]))
}

pub(super) fn lint(project: &Project) -> Result<Done, Failure> {
    let all = ["clippy", "--workspace", "--all-targets", "--quiet", "--", "--deny", "warnings"];
    Done::of_check(cargo(project, "lint").args(all))
}

pub(super) fn tests(project: &Project) -> Result<Done, Failure> {
    // The wasm shell has nothing to test natively: its tests run in `wasm-tests`.
    let what = ["--workspace", "--exclude", "porthole-wasm", "--no-fail-fast"];
    match cargo_tool::nextest().ensure(project) {
        Ok(bin) => Done::of_tests(cargo(project, "rust").path(&[bin]).args(["nextest", "run"]).args(what)),
        Err(failure) => {
            failure.print();
            println!("  no nextest: cargo test instead");
            Done::of_tests(cargo(project, "rust").args(["test"]).args(what).args(["--all-targets"]))
        }
    }
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
