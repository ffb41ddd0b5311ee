//! Masking at birth: a public prefix and a length are kept of a value, and a fingerprint from which it cannot be had.
//!
//! The fingerprint of a random value is a hash of the rule and the value: the same key in two images has the same one, and
//! allow-lists survive a moved file. A value that may be guessed (a password) would be found by hashing a dictionary, so
//! its fingerprint is a hash of rule, path and name alone, plus a number where one name comes up more than once.

use sha2::{Digest, Sha256};

/// A masked sample: at most `shown` leading characters, never more than a quarter of the value.
pub(crate) fn masked(value: &[u8], shown: usize) -> String {
    let shown = shown.min(value.len() / 4).min(16);
    let prefix: String =
        value.iter().take(shown).map(|byte| if (0x20..0x7F).contains(byte) { char::from(*byte) } else { '?' }).collect();
    format!("{prefix}… ({} characters)", value.len())
}

/// Fingerprint of a random value.
pub(crate) fn of_value(rule: &str, value: &[u8]) -> String {
    hex(&[b"porthole secret value 1", rule.as_bytes(), value])
}

/// Fingerprint of a guessable value: of its place.
pub(crate) fn of_place(rule: &str, path: &[u8], name: &[u8], number: usize) -> String {
    hex(&[b"porthole secret place 1", rule.as_bytes(), path, name, number.to_string().as_bytes()])
}

fn hex(parts: &[&[u8]]) -> String {
    let mut hash = Sha256::new();
    for part in parts {
        // Lengths keep the parts apart.
        hash.update((part.len() as u64).to_le_bytes());
        hash.update(part);
    }
    hash.finalize().iter().take(8).map(|byte| format!("{byte:02x}")).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_masked_sample_keeps_the_prefix_and_the_length() {
        assert_eq!(masked(b"ghp_0123456789012345678901234567890123456789", 4), "ghp_… (44 characters)");
        assert_eq!(masked(b"hunter2", 0), "… (7 characters)");
        assert_eq!(masked(b"abcdef", 6), "a… (6 characters)");
    }

    #[test]
    fn fingerprints_of_places_do_not_depend_on_values() {
        assert_eq!(of_place("r", b"p", b"n", 0).len(), 16);
        assert_ne!(of_place("r", b"p", b"n", 0), of_place("r", b"pn", b"", 0));
        assert_ne!(of_value("r", b"a"), of_value("r", b"b"));
    }
}
