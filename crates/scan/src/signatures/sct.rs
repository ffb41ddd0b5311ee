//! Signed certificate timestamps: the proof that a certificate was put into a public certificate log.
//!
//! RFC 6962, 3.2 and 3.3 (embedded in the certificate, as Fulcio does). Proof: `tests/suite/signatures/conformance.rs`
//! (certificates of the public log) and `scenes.rs`.

use super::certificate::Certificate;
use super::encoding::rfc3339;
use super::key::{Hash, Scheme};
use super::refusal::Refusal;
use super::tlv::{OCTET_STRING, OID, SEQUENCE, Walk, single, wrap};
use super::trusted_root::Log;

/// OID of the extension that holds the list, as DER content octets (1.3.6.1.4.1.11129.2.4.2).
const LIST_OID: &[u8] = &[0x2b, 0x06, 0x01, 0x04, 0x01, 0xd6, 0x79, 0x02, 0x04, 0x02];

struct Sct<'a> {
    log_id: &'a [u8],
    /// Milliseconds since 1970.
    timestamp: u64,
    extensions: &'a [u8],
    hash: u8,
    algorithm: u8,
    signature: &'a [u8],
}

/// Verifies that a trusted log promised to hold the certificate. Gives the log's name and the promised time in seconds.
pub(super) fn verify(leaf: &Certificate, issuer: &Certificate, logs: &[Log]) -> Result<(String, u64), Refusal> {
    let Some(extension) = leaf.extension("1.3.6.1.4.1.11129.2.4.2") else { return Err(Refusal::SctMissing) };
    let list = single(extension, OCTET_STRING).ok_or_else(|| malformed("its list is no octet string"))?.value;
    let scts = parse_list(list).ok_or_else(|| malformed("its list is cut off"))?;
    if scts.is_empty() {
        return Err(Refusal::SctMissing);
    }
    let tbs = without_list(leaf.tbs()).ok_or_else(|| malformed("the certificate without it can't be rebuilt"))?;
    let issuer_hash = Hash::Sha256.of(issuer.public_key()?.spki());
    let mut refused = Refusal::SctUntrusted;
    for sct in &scts {
        for log in logs.iter().filter(|log| log.id == sct.log_id) {
            let at = sct.timestamp / 1000;
            if !log.in_force(at) {
                refused = Refusal::AuthorityTime { what: format!("the certificate log {}", log.name), at: rfc3339(at) };
                continue;
            }
            let scheme = match (sct.hash, sct.algorithm) {
                (4, 3) => Scheme::Ecdsa(Hash::Sha256),
                (4, 1) => Scheme::RsaPkcs1(Hash::Sha256),
                (hash, algorithm) => {
                    refused =
                        Refusal::Unsupported { what: "the certificate log's algorithm", name: format!("{hash}/{algorithm}") };
                    continue;
                }
            };
            match log.key.verify(scheme, &signed_bytes(sct, &issuer_hash, &tbs), sct.signature) {
                Ok(()) => return Ok((log.name.clone(), at)),
                Err(_) => refused = Refusal::SctWrong,
            }
        }
    }
    Err(refused)
}

fn malformed(why: &str) -> Refusal {
    Refusal::malformed("the signed certificate timestamp", why)
}

fn parse_list(bytes: &[u8]) -> Option<Vec<Sct<'_>>> {
    let (list, rest) = prefixed(bytes)?;
    if !rest.is_empty() {
        return None;
    }
    let mut rest = list;
    let mut scts = Vec::new();
    while !rest.is_empty() {
        let (one, after) = prefixed(rest)?;
        rest = after;
        let (version, body) = one.split_first()?;
        if *version != 0 {
            continue;
        }
        let (log_id, body) = body.split_at_checked(32)?;
        let (timestamp, body) = body.split_at_checked(8)?;
        let (extensions, body) = prefixed(body)?;
        let (algorithms, body) = body.split_at_checked(2)?;
        let (signature, _) = prefixed(body)?;
        let [hash, algorithm] = algorithms.try_into().ok()?;
        scts.push(Sct {
            log_id,
            timestamp: u64::from_be_bytes(timestamp.try_into().ok()?),
            extensions,
            hash,
            algorithm,
            signature,
        });
    }
    Some(scts)
}

/// A vector with a two-byte length, and what follows it.
fn prefixed(bytes: &[u8]) -> Option<(&[u8], &[u8])> {
    let (length, rest) = bytes.split_at_checked(2)?;
    rest.split_at_checked(usize::from(u16::from_be_bytes(length.try_into().ok()?)))
}

/// The `digitally-signed` struct of RFC 6962, 3.2, for a precertificate entry.
fn signed_bytes(sct: &Sct<'_>, issuer_hash: &[u8], tbs: &[u8]) -> Vec<u8> {
    let mut out = vec![0, 0];
    out.extend_from_slice(&sct.timestamp.to_be_bytes());
    out.extend_from_slice(&1u16.to_be_bytes());
    out.extend_from_slice(issuer_hash);
    out.extend_from_slice((tbs.len() as u32).to_be_bytes().get(1..).unwrap_or_default());
    out.extend_from_slice(tbs);
    out.extend_from_slice(&(sct.extensions.len() as u16).to_be_bytes());
    out.extend_from_slice(sct.extensions);
    out
}

/// The TBSCertificate without the list's extension: every other byte as it was written, the lengths around it new.
fn without_list(tbs: &[u8]) -> Option<Vec<u8>> {
    let mut fields = Vec::with_capacity(tbs.len());
    for field in Walk::new(single(tbs, SEQUENCE)?.value) {
        if field.tag != 0xa3 {
            fields.extend_from_slice(field.whole);
            continue;
        }
        let mut kept = Vec::new();
        for extension in Walk::new(single(field.value, SEQUENCE)?.value) {
            if Walk::new(extension.value).expect(OID)?.value != LIST_OID {
                kept.extend_from_slice(extension.whole);
            }
        }
        fields.extend_from_slice(&wrap(0xa3, &wrap(SEQUENCE, &kept)));
    }
    Some(wrap(SEQUENCE, &fields))
}
