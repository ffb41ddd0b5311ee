//! Literals in Huffman codes: the code's description, and streams of it, four at once where there are four (RFC 8878, 4.2).

use super::Damaged;
use super::bits::Backward;
use super::fse::Counts;

/// The longest code, bits. The RFC allows 11; the C library reads 12.
const MAX_BITS: usize = 12;
/// What the RFC allows: the table that fits the first cache.
const USUAL_BITS: u32 = 11;

/// A prefix code of bytes.
pub(super) struct Huffman {
    /// By the next bits of the stream: symbol in the low half, how many bits are its own in the high one.
    table: Box<[u16; 1 << MAX_BITS]>,
    /// Bits that the table is looked up by: 11, or 12 where a code is that long. None before there is a code.
    bits: u32,
}

impl Huffman {
    pub(super) fn new() -> Self {
        Self { table: Box::new([0; 1 << MAX_BITS]), bits: 0 }
    }

    /// Forgets the code of the frame before.
    pub(super) fn forget(&mut self) {
        self.bits = 0;
    }

    /// Reads the description of a code (4.2.1); gives how long it is.
    pub(super) fn read(&mut self, bytes: &[u8]) -> Result<usize, Damaged> {
        self.bits = 0;
        let (head, rest) = bytes.split_first().ok_or(Damaged)?;
        let head = usize::from(*head);
        let mut weights = [0u8; 256];
        let (count, len) = if head < 128 {
            (packed_weights(rest.get(..head).ok_or(Damaged)?, &mut weights)?, head)
        } else {
            let count = head - 127;
            let packed = rest.get(..count.div_ceil(2)).ok_or(Damaged)?;
            for (pair, byte) in weights.chunks_exact_mut(2).zip(packed) {
                pair.copy_from_slice(&[byte >> 4, byte & 15]);
            }
            (count, packed.len())
        };
        self.fill(&mut weights, count)?;
        Ok(1 + len)
    }

    /// The table of `count` weights, and of the one that is left out since it follows from them.
    fn fill(&mut self, weights: &mut [u8; 256], count: usize) -> Result<(), Damaged> {
        let mut ranks = [0usize; MAX_BITS + 1];
        for weight in weights.iter().take(count) {
            *ranks.get_mut(usize::from(*weight)).ok_or(Damaged)? += 1;
        }
        let sum: usize = ranks.iter().enumerate().skip(1).map(|(weight, symbols)| symbols << weight >> 1).sum();
        let bits = sum.checked_ilog2().ok_or(Damaged)? + 1;
        let left = (1usize << bits) - sum;
        if bits as usize > MAX_BITS || !left.is_power_of_two() {
            return Err(Damaged);
        }
        let last = left.ilog2() + 1;
        *weights.get_mut(count).ok_or(Damaged)? = last as u8;
        ranks[last as usize] += 1;
        // A code has two of its longest, at least.
        if ranks[1] < 2 {
            return Err(Damaged);
        }

        // The longest codes, of the least weight, come first. A table for more bits than there are has each entry several times.
        let table_bits = bits.max(USUAL_BITS);
        let mut firsts = [0usize; MAX_BITS + 1];
        let mut at = 0;
        for (weight, (first, symbols)) in firsts.iter_mut().zip(ranks).enumerate().skip(1) {
            *first = at;
            at += symbols << (weight - 1) << (table_bits - bits);
        }
        for (symbol, weight) in weights.iter().enumerate().take(count + 1).filter(|(_, weight)| **weight != 0) {
            let first = &mut firsts[usize::from(*weight)];
            let end = *first + (1 << (weight - 1) << (table_bits - bits));
            let entry = symbol as u16 | (bits as u16 + 1 - u16::from(*weight)) << 8;
            self.table.get_mut(*first..end).ok_or(Damaged)?.fill(entry);
            *first = end;
        }
        self.bits = table_bits;
        Ok(())
    }

    /// Decodes one stream, or four behind a table of where they begin, into all of `out`.
    pub(super) fn decode(&self, bytes: &[u8], four: bool, out: &mut [u8]) -> Result<(), Damaged> {
        match (self.bits, four) {
            (0, _) => Err(Damaged),
            (USUAL_BITS, false) => self.one::<USUAL_BITS>(&mut Backward::new(bytes)?, out),
            (USUAL_BITS, true) => self.four::<USUAL_BITS, 5>(bytes, out),
            (_, false) => self.one::<12>(&mut Backward::new(bytes)?, out),
            (_, true) => self.four::<12, 4>(bytes, out),
        }
    }

