//! Signed timestamps: an authority's word for when something existed.
//!
//! RFC 3161 over CMS (RFC 5652, SignedData with signed attributes), ESSCertIDv2 (RFC 5816). Proof:
//! `tests/suite/signatures/scenes.rs` (tokens by OpenSSL), `conformance.rs`.

use super::certificate::{Certificate, pss_hash};
use super::chain::{self, TIME_STAMPING};
use super::encoding::rfc3339;
use super::key::{Hash, Scheme};
use super::log_entry::CLOCK_SKEW;
use super::refusal::Refusal;
use super::tlv::{INTEGER, OCTET_STRING, OID, SEQUENCE, SET, Tlv, Walk, dotted, single, unsigned, wrap};
use super::trusted_root::Authority;

const SIGNED_DATA: &str = "1.2.840.113549.1.7.2";
const TST_INFO: &str = "1.2.840.113549.1.9.16.1.4";
const CONTENT_TYPE: &str = "1.2.840.113549.1.9.3";
const MESSAGE_DIGEST: &str = "1.2.840.113549.1.9.4";
const SIGNING_CERTIFICATE_V2: &str = "1.2.840.113549.1.9.16.2.47";

/// A token in parts.
struct Token<'a> {
    /// Encapsulated TSTInfo.
    content: &'a [u8],
    certificates: Vec<&'a [u8]>,
    signer: Signer<'a>,
}

struct Signer<'a> {
    /// Issuer and serial number, where the signer is named by them.
    named: Option<(&'a [u8], &'a [u8])>,
    hash: Hash,
    scheme: Scheme,
    /// Content of the signed attributes.
    attributes: &'a [u8],
    signature: &'a [u8],
}

/// Verifies a timestamp response or token over `message`. Gives the time in seconds and the authority's name.
pub(super) fn verify(der: &[u8], message: &[u8], authorities: &[Authority], now: u64) -> Result<(u64, String), Refusal> {
    let token = parse(der)?;
    let (imprint_hash, imprint, time) = tst_info(token.content).ok_or_else(|| malformed("its content is no TSTInfo"))?;
    if imprint_hash?.of(message) != imprint {
        return Err(Refusal::TimestampMessage);
    }
    check_attributes(&token)?;
    let signed = wrap(SET, token.signer.attributes);
    let embedded: Vec<Certificate> = token.certificates.iter().filter_map(|der| Certificate::from_der(der).ok()).collect();
    let mut refused = Refusal::TimestampUntrusted;
    for authority in authorities {
        let Some((anchor, middle)) = authority.chain.split_last() else { continue };
        let candidates: Vec<Certificate> = embedded.iter().chain(authority.chain.iter()).cloned().collect();
        let Some(leaf) = candidates.iter().find(|candidate| token.signer.is(candidate)) else { continue };
        let intermediates: Vec<Certificate> = embedded.iter().chain(middle).cloned().collect();
        let outcome = leaf
            .public_key()
            .and_then(|key| {
                key.verify(token.signer.scheme, &signed, token.signer.signature).map_err(|refusal| match refusal {
                    Refusal::WrongSignature { .. } => Refusal::TimestampSignature,
                    other => other,
                })
            })
            .and_then(|()| check_certificate_id(&token, leaf))
            .and_then(|()| chain::meant_for(leaf, TIME_STAMPING, "timestamps", true))
            .and_then(|()| chain::verify(leaf, &intermediates, std::slice::from_ref(anchor), time).map(|_| ()));
        match outcome {
            Ok(()) if !authority.in_force(time) => {
                refused =
                    Refusal::AuthorityTime { what: format!("the timestamp authority {}", authority.name), at: rfc3339(time) };
            }
            Ok(()) if time > now.saturating_add(CLOCK_SKEW) => {
                return Err(Refusal::Future { what: "the timestamp", at: rfc3339(time) });
            }
            Ok(()) => return Ok((time, authority.name.clone())),
            Err(Refusal::UntrustedIssuer { .. }) => {}
            Err(refusal) => refused = refusal,
        }
    }
    Err(refused)
}

