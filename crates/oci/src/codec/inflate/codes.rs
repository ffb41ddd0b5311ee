//! What a block holds: literals, and matches copied within the window. Many at once while there is input for it, else one.

use super::table::{self, DISTANCE_BITS, DISTANCE_SPACE, END, LINK, LITERAL, SPECIAL, SYMBOL_BITS, SYMBOL_SPACE, Space};
use super::{Bits, Damaged};

/// The window's length is a power of two: an index that is masked is known to lie within, and costs no check.
const SPACE: usize = 256 * 1024;
const MASK: usize = SPACE - 1;
/// Matches are copied in pieces of this many bytes, beyond their end too.
const STRIDE: usize = 16;
/// Bytes that one turn writes at most: literals, and the longest match (RFC 1951, 3.2.5).
pub(super) const TURN_OUTPUT: usize = 3 + 258;
/// Bytes of input that one turn may read: three times eight, each beginning seven behind the last at most.
pub(super) const TURN_INPUT: usize = 24;

/// Decoded bytes: those that matches reach, and those to hand out.
pub(super) struct Window {
    bytes: Box<[u8; SPACE + STRIDE]>,
    end: usize,
    /// Where this stream's bytes begin, as far as they are still there.
    start: usize,
}

impl Window {
    /// It may be filled to here, and a turn beyond, with what is copied behind a match.
    pub(super) const ROOM: usize = SPACE - (TURN_OUTPUT + 2 * STRIDE);

    /// Empty, with `reach` bytes before it that are nobody's.
    pub(super) fn new(reach: usize) -> Self {
        let bytes = vec![0; SPACE + STRIDE].into_boxed_slice();
        Self { bytes: bytes.try_into().unwrap_or_else(|_| unreachable!("made of this length")), end: reach, start: reach }
    }

    pub(super) fn end(&self) -> usize {
        self.end
    }

    pub(super) fn since(&self, from: usize) -> &[u8] {
        self.bytes.get(from..self.end).unwrap_or_default()
    }

    pub(super) fn append(&mut self, bytes: &[u8]) {
        if let Some(slots) = self.bytes.get_mut(self.end..self.end + bytes.len()) {
            slots.copy_from_slice(bytes);
            self.end += bytes.len();
        }
    }

    /// Moves the last `reach` bytes to the beginning.
    pub(super) fn keep(&mut self, reach: usize) {
        let from = self.end.saturating_sub(reach);
        self.bytes.copy_within(from..self.end, 0);
        self.start = self.start.saturating_sub(from);
        self.end -= from;
    }

    /// Nothing before here can be reached.
    pub(super) fn forget(&mut self) {
        self.start = self.end;
    }
}

