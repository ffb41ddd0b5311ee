//! Digests of a layer blob, for a host that shows the report first and verifies behind it.
//!
//! SHA-256 in WebAssembly costs more than inflating. So a layer may be scanned with `Verify::NONE`: the report then says
//! *pending* of every digest that is stated for it, and [`Analysis::set_digest`](crate::Analysis::set_digest) and
//! [`Analysis::set_diff_id`](crate::Analysis::set_diff_id) settle what a second pass over the bytes gives. The second pass
//! decodes as the first one does, so that both find the same damage.
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
    /// True if the blob decodes to its end: only then has what it decodes to a digest.
    pub whole: bool,
}

impl LayerDigests {
    /// At the start of a blob. Without an algorithm for the diff_id the blob is only hashed, not decoded.
    pub fn new(limits: Limits, digest: Option<Algorithm>, diff_id: Option<Algorithm>) -> Self {
        Self(match (digest, diff_id) {
            (Some(digest), None) => Pass::Blob(Box::new(Hasher::new(digest))),
            _ => Pass::Tar(Box::new((halves(limits, Verify { digest, diff_id }).0, diff_id.map(Hasher::new)))),
        })
    }

    /// At the start of a blob that somebody else hashes what it decodes to: see [`Self::push_to`].
    pub fn decoding(limits: Limits, digest: Option<Algorithm>) -> Self {
        Self(Pass::Tar(Box::new((halves(limits, Verify { digest, diff_id: None }).0, None))))
    }

    /// Hashes the blob from here on, by what the scan has hashed it with up to here.
    pub fn hash_on(&mut self, hasher: Hasher) {
        match &mut self.0 {
            Pass::Blob(own) => **own = hasher,
            Pass::Tar(pass) => pass.0.hash_on(hasher),
        }
    }

    /// The next bytes of the blob.
    pub fn push(&mut self, chunk: &[u8]) {
        self.push_to(chunk, &mut |_| ());
    }

    /// The next bytes of the blob; what they decode to is handed on as well.
    pub fn push_to(&mut self, chunk: &[u8], out: &mut dyn FnMut(&[u8])) {
        match &mut self.0 {
            Pass::Blob(hasher) => hasher.push(chunk),
            Pass::Tar(pass) => {
                let (blob, tar) = &mut **pass;
                blob.push(chunk, &mut |bytes| hash(tar, bytes, out));
            }
        }
    }

    /// The blob has ended.
    pub fn finish(self) -> Digests {
        self.finish_to(&mut |_| ())
    }

    /// The blob has ended; the last that it decodes to is handed on as well.
    pub fn finish_to(self, out: &mut dyn FnMut(&[u8])) -> Digests {
        let text = |digest: Option<porthole_oci::Digest>| digest.map(|digest| digest.to_string());
        match self.0 {
            Pass::Blob(hasher) => Digests { digest: text(Some(hasher.finish())), whole: true, ..Digests::default() },
            Pass::Tar(pass) => {
                let (blob, mut tar) = *pass;
                let end = blob.finish(&mut |bytes| hash(&mut tar, bytes, out));
                let whole = end.is_whole();
                let (digest, diff_id) = end.digests(tar);
                Digests { digest: text(digest), diff_id: text(diff_id), whole }
            }
        }
    }
}

fn hash(hasher: &mut Option<Hasher>, bytes: &[u8], out: &mut dyn FnMut(&[u8])) {
    if let Some(hasher) = hasher {
        hasher.push(bytes);
    }
    out(bytes);
}