impl Signer<'_> {
    fn is(&self, certificate: &Certificate) -> bool {
        let Some((issuer, serial)) = self.named else { return true };
        let (certificate_issuer, certificate_serial) = certificate.issuer_and_serial();
        let trimmed = |bytes: &[u8]| bytes.iter().copied().skip_while(|byte| *byte == 0).collect::<Vec<_>>();
        issuer == certificate_issuer && trimmed(serial) == trimmed(&certificate_serial)
    }
}

fn malformed(why: &str) -> Refusal {
    Refusal::malformed("the timestamp", why)
}

fn oid(tlv: Option<Tlv<'_>>) -> Option<String> {
    tlv.filter(|tlv| tlv.tag == OID).and_then(|tlv| dotted(tlv.value))
}

fn parse(der: &[u8]) -> Result<Token<'_>, Refusal> {
    let outer = single(der, SEQUENCE).ok_or_else(|| malformed("it is no complete DER sequence"))?;
    let mut walk = Walk::new(outer.value);
    let content_info = match walk.expect(SEQUENCE) {
        // A response: PKIStatusInfo first, then the token.
        Some(status) => {
            let status = Walk::new(status.value).expect(INTEGER).and_then(|status| unsigned(status.value));
            if !matches!(status, Some(0 | 1)) {
                return Err(malformed("the authority did not grant it"));
            }
            walk.expect(SEQUENCE).ok_or_else(|| malformed("the response holds no token"))?.value
        }
        None => outer.value,
    };
    let mut walk = Walk::new(content_info);
    if oid(walk.next()).as_deref() != Some(SIGNED_DATA) {
        return Err(malformed("it is no CMS SignedData"));
    }
    let shape = || malformed("its SignedData is cut off or out of order");
    let data = walk.expect(0xa0).and_then(|wrapped| single(wrapped.value, SEQUENCE)).ok_or_else(shape)?;
    let mut walk = Walk::new(data.value);
    walk.expect(INTEGER).ok_or_else(shape)?;
    walk.expect(SET).ok_or_else(shape)?;
    let encapsulated = walk.expect(SEQUENCE).ok_or_else(shape)?;
    let certificates = walk.expect(0xa0).map(|set| Walk::new(set.value).map(|one| one.whole).collect()).unwrap_or_default();
    walk.expect(0xa1);
    let signers: Vec<Tlv<'_>> = Walk::new(walk.expect(SET).ok_or_else(shape)?.value).collect();
    let [signer] = signers.as_slice() else { return Err(Refusal::SignatureCount { count: signers.len() }) };
    let mut content = Walk::new(encapsulated.value);
    if oid(content.next()).as_deref() != Some(TST_INFO) {
        return Err(malformed("its content is no TSTInfo"));
    }
    let content = content.expect(0xa0).and_then(|wrapped| single(wrapped.value, OCTET_STRING)).ok_or_else(shape)?.value;
    Ok(Token { content, certificates, signer: parse_signer(signer.value)? })
}

fn parse_signer(bytes: &[u8]) -> Result<Signer<'_>, Refusal> {
    let shape = || malformed("its SignerInfo is cut off or out of order");
    let mut walk = Walk::new(bytes);
    walk.expect(INTEGER).ok_or_else(shape)?;
    let id = walk.next().ok_or_else(shape)?;
    let named = (id.tag == SEQUENCE).then(|| {
        let mut parts = Walk::new(id.value);
        Some((parts.next()?.whole, parts.expect(INTEGER)?.value))
    });
    let hash = Hash::from_oid(&algorithm(walk.expect(SEQUENCE)).ok_or_else(shape)?.0)?;
    let attributes = walk.expect(0xa0).ok_or_else(|| malformed("it has no signed attributes"))?.value;
    let (scheme, parameters) = algorithm(walk.expect(SEQUENCE)).ok_or_else(shape)?;
    let hash_of_scheme = parameters.and_then(|parameters| pss_hash(parameters.value)).unwrap_or(hash);
    let signature = walk.expect(OCTET_STRING).ok_or_else(shape)?.value;
    Ok(Signer { named: named.flatten(), hash, scheme: Scheme::from_oid(&scheme, Some(hash_of_scheme))?, attributes, signature })
}

