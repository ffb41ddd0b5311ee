//! One layer: JavaScript fills the input buffer, the scan eats it.

use porthole_scan::oci::Hasher;
use porthole_scan::oci::layer::Verify;
use porthole_scan::{LayerOptions, LayerScan as Scan};
use wasm_bindgen::prelude::wasm_bindgen;

use crate::digests::algorithm;
use crate::limits::Limits;

/// Scans one layer blob.
#[wasm_bindgen]
pub struct LayerScan {
    scan: Scan,
    beginning: Option<Hasher>,
    input: Vec<u8>,
}

#[wasm_bindgen]
impl LayerScan {
    /// A scan with an input buffer of `capacity` bytes. `digest` and `diff_id` name algorithms. A digest without one stays pending:
    /// see [`super::digests::LayerDigests`].
    #[wasm_bindgen(constructor)]
    pub fn new(capacity: usize, digest: Option<String>, diff_id: Option<String>, limits: &Limits) -> Self {
        let verify = Verify { digest: digest.as_deref().map(algorithm), diff_id: diff_id.as_deref().map(algorithm) };
        let options = LayerOptions { verify, ..limits.options.clone() };
        Self { scan: Scan::new(&options), beginning: None, input: vec![0; capacity] }
    }

    /// Where the input buffer lies in WebAssembly memory: bytes are written there once, and nothing copies them again.
    pub fn input(&mut self) -> *mut u8 {
        self.input.as_mut_ptr()
    }

    /// Eats the first `len` bytes of the input buffer.
    pub fn push(&mut self, len: usize) {
        if let Some(chunk) = self.input.get(..len) {
            if let Some(hasher) = &mut self.beginning {
                hasher.push(chunk);
            }
            self.scan.push(chunk);
        }
    }

    /// Hashes the blob from here on, by the algorithm of this name, until [`Self::begun`].
    pub fn begin(&mut self, by: &str) {
        self.beginning = Some(Hasher::new(algorithm(by)));
    }

    /// Where that hash stands, for a [`super::digests::BytesDigest`] to carry on; it is given up.
    pub fn begun(&mut self) -> Vec<u8> {
        self.beginning.take().and_then(|hasher| hasher.state()).unwrap_or_default()
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

#[cfg(test)]
mod tests {
    use porthole_scan::LayerFacts;
    use porthole_scan::oci::{Algorithm, Digest};
    use tar::{Builder, Header};
    use wasm_bindgen_test::wasm_bindgen_test;

    use super::*;

    /// A tar with one file.
    fn tar(path: &str, content: &[u8]) -> Vec<u8> {
        let mut header = Header::new_ustar();
        header.set_size(content.len() as u64);
        header.set_mode(0o644);
        let mut tar = Builder::new(Vec::new());
        tar.append_data(&mut header, path, content).expect("a path that fits");
        tar.into_inner().expect("written to memory")
    }

    fn scanned(tar: &[u8], piece: usize) -> (Vec<u32>, Vec<u8>) {
        let mut scan = LayerScan::new(piece, None, None, &Limits::new());
        for bytes in tar.chunks(piece) {
            scan.input[..bytes.len()].copy_from_slice(bytes);
            scan.push(bytes.len());
        }
        (scan.found(), scan.finish())
    }

    #[wasm_bindgen_test]
    fn a_layer_gives_the_same_facts_in_any_pieces() {
        let tar = tar("lib/apk/db/installed", b"P:musl\nV:1.2.5-r0\nA:x86_64\n\nP:zlib\nV:1.3.1-r1\nA:x86_64\n\n");
        let (found, facts) = scanned(&tar, tar.len());
        assert_eq!(found, [1, 2, 0]);
        assert!(LayerFacts::from_bytes(&facts).is_ok());
        for piece in [1, 7, 513] {
            assert_eq!(scanned(&tar, piece), (found.clone(), facts.clone()), "pieces of {piece}");
        }
    }

    #[wasm_bindgen_test]
    fn a_hash_begun_by_a_scan_is_carried_on() {
        let tar = tar("srv/data", &[7; 3000]);
        let (first, rest) = tar.split_at(1000);
        let mut scan = LayerScan::new(1000, None, None, &Limits::new());
        scan.begin("sha256");
        scan.input.copy_from_slice(first);
        scan.push(first.len());
        let mut hash = Hasher::resume(Algorithm::Sha256, &scan.begun()).expect("a state");
        hash.push(rest);
        assert_eq!(hash.finish(), Digest::sha256(&tar));
        assert!(scan.begun().is_empty());
    }

    #[wasm_bindgen_test]
    fn more_than_the_buffer_holds_is_not_eaten() {
        let mut scan = LayerScan::new(16, None, None, &Limits::new());
        scan.push(17);
        assert_eq!(scan.found(), [0, 0, 0]);
    }
}
