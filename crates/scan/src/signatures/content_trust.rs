//! Docker Content Trust (Notary v1): recognised, never verified.
//!
//! TUF metadata as Notary wrote it. Docker has retired the service, and its keys can't be had any more by those who pull;
//! to call such a signature proven would be wrong, to pass over it in silence too.

use porthole_report::Signature;
use serde_json::Value;

use super::evidence::{Evidence, Standing};

/// Recognises a metadata file of Notary v1: a TUF role over tags, with Notary's kinds of keys.
pub fn recognise(json: &[u8], found_in: &str) -> Option<Signature> {
    let document: Value = serde_json::from_slice(json).ok()?;
    let role = document.pointer("/signed/_type")?.as_str()?;
    // Notary writes the role with a capital, later TUF implementations without.
    if !matches!(role, "Root" | "Targets" | "Snapshot" | "Timestamp") || document.get("signatures")?.as_array()?.is_empty() {
        return None;
    }
    let expires = document.pointer("/signed/expires").and_then(Value::as_str).unwrap_or("an unknown date");
    let mut evidence = Evidence::new("docker-content-trust", found_in);
    let why = format!(
        "Docker Content Trust (Notary v1) is retired; its {} metadata, which expires at {expires}, is not verified",
        role.to_ascii_lowercase()
    );
    evidence.reason(why.clone());
    evidence.left_out("signature", why);
    Some(evidence.conclude(Standing::Unchecked, "tags of this image"))
}
