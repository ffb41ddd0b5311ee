//! Base64 and times, as the signature formats write them.
//!
//! RFC 4648 (with and without padding, both alphabets), RFC 3339. Knows no format.

use base64ct::{Base64, Base64Unpadded, Base64UrlUnpadded, Encoding as _};
use der::DateTime;

/// Standard base64; line breaks and missing padding are accepted, as tools write both.
pub(super) fn base64(text: &str) -> Option<Vec<u8>> {
    let tight: String = text.chars().filter(|c| !c.is_ascii_whitespace()).collect();
    Base64::decode_vec(&tight).or_else(|_| Base64Unpadded::decode_vec(&tight)).ok()
}

/// URL-safe base64 without padding (RFC 7515).
pub(super) fn base64url(text: &str) -> Option<Vec<u8>> {
    Base64UrlUnpadded::decode_vec(text).ok()
}

/// Writes standard base64 with padding.
pub(super) fn to_base64(bytes: &[u8]) -> String {
    Base64::encode_string(bytes)
}

/// Lower-case hex.
pub(super) fn hex(bytes: &[u8]) -> String {
    bytes.iter().fold(String::with_capacity(bytes.len() * 2), |mut out, byte| {
        for nibble in [byte >> 4, byte & 15] {
            out.push(char::from_digit(u32::from(nibble), 16).unwrap_or('0'));
        }
        out
    })
}

/// Bytes of a hex text; `None` for an odd length or another character.
pub(super) fn unhex(text: &str) -> Option<Vec<u8>> {
    if !text.len().is_multiple_of(2) {
        return None;
    }
    let digit = |byte: u8| char::from(byte).to_digit(16).map(|digit| digit as u8);
    text.as_bytes().chunks(2).map(|pair| Some(digit(*pair.first()?)? << 4 | digit(*pair.get(1)?)?)).collect()
}

/// RFC 3339 in UTC of seconds since 1970.
pub(super) fn rfc3339(seconds: u64) -> String {
    crate::time::rfc3339(i64::try_from(seconds).unwrap_or(i64::MAX))
}

/// Seconds since 1970 of an RFC 3339 time; fractions are cut off.
pub(super) fn unix_seconds(text: &str) -> Option<u64> {
    let (date_time, rest) = text.split_at_checked(19)?;
    let base = format!("{date_time}Z").parse::<DateTime>().ok()?.unix_duration().as_secs();
    let zone = match rest.strip_prefix('.') {
        Some(fraction) => fraction.trim_start_matches(|c: char| c.is_ascii_digit()),
        None => rest,
    };
    if zone.eq_ignore_ascii_case("z") {
        return Some(base);
    }
    let (hours, minutes) = zone.get(1..)?.split_once(':')?;
    let offset = hours.parse::<u64>().ok()?.checked_mul(3600)?.checked_add(minutes.parse::<u64>().ok()?.checked_mul(60)?)?;
    match zone.get(..1)? {
        "+" => base.checked_sub(offset),
        "-" => base.checked_add(offset),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn times_are_read_with_fractions_and_offsets() {
        for (text, expected) in [
            ("1970-01-01T00:00:00Z", Some(0)),
            ("2022-12-31T23:59:59.999Z", Some(1_672_531_199)),
            ("2024-05-01T12:00:00+02:00", Some(1_714_557_600)),
            ("2024-05-01T08:00:00.5-02:00", Some(1_714_557_600)),
            ("2024-05-01T12:00:00", None),
            ("2024-13-01T12:00:00Z", None),
            ("yesterday", None),
        ] {
            assert_eq!(unix_seconds(text), expected, "{text}");
        }
        assert_eq!(rfc3339(1_714_557_600), "2024-05-01T10:00:00Z");
    }

    #[test]
    fn base64_is_read_as_tools_write_it() {
        assert_eq!(base64("aGk=").as_deref(), Some(&b"hi"[..]));
        assert_eq!(base64("aGk").as_deref(), Some(&b"hi"[..]));
        assert_eq!(base64("aG\nk=\n").as_deref(), Some(&b"hi"[..]));
        assert_eq!(base64("a!"), None);
        assert_eq!(unhex("00ff").as_deref(), Some(&[0, 255][..]));
        assert_eq!(unhex("0"), None);
    }
}
