//! Real images with what package managers said of them, built outside of the checkout.

use std::path::{Path, PathBuf};

use porthole_report::{ImageConfig, Report};
use porthole_scan::{Analysis, LayerOptions, LayerScan, Options, Subject, SubjectLayer};
use serde_json::Value;

/// The folder of a real image (`layout/`, archives, `rootfs/`, `witness/`): below `PORTHOLE_IMAGES`, else below
/// `target/images`. Says so and gives none when it was not built.
pub fn real_image(name: &str) -> Option<PathBuf> {
    if crate::pieces::are_small() {
        eprintln!("skipped: the image {name} is too large to be pushed in such small pieces");
        return None;
    }
    let root = std::env::var_os("PORTHOLE_IMAGES")
        .map(PathBuf::from)
        .or_else(|| Some(Path::new(env!("CARGO_MANIFEST_DIR")).parent()?.join("target/images")))?;
    let folder = root.join(name);
    if folder.join("layout/index.json").exists() {
        return Some(folder);
    }
    eprintln!("skipped: the image {name} was not built");
    None
}

/// Scans the one image of an OCI layout folder, layer by layer, without any archive reader in between.
///
/// # Panics
/// When the layout is not what `umoci` and `skopeo` write.
pub fn scan_layout(layout: &Path) -> Report {
    let blob = |digest: &Value| {
        let digest = digest.as_str().expect("digest").replace(':', "/");
        std::fs::read(layout.join("blobs").join(digest)).expect("blob")
    };
    let json = |bytes: &[u8]| serde_json::from_slice::<Value>(bytes).expect("JSON");
    let index = json(&std::fs::read(layout.join("index.json")).expect("index.json"));
    let manifest = json(&blob(&index["manifests"][0]["digest"]));
    let config = json(&blob(&manifest["config"]["digest"]));
    let text = |value: &Value| value.as_str().map(str::to_owned);
    let layers = manifest["layers"].as_array().expect("layers");
    let subject = Subject {
        source: "layout".into(),
        kind: "oci-layout".into(),
        config: ImageConfig::default(),
        layers: layers
            .iter()
            .enumerate()
            .map(|(at, layer)| SubjectLayer {
                digest: text(&layer["digest"]),
                diff_id: text(&config["rootfs"]["diff_ids"][at]),
                media_type: text(&layer["mediaType"]),
                size: layer["size"].as_u64().unwrap_or(0),
            })
            .collect(),
        ..Subject::default()
    };
    let facts = layers
        .iter()
        .map(|layer| {
            let mut scan = LayerScan::new(&LayerOptions::default());
            blob(&layer["digest"]).chunks(64 << 10).for_each(|chunk| scan.push(chunk));
            Some(scan.finish())
        })
        .collect();
    Analysis::new(&subject, facts, &Options::default()).report
}
