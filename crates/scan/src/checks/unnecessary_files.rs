//! Documentation, manuals, debug symbols, caches: what a running program never reads.

use std::collections::BTreeMap;

use porthole_oci::layer::EntryKind;
use porthole_report::Severity;
use porthole_report::{Evidence, sorting};

use super::verdict::{bytes_of, counted};
use super::{Check, Context, Verdict};

pub(super) const CHECK: Check = Check {
    code: "unnecessary-files",
    also_known_as: &["CIS 4.3", "CIS-DI-0003"],
    title: "no documentation, manuals or debug symbols are shipped",
    severity: Severity::Low,
    why: "they make every pull longer",
    fix: "delete them in the step that brings them; apt: --no-install-recommends and path-exclude, apk: no -doc packages",
    reference: "https://wiki.debian.org/ReduceDebian",
    run,
};

fn run(context: &Context<'_>) -> Verdict {
    let mut sums: BTreeMap<(&str, u32), (u64, u64)> = BTreeMap::new();
    let mut path = Vec::new();
    for (node, version) in context.visible().filter(|(_, version)| version.kind == EntryKind::File && version.size > 0) {
        context.view.path_into(node, &mut path);
        let Some((folder, _)) = FOLDERS.iter().find(|(folder, _)| path.starts_with(folder.as_bytes())) else { continue };
        // Licences must stay with what they license.
        if path.ends_with(b"/copyright")
            || path.starts_with(b"usr/share/doc/")
                && path.windows(7).any(|word| word.eq_ignore_ascii_case(b"licence") || word.eq_ignore_ascii_case(b"license"))
        {
            continue;
        }
        let sum = sums.entry((folder, version.layer)).or_default();
        sum.0 += 1;
        sum.1 = sum.1.saturating_add(version.size);
    }
    let bytes: u64 = sums.values().map(|sum| sum.1).sum();
    let own: u64 = sums.iter().filter(|((_, layer), _)| context.is_own(*layer)).map(|(_, sum)| sum.1).sum();
    let mut rows: Vec<_> = sums.into_iter().collect();
    sorting::sort_by_key(&mut rows, |((folder, layer), (_, bytes))| (std::cmp::Reverse(*bytes), *folder, *layer));
    let evidence: Vec<Evidence> = rows
        .into_iter()
        .map(|((folder, layer), (files, bytes))| {
            let what = FOLDERS.iter().find(|(known, _)| *known == folder).map_or("", |(_, what)| what);
            Evidence {
                path: Some(format!("/{folder}")),
                layer: Some(layer),
                origin: context.origin(layer),
                text: format!("{what}: {}, {}", counted(files, "file"), bytes_of(bytes)),
            }
        })
        .collect();
    match (bytes, own) {
        (0..1_000_000, _) => Verdict::pass("less than a megabyte"),
        (_, 0..1_000_000) => Verdict::pass(format!("{}, nearly all of the base image", bytes_of(bytes))).with(evidence),
        _ => Verdict::warn(format!("{}, {} of them added to the base image", bytes_of(bytes), bytes_of(own)))
            .with(evidence)
            .saving(bytes),
    }
}

/// Folders that no running program reads.
const FOLDERS: &[(&str, &str)] = &[
    ("usr/share/doc/", "documentation"),
    ("usr/share/man/", "manuals"),
    ("usr/share/info/", "manuals"),
    ("usr/share/gtk-doc/", "documentation"),
    ("usr/local/share/man/", "manuals"),
    ("usr/local/share/doc/", "documentation"),
    ("usr/lib/debug/", "debug symbols"),
    ("usr/share/lintian/", "packaging"),
    ("usr/share/linda/", "packaging"),
    ("var/log/", "logs"),
    ("tmp/", "temporary files"),
    ("var/tmp/", "temporary files"),
    ("root/.cache/", "caches"),
    ("usr/src/", "sources"),
];
