//! Programs written in Go. Most say their version in their build info; these keep it as a linker-set string in the data
//! segment (padded with zeros) or among the constants, where strings of one length stand side by side.

use super::hit::{Hit, loose, semantic, three};
use super::rule::{Probe, Rule, probe, rule};

/// The last lone version counts: what C libraries left among the constants stands before the data segment.
const fn linker_set(names: fn(&[u8]) -> bool, probes: &'static [Probe]) -> Rule {
    Rule { names, probes, last: true }
}

fn major(version: &str) -> u32 {
    version.split('.').next().and_then(|major| major.parse().ok()).unwrap_or(0)
}

fn beat(hit: Hit<'_>) -> Option<String> {
    hit.after(three)
}

pub(super) const RULES: &[Rule] = &[
    rule(
        |name| name == b"consul",
        &[
            probe("consul", b"hashicorp/consul/version.GitDescribe=", |hit| hit.after(semantic)),
            probe("consul", b"<!-- CONSUL_VERSION: ", |hit| hit.after(semantic)),
            probe("consul", b"\0v1.", |hit| Hit { left: b"\0v1", ..hit }.alone(semantic, &[b"v"])),
        ],
    ),
    rule(
        |name| name == b"vault",
        &[
            probe("vault", b"hashicorp/vault/sdk/version.Version=", |hit| hit.after(semantic)),
            probe("vault", b"hashicorp/vault/version.Version=", |hit| hit.after(semantic)),
            probe("vault", b"hashicorp/vault/version.fullVersion=", |hit| hit.after(semantic)),
        ],
    ),
    linker_set(
        |name| matches!(name, b"grafana" | b"grafana-server"),
        // Version 4 and older did not set it so; SQLite, linked in, is a 3.
        &[probe("grafana", b".", |hit| hit.alone(semantic, &[b"release-"]).filter(|version| major(version) > 4))],
    ),
    linker_set(
        |name| name == b"traefik",
        &[probe("traefik", b".", |hit| hit.alone(semantic, &[b"v"]).filter(|version| (1..10).contains(&major(version))))],
    ),
    linker_set(
        |name| matches!(name, b"pilot-agent" | b"pilot-discovery"),
        &[probe("istio", b".", |hit| hit.alone(loose, &[]).filter(|version| major(version) == 1))],
    ),
    rule(|name| name == b"auditbeat", &[probe("auditbeat", b"setupTest ", beat)]),
    rule(|name| name == b"heartbeat", &[probe("heartbeat", b"setupTest ", beat)]),
    rule(|name| name == b"metricbeat", &[probe("metricbeat", b"setupTest ", beat)]),
    rule(|name| name == b"packetbeat", &[probe("packetbeat", b"setupTest ", beat)]),
    rule(
        |name| name == b"filebeat",
        &[
            probe("filebeat", b"setupTest ", beat),
            probe("filebeat", b"createplugin", beat),
            probe("filebeat", b"015m.rate", beat),
        ],
    ),
    rule(
        |name| name == b"elastic-agent",
        &[
            probe("elastic-agent", b"statsenroll: true", beat),
            probe("elastic-agent", b"statsenroll", beat),
            probe("elastic-agent", b"configenroll", beat),
            // Go's own layout for kitchen clocks is as long as a version of two digits in the middle.
            probe("elastic-agent", b"3:04PM", beat),
        ],
    ),
];
