//! What attestations say, what their evidence supports, and which VEX documents may be applied.

use porthole_report::Attestation;
use porthole_scan::oci::Digest;
use serde_json::json;

use super::scenes::{Samples, run};

fn attestation(name: &str) -> Attestation {
    let samples = Samples::read();
    let scene = samples.named(name);
    let outcome = run(&samples, scene);
    outcome.signatures.attestations.into_iter().next().unwrap_or_else(|| panic!("{name}: {:?}", outcome.gaps))
}

fn fact<'a>(attestation: &'a Attestation, name: &str) -> Vec<&'a str> {
    attestation.facts.iter().filter(|fact| fact.name == name).map(|fact| fact.value.as_str()).collect()
}

#[test]
fn provenance_of_both_versions_is_read() {
    let old = attestation("provenance 0.2 by a key");
    assert_eq!(fact(&old, "source"), ["git+https://git.example/org/app@refs/tags/v1"]);
    assert_eq!(fact(&old, "commit"), ["c".repeat(40)]);
    assert_eq!(fact(&old, "parameter"), ["target = release"]);
    assert_eq!(fact(&old, "material").len(), 2);
    let new = attestation("provenance 1 by a key");
    assert_eq!(fact(&new, "source"), ["https://git.example/org/app"]);
    assert_eq!(fact(&new, "commit"), ["e".repeat(40)]);
    assert_eq!(fact(&new, "entry point"), [".github/workflows/build.yml"]);
    assert_eq!(fact(&new, "run"), ["https://git.example/org/app/actions/runs/1"]);
    assert!(old.about_this_image && new.about_this_image);
}

#[test]
fn the_level_is_the_evidences_not_the_builders_claim() {
    for (name, level, missing) in [
        ("provenance 0.2 by a key", "SLSA build level 1", "level 2: a hosted build platform"),
        ("provenance by a person", "SLSA build level 1", "level 2: a hosted build platform"),
        ("provenance 1 by a hosted builder", "SLSA build level 2", "level 3: a builder known"),
        ("provenance 0.2 by an isolated builder", "SLSA build level 3", ""),
        ("provenance by BuildKit", "none", "nobody signed it"),
    ] {
        let attestation = attestation(name);
        let found = fact(&attestation, "level supported by the evidence");
        assert!(found.iter().any(|found| found.starts_with(level)), "{name}: {found:?}");
        let lacks = attestation.missing.iter().any(|why| why.contains(missing));
        assert_eq!(lacks, !missing.is_empty(), "{name}: {:?}", attestation.missing);
    }
}

#[test]
fn attested_sboms_are_held_against_the_scan() {
    for name in ["SPDX", "SPDX in cosign's wrapping", "SPDX by BuildKit", "CycloneDX", "SBOM attached without a signature"] {
        let sbom = attestation(name).sbom.unwrap_or_else(|| panic!("{name}: no comparison"));
        // The scan of these samples found nothing; the image's own package URL does not count.
        assert_eq!((sbom.both, sbom.only_scan, sbom.only_sbom), (0, 0, 2), "{name}");
        assert!(sbom.only_sbom_examples.contains(&"pkg:deb/debian/bash@5.2.15-2".to_owned()), "{name}: {sbom:?}");
    }
}

#[test]
fn vex_is_trusted_only_from_a_verified_signer_about_this_image() {
    for (name, trusted) in [
        ("OpenVEX", true),
        ("OpenVEX by another key", false),
        ("OpenVEX without a key", false),
        ("OpenVEX about another image", false),
    ] {
        let samples = Samples::read();
        let vex = run(&samples, samples.named(name)).vex;
        let [document] = vex.as_slice() else { panic!("{name}: {} documents", vex.len()) };
        assert_eq!(document.trusted, trusted, "{name}");
        let json: serde_json::Value = serde_json::from_slice(&document.document).expect("VEX is JSON");
        assert_eq!(json["statements"][0]["status"], "not_affected");
    }
}

#[test]
fn unsigned_attestations_say_so() {
    for name in ["provenance by BuildKit", "SPDX by BuildKit", "SBOM attached without a signature"] {
        let attestation = attestation(name);
        assert!(attestation.signature.is_none(), "{name}");
        assert!(attestation.missing.first().is_some_and(|why| why.starts_with("nobody signed it")), "{name}");
    }
}

/// cosign's `attach sbom` writes one of these by format and version; the layer is found and named whether it can be compared or not.
#[test]
fn an_sbom_attached_in_any_format_is_shown_as_unsigned() {
    let samples = Samples::read();
    let document = r#"{"spdxVersion":"SPDX-2.3","packages":[]}"#;
    for (media_type, document, compared) in [
        ("text/spdx+json", document, true),
        ("spdx+json", document, true),
        ("application/spdx+json", document, true),
        ("application/vnd.cyclonedx+json", r#"{"bomFormat":"CycloneDX","specVersion":"1.6"}"#, true),
        ("application/vnd.cyclonedx+xml", "<bom xmlns=\"http://cyclonedx.org/schema/bom/1.6\"/>", false),
        ("text/spdx", "SPDXVersion: SPDX-2.3\n", false),
        ("application/vnd.syft+json", r#"{"artifacts":[]}"#, false),
        ("text/spdx+json", "{", false),
    ] {
        let mut scene = samples.named("SBOM attached without a signature").clone();
        let blob = |text: &str| (Digest::sha256(text.as_bytes()).to_string(), json!({ "text": text }));
        let (digest, sbom) = blob(document);
        let layer = json!({ "mediaType": media_type, "digest": digest, "size": document.len() });
        let (named, manifest) = blob(&json!({ "schemaVersion": 2, "layers": [layer] }).to_string());
        scene["blobs"] = json!({ digest: sbom, named.clone(): manifest });
        scene["related"][0]["digest"] = named.into();
        let outcome = run(&samples, &scene);
        let [attestation] = outcome.signatures.attestations.as_slice() else { panic!("{media_type}: {:?}", outcome.gaps) };
        assert_eq!(attestation.predicate_type, media_type);
        assert!(attestation.signature.is_none() && !attestation.about_this_image, "{media_type}");
        assert_eq!(attestation.sbom.is_some(), compared, "{media_type}: {:?}", attestation.missing);
        assert_eq!(attestation.missing.len(), if compared { 1 } else { 2 }, "{media_type}: {:?}", attestation.missing);
    }
}
