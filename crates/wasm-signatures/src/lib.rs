//! The second browser module: one handle that verifies what is attached to an image. No rule of verification.
//!
//! It stands apart because most images carry no signature, and public-key arithmetic is heavy: the page loads it when the first
//! module ([`porthole_wasm`]'s `Archive.attached`) says that something is attached. Between the two go bytes that only they
//! read. Must not know: archives, reports, the network, the clock.
//! Proof: `tests/web/suite/signatures.test.js` (in Chromium).
//!
//! [`porthole_wasm`]: ../porthole_wasm/index.html

use porthole_scan::oci::Digest;
use porthole_scan::signatures::{Attached, Machine, TrustText};
use wasm_bindgen::prelude::{JsError, wasm_bindgen};

fn js(error: impl std::fmt::Display) -> JsError {
    JsError::new(&error.to_string())
}

/// Collects the blobs of everything that is attached to an image, then judges them against a person's trust, as often as that
/// changes.
#[wasm_bindgen]
pub struct Verifier {
    machine: Machine,
}

#[wasm_bindgen]
impl Verifier {
    /// Over what `Archive.attached` gave.
    ///
    /// # Errors
    /// When the bytes are not of the same version.
    #[wasm_bindgen(constructor)]
    pub fn new(attached: &[u8]) -> Result<Self, JsError> {
        Ok(Self { machine: Attached::from_bytes(attached).map_err(js)?.into_machine() })
    }

    /// Digests of the blobs to push or miss next; none when everything is known.
    pub fn wants(&self) -> Vec<String> {
        self.machine.wants().iter().map(Digest::to_string).collect()
    }

    /// Takes a blob; one with another digest becomes a gap.
    ///
    /// # Errors
    /// When the digest is none.
    pub fn push(&mut self, digest: &str, bytes: Vec<u8>) -> Result<(), JsError> {
        self.machine.push(&Digest::parse(digest).map_err(js)?, bytes);
        Ok(())
    }

    /// Says that a blob can't be had.
    ///
    /// # Errors
    /// When the digest is none.
    pub fn miss(&mut self, digest: &str) -> Result<(), JsError> {
        self.machine.missing(&Digest::parse(digest).map_err(js)?);
        Ok(())
    }

    /// The verdict, for `Merge.settle`. `trust` is JSON ([`TrustText`]); `now` is in seconds since 1970; `purls` are those of the packages that can be seen.
    ///
    /// # Errors
    /// When a key, root, store or policy can't be read; the message says which.
    pub fn judge(&self, trust: &str, now: f64, purls: Vec<String>) -> Result<Vec<u8>, JsError> {
        let trust = TrustText::from_json(trust).and_then(|trust| trust.read()).map_err(js)?;
        let purls: Vec<&str> = purls.iter().map(String::as_str).collect();
        Ok(self.machine.judge(&trust, now as u64, &purls).to_bytes())
    }
}
