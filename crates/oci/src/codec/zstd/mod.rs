//! zstd: frames one after another, skippable ones left out (RFC 8878).
//!
//! Ours, since most of the time of a scan goes by here. Frames are read in this file: as soon as a whole block (at most 128 KiB) is
//! there, it is decoded into the window and handed out where it lies. Memory: the window as far as it is used, one block.
//! Must not know: tar, layers. Proof: `tests/suite/zstd.rs` and the fuzz target `zstd` hold it against the C library.

mod bits;
mod block;
mod fse;
mod huffman;
mod sequences;
mod window;

use std::hash::Hasher as _;

use block::{Blocks, Kind};
use twox_hash::XxHash64;

use super::Counted;
use crate::error::Error;

const MAGIC: u32 = 0xfd2f_b528;
/// The most that a block holds (RFC 8878, 3.1.1.2.4).
const MAX_BLOCK: usize = 128 * 1024;

pub(super) struct Zstd {
    blocks: Blocks,
    max_window: u64,
    /// Of the frame's bytes so far, where it has one to compare with.
    checksum: Option<XxHash64>,
    /// How many bytes of the frame are to come, where its header says so.
    left: Option<u64>,
    /// Start of a header or block whose end has not come yet.
    pending: Vec<u8>,
    /// Bytes of the stream that were used.
    taken: u64,
    state: State,
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum State {
    /// At the start of a frame. `first` before any was read.
    Frame { first: bool },
    /// Inside a skippable frame.
    Skipping { left: u32 },
    /// At a block header.
    Block,
    /// Behind the last frame; whether it was said that something other than zeros is there.
    Garbage { told: bool },
}

/// What was to be a block is none.
struct Damaged;

/// What the bytes at hand are enough for.
enum Step {
    /// This many bytes are needed before anything can be done.
    Need(usize),
    /// This many bytes were used.
    Used(usize),
}

impl Zstd {
    pub(super) fn new(max_window: u64) -> Self {
        let state = State::Frame { first: true };
        Self { blocks: Blocks::new(), max_window, checksum: None, left: None, pending: Vec::new(), taken: 0, state }
    }

    pub(super) fn push(&mut self, mut input: &[u8], out: &mut Counted<'_>, warnings: &mut Vec<String>) -> Result<(), Error> {
        while !input.is_empty() || !self.pending.is_empty() {
            if self.pending.is_empty() {
                match self.step(input, out, warnings)? {
                    Step::Used(used) => {
                        self.taken = self.taken.saturating_add(used as u64);
                        input = input.get(used..).unwrap_or_default();
                    }
                    Step::Need(_) => {
                        self.pending.extend_from_slice(input);
                        return Ok(());
                    }
                }
                continue;
            }
            let mut pending = std::mem::take(&mut self.pending);
            let step = self.step(&pending, out, warnings);
            match step {
                Ok(Step::Used(used)) => {
                    self.taken = self.taken.saturating_add(used as u64);
                    pending.drain(..used.min(pending.len()));
                    self.pending = pending;
                }
                Ok(Step::Need(need)) => {
                    let take = need.saturating_sub(pending.len()).max(1).min(input.len());
                    let (head, rest) = input.split_at(take);
                    pending.extend_from_slice(head);
                    self.pending = pending;
                    if head.is_empty() {
                        return Ok(());
                    }
                    input = rest;
                }
                Err(error) => return Err(error),
            }
        }
        Ok(())
    }

    fn step(&mut self, bytes: &[u8], out: &mut Counted<'_>, warnings: &mut Vec<String>) -> Result<Step, Error> {
        match self.state {
            State::Garbage { told } => {
                if !told && bytes.iter().any(|byte| *byte != 0) {
                    warnings.push("zstd: bytes after the last frame are ignored".to_owned());
                    self.state = State::Garbage { told: true };
                }
                Ok(Step::Used(bytes.len()))
            }
            State::Skipping { left } => {
                let used = bytes.len().min(usize::try_from(left).unwrap_or(usize::MAX));
                let left = left.saturating_sub(u32::try_from(used).unwrap_or(u32::MAX));
                self.state = if left == 0 { State::Frame { first: false } } else { State::Skipping { left } };
                Ok(Step::Used(used))
            }
            State::Frame { first } => self.frame(bytes, first),
            State::Block => self.block(bytes, out),
        }
    }

