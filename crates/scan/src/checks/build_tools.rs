//! Compilers, headers and version control in the final image: what a multi-stage build would leave behind.

use crate::inventory::is_system;
use porthole_report::Evidence;
use porthole_report::Severity;

use super::verdict::{bytes_of, counted};
use super::{Check, Context, Verdict};

pub(super) const CHECK: Check = Check {
    code: "build-tools",
    also_known_as: &["CIS 4.3", "CIS-DI-0003"],
    title: "no build tools are left in the image",
    severity: Severity::Low,
    why: "they are weight, and they help whoever breaks in",
    fix: "build in one stage, copy the result into the next: COPY --from=build",
    reference: "https://docs.docker.com/build/building/multi-stage/",
    run,
};

fn run(context: &Context<'_>) -> Verdict {
    let found: Vec<_> = context
        .report
        .packages
        .iter()
        .filter(|package| package.visible && is_system(&package.kind) && is_build_tool(&package.name))
        .collect();
    let bytes = found.iter().filter_map(|package| package.installed_size).fold(0, u64::saturating_add);
    let evidence: Vec<Evidence> = found
        .iter()
        .map(|package| Evidence {
            path: Some(package.path.clone()),
            layer: Some(package.layer),
            origin: package.origin,
            text: format!(
                "{} {}{}",
                package.name,
                package.version,
                package.installed_size.map(|size| format!(", {}", bytes_of(size))).unwrap_or_default()
            ),
        })
        .collect();
    match found.len() {
        0 => Verdict::pass("there are none"),
        n => Verdict::warn(format!("{}, {}", counted(n as u64, "package with build tools"), bytes_of(bytes)))
            .with(evidence)
            .saving(bytes),
    }
}

/// Package names of compilers, linkers, headers, build systems and version control, over distributions.
fn is_build_tool(name: &str) -> bool {
    const NAMES: &[&str] = &[
        "gcc",
        "g++",
        "clang",
        "cpp",
        "make",
        "cmake",
        "ninja-build",
        "meson",
        "autoconf",
        "automake",
        "libtool",
        "bison",
        "flex",
        "binutils",
        "build-essential",
        "build-base",
        "musl-dev",
        "libc6-dev",
        "libc-dev",
        "linux-libc-dev",
        "linux-headers",
        "glibc-devel",
        "kernel-headers",
        "gcc-c++",
        "git",
        "mercurial",
        "subversion",
        "cvs",
        "cargo",
        "rustc",
        "rust",
        "golang",
        "go",
        "ghc",
        "gdb",
        "strace",
        "pkg-config",
        "pkgconf",
        "patch",
        "dpkg-dev",
        "rpm-build",
        "fakeroot",
        "gfortran",
        "nasm",
        "yasm",
        "swig",
        "maven",
        "gradle",
        "ant",
        "openjdk-17-jdk",
        "openjdk-21-jdk",
        "nodejs-dev",
    ];
    let base = name.split(['-', '.']).next().unwrap_or_default();
    let numbered = name.trim_end_matches(|c: char| c.is_ascii_digit() || c == '.' || c == '-');
    NAMES.contains(&name)
        || NAMES.contains(&numbered)
        || matches!(base, "gcc" | "golang" | "clang" | "llvm" | "binutils") && !name.ends_with("-base")
        || name.ends_with("-dev")
        || name.ends_with("-devel")
        || name.ends_with("-jdk")
        || name.contains("-jdk-")
}
