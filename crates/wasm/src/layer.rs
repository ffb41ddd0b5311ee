//! One layer: JavaScript fills the input buffer, the scan eats it.

use porthole_scan::oci::layer::Verify;
use porthole_scan::{LayerOptions, LayerScan as Scan};
use wasm_bindgen::prelude::wasm_bindgen;

use crate::limits::Limits;

/// Scans one layer blob.
#[wasm_bindgen]
pub struct LayerScan {
    scan: Scan,
    input: Vec<u8>,
}

#[wasm_bindgen]
impl LayerScan {
    /// A scan with an input buffer of `capacity` bytes. Digests stay pending: see [`super::digests::LayerDigests`].
    #[wasm_bindgen(constructor)]
    pub fn new(capacity: usize, limits: &Limits) -> Self {
        let options = LayerOptions { verify: Verify::LATER, ..limits.options.clone() };
        Self { scan: Scan::new(&options), input: vec![0; capacity] }
    }

    /// Where the input buffer lies in WebAssembly memory: bytes are written there once, and nothing copies them again.
    pub fn input(&mut self) -> *mut u8 {
        self.input.as_mut_ptr()
    }

    /// Eats the first `len` bytes of the input buffer.
    pub fn push(&mut self, len: usize) {
        if let Some(chunk) = self.input.get(..len) {
            self.scan.push(chunk);
        }
    }

    /// Entries, packages and possible secrets so far.
    pub fn found(&self) -> Vec<u32> {
        let progress = self.scan.progress();
        vec![progress.entries, progress.packages as u32, progress.secrets as u32]
    }

    /// The facts of the layer, opaque bytes for [`super::merge::Merge::add`] and for a cache. The handle is used up.
    pub fn finish(self) -> Vec<u8> {
        self.scan.finish().to_bytes()
    }
}
