//! One X.509 certificate: what it says, and who signed it.
//!
//! RFC 5280. Parsing is `x509-cert`'s; the signed bytes are taken as they were written. Chains are in `chain.rs`, Fulcio's
//! extensions in `fulcio.rs`. Proof: `tests/suite/signatures/scenes.rs`.

use der::Decode as _;
use der::Encode as _;
use x509_cert::ext::pkix::name::GeneralName;
use x509_cert::ext::pkix::{BasicConstraints, ExtendedKeyUsage, KeyUsage, SubjectAltName};

use super::encoding::{hex, rfc3339};
use super::key::{Hash, PublicKey, Scheme};
use super::refusal::Refusal;
use super::tlv::{SEQUENCE, Walk, single};

/// Extensions that are understood here, so that they may be critical.
const UNDERSTOOD: &[&str] = &[
    "2.5.29.15", // key usage
    "2.5.29.17", // subject alternative name
    "2.5.29.19", // basic constraints
    "2.5.29.37", // extended key usage
];

/// A certificate.
#[derive(Debug, Clone)]
pub(super) struct Certificate {
    der: Vec<u8>,
    parsed: x509_cert::Certificate,
}

impl Certificate {
    /// Reads DER; nothing may follow it.
    pub(super) fn from_der(der: &[u8]) -> Result<Self, Refusal> {
        let parsed =
            x509_cert::Certificate::from_der(der).map_err(|error| Refusal::malformed("the certificate", error.to_string()))?;
        Ok(Self { der: der.to_vec(), parsed })
    }

    /// Reads every `CERTIFICATE` of a PEM text, in its order.
    pub(super) fn all_from_pem(pem: &str) -> Result<Vec<Self>, Refusal> {
        const END: &str = "-----END CERTIFICATE-----";
        let mut found = Vec::new();
        let mut rest = pem;
        while let Some(start) = rest.find("-----BEGIN CERTIFICATE-----") {
            let block = rest.get(start..).unwrap_or_default();
            let Some(end) = block.find(END) else {
                return Err(Refusal::malformed("the certificate", "PEM without an end"));
            };
            let (block, after) = block.split_at(end + END.len());
            let (_, der) = der::pem::decode_vec(block.replace('\r', "").as_bytes())
                .map_err(|error| Refusal::malformed("the certificate", error.to_string()))?;
            found.push(Self::from_der(&der)?);
            rest = after;
        }
        Ok(found)
    }

    /// As it was written.
    pub(super) fn der(&self) -> &[u8] {
        &self.der
    }

    /// The signed part as it was written.
    pub(super) fn tbs(&self) -> &[u8] {
        single(&self.der, SEQUENCE).and_then(|outer| Walk::new(outer.value).next()).map(|tbs| tbs.whole).unwrap_or_default()
    }

    /// Lower-case hex of the SHA-256 of the certificate.
    pub(super) fn thumbprint(&self) -> String {
        hex(&Hash::Sha256.of(&self.der))
    }

    /// Subject, RFC 4514.
    pub(super) fn subject(&self) -> String {
        self.parsed.tbs_certificate().subject().to_string()
    }

    /// Subject for a sentence: the common name or organisation, else the whole name, else the first alternative name.
    pub(super) fn shown(&self) -> String {
        let subject = self.subject();
        if !subject.is_empty() {
            return subject;
        }
        self.alternative_names().into_iter().next().unwrap_or_else(|| "an unnamed subject".into())
    }

    /// Attribute types and values of the subject, in order: (`CN`, `example`).
    pub(super) fn subject_attributes(&self) -> Vec<(String, String)> {
        distinguished_name(&self.subject())
    }

    fn subject_der(&self) -> Vec<u8> {
        self.parsed.tbs_certificate().subject().to_der().unwrap_or_default()
    }

    fn issuer_der(&self) -> Vec<u8> {
        self.parsed.tbs_certificate().issuer().to_der().unwrap_or_default()
    }

    /// Issuer's name and serial number as DER, by which CMS names a signer.
    pub(super) fn issuer_and_serial(&self) -> (Vec<u8>, Vec<u8>) {
        (self.issuer_der(), self.parsed.tbs_certificate().serial_number().as_bytes().to_vec())
    }

    /// Its public key.
    pub(super) fn public_key(&self) -> Result<PublicKey, Refusal> {
        let spki = self.parsed.tbs_certificate().subject_public_key_info().to_der();
        PublicKey::from_spki(&spki.map_err(|error| Refusal::malformed("the public key", error.to_string()))?)
    }

    /// First and last second of validity, since 1970.
    pub(super) fn validity(&self) -> (u64, u64) {
        let validity = self.parsed.tbs_certificate().validity();
        (validity.not_before.to_unix_duration().as_secs(), validity.not_after.to_unix_duration().as_secs())
    }

    /// Refuses a time outside the validity.
    pub(super) fn valid_at(&self, at: u64) -> Result<(), Refusal> {
        let (from, until) = self.validity();
        if (from..=until).contains(&at) {
            return Ok(());
        }
        Err(Refusal::CertificateTime { subject: self.shown(), at: rfc3339(at), from: rfc3339(from), until: rfc3339(until) })
    }

