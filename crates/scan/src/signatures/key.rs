//! Public keys and the schemes by which they sign.
//!
//! SubjectPublicKeyInfo (RFC 5280, 4.1.2.7) and PKCS #1 public keys, PEM or DER. All arithmetic is RustCrypto's; here a
//! scheme is chosen, never computed. Must not know who holds a key. Proof: `tests/suite/signatures/scenes.rs` (samples by
//! another implementation for every scheme).

use p256::ecdsa::signature::hazmat::PrehashVerifier as _;
use rsa::pkcs1::DecodeRsaPublicKey as _;
use rsa::traits::PublicKeyParts as _;
use sha2::{Digest as _, Sha256, Sha384, Sha512};
use spki::{DecodePublicKey as _, SubjectPublicKeyInfoRef};

use super::encoding::hex;
use super::refusal::Refusal;

/// Smallest RSA modulus that still proves something, bits.
const MIN_RSA_BITS: usize = 2048;

/// A hash that signatures are made over.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Hash {
    /// SHA-256.
    Sha256,
    /// SHA-384.
    Sha384,
    /// SHA-512.
    Sha512,
}

impl Hash {
    /// The digest of these bytes.
    pub(super) fn of(self, bytes: &[u8]) -> Vec<u8> {
        match self {
            Self::Sha256 => Sha256::digest(bytes).to_vec(),
            Self::Sha384 => Sha384::digest(bytes).to_vec(),
            Self::Sha512 => Sha512::digest(bytes).to_vec(),
        }
    }

    /// By its object identifier (NIST arc 2.16.840.1.101.3.4.2); SHA-1 and other weak ones are refused by name.
    pub(super) fn from_oid(oid: &str) -> Result<Self, Refusal> {
        match oid {
            "2.16.840.1.101.3.4.2.1" => Ok(Self::Sha256),
            "2.16.840.1.101.3.4.2.2" => Ok(Self::Sha384),
            "2.16.840.1.101.3.4.2.3" => Ok(Self::Sha512),
            "1.3.14.3.2.26" => Err(Refusal::Weak { algorithm: "SHA-1".into() }),
            "1.2.840.113549.2.5" => Err(Refusal::Weak { algorithm: "MD5".into() }),
            other => Err(Refusal::Unsupported { what: "the hash algorithm", name: other.into() }),
        }
    }

    fn name(self) -> &'static str {
        match self {
            Self::Sha256 => "SHA-256",
            Self::Sha384 => "SHA-384",
            Self::Sha512 => "SHA-512",
        }
    }
}

/// How a signature was made.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Scheme {
    /// ECDSA over a hash; the curve is the key's.
    Ecdsa(Hash),
    /// RSASSA-PKCS1-v1_5.
    RsaPkcs1(Hash),
    /// RSASSA-PSS, salt as long as the hash.
    RsaPss(Hash),
    /// Pure Ed25519 (RFC 8032).
    Ed25519,
}

impl Scheme {
    /// By the object identifier and parameters of an AlgorithmIdentifier.
    pub(super) fn from_oid(oid: &str, hash: Option<Hash>) -> Result<Self, Refusal> {
        Ok(match oid {
            "1.2.840.10045.4.3.2" => Self::Ecdsa(Hash::Sha256),
            "1.2.840.10045.4.3.3" => Self::Ecdsa(Hash::Sha384),
            "1.2.840.10045.4.3.4" => Self::Ecdsa(Hash::Sha512),
            "1.2.840.113549.1.1.11" => Self::RsaPkcs1(Hash::Sha256),
            "1.2.840.113549.1.1.12" => Self::RsaPkcs1(Hash::Sha384),
            "1.2.840.113549.1.1.13" => Self::RsaPkcs1(Hash::Sha512),
            // rsaEncryption and id-ecPublicKey as CMS signature algorithms take the hash from the digest algorithm.
            "1.2.840.113549.1.1.1" => Self::RsaPkcs1(hash.unwrap_or(Hash::Sha256)),
            "1.2.840.10045.2.1" => Self::Ecdsa(hash.unwrap_or(Hash::Sha256)),
            "1.2.840.113549.1.1.10" => Self::RsaPss(hash.unwrap_or(Hash::Sha256)),
            "1.3.101.112" => Self::Ed25519,
            "1.2.840.10045.4.1" | "1.2.840.113549.1.1.5" => return Err(Refusal::Weak { algorithm: "SHA-1".into() }),
            "1.2.840.113549.1.1.4" => return Err(Refusal::Weak { algorithm: "MD5".into() }),
            other => return Err(Refusal::Unsupported { what: "the signature algorithm", name: other.into() }),
        })
    }
}

