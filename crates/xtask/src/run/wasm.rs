//! The browser boundary: `crates/wasm` and the modules beside it (`crates/wasm-*`) as npm packages, and their tests.

use std::path::PathBuf;

use crate::child::{Child, Failure};
use crate::fingerprint;
use crate::project::Project;
use crate::setup::cargo_tool;
use crate::setup::wasm_opt;
use crate::setup::wasm_toolchain::{TARGET, WasmToolchain};
use crate::step::Done;

/// Everything that turns Rust into a package for the browser.
#[derive(Debug)]
pub(super) struct Tools {
    toolchain: WasmToolchain,
    path: Vec<PathBuf>,
}

impl Tools {
    pub(super) fn ensure(project: &Project) -> Result<Self, Failure> {
        let toolchain = WasmToolchain::ensure(project)?;
        let bin = cargo_tool::wasm_pack().ensure(project)?;
        cargo_tool::wasm_bindgen(project)?.ensure(project)?;
        Ok(Self { toolchain, path: vec![bin, wasm_opt::ensure(project)?] })
    }

    pub(super) fn child(&self, project: &Project, label: &str, program: &str) -> Child {
        self.toolchain.child(project, label, program, &self.path).env("CARGO_TERM_COLOR", "never")
    }
}

pub(super) fn tools(project: &Project) -> Result<Done, Failure> {
    Tools::ensure(project).map(|_| Done::Ready)
}

/// A module of the page: crates that it is made of, its own first; name of its files; folder below `www/src`.
struct Module {
    crates: &'static [&'static str],
    name: &'static str,
    folder: &'static str,
}

/// The module that every visit needs, and those that are loaded when an image carries signatures, when somebody exports, and when
/// a policy is in Rego.
const MODULES: &[Module] = &[
    Module {
        crates: &["crates/wasm", "crates/oci", "crates/report", "crates/advisory", "crates/scan"],
        name: "porthole",
        folder: "pkg",
    },
    Module {
        crates: &["crates/wasm-signatures", "crates/oci", "crates/report", "crates/advisory", "crates/scan"],
        name: "signatures",
        folder: "pkg-signatures",
    },
    Module { crates: &["crates/wasm-exports", "crates/report"], name: "exports", folder: "pkg-exports" },
    Module { crates: &["crates/wasm-rego", "crates/report", "crates/rego"], name: "rego", folder: "pkg-rego" },
];

pub(super) fn package(project: &Project) -> Result<Done, Failure> {
    let tools = Tools::ensure(project)?;
    for module in MODULES {
        build(project, &tools, module)?;
    }
    Ok(Done::Ready)
}

fn build(project: &Project, tools: &Tools, module: &Module) -> Result<(), Failure> {
    let package = project.www().join("src").join(module.folder);
    let inputs = module.crates.iter().chain(&["Cargo.toml", "Cargo.lock", ".cargo"]);
    let inputs: Vec<PathBuf> = inputs.map(|input| project.root.join(input)).collect();
    let inputs: Vec<_> = inputs.iter().map(PathBuf::as_path).collect();
    let fingerprint = fingerprint::of(&inputs, &[&format!("{:?}", tools.toolchain)])?;
    let stamp = package.join(".xtask-stamp");
    if fingerprint::is_fresh(&stamp, &fingerprint) {
        println!("  {}: nothing has changed", module.name);
        return Ok(());
    }
    fingerprint::forget(&stamp);
    tools
        .child(project, &format!("wasm-pack-{}", module.name), "wasm-pack")
        .args(["build", "--target", "web", "--release"])
        .args(["--out-name", module.name, "--out-dir"])
        .args([&package])
        .args(module.crates.first().map(|own| project.root.join(own)))
        .succeed()?;
    fingerprint::keep(&stamp, &fingerprint)
}

pub(super) fn tests(project: &Project) -> Result<Done, Failure> {
    let tools = Tools::ensure(project)?;
    let runner = tools.path.first().map(|bin| bin.join("wasm-bindgen-test-runner")).unwrap_or_default();
    let child = tools.child(project, "wasm-tests", "cargo").env("CARGO_TARGET_WASM32_UNKNOWN_UNKNOWN_RUNNER", runner);
    Done::of_tests(child.args(["test", "--package", "porthole-wasm", "--target", TARGET, "--no-fail-fast"]))
}
