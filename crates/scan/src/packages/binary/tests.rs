//! Readings of versions, and that any chopping gives the same.

use super::*;
use crate::packages::StreamParser;

fn said(name: &str, bytes: &[u8]) -> String {
    let parsed = parse(name.as_bytes(), bytes);
    let all: Vec<_> = parsed.packages.iter().map(|package| format!("{}@{}", package.name, package.version)).collect();
    all.join(" ")
}

#[test]
fn programs_are_recognised_by_name_and_text_together() {
    for (name, bytes, expected) in [
        ("node", b"..node.js/v20.11.1\0".as_slice(), "node@20.11.1"),
        ("mode", b"..node.js/v20.11.1\0", ""),
        ("nginx", b"nginx version: nginx/1.25.1\n\0", "nginx@1.25.1"),
        ("nginx", b"nginx version: openresty/1.21.4.3\n\0", "openresty@1.21.4.3"),
        ("redis-server", b"\x007.2.4buildkitsandbox-1700000000\0", "redis@7.2.4"),
        ("postgres", b"as of PostgreSQL 9.1, \0PostgreSQL 15beta4 (Debian", "postgresql@15beta4"),
        ("git", b"\xFFgit/2.39.5\0GIT_USER_AGENT", "git@2.39.5"),
        ("mysqld", b"\x005.7.33-ndb-7.6.17\0", "mysql-cluster@7.6.17"),
        ("mariadbd", b"\x0011.2.3-MariaDB-1:11.2.3\0", "mariadb@11.2.3"),
        ("python3.8", b"python3.9\0x\x003.9.1\0y\x003.8.16\0", "python@3.8.16"),
        ("python3", b"\x003.8.16\0", ""),
        ("libpython3.13.so.1.0", b"\x003.13.0rc2\0", "python@3.13.0rc2"),
        ("openssl", b"OpenSSL 1.1.1zb  16 Oct 2024\0", "openssl@1.1.1zb"),
        ("openssl", b"OpenSSL 1.1.1 or newer", ""),
        ("ruby", b"ruby 3.1.2p20 (2022-04-12 revision 4491bb740a)", "ruby@3.1.2"),
        ("ruby", b"ruby 3.3.0 (2023-12-25 revision", "ruby@3.3.0"),
        ("java", b"\0openjdk\0java\x000.0\x0021.0.2+13-LTS\0", "openjdk@21.0.2+13-LTS"),
        ("java", b"\0java\x000.0\x0019.0.1+10-21\0", "java@19.0.1+10-21"),
        ("busybox", b"BusyBox v1.36.1 (2024-01-01)", "busybox@1.36.1"),
        ("gzip", b"BusyBox v1.37.0 multi-call binary\0\x001.0\0%s %s\n\0", ""),
        ("traefik", b"\0go1.24.11\0", ""),
        ("traefik", b"\x001.0.0\0go1.24.11\0\0v3.6.5\0\0", "traefik@3.6.5"),
        ("haproxy", b"\0\x003.1-dev0-1eb0f22\0\0\0\0HAProxy version follows", "haproxy@3.1-dev0"),
    ] {
        assert_eq!(said(name, bytes), expected, "{name}");
    }
}

#[test]
fn any_chopping_and_any_place_give_the_same() {
    let text = b"\0PostgreSQL 9.6.24 on x86_64-pc-linux-gnu\0";
    for at in [0, 65_530, 65_536 + 1024, 200_000] {
        let mut file = vec![b'.'; at];
        file.extend_from_slice(text);
        file.resize(file.len() + 200_000, 0);
        for size in [1, 4093, 1 << 20] {
            let mut parser = Box::new(Parser::new(b"postgres"));
            file.chunks(size).for_each(|chunk| parser.push(chunk));
            assert!(parser.is_done(), "at {at}");
            let packages = parser.finish().packages;
            assert_eq!(packages.len(), 1, "at {at}, pushes of {size}");
            assert_eq!(packages[0].version, "9.6.24");
        }
    }
}

#[test]
fn text_files_tell_versions() {
    let say = |path: &str, text: &str| {
        let found = text::parse(path.as_bytes(), text.as_bytes());
        found.map(|package| format!("{}@{}", package.name, package.version)).unwrap_or_default()
    };
    assert_eq!(say("usr/local/go/VERSION", "go1.22.1\ntime 2024-02-29T18:18:48Z\n"), "go@1.22.1");
    assert_eq!(say("go/VERSION.cache", "devel go1.25-d524e1e Sun Feb 16 07:23:13 2025 -0800\n"), "go@1.25-d524e1e");
    assert_eq!(say("srv/VERSION", "1.2.3\n"), "");
    assert_eq!(say("x/VERSION", "goals of 2024\n"), "");
    assert_eq!(say("usr/include/python3.8/patchlevel.h", "/* x */\n#define PY_VERSION      \t\"3.8.16\"\n"), "python@3.8.16");
    let release =
        "IMPLEMENTOR=\"Eclipse Adoptium\"\nJAVA_RUNTIME_VERSION=\"17.0.9+9\"\nJAVA_VERSION=\"17.0.9\"\nIMAGE_TYPE=\"JRE\"\n";
    assert_eq!(say("opt/java/openjdk/release", release), "openjdk@17.0.9+9");
    let release = "IMPLEMENTOR=\"Oracle Corporation\"\nJAVA_VERSION=\"21.0.2\"\nBUILD_TYPE=\"commercial\"\n";
    assert_eq!(say("release", release), "java@21.0.2");
    assert_eq!(say("usr/local/lib/erlang/releases/25/OTP_VERSION", "25.1.2.1\n"), "erlang@25.1.2.1");
    assert_eq!(say("etc/release", "VERSION=1.2\n"), "");
}

#[test]
fn grammars_take_what_is_a_version() {
    use super::hit::{java, lettered, loose, numbers, semantic, three};
    let cases: &[(super::hit::Grammar, &str, usize)] = &[
        (three, "1.2", 0),
        (three, "1.2.3.", 5),
        (three, "1.2.12345678", 0),
        (semantic, "3.6.0-216.1.beta (", 16),
        (semantic, "1.2.3-", 5),
        (loose, "1.10-dev\0", 8),
        (loose, "1.10\0", 0),
        (lettered, "9.5alpha1 on", 9),
        (lettered, "15 on", 0),
        (lettered, "15.1 (", 4),
        (lettered, "1.3.8b\0", 6),
        (java, "1.8.0_451-b10\0", 13),
        (java, "22+36\0", 5),
        (java, "22\0", 0),
        (|text| numbers(text, 1, 1), "7", 1),
    ];
    for (grammar, text, length) in cases {
        assert_eq!(grammar(text.as_bytes()), *length, "{text}");
    }
}

#[test]
fn no_bytes_panic() {
    let mut state = 1_u32;
    let mut bytes: Vec<u8> = Vec::new();
    for _ in 0..4096 {
        state = state.wrapping_mul(1_664_525).wrapping_add(1_013_904_223);
        let alphabet = b"\x000123.-v \xFFreleaseOpenSSL jav";
        bytes.push(alphabet[(state >> 16) as usize % alphabet.len()]);
    }
    for name in ["grafana", "python3.8", "java", "openssl", "haproxy", "zstd", "deno", "ruby", "ldapsearch", "envoy", "mysqld"] {
        for cut in (0..bytes.len()).step_by(97) {
            parse(name.as_bytes(), &bytes[cut..]);
            parse(name.as_bytes(), &bytes[..cut]);
        }
    }
}
