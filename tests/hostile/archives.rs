//! Archives whose documents lead in circles, name what is not theirs, or count without end.

use porthole_oci::Digest;
use porthole_report::{Report, Verification};
use porthole_tests::image::{Archive, descriptor, image, images, layer, outer_tar};
use serde_json::{Value, json};

use crate::case::{Case, Input, Says, case, hold};

const INDEX: &str = "application/vnd.oci.image.index.v1+json";
const MANIFEST: &str = "application/vnd.oci.image.manifest.v1+json";

fn app() -> porthole_tests::image::Image {
    image().layer(layer().file("etc/os-release", "ID=x\n")).name("app:1")
}

fn archive(bytes: Vec<u8>) -> Input {
    Input::Archive(bytes)
}

/// `index.json` with these entries, and blobs.
fn layout(entries: Value, blobs: &[Vec<u8>]) -> Vec<u8> {
    let mut files = vec![("oci-layout".to_owned(), br#"{"imageLayoutVersion":"1.0.0"}"#.to_vec())];
    files.extend(blobs.iter().map(|blob| (format!("blobs/sha256/{}", Digest::sha256(blob).hex()), blob.clone())));
    files.push(("index.json".to_owned(), json!({"schemaVersion": 2, "manifests": entries}).to_string().into_bytes()));
    outer_tar(&files)
}

/// A Docker archive with this `manifest.json`.
fn docker(manifest: &str, files: &[(&str, &[u8])]) -> Vec<u8> {
    let mut all: Vec<(String, Vec<u8>)> = files.iter().map(|(name, bytes)| ((*name).to_owned(), bytes.to_vec())).collect();
    all.push(("manifest.json".to_owned(), manifest.as_bytes().to_vec()));
    outer_tar(&all)
}

/// An image beside whatever else the index lists.
fn beside(entry: Value, blobs: impl IntoIterator<Item = Vec<u8>>) -> Vec<u8> {
    blobs.into_iter().fold(images([app()]).index_entry(entry), Archive::blob).oci_archive()
}

fn names(report: &Report) {
    assert_eq!(report.image.names.len(), 1);
}

pub(crate) const CASES: &[Case] = &[
    case(
        "index-that-lists-itself",
        "an index among its own manifests",
        Says::Gap("sha256:5a41ac42ee7e1b07e44b0166fac711fa507652ec7eb631ce1f45d7ea20a4bab4: an index lists itself"),
        || {
            // Its digest cannot be in it; but a digest that is wrong is told and used, so the circle closes.
            let wrong = Digest::sha256(b"itself").hex();
            let index = json!({"schemaVersion": 2, "mediaType": INDEX, "manifests": [{"mediaType": INDEX, "size": 1, "digest": format!("sha256:{wrong}")}]});
            let mut files =
                images([app()]).index_entry(json!({"mediaType": INDEX, "size": 1, "digest": format!("sha256:{wrong}")})).layout();
            files.insert(0, (format!("blobs/sha256/{wrong}"), index.to_string().into_bytes()));
            archive(outer_tar(&files))
        },
    ),
    case(
        "indexes-a-hundred-deep",
        "an index in an index in an index",
        Says::Gap(
            "sha256:fa25f7684bb5292a6d5e40af24c0bb8083fddeb3ab23756b4887754f5b07b47d: sha256:fa25f7684bb5292a6d5e40af24c0bb8083fddeb3ab23756b4887754f5b07b47d: nested deeper than 16",
        ),
        || {
            let mut blobs = vec![json!({"schemaVersion": 2, "mediaType": INDEX, "manifests": []}).to_string().into_bytes()];
            for at in 0..100 {
                let entry = descriptor(INDEX, &blobs[at]);
                blobs.push(json!({"schemaVersion": 2, "mediaType": INDEX, "manifests": [entry]}).to_string().into_bytes());
            }
            let entry = descriptor(INDEX, &blobs[100]);
            archive(beside(entry, blobs))
        },
    ),
    case(
        "indexes-that-double",
        "thirty indexes that each list the next one twice: a thousand million manifests",
        Says::Gap("more than 4096 manifests"),
        || {
            let mut blobs = vec![json!({"schemaVersion": 2, "mediaType": INDEX, "manifests": []}).to_string().into_bytes()];
            for at in 0..30 {
                let entry = descriptor(INDEX, &blobs[at]);
                blobs.push(json!({"schemaVersion": 2, "mediaType": INDEX, "manifests": [entry, entry]}).to_string().into_bytes());
            }
            let entry = descriptor(INDEX, &blobs[30]);
            archive(beside(entry, blobs))
        },
    ),
    case(
        "a-million-layers",
        "a manifest of a million layers",
        Says::Error("no image can be read from this archive: more than 1024 layers"),
        || {
            let layers = vec!["layer.tar"; 200_000];
            archive(docker(
                &json!([{"Config": "c.json", "Layers": layers}]).to_string(),
                &[("layer.tar", &layer().tar()), ("c.json", b"{}")],
            ))
        },
    )
    .mib(32),
    case(
        "manifest-of-five-megabytes",
        "a manifest over the limit of a document",
        Says::Error("no image can be read from this archive: manifest.json: 5000027 bytes are over the limit of 4194304"),
        || archive(docker(&json!([{"Config": "x".repeat(5_000_000), "Layers": []}]).to_string(), &[])),
    )
    .mib(24),
    case(
        "ten-thousand-images",
        "a manifest.json of ten thousand images",
        Says::Gap("manifest.json: more than 4096 images"),
        || {
            let one = json!({"Config": "c.json", "RepoTags": [], "Layers": []});
            archive(docker(&Value::from(vec![one; 10_000]).to_string(), &[("c.json", b"{}")]))
        },
    )
    .mib(64),
    case("layer-names-that-climb-out", "layers named as files of the host", Says::Gap("layer 0 is not in the archive"), || {
        archive(docker(r#"[{"Config":"c.json","Layers":["../../../../etc/passwd"]}]"#, &[("c.json", b"{}")]))
    }),
    case(
        "layer-that-is-the-manifest",
        "a layer that names manifest.json",
        Says::Gap("layer 0 was not read: manifest.json is a document, or came too late"),
        || {
            Input::Stream(docker(
                &format!(r#"[{{"Config":"c.json","Layers":["manifest.json"]}}{}]"#, " ".repeat(600)),
                &[("c.json", b"{}")],
            ))
        },
    ),
    case(
        "manifest-that-is-a-link",
        "manifest.json as a link out of the archive, and in a circle",
        Says::Error("no image can be read from this archive: index.json: nested deeper than 16"),
        || {
            archive(
                layer()
                    .symlink("manifest.json", "../../etc/passwd")
                    .symlink("index.json", "oci-layout")
                    .symlink("oci-layout", "index.json")
                    .file("x", "y")
                    .tar(),
            )
        },
    ),
    case(
        "two-manifests",
        "manifest.json twice: one for each reader that takes the first or the last",
        Says::Nothing("the last one counts, as for tar that unpacks"),
        || {
            let first = br#"[{"Config":"a.json","RepoTags":["first:1"],"Layers":[]}]"#;
            archive(docker(
                r#"[{"Config":"a.json","RepoTags":["second:1"],"Layers":[]}]"#,
                &[("a.json", b"{}"), ("manifest.json", first)],
            ))
        },
    )
    .also(|report| assert_eq!(report.image.names, ["second:1"])),
    case(
        "blob-that-is-another",
        "a layer whose bytes are not those of its digest",
        Says::Nothing("it is no gap: the comparison says so, row by row"),
        || {
            let mut files = images([app()]).layout();
            let real = layer().file("etc/os-release", "ID=x\n").tar();
            let at = files.iter().position(|(_, bytes)| *bytes == real).expect("the layer");
            files[at].1 = layer().file("etc/os-release", "ID=y\n").tar();
            archive(outer_tar(&files))
        },
    )
    .also(|report| assert!(matches!(report.layers[0].digest_state, Verification::Mismatch { .. }))),
    case(
        "size-that-is-another",
        "a layer that is longer than its manifest says",
        Says::Gap(
            "sha256:e7761f27b10ec50bcd1c0c15c8b3ccf3161f34c5e95331dc68525bba5668e745: layer 0 should have 1 bytes and has 2048",
        ),
        || {
            let blob = layer().file("a", "x").tar();
            let config = json!({"os": "linux", "architecture": "amd64", "rootfs": {"type": "layers", "diff_ids": [Digest::sha256(&blob).to_string()]}}).to_string().into_bytes();
            let mut entry = descriptor("application/vnd.oci.image.layer.v1.tar", &blob);
            entry["size"] = json!(1);
            let manifest = json!({"schemaVersion": 2, "mediaType": MANIFEST, "config": descriptor("application/vnd.oci.image.config.v1+json", &config), "layers": [entry]}).to_string().into_bytes();
            archive(layout(json!([descriptor(MANIFEST, &manifest)]), &[blob, config, manifest]))
        },
    ),
    case(
        "encrypted-layer",
        "a layer that nobody here can read",
        Says::Gap("sha256:e7761f27b10ec50bcd1c0c15c8b3ccf3161f34c5e95331dc68525bba5668e745: layer 0 is encrypted"),
        || {
            archive(
                image()
                    .layer(layer().file("a", "x").media_type("application/vnd.oci.image.layer.v1.tar+gzip+encrypted"))
                    .name("a:1")
                    .oci_archive(),
            )
        },
    ),
    case(
        "names-that-are-markup",
        "repository tags with escapes, marks and markup",
        Says::Nothing("names are shown as text"),
        || archive(app().name("<img src=x onerror=alert(1)>\u{1b}[2J\u{202e}:v\n1").docker_archive()),
    ),
    case(
        "archive-cut-in-a-layer",
        "a download that broke off",
        Says::Error(
            "no image can be read from this archive: the archive is damaged: tar: index.json: the archive ends 280 bytes too early; what came before is read",
        ),
        || {
            let whole = app().oci_archive();
            let at = memchr::memmem::find(&whole, b"index.json\0").expect("index.json");
            Input::Stream(whole[..at + 512 + 100].to_vec())
        },
    ),
    case(
        "a-hundred-thousand-files-around-the-image",
        "an archive full of small files that are no layers",
        Says::Gap("more than 16384 files that may be layers: later ones are not read"),
        || {
            let mut files = images([app()]).docker_files();
            files.extend((0..100_000).map(|at| (format!("junk/{at}"), b"x".to_vec())));

            Input::Stream(outer_tar(&files))
        },
    )
    .mib(96)
    .seconds(60)
    .also(names),
];

#[test]
fn archives_that_lead_in_circles_come_to_an_end() {
    hold(CASES);
}