    fn four<const BITS: u32, const AT_ONCE: usize>(&self, bytes: &[u8], out: &mut [u8]) -> Result<(), Damaged> {
        let (lengths, mut rest) = bytes.split_first_chunk::<6>().ok_or(Damaged)?;
        let each = out.len().div_ceil(4);
        let mut begin = |at: usize| {
            let len = match lengths.get(at..at + 2) {
                Some(len) => usize::from(len[0]) | usize::from(len[1]) << 8,
                None => rest.len(),
            };
            let (stream, behind) = rest.split_at_checked(len).ok_or(Damaged)?;
            rest = behind;
            Backward::new(stream)
        };
        let (mut a, mut b, mut c, mut d) = (begin(0)?, begin(2)?, begin(4)?, begin(6)?);
        let (one, others) = out.split_at_mut_checked(each).ok_or(Damaged)?;
        let (two, others) = others.split_at_mut_checked(each).ok_or(Damaged)?;
        let (three, four) = others.split_at_mut_checked(each).ok_or(Damaged)?;
        // As many turns as there are symbols for in each, all four far from their ends: they wait for nothing of each other's.
        let mut done = 0;
        let turns = one.chunks_exact_mut(AT_ONCE).zip(two.chunks_exact_mut(AT_ONCE));
        let turns = turns.zip(three.chunks_exact_mut(AT_ONCE).zip(four.chunks_exact_mut(AT_ONCE)));
        for ((one, two), (three, four)) in turns {
            let far = a.is_far_from_its_end() & b.is_far_from_its_end() & c.is_far_from_its_end() & d.is_far_from_its_end();
            if !far {
                break;
            }
            a.refill();
            b.refill();
            c.refill();
            d.refill();
            for (((one, two), three), four) in one.iter_mut().zip(two).zip(three).zip(four) {
                *one = self.symbol::<BITS>(&mut a);
                *two = self.symbol::<BITS>(&mut b);
                *three = self.symbol::<BITS>(&mut c);
                *four = self.symbol::<BITS>(&mut d);
            }
            done += AT_ONCE;
        }
        for (stream, out) in [(&mut a, one), (&mut b, two), (&mut c, three), (&mut d, four)] {
            self.one::<BITS>(stream, out.get_mut(done..).ok_or(Damaged)?)?;
        }
        Ok(())
    }

    /// What is left of a stream, which must end with `out`.
    fn one<const BITS: u32>(&self, stream: &mut Backward<'_>, out: &mut [u8]) -> Result<(), Damaged> {
        for some in out.chunks_mut(4) {
            stream.refill();
            for slot in some {
                *slot = self.symbol::<BITS>(stream);
            }
            if stream.is_overrun() {
                return Err(Damaged);
            }
        }
        stream.refill();
        if stream.is_read() { Ok(()) } else { Err(Damaged) }
    }

    #[inline(always)]
    fn symbol<const BITS: u32>(&self, stream: &mut Backward<'_>) -> u8 {
        let entry = self.table[stream.peek::<BITS>() & ((1 << MAX_BITS) - 1)];
        stream.skip(u32::from(entry >> 8));
        entry as u8
    }
}

/// Weights in two states that take turns (4.2.1.2); gives how many they are.
fn packed_weights(bytes: &[u8], weights: &mut [u8; 256]) -> Result<usize, Damaged> {
    const MAX_LOG: u32 = 6;
    let (counts, len) = Counts::read(bytes, 256, MAX_LOG)?;
    let mut table = [(0u8, 0u8, 0u16); 1 << MAX_LOG];
    counts.states(|index, symbol, bits, next| {
        if let Some(slot) = table.get_mut(index) {
            *slot = (symbol, bits, next);
        }
    })?;
    let mut stream = Backward::new(bytes.get(len..).unwrap_or_default())?;
    let (mut this, mut other) = (stream.take(counts.log()), stream.take(counts.log()));
    if stream.is_overrun() {
        return Err(Damaged);
    }
    // One weight follows from the others: 255 at most are written.
    for count in 1..255 {
        let (weight, bits, next) = table[this as usize & ((1 << MAX_LOG) - 1)];
        weights[count - 1] = weight;
        stream.refill();
        this = u32::from(next) + stream.take(u32::from(bits));
        if stream.is_overrun() {
            weights[count] = table[other as usize & ((1 << MAX_LOG) - 1)].0;
            return Ok(count + 1);
        }
        std::mem::swap(&mut this, &mut other);
    }
    Err(Damaged)
}
