//! Every parser of foreign bytes in this room under its name, for fuzzing and for tests with damaged input.
//!
//! What they give is dropped: the promise is that they come back, soon and without a panic, whatever the bytes are.
//! Proof: `tests/suite/signatures/damage.rs`, and the fuzz targets that call these.

use porthole_oci::Digest;

use super::attestation::{IN_TOTO, Statement};
use super::bundle::Bundle;
use super::certificate::Certificate;
use super::content_trust;
use super::cosign::{self, Annotations, Context};
use super::dsse::Envelope;
use super::key::PublicKey;
use super::machine::{Machine, Related, Subject};
use super::manifest::Manifest;
use super::notation::{self, TrustPolicy};
use super::sigstore;
use super::timestamp;
use super::trust::Trust;
use super::trusted_root::TrustedRoot;

/// A parser: bytes in, nothing out.
type Parser = fn(&Parsers, &[u8]);

/// Name and entry of every parser.
const ALL: &[(&str, Parser)] = &[
    ("manifest", |_, bytes| drop(Manifest::parse(bytes))),
    ("bundle", |_, bytes| drop(Bundle::parse(bytes))),
    ("envelope", |_, bytes| drop(Envelope::parse(bytes))),
    ("statement", |_, bytes| drop(Statement::parse(IN_TOTO, bytes))),
    ("certificate", Parsers::certificate),
    ("timestamp", Parsers::timestamp),
    ("notation-jws", |parsers, bytes| parsers.notation("application/jose+json", bytes)),
    ("notation-cose", |parsers, bytes| parsers.notation("application/cose", bytes)),
    ("trust-policy", |_, bytes| drop(TrustPolicy::parse(bytes))),
    ("trusted-root", |_, bytes| drop(TrustedRoot::parse(bytes))),
    ("public-key", Parsers::public_key),
    ("simple-signing", Parsers::simple_signing),
    ("content-trust", |_, bytes| drop(content_trust::recognise(bytes, ""))),
    ("verified-bundle", Parsers::verified_bundle),
    ("machine", Parsers::machine),
];

/// All of them, and what they hold their input against.
pub struct Parsers {
    subject: Subject,
    trust: Trust,
}

impl Default for Parsers {
    fn default() -> Self {
        let subject = Subject {
            manifests: vec![(Digest::sha256(b""), None)],
            altered: Vec::new(),
            repository: Some("registry.example/app".into()),
        };
        Self { subject, trust: Trust::public_good().unwrap_or_default() }
    }
}

impl Parsers {
    /// Runs every parser over the bytes.
    pub fn all(&self, bytes: &[u8]) {
        for (_, parse) in ALL {
            parse(self, bytes);
        }
    }

    /// Runs the parser that the first byte chooses over the rest: one fuzz target for all of them.
    pub fn any(&self, input: &[u8]) {
        if let Some((first, rest)) = input.split_first()
            && let Some((_, parse)) = ALL.get(usize::from(*first) % ALL.len())
        {
            parse(self, rest);
        }
    }

    /// Runs one parser; false when none has this name.
    pub fn one(&self, name: &str, bytes: &[u8]) -> bool {
        let parser = ALL.iter().find(|(known, _)| *known == name);
        if let Some((_, parse)) = parser {
            parse(self, bytes);
        }
        parser.is_some()
    }

    fn certificate(&self, bytes: &[u8]) {
        let Ok(certificate) = Certificate::from_der(bytes) else { return };
        let _ =
            (certificate.public_key(), certificate.shown(), certificate.alternative_names(), certificate.subject_attributes());
        let _ =
            (certificate.signed_by(&certificate), certificate.refuse_unknown_critical(), super::fulcio::identity(&certificate));
    }

    fn timestamp(&self, bytes: &[u8]) {
        let authorities = self.trust.root.as_ref().map(|root| root.timestamp_authorities.as_slice()).unwrap_or_default();
        drop(timestamp::verify(bytes, b"message", authorities, u64::MAX));
    }

    fn notation(&self, media_type: &str, bytes: &[u8]) {
        let input = notation::Input { media_type, bytes, found_in: "", thumbprints: None };
        drop(notation::verify(input, &self.subject, &self.trust.notation, 0));
    }

    fn public_key(&self, bytes: &[u8]) {
        drop(PublicKey::from_spki(bytes));
        drop(PublicKey::from_pkcs1(bytes));
        if let Ok(text) = std::str::from_utf8(bytes) {
            drop(PublicKey::from_pem(text));
        }
    }

    /// The payload, or the annotations of a layer where the bytes are a JSON object of texts.
    fn simple_signing(&self, bytes: &[u8]) {
        let annotations: Annotations = serde_json::from_slice(bytes).unwrap_or_default();
        drop(cosign::verify(bytes, &annotations, "", &Context { subject: &self.subject, trust: &self.trust, now: 0 }));
    }

    fn verified_bundle(&self, bytes: &[u8]) {
        drop(sigstore::verify_artifact(bytes, Digest::sha256(b""), None, &self.trust, u64::MAX));
    }

    /// A manifest that refers to the image, and whose every blob is the same bytes where their digest allows it.
    fn machine(&self, bytes: &[u8]) {
        let related = Related { digest: Digest::sha256(bytes), size: bytes.len() as u64, tag: None, annotations: Vec::new() };
        let mut machine = Machine::new(self.subject.clone(), vec![related]);
        machine.feed(&mut |digest| digest.matches(bytes).then(|| bytes.to_vec()));
        drop(machine.finish(&self.trust, 0, &[]));
    }
}