    /// Content of an extension by its dotted OID.
    pub(super) fn extension(&self, oid: &str) -> Option<&[u8]> {
        let extensions = self.parsed.tbs_certificate().extensions()?;
        let found = extensions.iter().find(|extension| extension.extn_id.to_string() == oid)?;
        Some(found.extn_value.as_bytes())
    }

    /// Alternative names that identify a signer: e-mail addresses, URIs, DNS names and Fulcio's user names.
    pub(super) fn alternative_names(&self) -> Vec<String> {
        let Some(names) = self.extension("2.5.29.17").and_then(|der| SubjectAltName::from_der(der).ok()) else {
            return Vec::new();
        };
        names.0.iter().filter_map(general_name).collect()
    }

    /// Basic constraints say that it may issue certificates.
    pub(super) fn is_authority(&self) -> bool {
        self.basic_constraints().is_some_and(|constraints| constraints.ca)
    }

    /// How many authorities may stand between it and a leaf.
    pub(super) fn path_length(&self) -> Option<u8> {
        self.basic_constraints()?.path_len_constraint
    }

    fn basic_constraints(&self) -> Option<BasicConstraints> {
        BasicConstraints::from_der(self.extension("2.5.29.19")?).ok()
    }

    /// Key usage; `None` when the certificate does not restrict it.
    pub(super) fn key_usage(&self) -> Option<KeyUsage> {
        KeyUsage::from_der(self.extension("2.5.29.15")?).ok()
    }

    /// Extended key usages, dotted; `None` when the certificate does not restrict them.
    pub(super) fn extended_key_usages(&self) -> Option<Vec<String>> {
        let usages = ExtendedKeyUsage::from_der(self.extension("2.5.29.37")?).ok()?;
        Some(usages.0.iter().map(ToString::to_string).collect())
    }

    /// Refuses critical extensions that nobody here understands.
    pub(super) fn refuse_unknown_critical(&self) -> Result<(), Refusal> {
        let extensions = self.parsed.tbs_certificate().extensions().map(Vec::as_slice).unwrap_or_default();
        for extension in extensions.iter().filter(|extension| extension.critical) {
            let oid = extension.extn_id.to_string();
            if !UNDERSTOOD.contains(&oid.as_str()) {
                return Err(Refusal::CriticalExtension { subject: self.shown(), oid });
            }
        }
        Ok(())
    }

    /// True when the names fit: `issuer` may have issued it.
    pub(super) fn names_as_issuer(&self, issuer: &Certificate) -> bool {
        self.issuer_der() == issuer.subject_der()
    }

    /// Verifies that `issuer` signed it.
    pub(super) fn signed_by(&self, issuer: &Certificate) -> Result<(), Refusal> {
        let algorithm = self.parsed.signature_algorithm();
        if algorithm != self.parsed.tbs_certificate().signature() {
            return Err(Refusal::malformed("the certificate", "its two signature algorithms differ"));
        }
        let hash = match algorithm.parameters.as_ref() {
            Some(parameters) if algorithm.oid.to_string() == "1.2.840.113549.1.1.10" => pss_hash(parameters.value()),
            _ => None,
        };
        let scheme = Scheme::from_oid(&algorithm.oid.to_string(), hash)?;
        let signature = self.parsed.signature().as_bytes().unwrap_or_default();
        issuer.public_key()?.verify(scheme, self.tbs(), signature)
    }
}

impl PartialEq for Certificate {
    fn eq(&self, other: &Self) -> bool {
        self.der == other.der
    }
}

/// The hash of RSASSA-PSS parameters (RFC 4055): `[0] { AlgorithmIdentifier }`, SHA-1 when absent, which no scheme accepts.
pub(super) fn pss_hash(parameters: &[u8]) -> Option<Hash> {
    let context = Walk::new(parameters).find(|tlv| tlv.tag == 0xa0)?;
    let algorithm = single(context.value, SEQUENCE)?;
    let oid = Walk::new(algorithm.value).next()?;
    Hash::from_oid(&super::tlv::dotted(oid.value)?).ok()
}

fn general_name(name: &GeneralName) -> Option<String> {
    match name {
        GeneralName::Rfc822Name(text) => Some(text.as_str().to_owned()),
        GeneralName::UniformResourceIdentifier(text) => Some(text.as_str().to_owned()),
        GeneralName::DnsName(text) => Some(text.as_str().to_owned()),
        // Fulcio's user name: an UTF8String under its own OID.
        GeneralName::OtherName(other) if other.type_id.to_string() == "1.3.6.1.4.1.57264.1.7" => {
            String::from_utf8(other.value.value().to_vec()).ok()
        }
        _ => None,
    }
}

/// Splits an RFC 4514 name at commas and pluses that are not escaped.
pub(super) fn distinguished_name(text: &str) -> Vec<(String, String)> {
    let mut parts = vec![String::new()];
    let mut escaped = false;
    for c in text.chars() {
        match (c, parts.last_mut()) {
            ('\\', _) if !escaped => escaped = true,
            (',' | '+', _) if !escaped => parts.push(String::new()),
            (c, Some(last)) => {
                last.push(c);
                escaped = false;
            }
            _ => {}
        }
    }
    let pair =
        |part: &String| part.split_once('=').map(|(kind, value)| (kind.trim().to_ascii_uppercase(), value.trim().to_owned()));
    parts.iter().filter_map(pair).map(|(kind, value)| (if kind == "S" { "ST".into() } else { kind }, value)).collect()
}
