//! `std` for wasm32, built once from the Rust sources that Debian packages.
//!
//! For machines that reach a Debian mirror and the crate registry, but not rustup's server. Cargo's own `build-std`
//! compiles the sources here, once, into a private sysroot: nothing else then needs an unstable flag. The compiler is
//! Debian's, called through a small script, because it takes `/usr` for its sysroot whatever it is called by.

use std::fs;
use std::os::unix::fs::{PermissionsExt, symlink};
use std::path::{Path, PathBuf};

use super::apt;
use super::version::Version;
use super::wasm_toolchain::TARGET;
use crate::child::{About, Child, Failure};
use crate::fingerprint;
use crate::project::Project;

const RUSTC: &str = "/usr/bin/rustc";
const CARGO: &str = "/usr/bin/cargo";
const LIBRARY: &str = "/usr/lib/rustlib/src/rust/library";
/// Older compilers do not know what the workspace uses (`rust-version` in `Cargo.toml`).
const OLDEST_RUSTC: Version = Version(1, 91, 0);
/// Raise it when this file changes what it puts into the sysroot.
const LAYOUT: &str = "layout 1";

/// Makes the sysroot unless it is there and of this compiler, and gives its `bin` folder.
///
/// # Errors
/// When packages are missing and cannot be installed, or std does not compile.
pub(crate) fn ensure(project: &Project) -> Result<PathBuf, Failure> {
    if !packages_are_there(project) {
        // Debian 12 has a recent compiler under these names; newer releases under the plain ones.
        apt::install(project, &["rustc-web", "cargo-web", "rust-web-src"])
            .or_else(|_| apt::install(project, &["rustc", "cargo", "rust-src"]))?;
        if !packages_are_there(project) {
            return Err(Failure::new(format!(
                "no {RUSTC} of version {OLDEST_RUSTC} or newer with vendored sources in {LIBRARY}"
            )));
        }
    }
    let said = Child::new(project, "debian-rustc", RUSTC).args(["-vV"]).succeed()?;
    let compiler = Compiler::read(&said)?;
    let linker = linker(project, &compiler)?;

    let root = project.tools.join("wasm-sysroot");
    let stamp = root.join("stamp");
    let wanted = format!("{LAYOUT}\n{said}\n{}\n{}\n", linker.display(), root.display());
    if !fingerprint::is_fresh(&stamp, &wanted) {
        println!("  building std for {TARGET} with Debian's rustc {}", compiler.release);
        let scratch = project.tools.join("wasm-sysroot.build");
        remove(&scratch)?;
        remove(&root)?;
        let built = build_std(project, &scratch, &compiler)?;
        lay_out(&root, &built, &linker, &compiler.host)?;
        remove(&scratch)?;
        fingerprint::keep(&stamp, &wanted)?;
    }
    Ok(root.join("bin"))
}

/// What `rustc -vV` says.
struct Compiler {
    release: String,
    host: String,
    llvm: String,
    commit: String,
}

impl Compiler {
    fn read(said: &str) -> Result<Self, Failure> {
        let field = |name: &str| {
            let found = said.lines().find_map(|line| line.strip_prefix(name)?.strip_prefix(": "));
            found.map(str::to_owned).ok_or_else(|| Failure::new(format!("{RUSTC} -vV does not say its {name}")))
        };
        let llvm = field("LLVM version")?;
        let llvm = llvm.split('.').next().unwrap_or(&llvm).to_owned();
        Ok(Self { release: field("release")?, host: field("host")?, llvm, commit: field("commit-hash")? })
    }
}

fn packages_are_there(project: &Project) -> bool {
    let sources = Path::new(LIBRARY).join("Cargo.lock").is_file() && Path::new(LIBRARY).join("vendor").is_dir();
    let version = || Child::new(project, "debian-rustc", RUSTC).args(["--version"]).succeed().ok();
    sources && Path::new(CARGO).is_file() && version().and_then(|said| Version::find(&said)) >= Some(OLDEST_RUSTC)
}

/// A linker for wasm: the ordinary toolchain's, else Debian's of the compiler's LLVM.
fn linker(project: &Project, compiler: &Compiler) -> Result<PathBuf, Failure> {
    let ordinary = Child::new(project, "sysroot", "rustc").args(["--print", "sysroot"]).succeed().ok();
    let ordinary = ordinary.map(|root| Path::new(root.trim()).join("lib/rustlib").join(&compiler.host).join("bin/rust-lld"));
    let debian = PathBuf::from(format!("/usr/lib/llvm-{}/bin/wasm-ld", compiler.llvm));
    let known = || ordinary.iter().chain([&debian]).find(|file| file.is_file()).cloned();
    if let Some(found) = known() {
        return Ok(found);
    }
    apt::install(project, &[&format!("lld-{}", compiler.llvm)])?;
    known().ok_or_else(|| Failure::new(format!("no wasm linker: neither rust-lld nor {}", debian.display())))
}

