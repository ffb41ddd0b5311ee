//! Digests: `algorithm:hex` (image-spec `descriptor.md`, section Digests).
//!
//! Proof: `tests/suite/digest.rs` and the tests below.

use std::fmt;
use std::str::FromStr;

use serde::{Deserialize, Deserializer, Serialize, Serializer};
use sha2::Digest as _;
use sha2::digest::common::hazmat::SerializableState;

use crate::error::{Error, shown};
use crate::host_sums::HostSha256;

/// A registered digest algorithm.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Default)]
pub enum Algorithm {
    /// `sha256`, which everybody writes.
    #[default]
    Sha256,
    /// `sha512`.
    Sha512,
}

impl Algorithm {
    /// Name as the specification writes it.
    pub fn name(self) -> &'static str {
        match self {
            Self::Sha256 => "sha256",
            Self::Sha512 => "sha512",
        }
    }
}

/// The digest of some bytes. Equal digests are equal whatever case they were written in.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Digest {
    /// 32 bytes of SHA-256.
    Sha256([u8; 32]),
    /// 64 bytes of SHA-512.
    Sha512([u8; 64]),
}

impl Digest {
    /// Parses `sha256:…` or `sha512:…`. Upper-case hex is accepted and written back in lower case.
    pub fn parse(text: &str) -> Result<Self, Error> {
        let bad = || Error::BadDigest { text: shown(text.as_bytes()) };
        let (algorithm, hex) = text.trim().split_once(':').ok_or_else(bad)?;
        if algorithm.eq_ignore_ascii_case("sha256") {
            unhex(hex).map(Self::Sha256).ok_or_else(bad)
        } else if algorithm.eq_ignore_ascii_case("sha512") {
            unhex(hex).map(Self::Sha512).ok_or_else(bad)
        } else if algorithm.is_empty() || hex.is_empty() {
            Err(bad())
        } else {
            Err(Error::DigestAlgorithm { algorithm: shown(algorithm.as_bytes()) })
        }
    }

    /// The sha256 that these 64 hex digits spell (file names of old archives); none for anything else.
    pub fn from_sha256_hex(hex: &str) -> Option<Self> {
        unhex(hex).map(Self::Sha256)
    }

    /// Hashes bytes with SHA-256.
    pub fn sha256(bytes: &[u8]) -> Self {
        Self::Sha256(sha2::Sha256::digest(bytes).into())
    }

    /// Hashes bytes with this digest's own algorithm.
    pub fn of_same_algorithm(&self, bytes: &[u8]) -> Self {
        let mut hasher = Hasher::new(self.algorithm());
        hasher.push(bytes);
        hasher.finish()
    }

    /// True when these bytes hash to it.
    pub fn matches(&self, bytes: &[u8]) -> bool {
        self.of_same_algorithm(bytes) == *self
    }

    /// Its algorithm.
    pub fn algorithm(&self) -> Algorithm {
        match self {
            Self::Sha256(_) => Algorithm::Sha256,
            Self::Sha512(_) => Algorithm::Sha512,
        }
    }

    /// The raw hash.
    pub fn as_bytes(&self) -> &[u8] {
        match self {
            Self::Sha256(bytes) => bytes,
            Self::Sha512(bytes) => bytes,
        }
    }

    /// The hash in lower-case hex, without the algorithm.
    pub fn hex(&self) -> String {
        hex(self.as_bytes())
    }

    /// First 12 hex digits, as people quote digests.
    pub fn short(&self) -> String {
        hex(self.as_bytes().get(..6).unwrap_or_default())
    }
}

impl fmt::Display for Digest {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}:{}", self.algorithm().name(), self.hex())
    }
}

impl fmt::Debug for Digest {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(self, f)
    }
}

impl FromStr for Digest {
    type Err = Error;

    fn from_str(text: &str) -> Result<Self, Error> {
        Self::parse(text)
    }
}

impl Serialize for Digest {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(self)
    }
}

impl<'de> Deserialize<'de> for Digest {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let text = String::deserialize(deserializer)?;
        Self::parse(&text).map_err(serde::de::Error::custom)
    }
}

/// Hashes a stream.
pub struct Hasher(State);

enum State {
    Sha256(sha2::Sha256),
    Sha512(sha2::Sha512),
    Host(Box<dyn HostSha256>),
}

impl Hasher {
    /// An empty stream.
    pub fn new(algorithm: Algorithm) -> Self {
        Self(match algorithm {
            Algorithm::Sha256 => State::Sha256(sha2::Sha256::new()),
            Algorithm::Sha512 => State::Sha512(sha2::Sha512::new()),
        })
    }

    /// An empty stream that the host hashes.
    pub fn by_host(host: Box<dyn HostSha256>) -> Self {
        Self(State::Host(host))
    }

