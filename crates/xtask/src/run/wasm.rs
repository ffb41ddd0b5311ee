//! The browser boundary: `crates/wasm` as an npm package, and its tests.

use std::path::PathBuf;

use crate::child::{Child, Failure};
use crate::fingerprint;
use crate::project::Project;
use crate::setup::cargo_tool;
use crate::setup::wasm_opt;
use crate::setup::wasm_toolchain::{TARGET, WasmToolchain};
use crate::step::Done;

/// Everything that turns Rust into a package for the browser.
struct Tools {
    toolchain: WasmToolchain,
    path: Vec<PathBuf>,
}

impl Tools {
    fn ensure(project: &Project) -> Result<Self, Failure> {
        let toolchain = WasmToolchain::ensure(project)?;
        let bin = cargo_tool::wasm_pack().ensure(project)?;
        cargo_tool::wasm_bindgen(project)?.ensure(project)?;
        Ok(Self { toolchain, path: vec![bin, wasm_opt::ensure(project)?] })
    }

    fn child(&self, project: &Project, label: &str, program: &str) -> Child {
        self.toolchain.child(project, label, program, &self.path).env("CARGO_TERM_COLOR", "never")
    }
}

pub(super) fn tools(project: &Project) -> Result<Done, Failure> {
    Tools::ensure(project).map(|_| Done::Ready)
}

pub(super) fn package(project: &Project) -> Result<Done, Failure> {
    let tools = Tools::ensure(project)?;
    let package = project.www().join("src/pkg");
    let inputs =
        ["crates/oci", "crates/report", "crates/advisory", "crates/scan", "crates/wasm", "Cargo.toml", "Cargo.lock", ".cargo"];
    let inputs: Vec<PathBuf> = inputs.iter().map(|input| project.root.join(input)).collect();
    let inputs: Vec<_> = inputs.iter().map(PathBuf::as_path).collect();
    let fingerprint = fingerprint::of(&inputs, &[&format!("{:?}", tools.toolchain)])?;
    let stamp = package.join(".xtask-stamp");
    if fingerprint::is_fresh(&stamp, &fingerprint) {
        println!("  nothing has changed");
        return Ok(Done::Ready);
    }
    fingerprint::forget(&stamp);
    tools
        .child(project, "wasm-pack", "wasm-pack")
        .args(["build", "--target", "web", "--release"])
        .args(["--out-name", "porthole", "--out-dir"])
        .args([&package])
        .args([project.root.join("crates/wasm")])
        .succeed()?;
    fingerprint::keep(&stamp, &fingerprint)?;
    Ok(Done::Ready)
}

pub(super) fn tests(project: &Project) -> Result<Done, Failure> {
    let tools = Tools::ensure(project)?;
    let runner = tools.path.first().map(|bin| bin.join("wasm-bindgen-test-runner")).unwrap_or_default();
    let child = tools.child(project, "wasm-tests", "cargo").env("CARGO_TARGET_WASM32_UNKNOWN_UNKNOWN_RUNNER", runner);
    Done::of_tests(child.args(["test", "--package", "porthole-wasm", "--target", TARGET, "--no-fail-fast"]))
}