#[derive(Debug, Clone)]
enum Kind {
    P256(p256::ecdsa::VerifyingKey),
    P384(p384::ecdsa::VerifyingKey),
    Ed25519(ed25519_dalek::VerifyingKey),
    Rsa(Box<rsa::PublicKey>),
}

/// A public key.
#[derive(Debug, Clone)]
pub struct PublicKey {
    kind: Kind,
    /// SubjectPublicKeyInfo, DER.
    spki: Vec<u8>,
}

impl PublicKey {
    /// Reads a PEM `PUBLIC KEY`, `RSA PUBLIC KEY` or `CERTIFICATE`.
    ///
    /// # Errors
    /// [`Refusal::Malformed`], [`Refusal::Unsupported`] for another curve or algorithm, [`Refusal::Weak`] for RSA below 2048 bits.
    pub fn from_pem(pem: &str) -> Result<Self, Refusal> {
        let (label, der) = der::pem::decode_vec(pem.trim().as_bytes())
            .map_err(|error| Refusal::malformed("the public key", error.to_string()))?;
        match label {
            "PUBLIC KEY" => Self::from_spki(&der),
            "RSA PUBLIC KEY" => Self::from_pkcs1(&der),
            "CERTIFICATE" => super::certificate::Certificate::from_der(&der)?.public_key(),
            other => Err(Refusal::Unsupported { what: "the PEM label", name: other.into() }),
        }
    }

    /// Reads a SubjectPublicKeyInfo in DER.
    pub(super) fn from_spki(der: &[u8]) -> Result<Self, Refusal> {
        let bad = |why: String| Refusal::malformed("the public key", why);
        let info = SubjectPublicKeyInfoRef::try_from(der).map_err(|error| bad(error.to_string()))?;
        let curve = info.algorithm.parameters_oid().ok().map(|oid| oid.to_string());
        let kind = match (info.algorithm.oid.to_string().as_str(), curve.as_deref()) {
            ("1.2.840.10045.2.1", Some("1.2.840.10045.3.1.7")) => {
                Kind::P256(p256::ecdsa::VerifyingKey::from_public_key_der(der).map_err(|error| bad(error.to_string()))?)
            }
            ("1.2.840.10045.2.1", Some("1.3.132.0.34")) => {
                Kind::P384(p384::ecdsa::VerifyingKey::from_public_key_der(der).map_err(|error| bad(error.to_string()))?)
            }
            ("1.2.840.10045.2.1", curve) => {
                return Err(Refusal::Unsupported { what: "the curve", name: curve.unwrap_or("explicit parameters").into() });
            }
            ("1.3.101.112", _) => {
                let raw =
                    info.subject_public_key.raw_bytes().try_into().map_err(|_| bad("an Ed25519 key has 32 bytes".into()))?;
                Kind::Ed25519(ed25519_dalek::VerifyingKey::from_bytes(raw).map_err(|error| bad(error.to_string()))?)
            }
            // id-RSASSA-PSS (RFC 4055) carries the same RSAPublicKey.
            ("1.2.840.113549.1.1.1" | "1.2.840.113549.1.1.10", _) => rsa_kind(info.subject_public_key.raw_bytes())?,
            (other, _) => return Err(Refusal::Unsupported { what: "the key algorithm", name: other.into() }),
        };
        Ok(Self { kind, spki: der.to_vec() })
    }

