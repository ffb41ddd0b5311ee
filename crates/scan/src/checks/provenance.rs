//! An attestation of how the image was built.

use porthole_report::Severity;

use super::{Check, Context, Verdict};

pub(super) const CHECK: Check = Check {
    code: "provenance",
    also_known_as: &["CIS-DI-0005"],
    title: "the build is attested",
    severity: Severity::Low,
    why: "without provenance nobody can prove which source and builder made the image",
    fix: "build with provenance (docker buildx build --provenance=mode=max) and sign it",
    reference: "https://slsa.dev/spec/v1.0/provenance",
    run,
};

fn run(context: &Context<'_>) -> Verdict {
    let about: Vec<_> = context
        .report
        .signatures
        .attestations
        .iter()
        .filter(|attestation| attestation.about_this_image && attestation.predicate_type.contains("provenance"))
        .collect();
    match about.iter().find(|attestation| attestation.signature.is_some()).or(about.first()) {
        Some(attestation) if attestation.signature.is_some() => {
            Verdict::pass(format!("signed provenance, {}", attestation.predicate_type))
        }
        Some(attestation) => {
            Verdict::warn(format!("provenance that is not signed: anyone could have written it ({})", attestation.predicate_type))
        }
        None => Verdict::warn("no provenance came with the image"),
    }
}
