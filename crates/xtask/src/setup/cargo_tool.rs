//! Programs from the Rust registry, built once into `target/tools` and kept.

use std::fs;
use std::path::PathBuf;

use super::version::{self, Version};
use crate::child::{About, Child, Failure};
use crate::project::Project;

/// A program that `cargo install` builds.
pub(crate) struct CargoTool {
    /// Its package.
    pub(crate) package: &'static str,
    /// The executable that is asked for its version.
    pub(crate) program: &'static str,
    /// The version that we want, exactly.
    pub(crate) version: String,
    /// Build with the package's own lock file.
    pub(crate) locked: bool,
    /// How well it is optimised: 0 for what only starts other programs.
    pub(crate) optimise: u8,
}

/// Builds `crates/wasm` into an npm package.
pub(crate) fn wasm_pack() -> CargoTool {
    CargoTool { package: "wasm-pack", program: "wasm-pack", version: "0.15.1".to_owned(), locked: true, optimise: 0 }
}

/// Runs Rust tests, each in its own process. Its version matters to nobody but us.
pub(crate) fn nextest() -> CargoTool {
    CargoTool { package: "cargo-nextest", program: "cargo-nextest", version: "0.9.151".to_owned(), locked: true, optimise: 0 }
}

/// Holds our dependencies against `deny.toml`.
pub(crate) fn deny() -> CargoTool {
    CargoTool { package: "cargo-deny", program: "cargo-deny", version: "0.20.2".to_owned(), locked: true, optimise: 0 }
}

/// Builds and runs fuzz targets.
pub(crate) fn fuzz() -> CargoTool {
    CargoTool { package: "cargo-fuzz", program: "cargo-fuzz", version: "0.13.2".to_owned(), locked: true, optimise: 0 }
}

/// Makes JavaScript glue and runs wasm tests. It and the crate must be of one version: they share a private format.
///
/// # Errors
/// When `Cargo.lock` does not name wasm-bindgen.
pub(crate) fn wasm_bindgen(project: &Project) -> Result<CargoTool, Failure> {
    let lock = project.root.join("Cargo.lock");
    let text = fs::read_to_string(&lock).about(|| format!("read {}", lock.display()))?;
    let version = version::in_cargo_lock(&text, "wasm-bindgen");
    let version = version.ok_or_else(|| Failure::new("Cargo.lock does not name wasm-bindgen"))?;
    // Not locked: its lock file may name versions that were withdrawn since.
    Ok(CargoTool { package: "wasm-bindgen-cli", program: "wasm-bindgen", version, locked: false, optimise: 1 })
}

impl CargoTool {
    /// Installs the tool unless the wanted version is there, and gives the folder of its executables.
    ///
    /// # Errors
    /// When it cannot be built.
    pub(crate) fn ensure(&self, project: &Project) -> Result<PathBuf, Failure> {
        let bin = project.tools.join("bin");
        if self.installed(project) {
            return Ok(bin);
        }
        println!("  installing {} {}", self.package, self.version);
        // Tools run for seconds and are built for minutes: build them quickly rather than well. What they are built from
        // is deleted at once: it would be a gigabyte, of which they share little.
        let build = project.tools.join("build").join(self.package);
        let mut child = Child::new(project, &format!("install-{}", self.package), "cargo")
            .args(["install", self.package, "--version", &self.version, "--force", "--root"])
            .args([&project.tools])
            .env("CARGO_TARGET_DIR", &build)
            .env("CARGO_PROFILE_RELEASE_OPT_LEVEL", self.optimise.to_string())
            .env("CARGO_PROFILE_RELEASE_LTO", "off")
            .env("CARGO_PROFILE_RELEASE_CODEGEN_UNITS", "16")
            .env("CARGO_PROFILE_RELEASE_DEBUG", "0");
        if self.locked {
            child = child.args(["--locked"]);
        }
        child.succeed()?;
        fs::remove_dir_all(&build).about(|| format!("delete {}", build.display()))?;
        if self.installed(project) {
            Ok(bin)
        } else {
            Err(Failure::new(format!("{} was installed, but is not version {}", self.program, self.version)))
        }
    }

    fn installed(&self, project: &Project) -> bool {
        let program = project.tools.join("bin").join(self.program);
        let wanted = Version::find(&self.version);
        // cargo-nextest is a cargo subcommand, and takes its own name as the first argument.
        let args: &[&str] = if self.program == "cargo-nextest" { &["nextest", "--version"] } else { &["--version"] };
        let said = Child::new(project, &format!("{}-version", self.package), program).args(args).succeed();
        said.is_ok_and(|text| Version::find(&text) == wanted)
    }
}
