//! Signatures inside an archive, read as a host reads it: in every layout in which tools carry them, from the bytes to the report.

use porthole_advisory::suppress::Rule;
use porthole_report::{Report, SignatureState, Verification, export};
use porthole_scan::oci::archive::{Blob, Location};
use porthole_scan::signatures::collect;
use porthole_scan::{Analysis, LayerOptions, LayerScan, Options, Subject};
use porthole_tests::image::outer_tar;
use porthole_tests::open::{bytes_at, open, open_stream};
use porthole_tests::pieces::pieces;
use serde_json::{Value, json};

use super::scenes::Samples;

const MANIFEST: &str = "application/vnd.oci.image.manifest.v1+json";
const REF: &str = "org.opencontainers.image.ref.name";

/// Who wrote the layout.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Layout {
    /// Tags as a registry has them: `sha256-….sig`.
    Tags,
    /// `cosign save`: entries with a kind, no names.
    CosignSave,
    /// `oras copy -r`: every manifest in the index, the image's alone with a name.
    OrasCopy,
    /// A registry without the referrers API, mirrored: an index under the fallback tag lists what refers to the image.
    FallbackTag,
}

/// The files of a layout that holds the image and a scene's blobs.
fn files(samples: &Samples, scene: &Value, layout: Layout) -> Vec<(String, Vec<u8>)> {
    let (digest, manifest) = samples.image();
    let mut blobs = samples.content().to_vec();
    blobs.push((digest.clone(), manifest.clone()));
    blobs.extend(samples.blobs(scene));
    let related = &scene["related"][0];
    let about = related["digest"].as_str().expect("digest");
    let entry = |digest: &str, size: usize, annotations: Value| json!({ "mediaType": MANIFEST, "digest": digest, "size": size, "annotations": annotations });
    let size = blobs.iter().find(|(name, _)| name == about).map_or(0, |(_, bytes)| bytes.len());
    let own = related["annotations"].clone();
    let kind = match related["tag"].as_str() {
        Some(tag) if tag.ends_with(".att") => "dev.cosignproject.cosign/atts",
        Some(tag) if tag.ends_with(".sbom") => "dev.cosignproject.cosign/sboms",
        _ => "dev.cosignproject.cosign/sigs",
    };
    let entries = match layout {
        Layout::Tags => {
            let mut annotations = own;
            if let Some(tag) = related["tag"].as_str() {
                annotations[REF] = tag.into();
            }
            vec![entry(&digest, manifest.len(), json!({ REF: "v1" })), entry(about, size, annotations)]
        }
        Layout::CosignSave => vec![
            entry(&digest, manifest.len(), json!({ "kind": "dev.cosignproject.cosign/image" })),
            entry(about, size, json!({ "kind": kind })),
        ],
        Layout::OrasCopy => vec![entry(&digest, manifest.len(), json!({ REF: "v1" })), entry(about, size, json!({}))],
        Layout::FallbackTag => {
            let list = json!({ "schemaVersion": 2, "mediaType": "application/vnd.oci.image.index.v1+json",
                "manifests": [entry(about, size, json!({}))] });
            let list = serde_json::to_vec(&list).expect("index");
            let named = porthole_scan::oci::Digest::sha256(&list).to_string();
            let mut fallback = entry(&named, list.len(), json!({ REF: digest.replace(':', "-") }));
            fallback["mediaType"] = "application/vnd.oci.image.index.v1+json".into();
            blobs.push((named, list));
            vec![entry(&digest, manifest.len(), json!({ REF: "v1" })), fallback]
        }
    };
    let index = json!({ "schemaVersion": 2, "manifests": entries });
    let mut files = vec![
        ("oci-layout".to_owned(), br#"{"imageLayoutVersion":"1.0.0"}"#.to_vec()),
        ("index.json".to_owned(), serde_json::to_vec(&index).expect("index")),
    ];
    files.extend(blobs.into_iter().map(|(digest, bytes)| (format!("blobs/{}", digest.replace(':', "/")), bytes)));
    files
}

/// From the archive's bytes to the report, and what trusted VEX says.
pub(super) fn scan(samples: &Samples, scene: &Value, layout: Layout) -> (Report, Vec<Rule>) {
    scan_files(samples, scene, &files(samples, scene, layout))
}

fn scan_files(samples: &Samples, scene: &Value, files: &[(String, Vec<u8>)]) -> (Report, Vec<Rule>) {
    let bytes = outer_tar(files);
    let archive = open(&bytes).expect("archive");
    let [image] = archive.images.as_slice() else { panic!("{:?} {:?}", archive.images, archive.gaps) };
    let facts = image.layers.iter().map(|layer| {
        let mut scan = LayerScan::new(&LayerOptions::default());
        pieces(bytes_at(&bytes, &layer.location)?).for_each(|piece| scan.push(piece));
        Some(scan.finish())
    });
    let now = scene["now"].as_u64().expect("now");
    let subject = Subject::of_archive("app.tar", &archive, image);
    let mut analysis = Analysis::new(&subject, facts.collect(), &Options { now: Some(now as i64) });
    let mut read = |blob: &Blob| bytes_at(&bytes, &blob.location).map(<[u8]>::to_vec);
    let repository = scene["repository"].as_str().map(str::to_owned);
    let rules = match collect(&archive, image, repository, &mut read) {
        Some(machine) => {
            let outcome = machine.finish(&samples.trust(scene), now, &analysis.report.packages);
            outcome.into_report(&mut analysis.report)
        }
        None => Vec::new(),
    };
    analysis.run_checks(&Options { now: Some(now as i64) });
    (analysis.report, rules)
}

fn states(report: &Report) -> Vec<SignatureState> {
    let attested = report.signatures.attestations.iter().filter_map(|one| one.signature.as_ref());
    report.signatures.signatures.iter().chain(attested).map(|signature| signature.state).collect()
}

#[test]
fn every_layout_in_which_tools_carry_signatures_is_read() {
    let samples = Samples::read();
    let tagged = [Layout::Tags, Layout::CosignSave];
    let referring = [Layout::Tags, Layout::OrasCopy, Layout::FallbackTag];
    for (name, layouts) in [
        ("ECDSA P-256", &tagged[..]),
        ("cosign's annotations", &tagged),
        ("cosign's attestation envelope", &tagged),
        ("OpenVEX", &tagged),
        ("bundle 0.3 with a statement", &referring),
        ("bundle 0.1", &referring),
        ("notation application/cose ES256", &referring),
        ("notation application/jose+json PS384", &referring),
    ] {
        for layout in layouts {
            let (report, _) = scan(&samples, samples.named(name), *layout);
            assert_eq!(states(&report), [SignatureState::Verified], "{name} {layout:?}: {:?}", report.gaps);
        }
    }
}

#[test]
fn a_refused_signature_in_an_archive_is_refused_in_the_report_too() {
    let samples = Samples::read();
    for (name, layout) in [
        ("another key", Layout::CosignSave),
        ("another image", Layout::CosignSave),
        ("identity of somebody else", Layout::OrasCopy),
        ("notation: altered payload", Layout::FallbackTag),
    ] {
        let (report, _) = scan(&samples, samples.named(name), layout);
        assert_eq!(states(&report), [SignatureState::Refused], "{name}");
        let check = report.checks.iter().find(|check| check.code == "signed").expect("check");
        assert_eq!(check.outcome, porthole_report::Outcome::Fail, "{name}");
    }
}

#[test]
fn the_integrity_table_names_every_document_layer_and_blob() {
    let samples = Samples::read();
    let (report, _) = scan(&samples, samples.named("bundle 0.3 with a statement"), Layout::OrasCopy);
    let rows: Vec<&str> = report.signatures.integrity.iter().map(|row| row.what.as_str()).collect();
    assert_eq!(rows, ["manifest", "config", "layer 0", "diff_id 0", "signature blob", "signature manifest"]);
    for row in &report.signatures.integrity {
        assert_eq!(row.verification, Verification::Verified, "{row:?}");
    }
}

/// `cosign attach sbom`: named as what it is, and nowhere as something that was verified.
#[test]
fn an_attached_sbom_is_unsigned_in_the_report_and_in_every_export() {
    let samples = Samples::read();
    let scene = samples.named("SBOM attached without a signature");
    for layout in [Layout::Tags, Layout::CosignSave] {
        let (report, rules) = scan(&samples, scene, layout);
        assert!(report.signatures.signatures.is_empty() && rules.is_empty(), "{layout:?}");
        let [attestation] = report.signatures.attestations.as_slice() else { panic!("{layout:?}: {:?}", report.gaps) };
        assert_eq!((attestation.predicate_type.as_str(), &attestation.signature), ("text/spdx+json", &None));
        assert!(!attestation.about_this_image, "it does not say so itself");
        assert_eq!(attestation.missing, ["nobody signed it, and it does not say which image it is about"]);
        let sbom = attestation.sbom.as_ref().expect("compared with the scan");
        assert_eq!((sbom.both, sbom.only_scan, sbom.only_sbom), (1, 1, 1), "{layout:?}: {sbom:?}");
        for code in ["signed", "provenance"] {
            let check = report.checks.iter().find(|check| check.code == code).expect("check");
            assert_ne!(check.outcome, porthole_report::Outcome::Pass, "{layout:?} {code}: {}", check.message);
        }
        for exporter in export::ALL {
            let mut out = String::new();
            exporter.write(&report, &export::Context::default(), &mut out);
            assert!(!out.contains("Proven: "), "{layout:?}: {}", exporter.id());
        }
    }
}

/// A compressed archive can't seek: what passed by and is small enough to be a signature was kept.
#[test]
fn a_signature_in_a_stream_is_verified_too() {
    let samples = Samples::read();
    let scene = samples.named("bundle 0.3 with a statement");
    let bytes = outer_tar(&files(&samples, scene, Layout::OrasCopy));
    let (archive, streamed) = open_stream(&bytes, 4096);
    let archive = archive.expect("archive");
    let mut read = |blob: &Blob| match &blob.location {
        Location::Streamed { name } => streamed.blobs.get(name).cloned(),
        _ => None,
    };
    let machine = collect(&archive, &archive.images[0], None, &mut read).expect("something is attached");
    let outcome = machine.finish(&samples.trust(scene), scene["now"].as_u64().expect("now"), &[]);
    assert_eq!(outcome.signatures.signatures[0].state, SignatureState::Verified, "{:?}", outcome.gaps);
}

/// A sound signature over a manifest, and bytes that are not what the manifest states: nothing about them is proven.
#[test]
fn a_signature_proves_nothing_about_bytes_that_were_replaced() {
    let samples = Samples::read();
    let (digest, manifest) = samples.image();
    let [(config, _), (layer, _)] = samples.content();
    for name in ["ECDSA P-256", "bundle 0.3 with a statement", "OpenVEX"] {
        let scene = samples.named(name);
        for (what, replaced, bytes) in [
            ("layer 0", &layer, layer_tar()),
            ("config", &config, br#"{"architecture":"amd64","os":"linux","rootfs":{"type":"layers","diff_ids":[]}}"#.to_vec()),
            ("manifest", &digest, [&manifest[..manifest.len() - 1], b" }"].concat()),
        ] {
            let mut files = files(&samples, scene, Layout::Tags);
            let path = format!("blobs/{}", replaced.replace(':', "/"));
            files.iter_mut().find(|(name, _)| *name == path).expect("blob").1 = bytes;
            let (report, rules) = scan_files(&samples, scene, &files);
            assert_eq!(states(&report), [SignatureState::Refused], "{name}: {what}");
            assert!(rules.is_empty(), "{name}: {what}: VEX about another image is applied");
            let attested = report.signatures.attestations.iter().filter_map(|one| one.signature.as_ref());
            let signature = report.signatures.signatures.iter().chain(attested).next().expect("signature");
            assert!(!signature.statement.contains("Proven"), "{}", signature.statement);
        }
    }
}

fn layer_tar() -> Vec<u8> {
    outer_tar(&[("etc/evil".to_owned(), b"evil".to_vec())])
}

/// The signed digest is an index's, and the archive's index of that name lists an image of the attacker's choice.
#[test]
fn a_signature_over_an_index_does_not_cover_what_a_forged_index_lists() {
    let samples = Samples::read();
    let (digest, manifest) = samples.image();
    for name in ["ECDSA P-256", "bundle 0.3 with a statement"] {
        let scene = samples.named(name);
        let evil_manifest = [&manifest[..manifest.len() - 1], b" }"].concat();
        let evil_digest = porthole_scan::oci::Digest::sha256(&evil_manifest).to_string();
        let forged = json!({ "schemaVersion": 2, "mediaType": "application/vnd.oci.image.index.v1+json",
            "manifests": [{ "mediaType": MANIFEST, "digest": evil_digest, "size": evil_manifest.len() }] });
        let forged = serde_json::to_vec(&forged).expect("index");
        let mut files = files(&samples, scene, Layout::Tags);
        let path = format!("blobs/{}", digest.replace(':', "/"));
        files.iter_mut().find(|(name, _)| *name == path).expect("blob").1 = forged;
        files.push((format!("blobs/{}", evil_digest.replace(':', "/")), evil_manifest));
        let (report, _) = scan_files(&samples, scene, &files);
        assert_eq!(states(&report), [SignatureState::Refused], "{name}: {:?}", report.signatures);
        let row = report.signatures.integrity.iter().find(|row| row.what == "index").expect("the index is in the table");
        assert!(matches!(row.verification, Verification::Mismatch { .. }));
    }
}

/// A descriptor that states ten bytes, and a blob of 70 MB under its name: it is not read, and the report says why.
#[test]
fn a_signature_that_is_larger_than_it_says_is_not_read() {
    let samples = Samples::read();
    let scene = samples.named("bundle 0.3 with a statement");
    let mut files = files(&samples, scene, Layout::OrasCopy);
    let bundle = files.iter_mut().find(|(_, bytes)| bytes.starts_with(b"{\"dsseEnvelope")).expect("bundle");
    bundle.1.resize(70 << 20, b' ');
    let bytes = outer_tar(&files);
    let archive = open(&bytes).expect("archive");
    let mut read = |_: &Blob| panic!("it must not be read");
    let machine = collect(&archive, &archive.images[0], None, &mut read).expect("something is attached");
    let outcome = machine.finish(&samples.trust(scene), 0, &[]);
    assert!(outcome.signatures.signatures.is_empty());
    assert!(outcome.gaps.iter().any(|gap| gap.message.contains("is larger than 67108864 bytes")), "{:?}", outcome.gaps);
}
