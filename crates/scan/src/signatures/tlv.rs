//! Walking DER by hand where the exact bytes matter: what is signed must be hashed as it was written, never re-encoded.
//!
//! X.690. Definite lengths alone; knows nothing of certificates. Proof: `tests/suite/signatures/scenes.rs` (truncated DER).

/// One element: tag, content, and the whole of it as it was written.
#[derive(Debug, Clone, Copy)]
pub(super) struct Tlv<'a> {
    /// The identifier octet; tags above 30 are refused.
    pub(super) tag: u8,
    /// Content octets.
    pub(super) value: &'a [u8],
    /// Identifier, length and content octets.
    pub(super) whole: &'a [u8],
}

/// Universal tags and the context tags that are used here.
pub(super) const INTEGER: u8 = 0x02;
pub(super) const OCTET_STRING: u8 = 0x04;
pub(super) const OID: u8 = 0x06;
pub(super) const SEQUENCE: u8 = 0x30;
pub(super) const SET: u8 = 0x31;

/// The elements of some bytes, one after the other. Ends with `None` at the end, or at the first byte that is no element.
#[derive(Debug, Clone, Copy)]
pub(super) struct Walk<'a> {
    rest: &'a [u8],
}

impl<'a> Walk<'a> {
    /// Walks the elements in `bytes`.
    pub(super) fn new(bytes: &'a [u8]) -> Self {
        Self { rest: bytes }
    }

    /// The next element, which must have this tag; otherwise nothing is consumed.
    pub(super) fn expect(&mut self, tag: u8) -> Option<Tlv<'a>> {
        let mut ahead = *self;
        let tlv = ahead.next().filter(|tlv| tlv.tag == tag)?;
        *self = ahead;
        Some(tlv)
    }

    /// True when every byte was consumed.
    pub(super) fn is_done(&self) -> bool {
        self.rest.is_empty()
    }
}

impl<'a> Iterator for Walk<'a> {
    type Item = Tlv<'a>;

    fn next(&mut self) -> Option<Tlv<'a>> {
        let (&tag, after_tag) = self.rest.split_first()?;
        let (&first, after_length) = after_tag.split_first()?;
        if tag & 0x1f == 0x1f {
            return None;
        }
        let (length, header) = match first {
            0..=0x7f => (usize::from(first), 2),
            0x81..=0x84 => {
                let octets = usize::from(first & 0x7f);
                let length = after_length.get(..octets)?.iter().fold(0usize, |sum, byte| (sum << 8) | usize::from(*byte));
                (length, 2 + octets)
            }
            _ => return None,
        };
        let whole = self.rest.get(..header.checked_add(length)?)?;
        self.rest = self.rest.get(whole.len()..)?;
        Some(Tlv { tag, value: whole.get(header..)?, whole })
    }
}

/// The single element that these bytes are, with this tag and nothing after it.
pub(super) fn single(bytes: &[u8], tag: u8) -> Option<Tlv<'_>> {
    let mut walk = Walk::new(bytes);
    let tlv = walk.expect(tag)?;
    walk.is_done().then_some(tlv)
}

/// Wraps content octets in an element.
pub(super) fn wrap(tag: u8, content: &[u8]) -> Vec<u8> {
    let mut out = Vec::with_capacity(content.len().saturating_add(6));
    out.push(tag);
    match content.len() {
        length @ 0..=0x7f => out.push(length as u8),
        length => {
            let octets = (length as u64).to_be_bytes();
            let used: Vec<u8> = octets.iter().copied().skip_while(|byte| *byte == 0).collect();
            out.push(0x80 | used.len() as u8);
            out.extend_from_slice(&used);
        }
    }
    out.extend_from_slice(content);
    out
}

/// The content octets of an OBJECT IDENTIFIER in dotted form; `None` for more than the arcs that fit into 64 bits.
pub(super) fn dotted(oid: &[u8]) -> Option<String> {
    let mut arcs: Vec<u64> = Vec::new();
    let mut arc = 0u64;
    for byte in oid {
        arc = arc.checked_mul(128)?.checked_add(u64::from(byte & 0x7f))?;
        if byte & 0x80 == 0 {
            arcs.push(arc);
            arc = 0;
        }
    }
    let (first, rest) = arcs.split_first()?;
    let top = (*first / 40).min(2);
    let mut out = format!("{top}.{}", first - top * 40);
    for arc in rest {
        out.push('.');
        out.push_str(&arc.to_string());
    }
    Some(out)
}

/// A non-negative INTEGER of at most 64 bits.
pub(super) fn unsigned(content: &[u8]) -> Option<u64> {
    let digits: Vec<u8> = content.iter().copied().skip_while(|byte| *byte == 0).collect();
    if content.first().is_some_and(|byte| byte & 0x80 != 0) || digits.len() > 8 {
        return None;
    }
    Some(digits.iter().fold(0, |sum, byte| (sum << 8) | u64::from(*byte)))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn long_and_short_lengths_are_read_as_they_are_written() {
        for size in [0usize, 1, 127, 128, 255, 256, 65_536] {
            let bytes = wrap(OCTET_STRING, &vec![7; size]);
            assert_eq!(single(&bytes, OCTET_STRING).map(|tlv| tlv.value.len()), Some(size));
            assert!(single(&bytes[..bytes.len() - 1], OCTET_STRING).is_none(), "truncated by one");
        }
        assert!(single(&[0x30, 0x80, 0, 0], SEQUENCE).is_none(), "indefinite length");
    }

    #[test]
    fn object_identifiers_are_dotted() {
        assert_eq!(
            dotted(&[0x2b, 0x06, 0x01, 0x04, 0x01, 0x83, 0xbf, 0x30, 0x01, 0x08]).as_deref(),
            Some("1.3.6.1.4.1.57264.1.8")
        );
        assert_eq!(dotted(&[0x55, 0x1d, 0x11]).as_deref(), Some("2.5.29.17"));
    }
}
