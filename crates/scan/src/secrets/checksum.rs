//! Checksums and structures that issuers put into their tokens.

use porthole_oci::codec::crc32;

/// GitHub's and npm's tokens end in six base62 digits: the CRC-32 of the thirty characters after the prefix.
pub(crate) fn base62_crc32(token: &[u8]) -> bool {
    let Some(body) = token.len().checked_sub(36).and_then(|at| token.get(at..)) else { return false };
    let (random, check) = body.split_at(30);
    check == base62(crc32(0, random))
}

/// Six base62 digits, `0-9A-Za-z`, most significant first.
pub(crate) fn base62(mut value: u32) -> [u8; 6] {
    const DIGITS: &[u8; 62] = b"0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz";
    let mut out = [b'0'; 6];
    for place in out.iter_mut().rev() {
        *place = DIGITS[(value % 62) as usize];
        value /= 62;
    }
    out
}

/// The six characters that complete a token's thirty random ones.
#[cfg(test)]
pub(crate) fn complete(random: &[u8]) -> [u8; 6] {
    base62(crc32(0, random))
}

/// BIP-173's bech32 checksum: age secret keys have it.
pub(crate) fn bech32(text: &[u8]) -> bool {
    const ALPHABET: &[u8; 32] = b"qpzry9x8gf2tvdw0s3jn54khce6mua7l";
    let lower = text.to_ascii_lowercase();
    let Some(one) = lower.iter().rposition(|byte| *byte == b'1') else { return false };
    let (prefix, data) = (&lower[..one], &lower[one + 1..]);
    let mut sum = 1u32;
    let mut step = |value: u32| {
        let top = sum >> 25;
        sum = (sum & 0x1FF_FFFF) << 5 ^ value;
        for (i, generator) in [0x3B6A_57B2u32, 0x2650_8E6D, 0x1EA1_19FA, 0x3D42_33DD, 0x2A14_62B3].into_iter().enumerate() {
            if top >> i & 1 == 1 {
                sum ^= generator;
            }
        }
    };
    prefix.iter().for_each(|byte| step(u32::from(byte >> 5)));
    step(0);
    prefix.iter().for_each(|byte| step(u32::from(byte & 31)));
    for byte in data {
        let Some(value) = ALPHABET.iter().position(|known| known == byte) else { return false };
        step(value as u32);
    }
    sum == 1
}

/// Decodes base64 of either alphabet, padded or not; stops at the first foreign byte. At most `max` bytes come out.
pub(crate) fn base64(text: &[u8], max: usize) -> Vec<u8> {
    let mut out = Vec::with_capacity(max.min(text.len()));
    let (mut bits, mut held) = (0u32, 0);
    for byte in text {
        let value = match byte {
            b'A'..=b'Z' => byte - b'A',
            b'a'..=b'z' => byte - b'a' + 26,
            b'0'..=b'9' => byte - b'0' + 52,
            b'+' | b'-' => 62,
            b'/' | b'_' => 63,
            b'\n' | b'\r' => continue,
            _ => break,
        };
        bits = bits << 6 | u32::from(value);
        held += 6;
        if held >= 8 {
            held -= 8;
            if out.len() >= max {
                break;
            }
            out.push((bits >> held) as u8);
        }
    }
    out
}

/// Base64 of `user:password` with nothing unprintable in it.
pub(crate) fn basic_auth(value: &[u8]) -> bool {
    let plain = base64(value, 512);
    let colon = plain.iter().position(|byte| *byte == b':');
    colon.is_some_and(|at| at > 0 && at + 1 < plain.len())
        && std::str::from_utf8(&plain).is_ok_and(|text| !text.contains(char::is_control))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn base62_has_six_digits() {
        assert_eq!(&base62(0), b"000000");
        assert_eq!(&base62(61), b"00000z");
        assert_eq!(&base62(62), b"000010");
    }

    #[test]
    fn bech32_accepts_bip_173_vectors_and_refuses_a_changed_digit() {
        for valid in ["A12UEL5L", "a12uel5l", "abcdef1qpzry9x8gf2tvdw0s3jn54khce6mua7lmqqqxw"] {
            assert!(bech32(valid.as_bytes()), "{valid}");
        }
        for wrong in ["A12UEL5M", "abcdef1qpzry9x8gf2tvdw0s3jn54khce6mua7lmqqqxq", "nothing", "b1b"] {
            assert!(!bech32(wrong.as_bytes()), "{wrong}");
        }
    }

    #[test]
    fn base64_reads_both_alphabets() {
        assert_eq!(base64(b"dXNlcjpwYXNz", 99), b"user:pass");
        assert_eq!(base64(b"-_8=", 99), [0xFB, 0xFF]);
        assert!(basic_auth(b"dXNlcjpwYXNz"));
        assert!(!basic_auth(b"dXNlcg=="));
    }
}
