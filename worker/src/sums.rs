//! SHA-256 and CRC-32 by the runtime's own code: it has the processor's instructions for them, which WebAssembly has not, and
//! takes a quarter and a twentieth of the time. Bytes are handed over where they lie, in one call for each buffer of the decoder.
//!
//! `crypto.DigestStream` would do without a compatibility flag, but takes a promise and a copy for each piece. Inflating by the
//! runtime's zlib would save a third of that too, but what it says of damaged data is not what the command line says.

use porthole_scan::oci::{HostSha256, HostSums};
use wasm_bindgen::prelude::wasm_bindgen;
use worker::send::SendWrapper;

#[wasm_bindgen(module = "node:crypto")]
extern "C" {
    /// Node.js's `Hash`, which the runtime brings since compatibility date 2026-08-04; before, with its flag `nodejs_compat`.
    type Hash;
    #[wasm_bindgen(js_name = createHash)]
    fn create_hash(algorithm: &str) -> Hash;
    #[wasm_bindgen(method)]
    fn update(this: &Hash, bytes: &[u8]);
    #[wasm_bindgen(method)]
    fn digest(this: &Hash) -> Vec<u8>;
}

#[wasm_bindgen(module = "node:zlib")]
extern "C" {
    fn crc32(bytes: &[u8], sum: u32) -> u32;
}

/// What the runtime lends.
pub(crate) const SUMS: HostSums =
    HostSums { sha256: || Box::new(OfRuntime(SendWrapper::new(create_hash("sha256")))), crc32: |sum, bytes| crc32(bytes, sum) };

struct OfRuntime(SendWrapper<Hash>);

impl HostSha256 for OfRuntime {
    fn push(&mut self, bytes: &[u8]) {
        self.0.update(bytes);
    }

    fn finish(self: Box<Self>) -> [u8; 32] {
        // Another length would be the digest of nothing: no blob has it.
        self.0.digest().try_into().unwrap_or_default()
    }
}