    fn frame(&mut self, bytes: &[u8], first: bool) -> Result<Step, Error> {
        let [a, b, c, d, rest @ ..] = bytes else {
            return Ok(Step::Need(4));
        };
        let magic = u32::from_le_bytes([*a, *b, *c, *d]);
        if magic & 0xffff_fff0 == 0x184d_2a50 {
            let [a, b, c, d, ..] = rest else {
                return Ok(Step::Need(8));
            };
            let left = u32::from_le_bytes([*a, *b, *c, *d]);
            self.state = if left == 0 { State::Frame { first: false } } else { State::Skipping { left } };
            return Ok(Step::Used(8));
        }
        if magic != MAGIC {
            if first {
                return Err(damaged("damaged frame header"));
            }
            self.state = State::Garbage { told: false };
            return Ok(Step::Used(0));
        }
        let Some((descriptor, rest)) = rest.split_first() else {
            return Ok(Step::Need(5));
        };
        let single_segment = descriptor & 0x20 != 0;
        let window_len = usize::from(!single_segment);
        let dictionary_len = [0, 1, 2, 4].get(usize::from(descriptor & 3)).copied().unwrap_or(0);
        let size_len = match (descriptor >> 6, single_segment) {
            (0, true) => 1,
            (0, false) => 0,
            (1, _) => 2,
            (2, _) => 4,
            _ => 8,
        };
        let len = window_len + dictionary_len + size_len;
        let Some(header) = rest.get(..len) else {
            return Ok(Step::Need(5 + len));
        };
        if descriptor & 8 != 0 {
            return Err(damaged("damaged frame header"));
        }
        let (window, rest) = header.split_at(window_len);
        let (dictionary, size) = rest.split_at(dictionary_len);
        let [dictionary, size] = [dictionary, size].map(bits::integer);
        if dictionary != 0 {
            return Err(damaged(&format!("needs dictionary {dictionary}, which is not part of the data")));
        }
        // Two bytes cannot say what one can (RFC 8878, 3.1.1.1.4).
        let size = if size_len == 2 { size + 256 } else { size };
        let window = match window.first() {
            Some(byte) => (8 + u64::from(byte & 7)) << (7 + u32::from(byte >> 3)),
            None => size,
        };
        if window > self.max_window {
            return Err(Error::ZstdWindow { size: window, limit: self.max_window });
        }
        self.left = (size_len > 0).then_some(size);
        self.checksum = (descriptor & 4 != 0).then(XxHash64::default);
        self.blocks.begin(usize::try_from(window).map_err(|_| damaged("damaged frame header"))?);
        self.state = State::Block;
        Ok(Step::Used(5 + len))
    }

    fn block(&mut self, bytes: &[u8], out: &mut Counted<'_>) -> Result<Step, Error> {
        let [a, b, c, rest @ ..] = bytes else {
            return Ok(Step::Need(3));
        };
        let header = u32::from_le_bytes([*a, *b, *c, 0]);
        let last = header & 1 != 0;
        let size = usize::try_from(header >> 3).unwrap_or(usize::MAX);
        let kind = match header >> 1 & 3 {
            0 => Kind::Raw,
            1 => Kind::Rle,
            2 => Kind::Compressed,
            _ => return Err(damaged("damaged block header")),
        };
        if size > MAX_BLOCK {
            return Err(damaged("block over 128 KiB"));
        }
        let stored = if kind == Kind::Rle { 1 } else { size };
        let sum_len = if last && self.checksum.is_some() { 4 } else { 0 };
        let Some((block, sum)) = rest.get(..stored + sum_len).and_then(|rest| rest.split_at_checked(stored)) else {
            return Ok(Step::Need(3 + stored + sum_len));
        };
        let used = 3 + stored + sum_len;
        let taken = self.taken.saturating_add(used as u64);
        let decoded = self.blocks.decode(kind, size, block).map_err(|Damaged| damaged("damaged block"))?;
        for piece in decoded.into_iter().filter(|piece| !piece.is_empty()) {
            if let Some(left) = &mut self.left {
                *left = left.checked_sub(piece.len() as u64).ok_or_else(|| damaged("a frame is longer than it says"))?;
            }
            if let Some(checksum) = &mut self.checksum {
                checksum.write(piece);
            }
            out(piece, taken)?;
        }
        if last {
            if self.left.is_some_and(|left| left > 0) {
                return Err(damaged("a frame is shorter than it says"));
            }
            // The lower half of the sum (RFC 8878, 3.1.1).
            if self.checksum.take().is_some_and(|checksum| (checksum.finish() as u32).to_le_bytes() != sum) {
                return Err(damaged("bad checksum"));
            }
            self.state = State::Frame { first: false };
        }
        Ok(Step::Used(used))
    }

    pub(super) fn finish(&self, at: u64) -> Result<(), Error> {
        match self.state {
            State::Garbage { .. } => Ok(()),
            State::Frame { first: false } if self.pending.is_empty() => Ok(()),
            State::Frame { first: false } if self.pending.iter().all(|byte| *byte == 0) => Ok(()),
            _ => Err(Error::CodecTruncated { codec: "zstd", at }),
        }
    }
}

fn damaged(what: &str) -> Error {
    Error::Codec { codec: "zstd", what: what.to_owned() }
}
