//! A signature over the image. CIS 4.12, "all signed artifacts are validated", is about whoever takes an image in: what an image can show
//! of it is whether what came with it holds, and by whose key.

use porthole_report::Severity;
use porthole_report::SignatureState;

use super::{Check, Context, Verdict, counted};

pub(super) const CHECK: Check = Check {
    code: "signed",
    also_known_as: &["CIS 4.5", "CIS 4.12", "CIS-DI-0005"],
    title: "the image is signed",
    severity: Severity::Medium,
    why: "without a signature nobody can prove who made the image",
    fix: "sign with cosign or notation, and demand it where images are admitted",
    reference: "https://docs.sigstore.dev/cosign/signing/signing_with_containers/",
    run,
};

fn run(context: &Context<'_>) -> Verdict {
    let signatures = &context.report.signatures.signatures;
    let state = |wanted: SignatureState| signatures.iter().find(|signature| signature.state == wanted);
    if let Some(signature) = state(SignatureState::Verified) {
        let others = signatures.iter().filter(|other| other.state != SignatureState::Verified).count();
        let note = match others {
            0 => String::new(),
            // Signers of whom we know nothing take nothing away from the one whom we trust.
            n => format!("; {} beside it not validated", counted(n as u64, "signature")),
        };
        return Verdict::pass(format!("{}: {}{note}", signature.format, signature.statement));
    }
    if let Some(signature) = state(SignatureState::Refused) {
        return Verdict::fail(format!("a signature is wrong: {}", signature.reasons.join("; ")));
    }
    match signatures.first() {
        Some(signature) => Verdict::warn(format!("{}: {}", signature.format, signature.statement)),
        None if context.report.image.kind == "registry" => Verdict::warn("no signature was found"),
        None => Verdict::not_applicable("no signature came with the archive; the registry may have one"),
    }
}