    /// Reads a PKCS #1 RSAPublicKey in DER (trusted roots write `PKCS1_RSA_PKCS1V5` keys so).
    pub(super) fn from_pkcs1(der: &[u8]) -> Result<Self, Refusal> {
        let kind = rsa_kind(der)?;
        // AlgorithmIdentifier rsaEncryption with NULL, then the BIT STRING without unused bits.
        let algorithm = [0x30, 0x0d, 0x06, 0x09, 0x2a, 0x86, 0x48, 0x86, 0xf7, 0x0d, 0x01, 0x01, 0x01, 0x05, 0x00];
        let bits = super::tlv::wrap(0x03, &[&[0], der].concat());
        Ok(Self { kind, spki: super::tlv::wrap(super::tlv::SEQUENCE, &[&algorithm[..], &bits].concat()) })
    }

    /// The key as a SubjectPublicKeyInfo in DER.
    pub(super) fn spki(&self) -> &[u8] {
        &self.spki
    }

    /// `sha256:` and the hash of the SubjectPublicKeyInfo, as logs and certificates quote keys.
    pub fn fingerprint(&self) -> String {
        format!("sha256:{}", hex(&Hash::Sha256.of(&self.spki)))
    }

    /// Kind in words: `ECDSA P-256`, `RSA 3072`.
    pub fn kind(&self) -> String {
        match &self.kind {
            Kind::P256(_) => "ECDSA P-256".into(),
            Kind::P384(_) => "ECDSA P-384".into(),
            Kind::Ed25519(_) => "Ed25519".into(),
            Kind::Rsa(key) => format!("RSA {}", key.size() * 8),
        }
    }

