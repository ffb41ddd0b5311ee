//! A name without a tag, or with one that moves.

use porthole_report::Severity;

use super::{Check, Context, Verdict};

pub(super) const CHECK: Check = Check {
    code: "latest-tag",
    also_known_as: &["DKL-DI-0006", "AVD-DS-0001"],
    title: "the image has a tag of its own",
    severity: Severity::Low,
    why: "latest means another image tomorrow: nobody can say what runs",
    fix: "tag with a version, and deploy by digest",
    reference: "https://docs.docker.com/build/building/best-practices/#pin-base-image-versions",
    run,
};

fn run(context: &Context<'_>) -> Verdict {
    let image = &context.report.image;
    let base = image
        .config
        .labels
        .get("org.opencontainers.image.base.name")
        .or_else(|| image.annotations.get("org.opencontainers.image.base.name"));
    let moves = |name: &str| {
        let last = name.rsplit('/').next().unwrap_or_default();
        let tag = match last.split_once(':') {
            Some((_, tag)) => tag,
            // The names of an OCI layout are tags, mostly.
            None if image.kind.starts_with("oci-") && last == name => name,
            None => "",
        };
        !name.contains('@') && (tag.is_empty() || tag == "latest")
    };
    let mut found: Vec<_> =
        image.names.iter().filter(|name| moves(name)).map(|name| context.configured(format!("named {name}"))).collect();
    let named = found.len();
    found.extend(base.filter(|name| moves(name)).map(|name| context.configured(format!("built on {name}"))));
    match (image.names.is_empty(), named, found.len()) {
        (true, _, 0) => Verdict::not_applicable("the archive gives the image no name"),
        (_, 0, 0) => Verdict::pass("it has"),
        (_, 0, _) => Verdict::warn("the base image is named without a version").with(found),
        (_, n, _) if n == image.names.len() => Verdict::warn("only a tag that moves").with(found),
        _ => Verdict::pass("a tag of its own beside one that moves"),
    }
}
