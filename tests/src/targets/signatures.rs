//! Signatures of every format, and what they are held against.

use std::sync::LazyLock;

use porthole_oci::Digest;
use porthole_report::SignatureState;
use porthole_scan::signatures::{
    Machine, NotationTrust, PublicKey, Related, StoreKind, Subject, Trust, TrustPolicy, TrustStore, TrustedRoot, verify_artifact,
};
use serde_json::json;

static TRUST: LazyLock<Trust> = LazyLock::new(|| Trust::public_good().expect("the root that ships"));

/// A time at which nothing has expired, seconds since 1970.
const NOW: u64 = 1_770_000_000;

/// A Sigstore bundle.
///
/// Law: about bytes that nobody signed, no bundle is ever verified.
pub(super) fn bundle(bytes: &[u8]) {
    let artifact = b"these bytes were never signed";
    let signature = verify_artifact(bytes, Digest::sha256(artifact), Some(artifact), &TRUST, NOW);
    assert_ne!(signature.state, SignatureState::Verified, "{signature:?}");
}

/// Media types of what may be attached to an image, by the first byte.
pub const ATTACHED: &[&str] = &[
    "application/vnd.dev.cosign.simplesigning.v1+json",
    "application/vnd.dsse.envelope.v1+json",
    "application/vnd.dev.sigstore.bundle.v0.3+json",
    "application/jose+json",
    "application/cose",
    "application/vnd.in-toto+json",
    "application/spdx+json",
    "application/vnd.cyclonedx+json",
    "application/vnd.tuf.metadata+json",
];

/// Anything that is attached: envelopes of JWS and COSE with their certificates and timestamps, statements, SBOMs.
///
/// Law: without the key, nothing that is attached to an image is ever verified.
pub(super) fn attached(bytes: &[u8]) {
    let Some((first, content)) = bytes.split_first() else { return };
    let media_type = ATTACHED[usize::from(*first) % ATTACHED.len()];
    let subject = Digest::sha256(b"an image that nobody signed");
    let blob = Digest::sha256(content);
    let manifest = json!({
        "schemaVersion": 2,
        "mediaType": "application/vnd.oci.image.manifest.v1+json",
        "config": {"mediaType": "application/vnd.oci.empty.v1+json", "size": 2, "digest": Digest::sha256(b"{}").to_string()},
        "subject": {"mediaType": "application/vnd.oci.image.manifest.v1+json", "size": 2, "digest": subject.to_string()},
        "layers": [{"mediaType": media_type, "size": content.len(), "digest": blob.to_string()}],
        "annotations": {"io.cncf.notary.x509chain.thumbprint#S256": "[\"00\"]"},
    })
    .to_string()
    .into_bytes();
    let digest = Digest::sha256(&manifest);
    let related = Related { digest, size: manifest.len() as u64, tag: None, annotations: Vec::new() };
    let manifests = vec![(subject, None)];
    let subject = Subject { manifests, repository: Some("registry.example/app".into()), ..Subject::default() };
    let mut machine = Machine::new(subject, vec![related]);
    machine.push(&digest, manifest);
    machine.push(&blob, content.to_vec());
    let outcome = machine.finish(&TRUST, NOW, &[]);
    let attested = outcome.signatures.attestations.iter().filter_map(|attestation| attestation.signature.as_ref());
    for signature in outcome.signatures.signatures.iter().chain(attested) {
        assert_ne!(signature.state, SignatureState::Verified, "{signature:?}");
    }
}

/// Keys, certificates, roots, policies: what a person gives, who may have been given it by somebody else.
///
/// Law: read or refused.
pub(super) fn trust(bytes: &[u8]) {
    let _ = TrustedRoot::parse(bytes);
    let policy = TrustPolicy::parse(bytes).ok();
    let Ok(text) = std::str::from_utf8(bytes) else { return };
    let _ = PublicKey::from_pem(text).map(|key| (key.fingerprint(), key.kind()));
    let store = TrustStore::from_pem(StoreKind::Ca, "x", text);
    let trust = NotationTrust { stores: store.into_iter().collect(), policy };
    assert!(trust.stores.len() <= 1);
}
