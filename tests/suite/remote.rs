//! Images of a registry without their layers: what their own SBOM attestation says, and when it is not believed.

use porthole_oci::registry::{Pull, PullOptions, Pulled};
use porthole_oci::{Digest, Reference};
use porthole_scan::{Analysis, LayerFacts, Options, Subject, attached_sbom};
use porthole_tests::image::{Archive, image, images, layer};
use porthole_tests::registry::{HOST, Registry};
use serde_json::json;

fn with_sbom() -> Archive {
    let document = json!({
        "spdxVersion": "SPDX-2.3", "name": "app",
        "packages": [{"SPDXID": "SPDXRef-a", "name": "musl", "versionInfo": "1.2.5-r0", "externalRefs": [
            {"referenceCategory": "PACKAGE-MANAGER", "referenceType": "purl", "referenceLocator": "pkg:apk/alpine/musl@1.2.5-r0?distro=alpine-3.20"},
        ]}],
    });
    images([image()
        .layer(layer().file("etc/passwd", "root:x:0:0::/:/bin/sh\n"))
        .attestation("https://spdx.dev/Document", document)])
}

fn pulled(registry: &Registry) -> (Reference, Pulled) {
    let reference = Reference::parse(&format!("{HOST}/app:v1")).expect("reference");
    let options = PullOptions { attached: true, ..PullOptions::default() };
    let pulled = registry.pull(Pull::new(reference.clone(), options).expect("url")).expect("pull");
    (reference, pulled)
}

fn unread(reference: &Reference, pulled: &Pulled) -> Analysis {
    Analysis::new(
        &Subject::of_registry(reference, &pulled.image),
        vec![None::<LayerFacts>; pulled.image.layers.len()],
        &Options::default(),
    )
}

fn blob(registry: &Registry, digest: Digest) -> Vec<u8> {
    registry.blobs.get(&digest.to_string()).cloned().expect("blob")
}

#[test]
fn an_attested_sbom_stands_in_for_layers_and_says_so() {
    let registry = Registry::of(&with_sbom());
    let (reference, pulled) = pulled(&registry);
    let mut analysis = unread(&reference, &pulled);
    assert_eq!(analysis.report.image.source, format!("{HOST}/app:v1"));
    assert_eq!(analysis.report.image.kind, "registry");
    assert!(analysis.report.packages.is_empty());

    let (digest, size) = attached_sbom(&pulled.artifacts).expect("an SBOM is attached");
    let bytes = blob(&registry, digest);
    assert_eq!(bytes.len() as u64, size);
    analysis.take_attested_sbom(digest, &bytes, &Options::default()).expect("it is read");
    assert_eq!(analysis.report.packages.len(), 1);
    assert_eq!(analysis.report.packages[0].name, "musl");
    let note = format!("were not compared with its layers: {digest}");
    assert!(analysis.report.gaps.iter().any(|gap| gap.message.ends_with(&note)), "{:?}", analysis.report.gaps);
}

#[test]
fn a_statement_about_another_image_is_not_believed() {
    let registry = Registry::of(&with_sbom());
    let (reference, pulled) = pulled(&registry);
    let (digest, _) = attached_sbom(&pulled.artifacts).expect("an SBOM is attached");
    let other = String::from_utf8(blob(&registry, digest)).expect("text");
    let hex = pulled.image.manifest_digest().expect("digest").to_string().replace("sha256:", "");
    let other = other.replace(&hex, &"0".repeat(64)).into_bytes();
    let mut analysis = unread(&reference, &pulled);
    let before = analysis.report.clone();
    let refused = analysis.take_attested_sbom(Digest::sha256(&other), &other, &Options::default());
    assert!(refused.is_err_and(|why| why.ends_with("it is about another image")));
    let refused = analysis.take_attested_sbom(digest, &other, &Options::default());
    assert!(refused.is_err_and(|why| why.ends_with("its bytes do not have this digest")));
    assert_eq!(analysis.report, before);
}

#[test]
fn without_an_attestation_there_is_none() {
    let registry = Registry::of(&images([image().layer(layer().file("a", "a"))]));
    assert_eq!(attached_sbom(&pulled(&registry).1.artifacts), None);
}
