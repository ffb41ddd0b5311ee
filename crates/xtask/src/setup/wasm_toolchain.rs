//! A Rust toolchain that compiles to `wasm32-unknown-unknown`: rustup's, or, where the variable
//! `PORTHOLE_WASM_TOOLCHAIN=debian` says so, one that is made from Debian's packages (`crates/xtask/src/setup/debian_std.rs`).

use std::env;
use std::path::{Path, PathBuf};

use super::debian_std;
use crate::child::{Child, Failure};
use crate::project::Project;

/// The target's name.
pub(crate) const TARGET: &str = "wasm32-unknown-unknown";

/// How to call a compiler that knows [`TARGET`].
#[derive(Clone, Debug)]
pub(crate) struct WasmToolchain {
    /// Folders that must come first on PATH.
    pub(crate) path: Vec<PathBuf>,
    /// Not rustup's: its choice of toolchain must not be inherited.
    debian: bool,
}

impl WasmToolchain {
    /// Finds or makes the toolchain.
    ///
    /// # Errors
    /// When the target cannot be had.
    pub(crate) fn ensure(project: &Project) -> Result<Self, Failure> {
        match env::var("PORTHOLE_WASM_TOOLCHAIN").as_deref() {
            Ok("debian") => Ok(Self { path: vec![debian_std::ensure(project)?], debian: true }),
            Ok(other) if !other.is_empty() => {
                Err(Failure::new(format!("PORTHOLE_WASM_TOOLCHAIN is `{other}`: only `debian` is known")))
            }
            _ => {
                rustup_target(project)?;
                Ok(Self { path: Vec::new(), debian: false })
            }
        }
    }

    /// A program (cargo, wasm-pack) that will use this toolchain, with `tools` on its PATH too.
    pub(crate) fn child(&self, project: &Project, label: &str, program: &str, tools: &[PathBuf]) -> Child {
        let path: Vec<PathBuf> = self.path.iter().chain(tools).cloned().collect();
        let mut child =
            Child::new(project, label, resolve(program, &path)).path(&path).env("CARGO_TARGET_DIR", project.wasm_target());
        if self.debian {
            child = child.without_env("RUSTUP_TOOLCHAIN").without_env("RUSTC").without_env("RUSTDOC");
        }
        child
    }
}

/// The file that `program` is in the first of `path` that has it: a child's own PATH does not choose the child.
fn resolve(program: &str, path: &[PathBuf]) -> PathBuf {
    path.iter().map(|dir| dir.join(program)).find(|file| file.is_file()).unwrap_or_else(|| PathBuf::from(program))
}

fn rustup_target(project: &Project) -> Result<(), Failure> {
    let sysroot = Child::new(project, "sysroot", "rustc").args(["--print", "sysroot"]).succeed()?;
    if Path::new(sysroot.trim()).join("lib/rustlib").join(TARGET).join("lib").is_dir() {
        return Ok(());
    }
    println!("  rustup target add {TARGET}");
    Child::new(project, "rustup-target", "rustup").args(["target", "add", TARGET]).succeed().map(drop).map_err(|failure| {
        failure.print();
        Failure::new(format!("no {TARGET} for this rustc; on Debian, PORTHOLE_WASM_TOOLCHAIN=debian builds it from packages"))
    })
}
