//! Digests of a layer blob, for a host that shows the report first and verifies behind it.
//!
//! SHA-256 in WebAssembly costs more than inflating. So a layer may be scanned with `Verify::LATER`: the report then says
//! *pending* of every digest that is stated for it, and [`Analysis::set_digest`](crate::Analysis::set_digest) and
//! [`Analysis::set_diff_id`](crate::Analysis::set_diff_id) settle what a second pass over the bytes gives. The second pass
//! decodes as the first one does, and compares what gzip itself checks, which takes a seventh of a scan. Where only that is wrong the
//! host scans once more with [`Verify::CHECKED`], so that what is told of a damaged blob does not depend on the way.
//! Must not know: entries, facts, what was stated. Proof: `tests/suite/pending.rs`.

use porthole_oci::layer::{BlobReader, Verify, halves};
use porthole_oci::{Algorithm, Hasher, Limits};

/// Hashes one layer blob.
pub struct LayerDigests(Pass);

enum Pass {
    /// The blob as it is: nothing is decoded.
    Blob(Box<Hasher>),
    /// What it decodes to: no tar is looked for in it.
    Tar(Box<(BlobReader, Option<Hasher>)>),
}

/// What a blob hashes to, as far as it was asked for.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Digests {
    /// Of the blob.
    pub digest: Option<String>,
    /// Of the uncompressed tar; none where the blob does not decode to its end.
    pub diff_id: Option<String>,
    /// True if the CRC-32 of a gzip member turned out wrong. Where the scan left that out, it has to be done again, with
    /// [`Verify::CHECKED`].
    pub wrong_crc: bool,
}

impl LayerDigests {
    /// At the start of a blob. Without an algorithm for the diff_id the blob is only hashed, not decoded.
    pub fn new(limits: Limits, digest: Option<Algorithm>, diff_id: Option<Algorithm>) -> Self {
        Self(match (digest, diff_id) {
            (Some(digest), None) => Pass::Blob(Box::new(Hasher::new(digest))),
            _ => Pass::Tar(Box::new((halves(limits, Verify { digest, diff_id, crc: true }).0, diff_id.map(Hasher::new)))),
        })
    }

    /// The next bytes of the blob.
    pub fn push(&mut self, chunk: &[u8]) {
        match &mut self.0 {
            Pass::Blob(hasher) => hasher.push(chunk),
            Pass::Tar(pass) => {
                let (blob, tar) = &mut **pass;
                blob.push(chunk, &mut |bytes| hash(tar, bytes));
            }
        }
    }

    /// The blob has ended.
    pub fn finish(self) -> Digests {
        let (digest, diff_id, wrong_crc) = match self.0 {
            Pass::Blob(hasher) => (Some(hasher.finish()), None, false),
            Pass::Tar(pass) => {
                let (blob, mut tar) = *pass;
                let end = blob.finish(&mut |bytes| hash(&mut tar, bytes));
                let wrong_crc = end.has_wrong_crc();
                let (digest, diff_id) = end.digests(tar);
                (digest, diff_id, wrong_crc)
            }
        };
        let text = |digest: Option<porthole_oci::Digest>| digest.map(|digest| digest.to_string());
        Digests { digest: text(digest), diff_id: text(diff_id), wrong_crc }
    }
}

fn hash(hasher: &mut Option<Hasher>, bytes: &[u8]) {
    if let Some(hasher) = hasher {
        hasher.push(bytes);
    }
}
