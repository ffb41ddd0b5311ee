//! Signatures beside an image in a registry, found by cosign's tags, the referrers API and its fallback tag; blobs fetched on
//! demand.

use porthole_oci::Reference;
use porthole_oci::registry::{Pull, PullOptions};
use porthole_report::SignatureState;
use porthole_scan::oci::Digest;
use porthole_scan::signatures::Machine;
use porthole_tests::image::image;
use porthole_tests::registry::{HOST, Registry};
use serde_json::{Value, json};

use super::scenes::Samples;

const MANIFEST: &str = "application/vnd.oci.image.manifest.v1+json";

/// Where the registry keeps what refers to the image.
#[derive(Debug, Clone, Copy)]
enum Kept {
    Tag,
    Referrers,
    FallbackTag,
}

fn registry(samples: &Samples, scene: &Value, kept: Kept) -> Registry {
    let (digest, manifest) = samples.image();
    let mut registry = Registry::of(&porthole_tests::image::images([image()])).tag("signed", manifest);
    for (_, bytes) in samples.content() {
        registry = registry.blob(bytes);
    }
    let related = &scene["related"][0];
    let about = related["digest"].as_str().expect("digest");
    let mut found = Vec::new();
    for (name, bytes) in samples.blobs(scene) {
        if name == about { found = bytes } else { registry = registry.blob(bytes) }
    }
    let index = json!({ "schemaVersion": 2, "mediaType": "application/vnd.oci.image.index.v1+json",
        "manifests": [{ "mediaType": MANIFEST, "digest": about, "size": found.len() }] });
    let index = serde_json::to_vec(&index).expect("index");
    let dashed = digest.replace(':', "-");
    match kept {
        Kept::Tag => registry.tag(related["tag"].as_str().expect("tag"), found),
        Kept::Referrers => registry.tag("listed", found).referrers(&digest, index),
        Kept::FallbackTag => registry.tag("listed", found).tag(&dashed, index),
    }
}

#[test]
fn signatures_beside_an_image_in_a_registry_are_found_fetched_and_verified() {
    let samples = Samples::read();
    for (name, kept) in [
        ("ECDSA P-256", Kept::Tag),
        ("cosign's annotations", Kept::Tag),
        ("cosign's attestation envelope", Kept::Tag),
        ("provenance 1 by a key", Kept::Tag),
        ("bundle 0.3 with a statement", Kept::Referrers),
        ("bundle 0.3 with a message signature", Kept::FallbackTag),
        ("notation application/jose+json ES384", Kept::Referrers),
        ("notation application/cose PS256", Kept::FallbackTag),
    ] {
        let scene = samples.named(name);
        let registry = registry(&samples, scene, kept);
        let reference = Reference::parse(&format!("{HOST}/app:signed")).expect("reference");
        let options = PullOptions { attached: true, ..PullOptions::default() };
        let pulled = registry.pull(Pull::new(reference, options).expect("url")).expect("pull");
        let mut machine = Machine::of_pulled(&pulled).unwrap_or_else(|| panic!("{name} {kept:?}: nothing is attached"));
        assert_eq!(machine.wants().len(), 1, "{name}: the manifest came with the pull, one blob is left");
        machine.feed(&mut |digest| {
            let limit = 1 << 20;
            registry.fetch(pulled.session.blob(digest, limit, "a signature".into())).ok()
        });
        let outcome = machine.finish(&samples.trust(scene), scene["now"].as_u64().expect("now"), &[]);
        let attested = outcome.signatures.attestations.iter().filter_map(|one| one.signature.as_ref());
        let states: Vec<SignatureState> =
            outcome.signatures.signatures.iter().chain(attested).map(|signature| signature.state).collect();
        assert_eq!(states, [SignatureState::Verified], "{name} {kept:?}: {:?}", outcome.gaps);
    }
}

/// `cosign attach sbom`: the tag is asked for, and what it holds is no signature.
#[test]
fn an_sbom_beside_an_image_in_a_registry_is_found_and_unsigned() {
    let samples = Samples::read();
    let scene = samples.named("SBOM attached without a signature");
    let registry = registry(&samples, scene, Kept::Tag);
    let reference = Reference::parse(&format!("{HOST}/app:signed")).expect("reference");
    let options = PullOptions { attached: true, ..PullOptions::default() };
    let pulled = registry.pull(Pull::new(reference, options).expect("url")).expect("pull");
    let mut machine = Machine::of_pulled(&pulled).expect("attached");
    machine.feed(&mut |digest| registry.fetch(pulled.session.blob(digest, 1 << 20, "an SBOM".into())).ok());
    let outcome = machine.finish(&samples.trust(scene), 0, &[]);
    let [attestation] = outcome.signatures.attestations.as_slice() else { panic!("{:?}", outcome.gaps) };
    assert!(outcome.signatures.signatures.is_empty() && outcome.gaps.is_empty(), "{:?}", outcome.gaps);
    assert_eq!((attestation.predicate_type.as_str(), &attestation.signature), ("text/spdx+json", &None));
    assert!(!attestation.about_this_image);
}

#[test]
fn a_blob_that_the_registry_does_not_give_is_a_gap() {
    let samples = Samples::read();
    let scene = samples.named("ECDSA P-256");
    let registry = registry(&samples, scene, Kept::Tag);
    let reference = Reference::parse(&format!("{HOST}/app:signed")).expect("reference");
    let options = PullOptions { attached: true, ..PullOptions::default() };
    let pulled = registry.pull(Pull::new(reference, options).expect("url")).expect("pull");
    let mut machine = Machine::of_pulled(&pulled).expect("attached");
    let mut asked = Vec::<Digest>::new();
    machine.feed(&mut |digest| {
        asked.push(*digest);
        None
    });
    let outcome = machine.finish(&samples.trust(scene), 0, &[]);
    assert_eq!((asked.len(), outcome.signatures.signatures.len()), (1, 0));
    assert!(outcome.gaps.iter().any(|gap| gap.message.contains(&asked[0].to_string())), "{:?}", outcome.gaps);
}
