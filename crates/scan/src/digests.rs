//! Digests of a layer blob, for a host that shows the report first and verifies behind it.
//!
//! SHA-256 in WebAssembly costs more than inflating. So a layer may be scanned with `Verify::LATER`: the report then says
//! *pending* of every digest that is stated for it, and [`Analysis::set_digest`](crate::Analysis::set_digest) and
//! [`Analysis::set_diff_id`](crate::Analysis::set_diff_id) settle what a second pass over the bytes gives. The second pass
//! is the reader of the first one with nobody listening, so both come to the same end of a damaged blob. What gzip itself checks was
//! compared in the first.
//! Must not know: entries, facts, what was stated. Proof: `tests/suite/pending.rs`.

use porthole_oci::layer::{Entry, ImagePath, LayerReader, LayerSink, Verify};
use porthole_oci::{Algorithm, Hasher, Limits};

/// Hashes one layer blob.
pub struct LayerDigests(Pass);

enum Pass {
    /// The blob as it is: nothing is decoded.
    Blob(Box<Hasher>),
    /// What it decodes to.
    Tar(Box<LayerReader>),
}

/// What a blob hashes to, as far as it was asked for.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Digests {
    /// Of the blob.
    pub digest: Option<String>,
    /// Of the uncompressed tar; none where the blob does not decode to its end.
    pub diff_id: Option<String>,
}

impl LayerDigests {
    /// At the start of a blob. Without an algorithm for the diff_id the blob is only hashed, not decoded.
    pub fn new(limits: Limits, digest: Option<Algorithm>, diff_id: Option<Algorithm>) -> Self {
        Self(match (digest, diff_id) {
            (Some(digest), None) => Pass::Blob(Box::new(Hasher::new(digest))),
            _ => Pass::Tar(Box::new(LayerReader::new(limits, Verify { digest, diff_id, crc: false }))),
        })
    }

    /// The next bytes of the blob.
    pub fn push(&mut self, chunk: &[u8]) {
        match &mut self.0 {
            Pass::Blob(hasher) => hasher.push(chunk),
            Pass::Tar(reader) => reader.push(chunk, &mut Nobody),
        }
    }

    /// The blob has ended.
    pub fn finish(self) -> Digests {
        let (digest, diff_id) = match self.0 {
            Pass::Blob(hasher) => (Some(hasher.finish()), None),
            Pass::Tar(reader) => {
                let summary = reader.finish(&mut Nobody);
                (summary.digest, summary.diff_id)
            }
        };
        let text = |digest: Option<porthole_oci::Digest>| digest.map(|digest| digest.to_string());
        Digests { digest: text(digest), diff_id: text(diff_id) }
    }
}

/// Listens to no entry.
struct Nobody;

impl LayerSink for Nobody {
    fn entry(&mut self, _: Entry) {}
    fn data(&mut self, _: &[u8]) {}
    fn end(&mut self) {}
    fn warning(&mut self, _: &ImagePath, _: &str) {}
}
