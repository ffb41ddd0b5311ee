//! Servers and databases.

use super::hit::{Hit, lettered, semantic, three, triple, two};
use super::rule::{Rule, probe, rule};

/// HAProxy's own version with or without its commit: `2.7.3-1065b10`, `3.1-dev0-1eb0f22`.
fn haproxy(text: &[u8]) -> usize {
    let base = two(text);
    if base == 0 || !text[base..].starts_with(b"-dev") {
        return base;
    }
    base + 4 + text[base + 4..].iter().take_while(|byte| byte.is_ascii_digit()).count()
}

/// The token that ends before a hit, zero bytes between.
fn haproxy_token(hit: Hit<'_>) -> Option<String> {
    let zeros = hit.left.iter().rev().take(32).take_while(|byte| **byte == 0).count();
    let text = &hit.left[..hit.left.len() - zeros];
    let start = text.iter().rposition(|byte| *byte == 0)? + 1;
    Hit { right: &text[start..], ..hit }.after(haproxy)
}

/// Envoy keeps its version as a lone constant; neighbours change with every release, some phrase of its own is always near.
fn envoy(hit: Hit<'_>) -> Option<String> {
    const NEAR: [&[u8]; 8] = [
        b"envoy",
        b"Envoy",
        b"timer_impl.h",
        b"source/common/",
        b"Unable to convert YAML as JSON",
        b"No recorded values",
        b"outlier_detection",
        b"com_github_google_quiche",
    ];
    let version = Hit { left: b"\x001", ..hit }.alone(semantic, &[])?;
    let is_envoy = NEAR.iter().any(|phrase| hit.is_near(phrase, 640));
    is_envoy.then(|| version.strip_suffix("-dev").unwrap_or(&version).to_owned())
}

/// `PostgreSQL 15.1 (Debian …`, `PostgreSQL 9.6.24 on x86_64…`; texts speak of other versions too.
fn postgres(hit: Hit<'_>) -> Option<String> {
    let version = hit.after(lettered)?;
    let rest = hit.right.get(version.len()..)?;
    (rest.starts_with(b" on ") || rest.starts_with(b" (") || rest.starts_with(b"\0")).then_some(version)
}

fn is_mysql(name: &[u8]) -> bool {
    let known: [&[u8]; 12] = [
        b"mysql",
        b"mysqld",
        b"mysqladmin",
        b"mysqldump",
        b"mariadb",
        b"mariadbd",
        b"mariadb-admin",
        b"mariadb-dump",
        b"xtrabackup",
        b"ndb_mgmd",
        b"ndbd",
        b"ndbmtd",
    ];
    known.contains(&name)
}

pub(super) const RULES: &[Rule] = &[
    rule(
        |name| matches!(name, b"nginx" | b"openresty" | b"nginx-debug"),
        &[
            probe("nginx", b"nginx version: nginx/", |hit| hit.after(three)),
            probe("openresty", b"nginx version: openresty/", |hit| hit.after(three)),
        ],
    ),
    rule(|name| matches!(name, b"httpd" | b"apache2"), &[probe("httpd", b"Apache/", |hit| hit.after(triple))]),
    rule(|name| name == b"lighttpd", &[probe("lighttpd", b"lighttpd/", |hit| hit.after(triple))]),
    rule(|name| name == b"proftpd", &[probe("proftpd", b"ProFTPD Version ", |hit| hit.after(lettered))]),
    rule(
        |name| name == b"haproxy",
        &[
            probe("haproxy", b"HA-Proxy version ", |hit| hit.after(haproxy)),
            probe("haproxy", b"HAProxy version follows", haproxy_token),
            probe("haproxy", b" version ", |hit| {
                let version = hit.after(haproxy)?;
                hit.right.get(version.len()..)?.starts_with(b", released 20").then_some(version)
            }),
        ],
    ),
    rule(|name| name == b"envoy", &[probe("envoy", b"\x001.", envoy)]),
    rule(
        |name| matches!(name, b"redis-server" | b"redis-check-rdb" | b"redis-sentinel"),
        &[
            probe("redis", b"buildkitsandbox-", |hit| hit.before(triple)),
            probe("redis", b"\0c11-builtin\0", |hit| hit.before(triple)),
            probe("redis", b"\0atomic-builtin\0", |hit| hit.before(triple)),
            probe("redis", b"\0sync-builtin\0", |hit| hit.before(triple)),
        ],
    ),
    rule(
        |name| matches!(name, b"valkey-server" | b"valkey-check-rdb" | b"valkey-sentinel"),
        &[probe("valkey", b"\0valkey", |hit| hit.after(semantic).map(|version| release_of(&version)))],
    ),
    rule(|name| name == b"memcached", &[probe("memcached", b"memcached ", |hit| hit.after(triple))]),
    rule(
        |name| matches!(name, b"postgres" | b"postmaster" | b"pg_ctl" | b"psql" | b"initdb"),
        &[probe("postgresql", b"PostgreSQL ", postgres), probe("postgresql", b"(PostgreSQL) ", |hit| hit.after(lettered))],
    ),
    rule(
        is_mysql,
        &[
            probe("percona-xtradb-cluster", b"/Percona-XtraDB-Cluster-", |hit| hit.after(triple)),
            probe("percona-xtrabackup", b"/percona-xtrabackup-", |hit| hit.after(triple)),
            probe("percona-server", b"/percona-server-", |hit| hit.after(triple)),
            probe("mysql-cluster", b"-ndb-", |hit| {
                hit.after_closed(triple).filter(|_| Hit { right: b"", ..hit }.before(triple).is_some())
            }),
            probe("mysql-cluster", b"/mysql-cluster-gpl-", |hit| hit.after(triple)),
            probe("mariadb", b"-MariaDB", |hit| hit.before(triple)),
            probe("mysql", b"/mysql-", |hit| hit.after(triple)),
        ],
    ),
    rule(
        |name| matches!(name, b"mongod" | b"mongos"),
        &[
            probe("mongodb", b"\0tcmalloc\0", |hit| hit.before(semantic)),
            probe("mongodb", b"\0heap_size\0", |hit| hit.before(semantic)),
            probe("mongodb", b"\0cppdefines\0", |hit| hit.before(semantic)),
        ],
    ),
];

/// `9.0.0` of `9.0.0buildkitsandbox-…`; a pre-release keeps its mark.
fn release_of(version: &str) -> String {
    version.split("-buildkit").next().unwrap_or(version).to_owned()
}
