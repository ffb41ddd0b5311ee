//! Bytes that are not what the image says they are.

use porthole_report::Severity;
use porthole_report::Verification;

use super::verdict::counted;
use super::{Check, Context, Verdict};

pub(super) const CHECK: Check = Check {
    code: "digests",
    also_known_as: &[],
    title: "every digest verifies",
    severity: Severity::Critical,
    why: "the content was damaged or replaced on the way",
    fix: "pull or save the image again; when it stays wrong, do not run it",
    reference: "https://github.com/opencontainers/image-spec/blob/main/descriptor.md#digests",
    run,
};

fn run(context: &Context<'_>) -> Verdict {
    let rows = &context.report.signatures.integrity;
    let wrong: Vec<_> = rows
        .iter()
        .filter_map(|row| match &row.verification {
            Verification::Mismatch { expected, actual } => {
                Some(context.configured(format!("{}: states {expected}, is {actual}", row.what)))
            }
            _ => None,
        })
        .collect();
    let verified = rows.iter().filter(|row| row.verification == Verification::Verified).count();
    match (wrong.len(), verified) {
        (0, 0) => Verdict::not_applicable("no digest is stated or was computed"),
        // Pending, or of bytes that could not be read: what was not compared is not called right.
        (0, verified) if verified < rows.len() => {
            Verdict::not_applicable(format!("{verified} of {} computed, and right", rows.len()))
        }
        (0, verified) => Verdict::pass(format!("{}, none wrong", counted(verified as u64, "digest"))),
        (n, _) => Verdict::fail(format!("{} wrong", counted(n as u64, "digest"))).with(wrong),
    }
}
