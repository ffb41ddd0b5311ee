//! Tables of prefix codes (RFC 1951, 3.2.2): one look-up for a code of up to the table's own bits, two for a longer one.
//!
//! An entry holds all that the decoder does for a code, so that nothing is looked up twice:
//! bits 0..8 bits to consume, extra bits among them; 8..13 bits of the code itself, or of the second table's index;
//! 13..16 flags; 16..31 literal, base, or where the second table begins; 31 literal.

use super::Bits;

/// The entry is a literal byte.
pub(super) const LITERAL: u32 = 1 << 31;
/// The entry is none of literal, length and distance.
pub(super) const SPECIAL: u32 = 1 << 15;
/// The code goes on in a second table.
pub(super) const LINK: u32 = 1 << 14;
/// The block ends.
pub(super) const END: u32 = 1 << 13;
/// No code begins with these bits, or one that means nothing.
const INVALID: u32 = SPECIAL;

/// Bits that are looked up first, for literals and lengths.
pub(super) const SYMBOL_BITS: usize = 11;
/// With the second tables, 288 codes of up to 15 bits take 2342 entries at most. A power of two, so that an index can be masked.
pub(super) const SYMBOL_SPACE: usize = 4096;
/// Bits that are looked up first, for distances.
pub(super) const DISTANCE_BITS: usize = 8;
/// The same for 32 codes: 402 at most.
pub(super) const DISTANCE_SPACE: usize = 512;
/// The longest of the codes that lengths of codes are written in.
pub(super) const LENGTH_BITS: usize = 7;

/// The table of literals and lengths, and behind it that of distances: one address for both.
pub(super) type Space = [u32; SYMBOL_SPACE + DISTANCE_SPACE];

/// Room for tables, empty.
pub(super) fn space() -> Box<Space> {
    let entries = vec![0; SYMBOL_SPACE + DISTANCE_SPACE].into_boxed_slice();
    entries.try_into().unwrap_or_else(|_| unreachable!("made of this length"))
}

pub(super) fn of_symbols(space: &mut Space) -> &mut [u32] {
    &mut space[..SYMBOL_SPACE]
}

pub(super) fn of_distances(space: &mut Space) -> &mut [u32] {
    &mut space[SYMBOL_SPACE..]
}

/// Base with extra bits of an entry whose code is next in `bits`; of a literal, the lowest byte.
#[inline(always)]
pub(super) fn value(entry: u32, bits: u64) -> usize {
    (entry >> 16) as usize + ((bits & ((1 << (entry & 63)) - 1)) >> (entry >> 8 & 31)) as usize
}

/// Where the rest of a code is looked up, once the bits of `link` are used.
#[inline(always)]
pub(super) fn second(link: u32, bits: u64) -> usize {
    (link >> 16) as usize + (bits as usize & ((1 << (link >> 8 & 15)) - 1))
}

/// The next literal or length, with its entry; none if there are not enough bits for it.
pub(super) fn symbol(space: &Space, bits: &mut Bits) -> Option<(u32, usize)> {
    look_up(&space[..SYMBOL_SPACE], SYMBOL_BITS, bits)
}

/// The same for a distance.
pub(super) fn distance_symbol(space: &Space, bits: &mut Bits) -> Option<(u32, usize)> {
    look_up(&space[SYMBOL_SPACE..], DISTANCE_BITS, bits)
}

/// The same for lengths of codes, whose table lies where that of distances will.
pub(super) fn length_symbol(space: &Space, bits: &mut Bits) -> Option<u8> {
    let (_, symbol) = look_up(&space[SYMBOL_SPACE..], LENGTH_BITS, bits)?;
    Some(symbol as u8)
}

fn look_up(table: &[u32], first: usize, bits: &mut Bits) -> Option<(u32, usize)> {
    let mut entry = *table.get(bits.bits as usize & ((1 << first) - 1))?;
    if entry & LINK != 0 {
        bits.used(entry)?;
        entry = *table.get(second(entry, bits.bits))?;
    }
    let value = value(entry, bits.bits);
    bits.used(entry)?;
    Some((entry, value))
}

/// Longest code (3.2.7).
const MAX_BITS: usize = 15;

/// What a code stands for, as an entry without the lengths of its code.
pub(super) fn literal_or_length(symbol: usize) -> u32 {
    const BASE: [u16; 29] =
        [3, 4, 5, 6, 7, 8, 9, 10, 11, 13, 15, 17, 19, 23, 27, 31, 35, 43, 51, 59, 67, 83, 99, 115, 131, 163, 195, 227, 258];
    const EXTRA: [u8; 29] = [0, 0, 0, 0, 0, 0, 0, 0, 1, 1, 1, 1, 2, 2, 2, 2, 3, 3, 3, 3, 4, 4, 4, 4, 5, 5, 5, 5, 0];
    match symbol {
        0..=255 => LITERAL | (symbol as u32) << 16,
        256 => SPECIAL | END,
        _ => match (BASE.get(symbol - 257), EXTRA.get(symbol - 257)) {
            (Some(base), Some(extra)) => u32::from(*base) << 16 | u32::from(*extra),
            _ => INVALID,
        },
    }
}

