//! The labels that say where an image comes from.

use porthole_report::Severity;

use super::{Check, Context, Verdict};

pub(super) const CHECK: Check = Check {
    code: "labels",
    also_known_as: &[],
    title: "the labels say source, revision, version and licences",
    severity: Severity::Low,
    why: "without them nobody can tell from a running container which commit it is",
    fix: "set org.opencontainers.image.{source,revision,version,licenses}; most build actions do it by themselves",
    reference: "https://github.com/opencontainers/image-spec/blob/main/annotations.md",
    run,
};

fn run(context: &Context<'_>) -> Verdict {
    let image = &context.report.image;
    let has = |name: &str| {
        let old = format!(
            "org.label-schema.{}",
            match name {
                "source" => "vcs-url",
                "revision" => "vcs-ref",
                "licenses" => "license",
                other => other,
            }
        );
        let name = format!("org.opencontainers.image.{name}");
        [&image.config.labels, &image.annotations]
            .iter()
            .any(|labels| labels.get(&name).or_else(|| labels.get(&old)).is_some_and(|value| !value.trim().is_empty()))
    };
    let missing: Vec<&str> = ["source", "revision", "version", "licenses"].into_iter().filter(|name| !has(name)).collect();
    if missing.is_empty() { Verdict::pass("they do") } else { Verdict::warn(format!("missing: {}", missing.join(", "))) }
}
