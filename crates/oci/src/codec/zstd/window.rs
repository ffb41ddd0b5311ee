//! Decoded bytes: a ring of as many as matches may reach back, which grows as they come (RFC 8878, 3.1.1.1.2).

use super::sequences::Sequence;
use super::{Damaged, MAX_BLOCK};

/// Bytes are copied in pieces of this many, beyond the end of what is to be copied too.
pub(super) const STRIDE: usize = 16;
/// How far beyond a piece may be written.
const SLACK: usize = 2 * STRIDE;

pub(super) struct Window {
    /// The ring, and `SLACK` bytes behind it that belong to nobody.
    bytes: Vec<u8>,
    /// How far matches may reach back.
    size: usize,
    /// Where the next byte goes.
    end: usize,
    /// Bytes of the frame so far, up to `size`.
    reach: usize,
    /// Bytes of the block so far, and how many it may have.
    block: usize,
    max_block: usize,
}

impl Window {
    pub(super) fn new() -> Self {
        Self { bytes: Vec::new(), size: 0, end: 0, reach: 0, block: 0, max_block: 0 }
    }

    /// Begins a frame: matches reach `size` bytes back, and not into the frame before.
    pub(super) fn begin(&mut self, size: usize) {
        (self.size, self.end, self.reach, self.max_block) = (size, 0, 0, size.min(MAX_BLOCK));
    }

    pub(super) fn max_block(&self) -> usize {
        self.max_block
    }

    /// Begins a block. What is written beyond its end must not be what a match reaches: the ring is larger than the window by that.
    pub(super) fn begin_block(&mut self) {
        self.block = 0;
        let enough = self.size + 2 * SLACK;
        let for_block = self.end + self.max_block + SLACK;
        if self.room() < enough && self.room() < for_block {
            // Twice as large, so that it is moved a few times only.
            let room = for_block.max(2 * self.room()).min(enough);
            self.bytes.reserve_exact(room + SLACK - self.bytes.len());
            self.bytes.resize(room + SLACK, 0);
        }
    }

    fn room(&self) -> usize {
        self.bytes.len().saturating_sub(SLACK)
    }

    /// The bytes of the block, in order: two pieces where the ring begins anew between them.
    pub(super) fn of_block(&self) -> [&[u8]; 2] {
        match self.end.checked_sub(self.block) {
            Some(from) => [self.bytes.get(from..self.end).unwrap_or_default(), &[]],
            None => {
                let from = self.room() - (self.block - self.end);
                let [tail, head] = [from..self.room(), 0..self.end].map(|range| self.bytes.get(range).unwrap_or_default());
                [tail, head]
            }
        }
    }

    /// Counts bytes that were put at the end.
    fn grow(&mut self, by: usize) -> Result<(), Damaged> {
        self.block += by;
        if self.block > self.max_block {
            return Err(Damaged);
        }
        self.reach = (self.reach + by).min(self.size);
        Ok(())
    }

    pub(super) fn append(&mut self, mut bytes: &[u8]) -> Result<(), Damaged> {
        self.grow(bytes.len())?;
        while !bytes.is_empty() {
            let (now, later) = bytes.split_at(bytes.len().min(self.room() - self.end));
            self.bytes.get_mut(self.end..self.end + now.len()).ok_or(Damaged)?.copy_from_slice(now);
            self.end += now.len();
            if self.end == self.room() {
                self.end = 0;
            }
            bytes = later;
        }
        Ok(())
    }

