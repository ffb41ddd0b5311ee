//! Bundles of public Sigstore clients, each with the verdict that they are meant to get.

use std::path::PathBuf;

use porthole_report::SignatureState;
use porthole_scan::oci::Digest;
use porthole_scan::signatures::{Expected, PublicKey, Trust, TrustedRoot, verify_artifact};
use porthole_tests::base64;

/// Long after every sample.
const NOW: u64 = 1_795_000_000;

fn folder() -> PathBuf {
    PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("signatures/conformance")
}

fn read(name: &str) -> Vec<u8> {
    std::fs::read(folder().join(name)).unwrap_or_else(|error| panic!("{name}: {error}"))
}

/// The digest that the bundle itself names: the artifact is taken to be the right one.
fn own_digest(bundle: &[u8]) -> Digest {
    let json: serde_json::Value = serde_json::from_slice(bundle).expect("bundle is JSON");
    let decode = |text: &str| base64::decode(text);
    if let Some(digest) = json.pointer("/messageSignature/messageDigest/digest").and_then(|digest| digest.as_str()) {
        let bytes: [u8; 32] = decode(digest).try_into().expect("sha256");
        return Digest::Sha256(bytes);
    }
    let payload = decode(json.pointer("/dsseEnvelope/payload").and_then(|payload| payload.as_str()).expect("payload"));
    let statement: serde_json::Value = serde_json::from_slice(&payload).expect("statement is JSON");
    let digests = statement.pointer("/subject").and_then(|list| list.as_array()).expect("subjects").iter();
    let mut named = digests.flat_map(|one| one["digest"].as_object().expect("digest").iter());
    named.find_map(|(name, hex)| Digest::parse(&format!("{name}:{}", hex.as_str()?)).ok()).unwrap_or(Digest::sha256(b""))
}

fn trust(root: &str, identity: Option<&str>) -> Trust {
    let root = match root {
        "" => TrustedRoot::public_good(),
        name => TrustedRoot::parse(&read(name)),
    };
    let expected = identity.map(|identity| Expected { identity: Some(identity.into()), issuer: None });
    Trust { root: Some(root.expect("trusted root")), expected: expected.into_iter().collect(), ..Trust::default() }
}

const BEACON: &str = "https://github.com/sigstore-conformance/extremely-dangerous-public-oidc-beacon/*@refs/heads/main";
const STAGING: &str = "staging.root.json";

/// Right for their own artifact: file, root (empty for the public-good one that ships), whoever signed, when.
const SOUND: &[(&str, &str, &str, &str)] = &[
    ("a.txt", "", "a@tny.town", "2024-01-26T19:35:30Z"),
    ("bundle_v3_github.whl", "", "https://github.com/trailofbits/rfc8785.py/.github/workflows/release.yml@*", "2024-03-19"),
    ("conda-attestation", "", "https://github.com/prefix-dev/sigstore-example/*", "2025-09-01"),
    ("cosign-v3-blob", "", "w.vollprecht@gmail.com", "2025-12-03"),
    ("cosign-v3-image", "", "https://github.com/kubewarden/kubewarden-controller/.github/workflows/release.yml@*", "2026-04-09"),
    ("dsse", "", "brian@dehamer.com", "2022-11-09"),
    ("dsse-happy-path", "", BEACON, ""),
    ("invalid-ct-key", "", BEACON, "2023-07-12"),
    ("npm-slsa", "", "https://github.com/sigstore/sigstore-js/.github/workflows/release.yml@refs/heads/main", "2026-06-01"),
    ("othername", "othername.root.json", "foo!oidc.local", ""),
    ("sigstore.js@2.0.0-provenance", "", "https://github.com/sigstore/sigstore-js/*", "2023-08-18"),
    // The staging instance, with logs of the second kind.
    ("a.dsse.staging-rekor-v2.txt", STAGING, BEACON, ""),
    ("conda-attestation-rekor2", STAGING, "jku@goto.fi", "2026-05-26"),
    ("staging-rekor-v2.txt", STAGING, "jku@goto.fi", "2025-06-09"),
    ("v3", STAGING, "william@yossarian.net", "2024-04-02"),
    ("timestamp-valid", "timestamp-valid.root.json", BEACON, ""),
    (
        "sct-multi-intermediate",
        "sct-multi-intermediate.root.json",
        "https://github.com/sigstore/root-signing-staging/*",
        "2026-07-08",
    ),
];

