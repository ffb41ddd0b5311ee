//! Official schemas and validators of the formats that are written, from package registries, kept below `target/tools`
//! (or `PORTHOLE_TOOLS`). Where they cannot be had a test says so in one line and skips.
//!
//! What comes from where: CycloneDX's JSON schema from its own Python library; SPDX 2.3 and 3.0 from the SPDX project's
//! validator and model; SARIF's schema from the crate `serde-sarif`, which carries it; the JUnit schema of Jenkins' xUnit
//! plugin from pytest's source package, which carries it; HTML by html5lib, the parser of the HTML specification; Markdown
//! by cmark-gfm, GitHub's own renderer.

use std::fs::File;
use std::path::{Path, PathBuf};
use std::process::Command;

const PACKAGES: &[&str] = &[
    "cyclonedx-python-lib[json-validation]==11.12.0",
    "spdx-tools==0.8.5",
    "spdx-python-model==0.0.6",
    "jsonschema==4.25.1",
    "xmlschema==4.3.2",
    "html5lib==1.1",
    "cmarkgfm==2025.10.22",
];
const IMPORTS: &str =
    "import cyclonedx.validation.json, jsonschema, spdx_tools, spdx_python_model, xmlschema, html5lib, cmarkgfm";
const PYTEST: &str = "8.4.2";

/// The validators, ready to run.
pub struct Validators {
    python: PathBuf,
    home: PathBuf,
}

/// Finds or installs the validators.
pub fn validators() -> Option<Validators> {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).parent()?;
    let tools = std::env::var_os("PORTHOLE_TOOLS").map_or_else(|| root.join("target/tools"), PathBuf::from);
    let home = tools.join("validators");
    std::fs::create_dir_all(&home).ok()?;
    // Tests run at the same time; one of them installs.
    let lock = File::create(home.join("lock")).ok()?;
    lock.lock().ok()?;
    let found = Validators { python: home.join("venv/bin/python"), home };
    if found.is_ready() || found.install() {
        return Some(found);
    }
    eprintln!("skipped: no Python with the official validators");
    None
}

fn run(program: &Path, arguments: &[&str]) -> bool {
    Command::new(program).args(arguments).output().is_ok_and(|output| output.status.success())
}

impl Validators {
    fn sarif(&self) -> PathBuf {
        self.home.join("vendor/serde-sarif/src/schema.json")
    }

    fn junit(&self) -> PathBuf {
        self.home.join(format!("pytest-{PYTEST}/testing/example_scripts/junit-10.xsd"))
    }

    fn is_ready(&self) -> bool {
        self.sarif().exists() && self.junit().exists() && run(&self.python, &["-c", IMPORTS])
    }

    fn install(&self) -> bool {
        let at = |name: &str| self.home.join(name).to_string_lossy().into_owned();
        let venv = run(Path::new("python3"), &["-m", "venv", &at("venv")]);
        let pip = [&["-m", "pip", "install", "-q"], PACKAGES].concat();
        if !venv || !run(&self.python, &pip) {
            return false;
        }
        let pytest = format!("pytest=={PYTEST}");
        let fetch = ["-m", "pip", "download", "-q", "--no-deps", "--no-binary", ":all:", "-d", &at("."), &pytest];
        let archive = at(&format!("pytest-{PYTEST}.tar.gz"));
        let unpack =
            ["-c", "import sys, tarfile; tarfile.open(sys.argv[1]).extractall(sys.argv[2], filter='data')", &archive, &at(".")];
        let manifest = "[package]\nname = \"schema\"\nversion = \"0.0.0\"\nedition = \"2024\"\n[dependencies]\nserde-sarif = \"=0.7.0\"\n[workspace]\n";
        let written = std::fs::create_dir_all(self.home.join("src")).is_ok()
            && std::fs::write(self.home.join("src/lib.rs"), "").is_ok()
            && std::fs::write(self.home.join("Cargo.toml"), manifest).is_ok();
        written
            && run(&self.python, &fetch)
            && run(&self.python, &unpack)
            && run(Path::new("cargo"), &["vendor", "-q", "--manifest-path", &at("Cargo.toml"), &at("vendor")])
            && self.is_ready()
    }

    /// Holds files against the schemas that their endings name.
    ///
    /// # Panics
    /// With every complaint, when there is one.
    pub fn check(&self, files: &[PathBuf]) {
        let tests = Path::new(env!("CARGO_MANIFEST_DIR"));
        let output = Command::new(&self.python)
            .arg(tests.join("schemas/check.py"))
            .args([self.sarif(), self.junit(), tests.join("../crates/report/schema")])
            .args(files)
            .output()
            .expect("python");
        assert!(
            output.status.success(),
            "{}{}",
            String::from_utf8_lossy(&output.stdout),
            String::from_utf8_lossy(&output.stderr)
        );
    }
}
