//! Signatures, attestations, integrity: what is proven about an image's origin, and what is not.
//!
//! Pure and without IO: a [`Machine`] is told which manifests refer to an image, says which blobs it [`wants`](Machine::wants),
//! is fed with [`push`](Machine::push), and [`finish`](Machine::finish)es against a person's [`Trust`] at a given time.
//! Formats: Cosign's simple signing and attestations, Sigstore bundles 0.1 to 0.3, Notary Project envelopes in JWS and COSE,
//! BuildKit's unsigned attestations; Docker Content Trust is recognised and named as retired. No cryptography is written
//! here: RustCrypto verifies, this decides what must be verified and says so in words.
//!
//! Must not know: registries, archives, files, the clock, which identities a person ought to trust.
//! Proof: `tests/suite/signatures/`, samples made by OpenSSL and Python's `cryptography` (`tests/signatures/generate.py`), and the bundles of
//! public Sigstore clients.

mod attached;
mod attestation;
mod bundle;
mod certificate;
mod chain;
mod checkpoint;
mod content_trust;
mod cosign;
mod dsse;
mod encoding;
mod evidence;
mod fulcio;
mod key;
mod log_entry;
mod machine;
mod manifest;
mod merkle;
mod notation;
mod outcome;
mod parsers;
mod prove;
mod refusal;
mod sct;
mod sigstore;
mod timestamp;
mod tlv;
mod trust;
mod trusted_root;

pub use attached::{Attached, collect, collect_remote, repository};
pub use attestation::VexDocument;
pub use content_trust::recognise as recognise_content_trust;
pub use key::PublicKey;
pub use machine::{MAX_BLOB, Machine, Related, Subject};
pub use notation::{NotationTrust, StoreKind, TrustPolicy, TrustStore};
pub use outcome::Outcome;
pub use parsers::Parsers;
pub use refusal::Refusal;
pub use sigstore::verify_artifact;
pub use trust::{Expected, StoreText, Trust, TrustText};
pub use trusted_root::TrustedRoot;