    /// Schemes by which tools sign with such a key when the envelope does not say which, the usual one first.
    pub(super) fn usual_schemes(&self) -> &'static [Scheme] {
        match &self.kind {
            Kind::P256(_) => &[Scheme::Ecdsa(Hash::Sha256)],
            // cosign hashes with SHA-256 whatever the curve; the algorithm registry demands SHA-384.
            Kind::P384(_) => &[Scheme::Ecdsa(Hash::Sha384), Scheme::Ecdsa(Hash::Sha256)],
            Kind::Ed25519(_) => &[Scheme::Ed25519],
            Kind::Rsa(_) => &[
                Scheme::RsaPkcs1(Hash::Sha256),
                Scheme::RsaPss(Hash::Sha256),
                Scheme::RsaPkcs1(Hash::Sha384),
                Scheme::RsaPkcs1(Hash::Sha512),
                Scheme::RsaPss(Hash::Sha384),
                Scheme::RsaPss(Hash::Sha512),
            ],
        }
    }

    /// Words for the algorithm: `ECDSA P-256 with SHA-256`.
    pub(super) fn describe(&self, scheme: Scheme) -> String {
        match scheme {
            Scheme::Ecdsa(hash) => format!("{} with {}", self.kind(), hash.name()),
            Scheme::RsaPkcs1(hash) => format!("{} PKCS #1 v1.5 with {}", self.kind(), hash.name()),
            Scheme::RsaPss(hash) => format!("{} PSS with {}", self.kind(), hash.name()),
            Scheme::Ed25519 => "Ed25519".into(),
        }
    }

    /// Verifies a signature in the form that X.509 uses (ECDSA as DER).
    pub(super) fn verify(&self, scheme: Scheme, message: &[u8], signature: &[u8]) -> Result<(), Refusal> {
        match (&self.kind, scheme) {
            (Kind::Ed25519(key), Scheme::Ed25519) => {
                let signature = ed25519_dalek::Signature::from_slice(signature).map_err(|_| self.wrong())?;
                key.verify_strict(message, &signature).map_err(|_| self.wrong())
            }
            (_, Scheme::Ecdsa(hash) | Scheme::RsaPkcs1(hash) | Scheme::RsaPss(hash)) => {
                self.verify_hashed(scheme, &hash.of(message), signature)
            }
            _ => Err(self.mismatch(scheme)),
        }
    }

    /// Verifies a signature over a hash that is already computed.
    pub(super) fn verify_hashed(&self, scheme: Scheme, hash: &[u8], signature: &[u8]) -> Result<(), Refusal> {
        let right = match (&self.kind, scheme) {
            (Kind::P256(key), Scheme::Ecdsa(_)) => p256::ecdsa::DerSignature::from_bytes(signature)
                .is_ok_and(|signature| key.verify_prehash(hash, &signature).is_ok()),
            (Kind::P384(key), Scheme::Ecdsa(_)) => p384::ecdsa::DerSignature::from_bytes(signature)
                .is_ok_and(|signature| key.verify_prehash(hash, &signature).is_ok()),
            (Kind::Rsa(key), Scheme::RsaPkcs1(Hash::Sha256)) => {
                key.verify(rsa::Pkcs1v15Sign::new::<Sha256>(), hash, signature).is_ok()
            }
            (Kind::Rsa(key), Scheme::RsaPkcs1(Hash::Sha384)) => {
                key.verify(rsa::Pkcs1v15Sign::new::<Sha384>(), hash, signature).is_ok()
            }
            (Kind::Rsa(key), Scheme::RsaPkcs1(Hash::Sha512)) => {
                key.verify(rsa::Pkcs1v15Sign::new::<Sha512>(), hash, signature).is_ok()
            }
            (Kind::Rsa(key), Scheme::RsaPss(Hash::Sha256)) => key.verify(rsa::Pss::<Sha256>::new(), hash, signature).is_ok(),
            (Kind::Rsa(key), Scheme::RsaPss(Hash::Sha384)) => key.verify(rsa::Pss::<Sha384>::new(), hash, signature).is_ok(),
            (Kind::Rsa(key), Scheme::RsaPss(Hash::Sha512)) => key.verify(rsa::Pss::<Sha512>::new(), hash, signature).is_ok(),
            _ => return Err(self.mismatch(scheme)),
        };
        if right { Ok(()) } else { Err(self.wrong()) }
    }

    /// Verifies an ECDSA signature written as `r` and `s` side by side (JWS, COSE); other kinds as [`Self::verify`].
    pub(super) fn verify_jose(&self, scheme: Scheme, message: &[u8], signature: &[u8]) -> Result<(), Refusal> {
        let der = match (&self.kind, scheme) {
            (Kind::P256(_), Scheme::Ecdsa(_)) => {
                p256::ecdsa::Signature::from_slice(signature).map_err(|_| self.wrong())?.to_der().as_bytes().to_vec()
            }
            (Kind::P384(_), Scheme::Ecdsa(_)) => {
                p384::ecdsa::Signature::from_slice(signature).map_err(|_| self.wrong())?.to_der().as_bytes().to_vec()
            }
            _ => signature.to_vec(),
        };
        self.verify(scheme, message, &der)
    }

    /// Tries the usual schemes; the one that fits.
    pub(super) fn verify_usual(&self, message: &[u8], signature: &[u8]) -> Result<Scheme, Refusal> {
        let fits = |scheme: &&Scheme| self.verify(**scheme, message, signature).is_ok();
        self.usual_schemes().iter().find(fits).copied().ok_or_else(|| self.wrong())
    }

    fn wrong(&self) -> Refusal {
        Refusal::WrongSignature { key: format!("{} {}", self.kind(), self.fingerprint().chars().take(19).collect::<String>()) }
    }

    fn mismatch(&self, scheme: Scheme) -> Refusal {
        let algorithm = match scheme {
            Scheme::Ecdsa(_) => "ECDSA",
            Scheme::RsaPkcs1(_) => "RSA PKCS #1 v1.5",
            Scheme::RsaPss(_) => "RSA PSS",
            Scheme::Ed25519 => "Ed25519",
        };
        Refusal::AlgorithmMismatch { algorithm: algorithm.into(), key: self.kind() }
    }
}

impl PartialEq for PublicKey {
    fn eq(&self, other: &Self) -> bool {
        self.spki == other.spki
    }
}

fn rsa_kind(pkcs1: &[u8]) -> Result<Kind, Refusal> {
    let key =
        rsa::PublicKey::from_pkcs1_der(pkcs1).map_err(|error| Refusal::malformed("the RSA public key", error.to_string()))?;
    let bits = key.size() * 8;
    if bits < MIN_RSA_BITS {
        return Err(Refusal::Weak { algorithm: format!("an RSA key of {bits} bits") });
    }
    Ok(Kind::Rsa(Box::new(key)))
}
