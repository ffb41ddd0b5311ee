//! DSSE envelopes: a payload with its type, signed together.
//!
//! secure-systems-lab/dsse, `envelope.md` and `protocol.md` (pre-authentication encoding). Knows no payload.

use serde::Deserialize;

use super::encoding::{base64, base64url};
use super::refusal::Refusal;

/// An envelope, decoded.
#[derive(Debug, Clone)]
pub(super) struct Envelope {
    pub(super) payload_type: String,
    pub(super) payload: Vec<u8>,
    /// Raw signatures with Cosign's certificate beside them, where there is one.
    pub(super) signatures: Vec<Vec<u8>>,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct File {
    payload: String,
    payload_type: String,
    #[serde(default)]
    signatures: Vec<SignatureFile>,
}

#[derive(Deserialize)]
struct SignatureFile {
    sig: String,
}

impl Envelope {
    /// Reads the JSON form.
    pub(super) fn parse(json: &[u8]) -> Result<Self, Refusal> {
        let file: File =
            serde_json::from_slice(json).map_err(|error| Refusal::malformed("the DSSE envelope", error.to_string()))?;
        Self::decode(file)
    }

    /// Decodes an envelope that is part of another document.
    pub(super) fn decode(file: File) -> Result<Self, Refusal> {
        let decode = |text: &str| base64(text).or_else(|| base64url(text));
        let bad = |why: &str| Refusal::malformed("the DSSE envelope", why);
        Ok(Self {
            payload: decode(&file.payload).ok_or_else(|| bad("its payload is no base64"))?,
            payload_type: file.payload_type,
            signatures: file
                .signatures
                .iter()
                .map(|one| decode(&one.sig).ok_or_else(|| bad("a signature is no base64")))
                .collect::<Result<_, _>>()?,
        })
    }

    /// What is signed: `DSSEv1`, then type and payload, each with its length before it.
    pub(super) fn signed_bytes(&self) -> Vec<u8> {
        let mut out = format!("DSSEv1 {} {} {} ", self.payload_type.len(), self.payload_type, self.payload.len()).into_bytes();
        out.extend_from_slice(&self.payload);
        out
    }
}
