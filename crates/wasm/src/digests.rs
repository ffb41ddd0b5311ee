//! Digests of one layer's blob: JavaScript fills the input buffer, the pass eats it.

use porthole_scan::LayerDigests as Pass;
use porthole_scan::oci::Algorithm;
use wasm_bindgen::prelude::wasm_bindgen;

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
    /// True if the CRC-32 of a gzip member turned out wrong: where the scan did not compare it, it has to be done again.
    #[wasm_bindgen(js_name = wrongCrc)]
    pub wrong_crc: bool,
}

#[wasm_bindgen]
impl LayerDigests {
    /// A pass with an input buffer of `capacity` bytes. `digest` and `diff_id` name algorithms; without one nothing is hashed.
    #[wasm_bindgen(constructor)]
    pub fn new(capacity: usize, digest: Option<String>, diff_id: Option<String>, limits: &Limits) -> Self {
        let algorithm = |name: Option<String>| {
            name.map(|name| if name == Algorithm::Sha512.name() { Algorithm::Sha512 } else { Algorithm::Sha256 })
        };
        let limits = limits.options.limits.clone();
        Self { pass: Pass::new(limits, algorithm(digest), algorithm(diff_id)), input: vec![0; capacity] }
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
        let digests = self.pass.finish();
        Digests { digest: digests.digest, diff_id: digests.diff_id, wrong_crc: digests.wrong_crc }
    }
}