    /// Puts what sequences say: of `literals`, which are followed by `STRIDE` bytes that do not count, those from `used` on.
    ///
    /// A function of its own, with few variables, as many as the processor has registers for.
    #[inline(never)]
    pub(super) fn follow(&mut self, sequences: &[Sequence], literals: &[u8], used: &mut usize) -> Result<(), Damaged> {
        let (size, room, start) = (self.size, self.room(), self.block);
        // How many literals and bytes may still come.
        let (mut literals_left, mut block_left) =
            (literals.len().saturating_sub(STRIDE + *used), self.max_block - start.min(self.max_block));
        let (mut end, mut reach) = (self.end, self.reach);
        let mut literals = literals.get(*used..).ok_or(Damaged)?;
        let bytes = self.bytes.as_mut_slice();
        for sequence in sequences {
            let (count, length, offset) = (sequence.literals as usize, sequence.length as usize, sequence.offset as usize);
            literals_left = literals_left.checked_sub(count).ok_or(Damaged)?;
            block_left = block_left.checked_sub(count + length).ok_or(Damaged)?;
            // How far back there is something: all of the frame, as far as it is in the window.
            if offset.wrapping_sub(1) >= (reach + count).min(size) {
                return Err(Damaged);
            }
            reach = (reach + count + length).min(size);
            let middle = end + count;
            let source = if middle >= offset { middle - offset } else { middle + room - offset };
            if middle + length < room && source + length <= room {
                copy_literals(bytes, end, literals, count)?;
                repeat(bytes, source, middle, length)?;
                end = middle + length;
            } else {
                for byte in literals.get(..count).ok_or(Damaged)? {
                    put(bytes, room, &mut end, *byte)?;
                }
                let mut source = if source >= room { source - room } else { source };
                for _ in 0..length {
                    let byte = *bytes.get(source).ok_or(Damaged)?;
                    put(bytes, room, &mut end, byte)?;
                    source = if source + 1 == room { 0 } else { source + 1 };
                }
            }
            literals = literals.get(count..).ok_or(Damaged)?;
        }
        (self.end, self.reach) = (end, reach);
        self.block = self.max_block - block_left;
        *used += sequences.iter().map(|sequence| sequence.literals as usize).sum::<usize>();
        Ok(())
    }
}

/// One byte, and the ring's beginning after its end.
fn put(bytes: &mut [u8], room: usize, end: &mut usize, byte: u8) -> Result<(), Damaged> {
    *bytes.get_mut(*end).ok_or(Damaged)? = byte;
    *end = if *end + 1 == room { 0 } else { *end + 1 };
    Ok(())
}

/// Copies literals to `to`, and perhaps more.
#[inline(always)]
fn copy_literals(bytes: &mut [u8], to: usize, literals: &[u8], count: usize) -> Result<(), Damaged> {
    let mut at = 0;
    loop {
        let piece: &[u8; STRIDE] = literals.get(at..).and_then(<[u8]>::first_chunk).ok_or(Damaged)?;
        *bytes.get_mut(to + at..).and_then(<[u8]>::first_chunk_mut).ok_or(Damaged)? = *piece;
        at += STRIDE;
        if at >= count {
            return Ok(());
        }
    }
}

/// Copies a match, and perhaps more.
#[inline(always)]
fn repeat(bytes: &mut [u8], from: usize, to: usize, length: usize) -> Result<(), Damaged> {
    if to.wrapping_sub(from) < STRIDE {
        return repeat_near(bytes, from, to, length);
    }
    let mut at = 0;
    loop {
        let piece: [u8; STRIDE] = *bytes.get(from + at..).and_then(<[u8]>::first_chunk).ok_or(Damaged)?;
        *bytes.get_mut(to + at..).and_then(<[u8]>::first_chunk_mut).ok_or(Damaged)? = piece;
        at += STRIDE;
        if at >= length {
            return Ok(());
        }
    }
}

/// A match that overlaps itself within one piece.
#[inline(never)]
fn repeat_near(bytes: &mut [u8], from: usize, to: usize, length: usize) -> Result<(), Damaged> {
    let region = bytes.get_mut(from..to + length).ok_or(Damaged)?;
    if let (1, Some(byte)) = (to - from, region.first().copied()) {
        region.fill(byte);
        return Ok(());
    }
    // What is there is doubled until it is long enough.
    let mut have = to - from;
    while have < region.len() {
        let more = have.min(region.len() - have);
        region.copy_within(..more, have);
        have += more;
    }
    Ok(())
}