/// Decodes while there is input for a whole turn and the window ends no farther than `full`; true if the block ended.
///
/// A function of its own, with few variables: they have to fit the processor's registers, also in what a browser makes of it.
#[inline(never)]
pub(super) fn many(
    input: &[u8],
    read: &mut usize,
    bits: &mut Bits,
    window: &mut Window,
    full: usize,
    tables: &Space,
) -> Result<bool, Damaged> {
    let (bytes, start) = (&mut *window.bytes, window.start);
    let mut rest = input.get(*read..).unwrap_or_default();
    // Of `count` only the lowest six bits count: so a whole entry can be taken from it.
    let (mut ahead, mut count, mut at) = (bits.bits, bits.count, window.end);
    let mut result = Ok(false);
    macro_rules! refill {
        () => {
            // There are eight bytes, by the loop's condition. Bits beyond `count` are already those of the bytes that come next:
            // setting them again changes nothing.
            if let Some(eight) = rest.first_chunk() {
                ahead |= u64::from_le_bytes(*eight) << (count & 63);
                rest = rest.get((7 - (count >> 3 & 7)) as usize..).unwrap_or_default();
                count = count & 63 | 56;
            }
        };
    }
    macro_rules! look_up {
        (symbol) => {
            tables[ahead as usize & ((1 << SYMBOL_BITS) - 1)]
        };
        (distance) => {
            tables[SYMBOL_SPACE + (ahead as usize & ((1 << DISTANCE_BITS) - 1))]
        };
        (symbol behind $link:ident) => {
            tables[table::second($link, ahead) & (SYMBOL_SPACE - 1)]
        };
        (distance behind $link:ident) => {
            tables[SYMBOL_SPACE + (table::second($link, ahead) & (DISTANCE_SPACE - 1))]
        };
    }
    macro_rules! used {
        ($entry:ident) => {
            ahead >>= $entry & 63;
            count = count.wrapping_sub($entry);
        };
    }
    macro_rules! literal {
        ($entry:ident) => {
            used!($entry);
            bytes[at & MASK] = ($entry >> 16) as u8;
            at += 1;
        };
    }
    refill!();
    // The next code is looked up before a match is copied, so that the processor does both at once.
    let mut next = look_up!(symbol);
    macro_rules! look_ahead {
        () => {
            refill!();
            next = look_up!(symbol);
        };
    }
    while rest.len() >= TURN_INPUT && at <= full {
        let mut entry = next;
        // 56 bits: three literals of the first table, or two and a length; a distance has bits fetched for it.
        if entry & LITERAL != 0 {
            literal!(entry);
            entry = look_up!(symbol);
            if entry & LITERAL != 0 {
                literal!(entry);
                entry = look_up!(symbol);
                if entry & LITERAL != 0 {
                    literal!(entry);
                    look_ahead!();
                    continue;
                }
            }
        }
        if entry & SPECIAL != 0 {
            if entry & LINK != 0 {
                used!(entry);
                entry = look_up!(symbol behind entry);
                if entry & LITERAL != 0 {
                    literal!(entry);
                    look_ahead!();
                    continue;
                }
            }
            if entry & SPECIAL != 0 {
                if entry & END != 0 {
                    used!(entry);
                    result = Ok(true);
                } else {
                    result = Err(Damaged);
                }
                break;
            }
        }
        let length = table::value(entry, ahead);
        used!(entry);
        if count & 63 < 28 {
            refill!();
        }
        let mut entry = look_up!(distance);
        if entry & SPECIAL != 0 {
            if entry & LINK != 0 {
                used!(entry);
                entry = look_up!(distance behind entry);
            }
            if entry & SPECIAL != 0 {
                result = Err(Damaged);
                break;
            }
        }
        let distance = table::value(entry, ahead);
        used!(entry);
        if distance > at - start {
            result = Err(Damaged);
            break;
        }
        look_ahead!();
        repeat(bytes, at, distance, length);
        at += length;
    }
    *bits = Bits { bits: ahead, count: count & 63 };
    window.end = at;
    *read = input.len() - rest.len();
    result
}

/// Decodes a literal, a match, or the end of the block, for which it says true; none if the input ends within.
#[inline(never)]
pub(super) fn one(
    input: &[u8],
    read: &mut usize,
    bits: &mut Bits,
    window: &mut Window,
    tables: &Space,
) -> Result<Option<bool>, Damaged> {
    bits.top_up(input, read);
    let mut left = *bits;
    let Some((entry, length)) = table::symbol(tables, &mut left) else { return Ok(None) };
    if entry & LITERAL != 0 {
        window.bytes[window.end & MASK] = length as u8;
        window.end += 1;
    } else if entry & SPECIAL != 0 {
        if entry & END == 0 {
            return Err(Damaged);
        }
        *bits = left;
        return Ok(Some(true));
    } else {
        let Some((entry, distance)) = table::distance_symbol(tables, &mut left) else { return Ok(None) };
        if entry & SPECIAL != 0 || distance > window.end - window.start {
            return Err(Damaged);
        }
        repeat(&mut window.bytes, window.end, distance, length);
        window.end += length;
    }
    *bits = left;
    Ok(Some(false))
}

/// Repeats `length` bytes from `distance` before `at`; up to two strides behind them are overwritten.
#[inline(always)]
fn repeat(bytes: &mut [u8; SPACE + STRIDE], mut at: usize, mut distance: usize, length: usize) {
    let end = at + length;
    // Bytes that repeat within a stride: with each turn the part that repeats is twice as long.
    while distance < STRIDE {
        stride(bytes, at, distance);
        at += distance;
        distance *= 2;
        if at >= end {
            return;
        }
    }
    // Two at once: few matches are longer, and a branch that cannot be foreseen costs more than a stride.
    stride(bytes, at, distance);
    stride(bytes, at + STRIDE, distance);
    at += 2 * STRIDE;
    while at < end {
        stride(bytes, at, distance);
        at += STRIDE;
    }
}

#[inline(always)]
fn stride(bytes: &mut [u8; SPACE + STRIDE], at: usize, distance: usize) {
    let from = at.wrapping_sub(distance) & MASK;
    let Some(copied) = bytes[from..].first_chunk::<STRIDE>().copied() else { return };
    if let Some(to) = bytes[at & MASK..].first_chunk_mut::<STRIDE>() {
        *to = copied;
    }
}
