//! Checkpoints: a log's signed statement of its size and root.
//!
//! C2SP `tlog-checkpoint` and `signed-note`; Rekor v1 signs the note with ECDSA, v2 with Ed25519. Witness cosignatures are
//! other lines and are passed over. Proof: `tests/suite/signatures/{conformance,scenes}.rs`.

use super::encoding::base64;
use super::key::{Hash, Scheme};
use super::refusal::Refusal;
use super::trusted_root::Log;

/// What a checkpoint states.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Checkpoint {
    /// Name of the tree.
    pub(super) origin: String,
    /// Number of leaves.
    pub(super) size: u64,
    /// Root hash.
    pub(super) root: Vec<u8>,
}

/// Reads a signed note and verifies that `log` signed it.
pub(super) fn verify(note: &str, log: &Log) -> Result<Checkpoint, Refusal> {
    let form = |why| Refusal::CheckpointForm { why };
    let split = note.find("\n\n").ok_or(form("it has no empty line before its signatures"))?;
    // The signed text ends with the first of the two line ends.
    let (text, signatures) = note.split_at_checked(split + 1).ok_or(form("it is cut off"))?;
    let mut lines = text.lines();
    let checkpoint = Checkpoint {
        origin: lines.next().filter(|line| !line.is_empty()).ok_or(form("it names no log"))?.to_owned(),
        size: lines.next().and_then(|line| line.parse().ok()).ok_or(form("its tree size is no number"))?,
        root: lines.next().and_then(base64).ok_or(form("its root hash is no base64"))?,
    };
    let mut signed = false;
    for line in signatures.lines().filter_map(|line| line.strip_prefix("\u{2014} ")) {
        let Some((name, encoded)) = line.rsplit_once(' ') else { continue };
        // The tree may be named after the log with its number behind it: `rekor.sigstore.dev - 2605736670972794746`.
        let named = checkpoint.origin.strip_prefix(name).is_some_and(|rest| rest.is_empty() || rest.starts_with(" - "));
        let Some(bytes) = base64(encoded).filter(|_| named) else { continue };
        let Some((key_hint, signature)) = bytes.split_at_checked(4) else { continue };
        if key_hint != log.hint {
            continue;
        }
        signed |= [Scheme::Ecdsa(Hash::Sha256), Scheme::Ed25519, Scheme::RsaPkcs1(Hash::Sha256)]
            .iter()
            .any(|scheme| log.key.verify(*scheme, text.as_bytes(), signature).is_ok());
    }
    if signed { Ok(checkpoint) } else { Err(Refusal::CheckpointSignature) }
}
