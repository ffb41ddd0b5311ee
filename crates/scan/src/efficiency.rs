//! Wasted bytes: one pass over all versions. Definitions stand at `porthole_report::Efficiency`.

use std::collections::BTreeMap;

use porthole_oci::layer::EntryKind;
use porthole_report::{Efficiency, Layer, Remedy, WastedPath, sorting};

use crate::checks::counted;
use crate::image::{ImageView, NodeId};

/// Paths listed.
const LISTED: usize = 200;

/// What is shipped and not seen.
pub(crate) fn efficiency(view: &ImageView, layers: &[Layer]) -> Efficiency {
    let seen = view.content_seen();
    let mut result = Efficiency { score: 1.0, per_layer: vec![0; view.layer_changes().len()], ..Efficiency::default() };
    let mut paths: BTreeMap<NodeId, WastedPath> = BTreeMap::new();
    for (id, version) in view.versions() {
        if version.kind != EntryKind::File {
            continue;
        }
        result.shipped_bytes = result.shipped_bytes.saturating_add(version.size);
        let Some(by) = version.removed_in().filter(|_| !seen.get(id as usize).copied().unwrap_or(false)) else {
            continue;
        };
        result.wasted_bytes = result.wasted_bytes.saturating_add(version.size);
        if let Some(sum) = result.per_layer.get_mut(version.layer as usize) {
            *sum = sum.saturating_add(version.size);
        }
        if version.size == 0 {
            continue;
        }
        let path = paths.entry(version.node).or_insert_with(|| WastedPath {
            path: view.path(version.node).display(),
            bytes: 0,
            layers: Vec::new(),
            by,
            deleted: false,
        });
        path.bytes = path.bytes.saturating_add(version.size);
        path.layers.push(version.layer);
        path.by = by;
        path.deleted = version.deleted;
    }
    if result.shipped_bytes > 0 {
        result.score = 1.0 - result.wasted_bytes as f64 / result.shipped_bytes as f64;
    }
    result.wasted_stored_bytes = result
        .per_layer
        .iter()
        .zip(layers)
        .map(|(wasted, layer)| match layer.uncompressed_size {
            0 => 0,
            size => (*wasted as f64 * (layer.stored_size as f64 / size as f64)) as u64,
        })
        .sum();
    result.remedies = remedies(&paths);
    let mut worst: Vec<WastedPath> = paths.into_values().collect();
    sorting::sort_by(&mut worst, |a, b| b.bytes.cmp(&a.bytes).then_with(|| a.path.cmp(&b.path)));
    result.worst_total = worst.len() as u64;
    worst.truncate(LISTED);
    for path in &mut worst {
        path.layers.dedup();
    }
    result.worst = worst;
    result
}

/// Waste grouped by the layer that made it and the layer that should not have.
fn remedies(paths: &BTreeMap<NodeId, WastedPath>) -> Vec<Remedy> {
    let mut groups: BTreeMap<(u32, u32, bool), (u64, u64)> = BTreeMap::new();
    for path in paths.values() {
        let from = path.layers.first().copied().unwrap_or(path.by);
        let group = groups.entry((from, path.by, path.deleted)).or_default();
        group.0 += 1;
        group.1 = group.1.saturating_add(path.bytes);
    }
    let mut remedies: Vec<Remedy> = groups
        .into_iter()
        .map(|((from, by, deleted), (files, bytes))| Remedy {
            text: {
                let files = counted(files, "file");
                if deleted {
                    format!(
                        "delete {files} in layer {from} itself, in the command that makes them, instead of later in layer {by}"
                    )
                } else {
                    format!("write {files} once: layer {by} replaces what layer {from} has put there")
                }
            },
            bytes,
            layer: Some(from),
        })
        .collect();
    sorting::sort_by(&mut remedies, |a, b| b.bytes.cmp(&a.bytes).then_with(|| a.text.cmp(&b.text)));
    remedies.truncate(10);
    remedies
}
