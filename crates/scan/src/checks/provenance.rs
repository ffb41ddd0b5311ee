//! An attestation of how the image was built.

use porthole_report::{Attestation, Severity, SignatureState};

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
    let state = |attestation: &&&Attestation| attestation.signature.as_ref().map(|signature| signature.state);
    let best = about.iter().filter(|one| state(one).is_some()).min_by_key(state).or(about.first());
    let Some(attestation) = best else { return Verdict::warn("no provenance came with the image") };
    let kind = &attestation.predicate_type;
    match &attestation.signature {
        Some(signature) if signature.state == SignatureState::Verified => Verdict::pass(format!("signed provenance, {kind}")),
        Some(signature) if signature.state == SignatureState::Refused => {
            Verdict::fail(format!("the provenance's signature is wrong: {} ({kind})", signature.reasons.join("; ")))
        }
        Some(signature) => Verdict::warn(format!("{} ({kind})", signature.statement)),
        None => Verdict::warn(format!("provenance that is not signed: anyone could have written it ({kind})")),
    }
}