    /// Where it stands, for [`Self::resume`] to carry on from, perhaps in another process; none where a host hashes.
    pub fn state(&self) -> Option<Vec<u8>> {
        match &self.0 {
            State::Sha256(hasher) => Some(hasher.serialize().to_vec()),
            State::Sha512(hasher) => Some(hasher.serialize().to_vec()),
            State::Host(_) => None,
        }
    }

    /// Carries on from a state; none for what is no state of this algorithm.
    pub fn resume(algorithm: Algorithm, state: &[u8]) -> Option<Self> {
        Some(Self(match algorithm {
            Algorithm::Sha256 => State::Sha256(SerializableState::deserialize(state.try_into().ok()?).ok()?),
            Algorithm::Sha512 => State::Sha512(SerializableState::deserialize(state.try_into().ok()?).ok()?),
        }))
    }

    /// Takes the next bytes.
    pub fn push(&mut self, bytes: &[u8]) {
        match &mut self.0 {
            State::Sha256(hasher) => hasher.update(bytes),
            State::Sha512(hasher) => hasher.update(bytes),
            State::Host(host) => host.push(bytes),
        }
    }

    /// The digest of everything pushed.
    pub fn finish(self) -> Digest {
        match self.0 {
            State::Sha256(hasher) => Digest::Sha256(hasher.finalize().into()),
            State::Sha512(hasher) => Digest::Sha512(hasher.finalize().into()),
            State::Host(host) => Digest::Sha256(host.finish()),
        }
    }
}

fn hex(bytes: &[u8]) -> String {
    let digit = |nibble: u8| char::from_digit(u32::from(nibble), 16).unwrap_or('0');
    bytes.iter().flat_map(|byte| [digit(byte >> 4), digit(byte & 15)]).collect()
}

fn unhex<const N: usize>(text: &str) -> Option<[u8; N]> {
    if text.len() != N.checked_mul(2)? {
        return None;
    }
    let mut out = [0u8; N];
    for (slot, pair) in out.iter_mut().zip(text.as_bytes().chunks_exact(2)) {
        let [high, low] = pair else { return None };
        let nibble = |byte: u8| char::from(byte).to_digit(16).and_then(|digit| u8::try_from(digit).ok());
        *slot = nibble(*high)? << 4 | nibble(*low)?;
    }
    Some(out)
}

#[cfg(test)]
mod tests {
    use super::*;

    const EMPTY: &str = "sha256:e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855";

    #[test]
    fn digests_round_trip_and_ignore_case() {
        let digest = Digest::parse(EMPTY).unwrap();
        assert_eq!(digest.to_string(), EMPTY);
        assert_eq!(Digest::parse(&EMPTY.to_ascii_uppercase()).unwrap(), digest);
        assert_eq!(Digest::sha256(b""), digest);
        assert_eq!(digest.short(), "e3b0c44298fc");
        assert_eq!(serde_json::from_str::<Digest>(&serde_json::to_string(&digest).unwrap()).unwrap(), digest);
    }

    #[test]
    fn a_hash_is_carried_on_from_where_it_stands() {
        let bytes: Vec<u8> = (0..1000u32).map(|number| (number * 7) as u8).collect();
        for whole in [Digest::sha256(&bytes), Digest::Sha512([0; 64]).of_same_algorithm(&bytes)] {
            for cut in [0, 1, 64, 127, 128, 999, 1000] {
                let mut first = Hasher::new(whole.algorithm());
                first.push(&bytes[..cut]);
                let mut second = Hasher::resume(whole.algorithm(), &first.state().unwrap()).unwrap();
                second.push(&bytes[cut..]);
                assert_eq!(second.finish(), whole, "{cut}");
            }
            assert!(Hasher::resume(whole.algorithm(), b"no state").is_none());
        }
    }

    #[test]
    fn wrong_digests_are_told_apart() {
        for text in ["", "sha256", "sha256:", "sha256:zz", &EMPTY[..70], &format!("{EMPTY}0"), ":abc"] {
            assert!(matches!(Digest::parse(text), Err(Error::BadDigest { .. })), "{text}");
        }
        assert!(matches!(Digest::parse("blake3:00"), Err(Error::DigestAlgorithm { .. })));
    }

    #[test]
    fn streams_hash_like_whole_buffers() {
        for algorithm in [Algorithm::Sha256, Algorithm::Sha512] {
            let mut hasher = Hasher::new(algorithm);
            for byte in b"hello" {
                hasher.push(&[*byte]);
            }
            let digest = hasher.finish();
            assert!(digest.matches(b"hello"));
            assert_eq!(digest.algorithm(), algorithm);
        }
    }
}