/// The same for distances.
pub(super) fn distance(symbol: usize) -> u32 {
    const BASE: [u16; 30] = [
        1, 2, 3, 4, 5, 7, 9, 13, 17, 25, 33, 49, 65, 97, 129, 193, 257, 385, 513, 769, 1025, 1537, 2049, 3073, 4097, 6145, 8193,
        12289, 16385, 24577,
    ];
    match BASE.get(symbol) {
        Some(base) => u32::from(*base) << 16 | (symbol as u32 / 2).saturating_sub(1),
        None => INVALID,
    }
}

/// The same for lengths of codes: the symbol itself.
pub(super) fn code_length(symbol: usize) -> u32 {
    (symbol as u32) << 16
}

/// Which sets of lengths are taken that leave codes unused.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum Unused {
    /// None.
    Never,
    /// One code of one bit, as encoders write it for the only distance of a block; or, where it may be, no code at all.
    Single,
}

/// Fills `table`, whose first `1 << bits` entries are looked up first, from the lengths of the codes of all symbols.
/// False if they are no prefix code. The rest of the table has room for the second tables of any code.
pub(super) fn fill(table: &mut [u32], bits: usize, lengths: &[u8], unused: Unused, meaning: fn(usize) -> u32) -> bool {
    let mut counts = [0u16; MAX_BITS + 1];
    for &length in lengths {
        counts[usize::from(length) & MAX_BITS] += 1;
    }
    counts[0] = 0;
    let mut left = 1i32;
    let mut firsts = [0u16; MAX_BITS + 2];
    for length in 1..=MAX_BITS {
        left = (left << 1) - i32::from(counts[length]);
        if left < 0 {
            return false;
        }
        firsts[length + 1] = firsts[length] + counts[length];
    }
    // Symbols in the order of their codes.
    let mut sorted = [0u16; 288];
    let mut next = firsts;
    for (symbol, &length) in lengths.iter().enumerate() {
        if length != 0 {
            let at = &mut next[usize::from(length) & MAX_BITS];
            if let Some(slot) = sorted.get_mut(usize::from(*at)) {
                *slot = symbol as u16;
            }
            *at += 1;
        }
    }
    let used = usize::from(firsts[MAX_BITS + 1]);
    if left > 0 {
        if unused == Unused::Never && used == 0 {
            // Not refused yet, as by zlib: each bit is a first symbol then, a length of zero, and what is refused is a block without end.
            table.iter_mut().take(1 << bits).for_each(|entry| *entry = entry_of(meaning(0), 1));
            return true;
        }
        if unused == Unused::Never || used > 1 || used != usize::from(counts[1]) {
            return false;
        }
        for (index, entry) in table.iter_mut().take(1 << bits).enumerate() {
            let meaning = if used == 1 && index % 2 == 0 { meaning(usize::from(sorted[0])) } else { INVALID };
            *entry = entry_of(meaning, 1);
        }
        return true;
    }
    // Codes come in order of their length; those of the first table fill a part that doubles with each bit.
    let mut symbols = sorted.iter().take(used).map(|symbol| meaning(usize::from(*symbol)));
    let mut code = 0u32;
    for (length, &codes) in counts.iter().enumerate().take(bits + 1).skip(1) {
        if length > 1 {
            let half = 1 << (length - 1);
            table.copy_within(..half, half);
        }
        code <<= 1;
        for _ in 0..codes {
            if let (Some(slot), Some(meaning)) = (table.get_mut(reversed(code, length)), symbols.next()) {
                *slot = entry_of(meaning, length);
            }
            code += 1;
        }
    }
    let (mut prefix, mut start, mut width) = (usize::MAX, 1 << bits, 0);
    for length in bits + 1..=MAX_BITS {
        code <<= 1;
        for done in 0..counts[length] {
            let index = reversed(code, length);
            if index & ((1 << bits) - 1) != prefix {
                prefix = index & ((1 << bits) - 1);
                start += if width == 0 { 0 } else { 1 << width };
                // As wide as the codes that begin like this one: they are full when these and those of the next lengths fill it.
                width = length - bits;
                let mut filled = usize::from(counts[length] - done);
                while filled < 1 << width && bits + width < MAX_BITS {
                    width += 1;
                    filled = filled * 2 + usize::from(counts[bits + width]);
                }
                if let Some(slot) = table.get_mut(prefix) {
                    *slot = SPECIAL | LINK | (start as u32) << 16 | (width as u32) << 8 | bits as u32;
                }
            }
            let Some(meaning) = symbols.next() else { return false };
            let entry = entry_of(meaning, length - bits);
            let Some(second) = table.get_mut(start..start + (1 << width)) else { return false };
            for slot in second.iter_mut().skip(index >> bits).step_by(1 << (length - bits)) {
                *slot = entry;
            }
            code += 1;
        }
    }
    true
}

/// The entry of a symbol whose code takes `length` bits of the bits at hand.
fn entry_of(meaning: u32, length: usize) -> u32 {
    meaning + ((length as u32) << 8 | length as u32)
}

/// Deflate packs codes from their first bit, integers from their last (3.1.1).
fn reversed(code: u32, length: usize) -> usize {
    (code.reverse_bits() >> (32 - length)) as usize
}
