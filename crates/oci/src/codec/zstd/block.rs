//! One block: stored bytes, one byte many times, or literals and sequences (RFC 8878, 3.1.1.2 and 3.1.1.3).

use super::bits::integer;
use super::huffman::Huffman;
use super::sequences::{Sequence, Sequences};
use super::window::{STRIDE, Window};
use super::{Damaged, MAX_BLOCK};

/// So many sequences are decoded, then followed: each loop keeps its own few variables in registers.
const BATCH: usize = 128;

/// How a block is stored.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum Kind {
    Raw,
    Rle,
    Compressed,
}

/// What blocks of a frame leave to the next one, and room to decode one.
pub(super) struct Blocks {
    window: Window,
    huffman: Huffman,
    sequences: Sequences,
    literals: Vec<u8>,
    batch: Box<[Sequence; BATCH]>,
}

impl Blocks {
    pub(super) fn new() -> Self {
        Self {
            window: Window::new(),
            huffman: Huffman::new(),
            sequences: Sequences::new(),
            literals: Vec::new(),
            batch: Box::new([Sequence::default(); BATCH]),
        }
    }

    /// Begins a frame whose matches reach `window` bytes back.
    pub(super) fn begin(&mut self, window: usize) {
        self.window.begin(window);
        self.huffman.forget();
        self.sequences.forget();
    }

    /// Decodes a block, of which `bytes` are stored; `size` is the one that its header has. Gives its bytes in two pieces.
    pub(super) fn decode(&mut self, kind: Kind, size: usize, bytes: &[u8]) -> Result<[&[u8]; 2], Damaged> {
        if size > self.window.max_block() {
            return Err(Damaged);
        }
        self.window.begin_block();
        match kind {
            Kind::Raw => self.window.append(bytes)?,
            Kind::Rle => {
                let byte = *bytes.first().ok_or(Damaged)?;
                let bytes = room_for(&mut self.literals, size);
                bytes.fill(byte);
                self.window.append(bytes)?;
            }
            // The RFC has no block so short; the C library passes over it.
            Kind::Compressed if bytes.is_empty() => {}
            Kind::Compressed => self.compressed(bytes)?,
        }
        Ok(self.window.of_block())
    }

    fn compressed(&mut self, bytes: &[u8]) -> Result<(), Damaged> {
        let (len, have) = self.literals(bytes)?;
        let mut used = 0;
        if let Some(mut coded) = self.sequences.begin(bytes.get(len..).unwrap_or_default())? {
            loop {
                let count = self.sequences.decode(&mut coded, &mut *self.batch)?;
                let literals = self.literals.get(..have + STRIDE).ok_or(Damaged)?;
                self.window.follow(self.batch.get(..count).unwrap_or_default(), literals, &mut used)?;
                if coded.is_done() {
                    break;
                }
            }
        }
        self.window.append(self.literals.get(used..have).ok_or(Damaged)?)
    }

    /// Reads the section of literals (3.1.1.3.1) into `self.literals`; gives how long it is, and how many there are.
    fn literals(&mut self, bytes: &[u8]) -> Result<(usize, usize), Damaged> {
        let head = *bytes.first().ok_or(Damaged)?;
        let (kind, format) = (head & 3, head >> 2 & 3);
        let header = |len: usize| bytes.get(..len).map(integer).ok_or(Damaged);
        if kind < 2 {
            let (len, shift) = match format {
                0 | 2 => (1, 3),
                1 => (2, 4),
                _ => (3, 4),
            };
            let size = (header(len)? >> shift) as usize;
            if size > MAX_BLOCK {
                return Err(Damaged);
            }
            let rest = bytes.get(len..).unwrap_or_default();
            let stored = rest.get(..if kind == 0 { size } else { 1 }).ok_or(Damaged)?;
            let literals = room_for(&mut self.literals, size);
            match stored {
                [byte] => literals.fill(*byte),
                bytes => literals.copy_from_slice(bytes),
            }
            return Ok((len + stored.len(), size));
        }
        let (len, bits) = match format {
            0 | 1 => (3, 10),
            2 => (4, 14),
            _ => (5, 18),
        };
        let sizes = header(len)? >> 4;
        let part = |shift: u32| (sizes >> shift & ((1 << bits) - 1)) as usize;
        let (size, stored) = (part(0), part(bits));
        let four = format != 0;
        if size > MAX_BLOCK || four && size < 6 {
            return Err(Damaged);
        }
        let mut coded = bytes.get(len..).and_then(|rest| rest.get(..stored)).ok_or(Damaged)?;
        if kind == 2 {
            let description = self.huffman.read(coded)?;
            coded = coded.get(description..).ok_or(Damaged)?;
        }
        self.huffman.decode(coded, four, room_for(&mut self.literals, size))?;
        Ok((len + stored, size))
    }
}

/// The first `size` bytes, and `STRIDE` more behind them: they are copied in pieces, which may go beyond the end.
fn room_for(literals: &mut Vec<u8>, size: usize) -> &mut [u8] {
    if literals.len() < size + STRIDE {
        literals.resize(size + STRIDE, 0);
    }
    literals.get_mut(..size).unwrap_or_default()
}
