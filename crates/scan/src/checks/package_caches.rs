//! Caches of package managers, by what is in the layers rather than by what the history says; also those deleted too late.

use std::collections::BTreeMap;

use porthole_oci::layer::EntryKind;
use porthole_report::Evidence;
use porthole_report::Severity;

use super::verdict::{bytes_of, counted};
use super::{Check, Context, Verdict};

pub(super) const CHECK: Check = Check {
    code: "package-caches",
    also_known_as: &["DKL-DI-0004", "DKL-DI-0005", "AVD-DS-0015", "AVD-DS-0019", "AVD-DS-0020", "AVD-DS-0025"],
    title: "no package cache is shipped",
    severity: Severity::Low,
    why: "caches are never read again and make every pull longer",
    fix: "clean in the same RUN step, or mount the cache: RUN --mount=type=cache,target=/var/cache/apt",
    reference: "https://docs.docker.com/build/cache/optimize/",
    run,
};

fn run(context: &Context<'_>) -> Verdict {
    let mut sums: BTreeMap<(&str, u32), (u64, u64)> = BTreeMap::new();
    let mut path = Vec::new();
    for (_, version) in context.view.versions().filter(|(_, version)| version.kind == EntryKind::File && version.size > 0) {
        context.view.path_into(version.node, &mut path);
        let Some(folder) = CACHES.iter().find(|folder| path.starts_with(folder.as_bytes())) else { continue };
        if path.ends_with(b"/lock") || path.ends_with(b".gitkeep") {
            continue;
        }
        let sum = sums.entry((folder, version.layer)).or_default();
        sum.0 += 1;
        sum.1 = sum.1.saturating_add(version.size);
    }
    let bytes: u64 = sums.values().map(|sum| sum.1).sum();
    let own: u64 = sums.iter().filter(|((_, layer), _)| context.is_own(*layer)).map(|(_, sum)| sum.1).sum();
    let evidence: Vec<Evidence> = sums
        .into_iter()
        .map(|((folder, layer), (files, bytes))| Evidence {
            path: Some(format!("/{folder}")),
            layer: Some(layer),
            origin: context.origin(layer),
            text: format!("{}, {}", counted(files, "file"), bytes_of(bytes)),
        })
        .collect();
    match (bytes, own) {
        // Less than a page's worth of leftovers is not worth a word.
        (0..=4096, _) => Verdict::pass("none is"),
        (_, 0) => Verdict::pass("only the base image's").with(evidence),
        _ => Verdict::warn(format!("{} of package caches are shipped", bytes_of(bytes))).with(evidence).saving(own),
    }
}

/// Folders that package managers fill and never need again.
const CACHES: &[&str] = &[
    "var/lib/apt/lists/",
    "var/cache/apt/",
    "var/cache/apk/",
    "etc/apk/cache/",
    "var/cache/yum/",
    "var/cache/dnf/",
    "var/cache/libdnf5/",
    "var/cache/zypp/",
    "var/cache/pacman/pkg/",
    "root/.cache/pip/",
    "root/.npm/_cacache/",
    "root/.cache/yarn/",
    "usr/local/share/.cache/yarn/",
    "root/.local/share/pnpm/store/",
    "root/.cache/go-build/",
    "root/.cargo/registry/cache/",
    "root/.composer/cache/",
    "root/.m2/repository/",
    "root/.gradle/caches/",
    "root/.gem/",
    "root/.nuget/packages/",
    "root/.cache/uv/",
    "root/.cache/pypoetry/",
    "root/.cache/composer/",
    "opt/conda/pkgs/",
];
