//! Language runtimes and compilers.

use super::hit::{Hit, java, lettered, python, semantic, three, triple};
use super::rule::{Rule, is_library, is_numbered, probe, rule};

/// A Python version alone between zero bytes, of the release that the file's name says.
fn python_alone(hit: Hit<'_>, major: &[u8]) -> Option<String> {
    let release: Vec<u8> = hit
        .name
        .iter()
        .copied()
        .skip_while(|byte| !byte.is_ascii_digit())
        .take_while(|byte| byte.is_ascii_digit() || *byte == b'.')
        .collect();
    let release = release.strip_suffix(b".").unwrap_or(&release);
    // `python` and `python3` do not tell two releases apart.
    let version = Hit { left: &[b"\0", major].concat(), ..hit }.alone(python, &[])?;
    let fits = version.as_bytes().strip_prefix(release).is_some_and(|rest| rest.first() == Some(&b'.'));
    (fits && release.contains(&b'.')).then_some(version)
}

fn java_version(hit: Hit<'_>) -> Option<String> {
    hit.after_zeros(java)
        .filter(|version| version.contains('.'))
        .or_else(|| hit.before_zeros(java).filter(|version| version.contains('.')))
}

fn is_open(hit: Hit<'_>) -> bool {
    hit.is_near(b"openjdk\0", 64)
}

/// Forty hexadecimal digits at the beginning.
fn skip_commit(text: &[u8]) -> Option<&[u8]> {
    let (commit, rest) = text.split_at_checked(40)?;
    commit.iter().all(u8::is_ascii_hexdigit).then_some(rest)
}

pub(super) const RULES: &[Rule] = &[
    rule(|name| matches!(name, b"node" | b"nodejs"), &[probe("node", b"node.js/v", |hit| hit.after(triple))]),
    rule(
        |name| is_numbered(name, b"python") || (name.starts_with(b"libpython") && is_library(name, b"libpython")),
        &[
            probe("python", b"\0%.80s (%.80s) %.", |hit| hit.before(python)),
            probe("python", b"\x003.", |hit| python_alone(hit, b"3")),
            probe("python", b"\x002.", |hit| python_alone(hit, b"2")),
        ],
    ),
    rule(|name| name.starts_with(b"libpypy") || is_numbered(name, b"pypy"), &[probe("pypy", b"[PyPy ", |hit| hit.after(triple))]),
    rule(
        |name| matches!(name, b"java" | b"javac" | b"jdb" | b"jcmd" | b"javaw"),
        &[
            probe("openjdk", b"\x000.0\0", |hit| java_version(hit).filter(|_| is_open(hit))),
            probe("openjdk", b"\x001.8\0", |hit| hit.after(java).filter(|_| is_open(hit))),
            probe("java", b"\x000.0\0", java_version),
            probe("java", b"java\x001.8\0", |hit| hit.after(java)),
        ],
    ),
    rule(
        |name| {
            name == b"php"
                || is_numbered(name, b"php")
                || name.starts_with(b"php-fpm")
                || name.starts_with(b"php-cgi")
                || is_library(name, b"libphp")
        },
        &[probe("php", b"X-Powered-By: PHP/", |hit| hit.after(semantic))],
    ),
    rule(
        |name| is_numbered(name, b"perl") || is_library(name, b"libperl"),
        &[probe("perl", b"/perl5/", |hit| hit.after(triple)), probe("perl", b"/perl/", |hit| hit.after(triple))],
    ),
    rule(
        |name| is_numbered(name, b"ruby") || is_library(name, b"libruby") || is_library(name, b"libruby-"),
        &[probe("ruby", b"ruby ", |hit| {
            let version = hit.after(lettered)?;
            // `ruby 3.1.2p20 (2022-04-12 revision …`, with or without the patch level.
            let rest = hit.right.get(version.len()..)?;
            let patch = rest.iter().take_while(|byte| byte.is_ascii_alphanumeric()).count();
            rest.get(patch..)?.starts_with(b" (20").then(|| version.split('p').next().unwrap_or(&version).to_owned())
        })],
    ),
    rule(
        |name| name == b"deno",
        &[
            probe("deno", b"Deno/", |hit| hit.after(triple)),
            probe("deno", b"release/v", |hit| hit.after(triple)),
            probe("deno", b"standalone.rsdeno-canary/", |hit| Hit { right: skip_commit(hit.right)?, ..hit }.after(triple)),
            probe("deno", b"standalone.rsdeno-", |hit| Hit { right: skip_commit(hit.right)?, ..hit }.after(triple)),
            probe("deno", b"DENO_UNSTABLE_COVERAGE_DIR", |hit| {
                let (left, commit) = hit.left.split_at_checked(hit.left.len().checked_sub(40)?)?;
                skip_commit(commit)?;
                Hit { left, ..hit }.before(triple)
            }),
        ],
    ),
    rule(
        |name| name == b"bun",
        &[probe("bun", b"Bun/", |hit| hit.after(triple)), probe("bun", b"Bun v", |hit| hit.after(triple))],
    ),
    rule(
        |name| matches!(name, b"dart" | b"dartaotruntime" | b"dartvm"),
        &[
            probe("dart", b" (stable) (", |hit| hit.before(semantic)),
            probe("dart", b" (beta) (", |hit| hit.before(semantic)),
            probe("dart", b" (dev) (", |hit| hit.before(semantic)),
        ],
    ),
    rule(
        |name| is_library(name, b"libjulia-internal"),
        &[
            probe("julia", b"\0branch\0commit\0", |hit| hit.before(semantic)),
            probe("julia", b"\0julia version %s\n", |hit| hit.before(semantic)),
            probe("julia", b"\0verify_methods\0Binding", |hit| hit.before(semantic)),
            probe("julia", b"Task cannot be serialized\0", |hit| hit.after_closed(semantic)),
        ],
    ),
    rule(|name| matches!(name, b"swipl" | b"libswipl.so"), &[probe("swipl", b"/swipl-", |hit| hit.after(triple))]),
    rule(
        |name| is_numbered(name, b"lua") || is_library(name, b"liblua") || is_library(name, b"liblua-"),
        &[probe("lua", b"$LuaVersion: Lua ", |hit| hit.after(three))],
    ),
    rule(|name| matches!(name, b"gcc" | b"g++"), &[probe("gcc", b"GCC: (GNU) ", |hit| hit.after_closed(triple))]),
    rule(
        |name| name.starts_with(b"libstd-") && name.ends_with(b".so"),
        &[
            probe("rust", b"clang LLVM (rustc version ", |hit| hit.after(semantic)),
            probe("rust", b"/rustc-", |hit| hit.after(triple)),
        ],
    ),
];