/// Wrong on purpose, or held against another root: file, root, reason.
const WRONG: &[(&str, &str, &str)] = &[
    ("bundle_cve_2022_36056.txt", STAGING, "the transparency log entry is of another signature"),
    ("bundle_invalid_version.txt", "", "the bundle's version `this is completely wrong` is not supported"),
    ("bundle_no_checkpoint.txt", STAGING, "lacks its checkpoint"),
    ("bundle_no_log_entry.txt", STAGING, "there is no transparency log entry"),
    ("bundle_v3_no_signed_time.txt", "", "nothing that is trusted says when"),
    ("cosign-v3-missing-fields", "", "the certificate is malformed"),
    ("dsse-2sigs", "", "the envelope has 2 signatures, expected one"),
    ("github-sha384", "github.root.json", "no trusted authority issued"),
    ("invalid-ct-key", "invalid-ct-key.root.json", "no signed certificate timestamp comes from a trusted"),
    ("timestamp-mismatch", "timestamp-valid.root.json", "the timestamp is of another message"),
    ("v3", "", "is not in the trusted root"),
    ("dsse", STAGING, "is not in the trusted root"),
];

fn bundle(name: &str) -> Vec<u8> {
    read(&format!("{name}.sigstore.json"))
}

#[test]
fn sound_bundles_of_public_clients_are_verified() {
    for (name, root, identity, signed_at) in SOUND {
        let bundle = bundle(name);
        let signature = verify_artifact(&bundle, own_digest(&bundle), None, &trust(root, Some(identity)), NOW);
        assert_eq!(signature.state, SignatureState::Verified, "{name}: {} {:#?}", signature.statement, signature.steps);
        assert!(signature.signed_at.is_some_and(|at| at.starts_with(signed_at)), "{name}");
        assert!(signature.log_index.is_some() && signature.issuer.is_some(), "{name}");
    }
}

#[test]
fn sound_bundles_prove_nothing_about_another_artifact() {
    for (name, root, identity, _) in SOUND {
        let signature = verify_artifact(&bundle(name), Digest::sha256(b"another"), None, &trust(root, Some(identity)), NOW);
        assert_eq!(signature.state, SignatureState::Refused, "{name}");
        assert!(signature.reasons.iter().any(|reason| reason.contains("not this image")), "{name}: {:?}", signature.reasons);
    }
}

#[test]
fn sound_bundles_of_an_unexpected_signer_are_refused_and_unjudged_without_expectation() {
    for (name, root, _, _) in SOUND {
        let bundle = bundle(name);
        let judged = |identity| verify_artifact(&bundle, own_digest(&bundle), None, &trust(root, identity), NOW);
        assert_eq!(judged(Some("nobody@example.com")).state, SignatureState::Refused, "{name}");
        assert_eq!(judged(None).state, SignatureState::Unjudged, "{name}");
    }
}

#[test]
fn wrong_bundles_of_public_clients_are_refused_for_their_reason() {
    for (name, root, reason) in WRONG {
        let bundle = bundle(name);
        let signature = verify_artifact(&bundle, own_digest(&bundle), None, &trust(root, Some("*")), NOW);
        assert_eq!(signature.state, SignatureState::Refused, "{name}: {}", signature.statement);
        assert!(signature.reasons.iter().any(|found| found.contains(reason)), "{name}: {:?}", signature.reasons);
    }
}

#[test]
fn a_bundle_by_a_managed_key_needs_that_key() {
    let bundle = bundle("managed-key");
    let with = |keys: Vec<PublicKey>| {
        let trust = Trust { keys, ..trust("", None) };
        verify_artifact(&bundle, own_digest(&bundle), None, &trust, NOW)
    };
    let key = PublicKey::from_pem(&String::from_utf8(read("managed-key.pub")).expect("PEM")).expect("key");
    let verified = with(vec![key]);
    assert_eq!(verified.state, SignatureState::Verified, "{} {:#?}", verified.statement, verified.steps);
    assert_eq!(with(Vec::new()).state, SignatureState::Unchecked);
}
