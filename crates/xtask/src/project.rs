//! Where things are: every path that more than one step needs, by name.

use std::env;
use std::path::{Path, PathBuf};

/// The checkout, and the folders in it that are not in git.
#[derive(Clone, Debug)]
pub(crate) struct Project {
    /// The folder of the workspace's `Cargo.toml`.
    pub(crate) root: PathBuf,
    /// Cargo's target folder for native builds.
    pub(crate) target: PathBuf,
    /// Installed tools: `bin/`, the wasm sysroot, npm programs. Safe to delete, and worth caching in CI.
    pub(crate) tools: PathBuf,
}

impl Project {
    /// The checkout that this program was built from.
    pub(crate) fn here() -> Self {
        let root = Path::new(env!("CARGO_MANIFEST_DIR")).ancestors().nth(2).unwrap_or(Path::new(".")).to_path_buf();
        let chosen = |name: &str, default: PathBuf| env::var_os(name).map_or(default, |dir| root.join(dir));
        let target = chosen("CARGO_TARGET_DIR", root.join("target"));
        let tools = chosen("PORTHOLE_TOOLS", target.join("tools"));
        Self { root, target, tools }
    }

    /// The page's sources.
    pub(crate) fn www(&self) -> PathBuf {
        self.root.join("www")
    }

    /// The built page.
    pub(crate) fn dist(&self) -> PathBuf {
        self.www().join("dist")
    }

    /// The target folder of wasm builds: another compiler, so other artefacts.
    pub(crate) fn wasm_target(&self) -> PathBuf {
        self.target.join("wasm")
    }

    /// What this program writes for itself: logs and stamps.
    pub(crate) fn state(&self) -> PathBuf {
        self.target.join("xtask")
    }
}
