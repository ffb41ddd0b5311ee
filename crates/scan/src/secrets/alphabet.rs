//! Sets of ASCII characters, as constants.

/// A set of ASCII characters.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Alphabet(u128);

impl Alphabet {
    /// The characters of `text`, where `a-z` inside it means the range.
    pub(crate) const fn new(text: &str) -> Self {
        let bytes = text.as_bytes();
        let mut set = 0u128;
        let mut i = 0;
        while i < bytes.len() {
            if i + 2 < bytes.len() && bytes[i + 1] == b'-' {
                let mut byte = bytes[i];
                while byte <= bytes[i + 2] {
                    set |= 1 << byte;
                    byte += 1;
                }
                i += 3;
            } else {
                set |= 1 << bytes[i];
                i += 1;
            }
        }
        Self(set)
    }

    /// Both sets.
    pub(crate) const fn or(self, other: Self) -> Self {
        Self(self.0 | other.0)
    }

    /// True when the byte is in the set.
    pub(crate) const fn has(self, byte: u8) -> bool {
        byte < 128 && self.0 >> byte & 1 == 1
    }

    /// Number of leading bytes of `bytes` that are in the set, at most `max`.
    pub(crate) fn run(self, bytes: &[u8], max: usize) -> usize {
        bytes.iter().take(max).take_while(|byte| self.has(**byte)).count()
    }

    /// Number of trailing bytes of `bytes` that are in the set, at most `max`.
    pub(crate) fn run_back(self, bytes: &[u8], max: usize) -> usize {
        bytes.iter().rev().take(max).take_while(|byte| self.has(**byte)).count()
    }
}

/// Decimal digits.
pub(crate) const DIGIT: Alphabet = Alphabet::new("0-9");
/// Lower-case hexadecimal.
pub(crate) const HEX: Alphabet = Alphabet::new("0-9a-f");
/// Hexadecimal in either case.
pub(crate) const HEX_ANY: Alphabet = Alphabet::new("0-9a-fA-F");
/// Lower-case letters and digits.
pub(crate) const LOWER: Alphabet = Alphabet::new("a-z0-9");
/// Upper-case letters and digits.
pub(crate) const UPPER: Alphabet = Alphabet::new("A-Z0-9");
/// Letters.
pub(crate) const ALPHA: Alphabet = Alphabet::new("A-Za-z");
/// Letters and digits.
pub(crate) const ALNUM: Alphabet = Alphabet::new("A-Za-z0-9");
/// Letters, digits, underscore.
pub(crate) const WORD: Alphabet = Alphabet::new("A-Za-z0-9_");
/// RFC 4648 section 5: base64url without padding.
pub(crate) const URL64: Alphabet = Alphabet::new("A-Za-z0-9_").or(Alphabet::new("-"));
/// RFC 4648 section 4 without padding.
pub(crate) const B64: Alphabet = Alphabet::new("A-Za-z0-9+/");
/// RFC 4648 section 4 with padding.
pub(crate) const B64P: Alphabet = Alphabet::new("A-Za-z0-9+/=");
/// RFC 4648 section 6, base32 upper case.
pub(crate) const B32: Alphabet = Alphabet::new("A-Z2-7");
/// Both base64 alphabets with padding, dots and percent escapes: whatever tokens are made of.
pub(crate) const TOKEN: Alphabet = Alphabet::new("A-Za-z0-9_+/=.~%").or(Alphabet::new("-"));
