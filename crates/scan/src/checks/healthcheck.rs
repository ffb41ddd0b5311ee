//! A health check, where the image's format can express one: the OCI configuration has no such field, Docker's has.

use porthole_report::Severity;

use super::{Check, Context, Verdict};

pub(super) const CHECK: Check = Check {
    code: "healthcheck",
    also_known_as: &["CIS 4.6", "CIS-DI-0006", "AVD-DS-0026"],
    title: "a health check is set",
    severity: Severity::Low,
    why: "without one Docker cannot tell a hung process from a working one",
    fix: "add HEALTHCHECK to the Dockerfile; in Kubernetes use probes instead",
    reference: "https://docs.docker.com/reference/dockerfile/#healthcheck",
    run,
};

fn run(context: &Context<'_>) -> Verdict {
    let image = &context.report.image;
    match &image.config.healthcheck {
        Some(test) if test.first().is_some_and(|word| word == "NONE") => Verdict::warn(
            "the health check of the base image was switched off",
        )
        .with(vec![context.configured_by("HEALTHCHECK", "", "Healthcheck is NONE")]),
        Some(test) if !test.is_empty() => Verdict::pass(format!("set: {}", test.join(" "))),
        _ => {
            let docker = image.kind == "docker-archive"
                || context
                    .report
                    .layers
                    .iter()
                    .any(|layer| layer.media_type.as_deref().is_some_and(|kind| kind.contains("docker")));
            if docker {
                Verdict::warn("none is set")
            } else {
                Verdict::not_applicable("the OCI image format cannot express one, and tools that write it drop Docker's")
            }
        }
    }
}
