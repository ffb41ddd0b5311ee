//! Number of layers.

use porthole_report::Severity;

use super::{Check, Context, Verdict, counted};

pub(super) const CHECK: Check = Check {
    code: "layer-count",
    also_known_as: &[],
    title: "the image has few layers",
    severity: Severity::Low,
    why: "each layer is a request at every pull; old storage drivers stop at 127",
    fix: "join RUN steps that belong together, or build in several stages",
    reference: "https://docs.docker.com/build/building/multi-stage/",
    run,
};

fn run(context: &Context<'_>) -> Verdict {
    let layers = &context.report.layers;
    let own = layers.iter().filter(|layer| context.is_own(layer.index)).count();
    let empty = layers
        .iter()
        .filter(|layer| layer.added.count + layer.changed.count + layer.removed.count == 0 && layer.uncompressed_size > 0)
        .count();
    let said = format!("{}, {own} of its own, {empty} empty", counted(layers.len() as u64, "layer"));
    match layers.len() {
        0..=40 => Verdict::pass(said),
        41..=100 => Verdict::warn(said),
        _ => Verdict::fail(said),
    }
}