fn algorithm(tlv: Option<Tlv<'_>>) -> Option<(String, Option<Tlv<'_>>)> {
    let mut walk = Walk::new(tlv?.value);
    Some((oid(walk.next())?, walk.next()))
}

/// Hash, imprint and time of a TSTInfo.
#[allow(clippy::type_complexity)]
fn tst_info(content: &[u8]) -> Option<(Result<Hash, Refusal>, &[u8], u64)> {
    let mut walk = Walk::new(single(content, SEQUENCE)?.value);
    walk.expect(INTEGER)?;
    walk.expect(OID)?;
    let mut imprint = Walk::new(walk.expect(SEQUENCE)?.value);
    let hash = Hash::from_oid(&algorithm(imprint.expect(SEQUENCE))?.0);
    let imprint = imprint.expect(OCTET_STRING)?.value;
    walk.expect(INTEGER)?;
    let time = std::str::from_utf8(walk.expect(0x18)?.value).ok()?;
    let (digits, _) = time.split_at_checked(14)?;
    let part = |from: usize, to: usize| digits.get(from..to);
    let text = format!("{}-{}-{}T{}:{}:{}Z", part(0, 4)?, part(4, 6)?, part(6, 8)?, part(8, 10)?, part(10, 12)?, part(12, 14)?);
    Some((hash, imprint, super::encoding::unix_seconds(&text)?))
}

/// The values of a signed attribute.
fn attribute<'a>(token: &Token<'a>, wanted: &str) -> Option<&'a [u8]> {
    Walk::new(token.signer.attributes).find_map(|attribute| {
        let mut walk = Walk::new(attribute.value);
        (oid(walk.next())? == wanted).then(|| walk.expect(SET).map(|set| set.value)).flatten()
    })
}

/// Signed attributes must repeat the content's type and hash (RFC 5652, 5.3).
fn check_attributes(token: &Token<'_>) -> Result<(), Refusal> {
    let content_type = attribute(token, CONTENT_TYPE).and_then(|set| oid(Walk::new(set).next()));
    let digest = attribute(token, MESSAGE_DIGEST).and_then(|set| Walk::new(set).expect(OCTET_STRING));
    let expected = token.signer.hash.of(token.content);
    if content_type.as_deref() == Some(TST_INFO) && digest.is_some_and(|digest| digest.value == expected) {
        Ok(())
    } else {
        Err(Refusal::TimestampAttributes)
    }
}

/// Where the attributes name the signer's certificate by hash, it must be this one (RFC 5816).
fn check_certificate_id(token: &Token<'_>, leaf: &Certificate) -> Result<(), Refusal> {
    let Some(value) = attribute(token, SIGNING_CERTIFICATE_V2) else { return Ok(()) };
    let named = || {
        let list = Walk::new(Walk::new(value).expect(SEQUENCE)?.value).expect(SEQUENCE)?;
        let mut first = Walk::new(Walk::new(list.value).expect(SEQUENCE)?.value);
        let hash = match first.expect(SEQUENCE) {
            Some(named) => Hash::from_oid(&oid(Walk::new(named.value).next())?).ok()?,
            None => Hash::Sha256,
        };
        Some(first.expect(OCTET_STRING)?.value == hash.of(leaf.der()))
    };
    if named() == Some(true) { Ok(()) } else { Err(Refusal::TimestampAttributes) }
}
