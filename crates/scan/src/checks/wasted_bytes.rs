//! Files that a later layer replaces or deletes: shipped, never seen.

use porthole_report::Severity;
use porthole_report::{Evidence, Origin};

use super::verdict::bytes_of;
use super::{Check, Context, Verdict};

pub(super) const CHECK: Check = Check {
    code: "wasted-bytes",
    also_known_as: &[],
    title: "nothing is shipped that a later layer hides",
    severity: Severity::Low,
    why: "hidden files are pulled and stored all the same; secrets in them can be read",
    fix: "make and delete in one step; change owner and mode while copying (COPY --chown --chmod)",
    reference: "https://docs.docker.com/build/cache/optimize/",
    run,
};

fn run(context: &Context<'_>) -> Verdict {
    let efficiency = &context.report.efficiency;
    let evidence: Vec<Evidence> = efficiency
        .worst
        .iter()
        .take(20)
        .map(|path| Evidence {
            path: Some(path.path.clone()),
            layer: path.layers.first().copied(),
            origin: path.layers.first().map_or(Origin::Unknown, |layer| context.origin(*layer)),
            text: format!("{} {} by layer {}", bytes_of(path.bytes), if path.deleted { "deleted" } else { "replaced" }, path.by),
        })
        .collect();
    let said = format!(
        "{} of {} are hidden by later layers (score {:.1} %)",
        bytes_of(efficiency.wasted_bytes),
        bytes_of(efficiency.shipped_bytes),
        efficiency.score * 100.0
    );
    if efficiency.wasted_bytes < 1_000_000 || efficiency.score >= 0.99 {
        Verdict::pass(said)
    } else if efficiency.score < 0.9 {
        Verdict::fail(said).with(evidence).saving(efficiency.wasted_bytes)
    } else {
        Verdict::warn(said).with(evidence).saving(efficiency.wasted_bytes)
    }
}
