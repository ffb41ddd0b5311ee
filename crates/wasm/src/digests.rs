//! Digests of one layer's blob: JavaScript fills the input buffer, the pass eats it.
//!
//! Two workers can share a compressed blob: one decodes it and hands what comes out to the other, which hashes that.

use js_sys::Function;
use porthole_scan::LayerDigests as Pass;
use porthole_scan::oci::{Algorithm, Hasher};
use wasm_bindgen::JsValue;
use wasm_bindgen::prelude::{JsError, wasm_bindgen};

use crate::error::js;
use crate::limits::Limits;

/// Hashes one layer blob, and what it decodes to.
#[wasm_bindgen]
pub struct LayerDigests {
    pass: Pass,
    input: Vec<u8>,
}

/// What a blob hashes to, as far as it was asked for.
#[wasm_bindgen(getter_with_clone)]
pub struct Digests {
    /// Of the blob.
    pub digest: Option<String>,
    /// Of the uncompressed tar; none too where the blob does not decode to its end.
    #[wasm_bindgen(js_name = diffId)]
    pub diff_id: Option<String>,
    /// True if the blob decodes to its end: only then has what it decodes to a digest.
    pub whole: bool,
}

/// The algorithm of this name.
pub(crate) fn algorithm(name: &str) -> Algorithm {
    if name == Algorithm::Sha512.name() { Algorithm::Sha512 } else { Algorithm::Sha256 }
}

fn resumed(by: &str, state: &[u8]) -> Result<Hasher, JsError> {
    Hasher::resume(algorithm(by), state).ok_or_else(|| js("no state of a hash"))
}

#[wasm_bindgen]
impl LayerDigests {
    /// A pass with an input buffer of `capacity` bytes. `digest` and `diff_id` name algorithms; without one nothing is hashed.
    #[wasm_bindgen(constructor)]
    pub fn new(capacity: usize, digest: Option<String>, diff_id: Option<String>, limits: &Limits) -> Self {
        let limits = limits.options.limits.clone();
        let pass = Pass::new(limits, digest.as_deref().map(algorithm), diff_id.as_deref().map(algorithm));
        Self { pass, input: vec![0; capacity] }
    }

    /// The same for a blob that another worker hashes what it decodes to: for `pushTo` and `finishTo`.
    pub fn decoding(capacity: usize, digest: Option<String>, limits: &Limits) -> Self {
        let pass = Pass::decoding(limits.options.limits.clone(), digest.as_deref().map(algorithm));
        Self { pass, input: vec![0; capacity] }
    }

    /// Hashes the blob from here on, by the algorithm of this name and from the state that a scan has come to
    /// ([`super::layer::LayerScan::begun`]).
    ///
    /// # Errors
    /// When `state` is none.
    #[wasm_bindgen(js_name = hashOn)]
    pub fn hash_on(&mut self, by: &str, state: &[u8]) -> Result<(), JsError> {
        self.pass.hash_on(resumed(by, state)?);
        Ok(())
    }

    /// Where the input buffer lies in WebAssembly memory.
    pub fn input(&mut self) -> *mut u8 {
        self.input.as_mut_ptr()
    }

    /// Eats the first `len` bytes of the input buffer.
    pub fn push(&mut self, len: usize) {
        if let Some(chunk) = self.input.get(..len) {
            self.pass.push(chunk);
        }
    }

    /// The blob has ended. The handle is used up.
    pub fn finish(self) -> Digests {
        self.pass.finish().into()
    }

    /// Eats the bytes of the input buffer from `from` to `to`, and calls `take(address, length)` for what they decode to: bytes in
    /// WebAssembly memory that are there until it returns.
    #[wasm_bindgen(js_name = pushTo)]
    pub fn push_to(&mut self, from: usize, to: usize, take: &Function) {
        if let Some(chunk) = self.input.get(from..to) {
            self.pass.push_to(chunk, &mut |bytes| call(take, bytes));
        }
    }

    /// The blob has ended; `take` as in `pushTo`. The handle is used up.
    #[wasm_bindgen(js_name = finishTo)]
    pub fn finish_to(self, take: &Function) -> Digests {
        self.pass.finish_to(&mut |bytes| call(take, bytes)).into()
    }
}

fn call(take: &Function, bytes: &[u8]) {
    // It copies, and has nothing to fail with.
    let _ = take.call2(&JsValue::NULL, &JsValue::from(bytes.as_ptr() as usize), &JsValue::from(bytes.len()));
}

impl From<porthole_scan::Digests> for Digests {
    fn from(found: porthole_scan::Digests) -> Self {
        Self { digest: found.digest, diff_id: found.diff_id, whole: found.whole }
    }
}

/// Hashes bytes: what another worker decodes a blob to, or a blob that is a tar, from its beginning or from where another worker
/// has stopped.
#[wasm_bindgen]
pub struct BytesDigest {
    hasher: Hasher,
    input: Vec<u8>,
}

#[wasm_bindgen]
impl BytesDigest {
    /// A hash with an input buffer of `capacity` bytes, by the algorithm of this name. `state` is that of a hash to carry on.
    ///
    /// # Errors
    /// When `state` is none.
    #[wasm_bindgen(constructor)]
    pub fn new(capacity: usize, by: &str, state: Option<Vec<u8>>) -> Result<Self, JsError> {
        let hasher = match state {
            None => Hasher::new(algorithm(by)),
            Some(state) => resumed(by, &state)?,
        };
        Ok(Self { hasher, input: vec![0; capacity] })
    }

    /// Where the input buffer lies in WebAssembly memory.
    pub fn input(&mut self) -> *mut u8 {
        self.input.as_mut_ptr()
    }

    /// Eats the first `len` bytes of the input buffer.
    pub fn push(&mut self, len: usize) {
        if let Some(chunk) = self.input.get(..len) {
            self.hasher.push(chunk);
        }
    }

    /// Where the hash stands, for another worker to carry on. The handle is used up.
    pub fn state(self) -> Vec<u8> {
        self.hasher.state().unwrap_or_default()
    }

    /// The digest of everything. The handle is used up.
    pub fn finish(self) -> String {
        self.hasher.finish().to_string()
    }
}
