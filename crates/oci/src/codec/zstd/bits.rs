//! Bit streams of zstd: tables are described in ones that are read from their beginning, codes stand in ones that are read from
//! their end (RFC 8878, 4.1).

use super::Damaged;

/// An integer of up to eight bytes, its lowest first.
pub(super) fn integer(bytes: &[u8]) -> u64 {
    bytes.iter().rev().fold(0, |all, byte| all << 8 | u64::from(*byte))
}

/// Read from the first bit of the first byte on.
pub(super) struct Forward<'a> {
    bytes: &'a [u8],
    at: usize,
}

impl<'a> Forward<'a> {
    pub(super) fn new(bytes: &'a [u8]) -> Self {
        Self { bytes, at: 0 }
    }

    /// The next `n` bits, up to 16, without taking them; zeros behind the end.
    pub(super) fn peek(&self, n: u32) -> u32 {
        let from = self.at / 8;
        let byte = |at: usize| u32::from(self.bytes.get(from + at).copied().unwrap_or(0));
        (byte(0) | byte(1) << 8 | byte(2) << 16) >> (self.at % 8) & ((1 << n) - 1)
    }

    pub(super) fn take(&mut self, n: u32) -> u32 {
        let bits = self.peek(n);
        self.at += n as usize;
        bits
    }

    /// How many bytes were read, the last one perhaps in part.
    pub(super) fn bytes_read(&self) -> Result<usize, Damaged> {
        let read = self.at.div_ceil(8);
        if read <= self.bytes.len() { Ok(read) } else { Err(Damaged) }
    }
}

/// Read from the last bit on, which is the one below the highest that is set.
///
/// Whoever reads more than there is gets anything, and is told by `is_overrun`.
#[derive(Clone, Copy)]
pub(super) struct Backward<'a> {
    bytes: &'a [u8],
    /// Where the eight bytes at hand lie.
    at: usize,
    bits: u64,
    /// How many of them were read.
    used: u32,
}

impl<'a> Backward<'a> {
    pub(super) fn new(bytes: &'a [u8]) -> Result<Self, Damaged> {
        let last = bytes.last().filter(|last| **last != 0).ok_or(Damaged)?;
        let at = bytes.len().saturating_sub(8);
        let missing = 8 - bytes.len().min(8) as u32;
        let mut stream = Self { bytes, at, bits: 0, used: last.leading_zeros() + 1 + 8 * missing };
        stream.load();
        Ok(stream)
    }

    #[inline(always)]
    fn load(&mut self) {
        self.bits = match self.bytes.get(self.at..).and_then(<[u8]>::first_chunk) {
            Some(eight) => u64::from_le_bytes(*eight),
            // Only of a stream that has less than eight.
            None => integer(self.bytes),
        };
    }

    /// Makes 57 bits ready to read, or those that are left.
    #[inline(always)]
    pub(super) fn refill(&mut self) {
        let bytes = ((self.used >> 3) as usize).min(self.at);
        self.at -= bytes;
        self.used -= 8 * bytes as u32;
        self.load();
    }

    /// Whether the next `refill` finds all the bytes that it moves on by.
    #[inline(always)]
    pub(super) fn is_far_from_its_end(&self) -> bool {
        self.at >= 8
    }

    /// The next `BITS` bits, one at least, without taking them.
    #[inline(always)]
    pub(super) fn peek<const BITS: u32>(&self) -> usize {
        (self.bits << (self.used & 63) >> (64 - BITS)) as usize
    }

    #[inline(always)]
    pub(super) fn skip(&mut self, n: u32) {
        self.used += n;
    }

    /// The next `n` bits, none to 32.
    #[inline(always)]
    pub(super) fn take(&mut self, n: u32) -> u32 {
        let bits = self.bits << (self.used & 63) >> 1 >> (63 - (n & 63));
        self.used += n;
        bits as u32
    }

    /// Takes back what was taken since the last `refill`.
    pub(super) fn put_back(&mut self, n: u32) {
        self.used -= n;
    }

    /// Whether more was read than there is.
    #[inline(always)]
    pub(super) fn is_overrun(&self) -> bool {
        self.used > 64
    }

    /// Whether all was read, and no more.
    pub(super) fn is_read(&self) -> bool {
        self.at == 0 && self.used == 64
    }
}