/// Compiles std for a crate without content; gives the folder of the rlibs.
fn build_std(project: &Project, scratch: &Path, compiler: &Compiler) -> Result<PathBuf, Failure> {
    write(&scratch.join("Cargo.toml"), "[package]\nname = \"scratch\"\nversion = \"0.0.0\"\nedition = \"2024\"\n[workspace]\n")?;
    write(&scratch.join("src/lib.rs"), "#![no_std]\n")?;
    let vendored =
        format!("[source.crates-io]\nreplace-with = \"vendored\"\n[source.vendored]\ndirectory = \"{LIBRARY}/vendor\"\n");
    write(&scratch.join(".cargo/config.toml"), &vendored)?;
    let target = scratch.join("target");
    let sources = fs::canonicalize(LIBRARY).about(|| format!("find {LIBRARY}"))?;
    let sources = sources.parent().unwrap_or(&sources).to_path_buf();
    // Bitcode: cargo leaves it out for a profile without LTO, and then whoever links these rlibs could not use LTO.
    let flags = format!("-Cembed-bitcode=yes --remap-path-prefix={}=/rustc/{}", sources.display(), compiler.commit);
    let mut child = Child::new(project, "wasm-std", CARGO)
        .args(["build", "--offline", "--release", "--target", TARGET, "-Zbuild-std=std,panic_abort,test"])
        .dir(scratch)
        .env("RUSTC", RUSTC)
        .env("RUSTC_BOOTSTRAP", "1")
        .env("RUSTFLAGS", flags)
        .env("CARGO_HOME", scratch.join("home"))
        .env("CARGO_TARGET_DIR", &target)
        .env("CARGO_PROFILE_RELEASE_CODEGEN_UNITS", "1");
    for inherited in ["RUSTUP_TOOLCHAIN", "RUSTC_WRAPPER", "CARGO_BUILD_TARGET", "CARGO_ENCODED_RUSTFLAGS"] {
        child = child.without_env(inherited);
    }
    child.succeed()?;
    Ok(target.join(TARGET).join("release/deps"))
}

/// Puts together a sysroot: rlibs for wasm, Debian's own host libraries, a linker, and scripts that name the sysroot.
fn lay_out(root: &Path, rlibs: &Path, linker: &Path, host: &str) -> Result<(), Failure> {
    let lib = root.join("lib/rustlib");
    let wasm = lib.join(TARGET).join("lib");
    make(&wasm)?;
    for entry in fs::read_dir(rlibs).about(|| format!("read {}", rlibs.display()))? {
        let from = entry.about(|| format!("read {}", rlibs.display()))?.path();
        let name = from.file_name().unwrap_or_default().to_string_lossy().into_owned();
        if name.ends_with(".rlib") && !name.starts_with("libscratch-") {
            fs::copy(&from, wasm.join(&name)).about(|| format!("copy {}", from.display()))?;
        }
    }
    make(&lib.join(host).join("bin"))?;
    link(linker, &lib.join(host).join("bin/rust-lld"))?;
    link(&Path::new("/usr/lib/rustlib").join(host).join("lib"), &lib.join(host).join("lib"))?;
    link(Path::new("/usr/lib/rustlib/src"), &lib.join("src"))?;
    make(&root.join("bin"))?;
    link(Path::new(CARGO), &root.join("bin/cargo"))?;
    for program in ["rustc", "rustdoc"] {
        let file = root.join("bin").join(program);
        write(&file, &format!("#!/bin/sh\nexec /usr/bin/{program} --sysroot '{}' \"$@\"\n", root.display()))?;
        fs::set_permissions(&file, fs::Permissions::from_mode(0o755)).about(|| format!("make {} executable", file.display()))?;
    }
    Ok(())
}

fn make(dir: &Path) -> Result<(), Failure> {
    fs::create_dir_all(dir).about(|| format!("make {}", dir.display()))
}

fn write(file: &Path, text: &str) -> Result<(), Failure> {
    make(file.parent().unwrap_or(Path::new(".")))?;
    fs::write(file, text).about(|| format!("write {}", file.display()))
}

fn link(to: &Path, at: &Path) -> Result<(), Failure> {
    symlink(to, at).about(|| format!("link {}", at.display()))
}

fn remove(dir: &Path) -> Result<(), Failure> {
    match fs::remove_dir_all(dir) {
        Err(error) if dir.exists() => Err(Failure::new(format!("remove {}: {error}", dir.display()))),
        _ => Ok(()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_compiler_says_what_the_sysroot_depends_on() {
        let said = "rustc 1.96.0 (ac68faa20 2026-05-25)\nbinary: rustc\ncommit-hash: ac68faa2\nhost: x86_64-unknown-linux-gnu\nrelease: 1.96.0\nLLVM version: 22.1.8\n";
        let compiler = Compiler::read(said).expect("complete");
        assert_eq!((compiler.llvm.as_str(), compiler.host.as_str()), ("22", "x86_64-unknown-linux-gnu"));
        assert!(Compiler::read("rustc 1.96.0\n").is_err());
    }
}
