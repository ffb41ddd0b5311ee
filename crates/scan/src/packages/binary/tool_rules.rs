//! Command line tools, and libraries that images bring without a package.

use super::hit::{lettered, three, triple, two};
use super::rule::{Rule, is_library, probe, rule};

pub(super) const RULES: &[Rule] = &[
    rule(|name| name == b"busybox", &[probe("busybox", b"BusyBox v", |hit| hit.after(triple))]),
    rule(|name| name == b"bash", &[probe("bash", b"@(#)Bash version ", |hit| hit.after(triple))]),
    rule(
        |name| name == b"openssl" || is_library(name, b"libcrypto") || is_library(name, b"libssl"),
        &[probe("openssl", b"OpenSSL ", |hit| {
            let version = hit.after(lettered).filter(|version| version.split('.').count() == 3)?;
            // A date follows: `OpenSSL 3.1.4 24 Oct 2023`.
            let rest = hit.right.get(version.len()..)?;
            let blanks = rest.iter().take_while(|byte| **byte == b' ').count();
            (blanks > 0 && rest.get(blanks).is_some_and(u8::is_ascii_digit)).then_some(version)
        })],
    ),
    rule(
        |name| name == b"curl" || is_library(name, b"libcurl") || is_library(name, b"libcurl-gnutls"),
        &[probe("curl", b"libcurl/", |hit| hit.after(triple)), probe("curl", b"curl/", |hit| hit.after(triple))],
    ),
    rule(|name| name == b"git", &[probe("git", b"git/", |hit| hit.after_closed(three))]),
    rule(
        |name| name == b"jq",
        &[probe("jq", b"\0DEBUG:\0", |hit| hit.before(two)), probe("jq", b"jq-", |hit| hit.after_closed(two))],
    ),
    rule(
        |name| name == b"gzip",
        &[
            probe("gzip", b"file size changed while zipping\n\0", |hit| hit.after_closed(two)),
            probe("gzip", b"\0%s %s\n\0", |hit| hit.before(two).filter(|_| !hit.is_near(b"BusyBox", super::hit::AROUND))),
        ],
    ),
    rule(|name| name == b"xz", &[probe("xz", b"xz (XZ Utils) ", |hit| hit.after(three))]),
    rule(
        |name| name == b"zstd",
        &[probe("zstd", b"\0Zstandard CLI", |hit| {
            let text = hit.left;
            let start = text.iter().rposition(|byte| *byte == b'v')? + 1;
            super::hit::Hit { right: &text[start..], ..hit }.after(triple).filter(|version| version.len() == text.len() - start)
        })],
    ),
    rule(
        |name| matches!(name, b"ffmpeg" | b"ffprobe" | b"ffplay"),
        &[probe("ffmpeg", b"%s version ", |hit| hit.after(two)), probe("ffmpeg", b"FFmpeg version ", |hit| hit.after(two))],
    ),
    rule(|name| name == b"sqlcipher", &[probe("sqlcipher", b"\0community\0", |hit| hit.after_closed(triple))]),
    rule(
        |name| {
            (name.starts_with(b"ldap") && name.is_ascii() && !name.contains(&b'.'))
                || name == b"slapd"
                || is_library(name, b"libldap")
                || is_library(name, b"libldap-")
        },
        &[probe("openldap", b"$OpenLDAP: ", |hit| {
            let word = hit.right.iter().take(40).position(|byte| *byte == b' ')? + 1;
            super::hit::Hit { right: &hit.right[word..], ..hit }.after(triple)
        })],
    ),
    rule(
        |name| is_library(name, b"libkrb5"),
        &[
            probe("krb5", b"KRB5_BRAND: krb5-", |hit| hit.after(two)),
            probe("heimdal", b"$Version: Heimdal ", |hit| hit.after(three)),
        ],
    ),
    rule(
        |name| is_library(name, b"libQt5Core") || is_library(name, b"libQt6Core") || is_library(name, b"libQtCore"),
        &[
            probe("qt", b"\0Qt ", |hit| {
                let version = hit.after(triple)?;
                hit.right.get(version.len()..)?.starts_with(b" (").then_some(version)
            }),
            probe("qt", b"This is the QtCore library version ", |hit| hit.after(triple)),
        ],
    ),
    rule(|name| is_library(name, b"libz"), &[probe("zlib", b" deflate ", |hit| hit.after(two))]),
    rule(
        |name| is_library(name, b"libpng") || is_library(name, b"libpng16"),
        &[probe("libpng", b"libpng version ", |hit| hit.after(triple))],
    ),
    rule(|name| is_library(name, b"libexpat"), &[probe("expat", b"expat_", |hit| hit.after_closed(triple))]),
    rule(|name| matches!(name, b"tini" | b"tini-static"), &[probe("tini", b"tini version ", |hit| hit.after(triple))]),
];
