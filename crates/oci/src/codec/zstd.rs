//! zstd: frames one after another, skippable ones left out (RFC 8878).
//!
//! ruzstd pulls from a reader; we push. So framing is read here: as soon as a whole block (at most 128 KiB) is there, ruzstd is
//! handed exactly that block, and what leaves its window goes straight to the output. Memory: window, one block, its output.

use std::io::Write;

use ruzstd::decoding::errors::{FrameDecoderError, FrameHeaderError};
use ruzstd::decoding::{BlockDecodingStrategy, FrameDecoder};

use super::Counted;
use crate::error::Error;

const MAGIC: u32 = 0xfd2f_b528;
const MAX_BLOCK: usize = 128 * 1024;

pub(super) struct Zstd {
    frame: FrameDecoder,
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
    Block { checksum: bool },
    /// Behind the last frame; whether it was said that something other than zeros is there.
    Garbage { told: bool },
}

/// What the bytes at hand are enough for.
enum Step {
    /// This many bytes are needed before anything can be done.
    Need(usize),
    /// This many bytes were used.
    Used(usize),
}

impl Zstd {
    pub(super) fn new(max_window: u64) -> Self {
        let mut frame = FrameDecoder::new();
        frame.set_max_window_size(max_window);
        Self { frame, pending: Vec::new(), taken: 0, state: State::Frame { first: true } }
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
            State::Block { checksum } => self.block(bytes, checksum, out),
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
        let Some(descriptor) = rest.first() else {
            return Ok(Step::Need(5));
        };
        let single_segment = descriptor & 0x20 != 0;
        let dictionary_len = [0, 1, 2, 4].get(usize::from(descriptor & 3)).copied().unwrap_or(0);
        let content_size_len = match (descriptor >> 6, single_segment) {
            (0, true) => 1,
            (0, false) => 0,
            (1, _) => 2,
            (2, _) => 4,
            _ => 8,
        };
        let len = 5 + usize::from(!single_segment) + dictionary_len + content_size_len;
        let Some(mut header) = bytes.get(..len) else {
            return Ok(Step::Need(len));
        };
        let limit = self.frame.max_window_size();
        self.frame.reset(&mut header).map_err(|error| named(error, limit))?;
        self.state = State::Block { checksum: descriptor & 4 != 0 };
        Ok(Step::Used(len))
    }

    fn block(&mut self, bytes: &[u8], checksum: bool, out: &mut Counted<'_>) -> Result<Step, Error> {
        let [a, b, c, ..] = bytes else {
            return Ok(Step::Need(3));
        };
        let header = u32::from_le_bytes([*a, *b, *c, 0]);
        let last = header & 1 != 0;
        let size = usize::try_from(header >> 3).unwrap_or(usize::MAX);
        if size > MAX_BLOCK {
            return Err(damaged("block over 128 KiB"));
        }
        // An RLE block stores one byte, whatever its size.
        let stored = if header >> 1 & 3 == 1 { 1 } else { size };
        let len = 3 + stored + if last && checksum { 4 } else { 0 };
        let Some(mut block) = bytes.get(..len) else {
            return Ok(Step::Need(len));
        };
        self.frame.decode_blocks(&mut block, BlockDecodingStrategy::UptoBlocks(1)).map_err(|error| named(error, 0))?;

        let mut sink = Collect { out, taken: self.taken.saturating_add(len as u64), failed: None };
        let collected = self.frame.collect_to_writer(&mut sink);
        if let Some(error) = sink.failed {
            return Err(error);
        }
        collected.map_err(|error| damaged(&error.to_string()))?;

        if last {
            if checksum && self.frame.get_checksum_from_data() != self.frame.get_calculated_checksum() {
                return Err(damaged("bad checksum"));
            }
            self.state = State::Frame { first: false };
        }
        Ok(Step::Used(len))
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

/// Hands what ruzstd lets go straight to the output, keeping our error beside its own kind.
struct Collect<'a, 'b> {
    out: &'a mut Counted<'b>,
    /// Bytes of the stream up to the block's end.
    taken: u64,
    failed: Option<Error>,
}

impl Write for Collect<'_, '_> {
    fn write(&mut self, bytes: &[u8]) -> std::io::Result<usize> {
        match (self.out)(bytes, self.taken) {
            Ok(()) => Ok(bytes.len()),
            Err(error) => {
                self.failed = Some(error);
                Err(std::io::Error::other("refused"))
            }
        }
    }

    fn flush(&mut self) -> std::io::Result<()> {
        Ok(())
    }
}

fn damaged(what: &str) -> Error {
    Error::Codec { codec: "zstd", what: what.to_owned() }
}

/// `limit`: the largest window allowed, bytes.
fn named(error: FrameDecoderError, limit: u64) -> Error {
    match error {
        FrameDecoderError::WindowSizeTooBig { requested: size, .. }
        | FrameDecoderError::FrameHeaderError(FrameHeaderError::WindowTooBig { got: size }) => Error::ZstdWindow { size, limit },
        FrameDecoderError::DictNotProvided { dict_id } => {
            damaged(&format!("needs dictionary {dict_id}, which is not part of the data"))
        }
        FrameDecoderError::ReadFrameHeaderError(_) | FrameDecoderError::FrameHeaderError(_) => damaged("damaged frame header"),
        FrameDecoderError::FailedToReadBlockHeader(_) => damaged("damaged block header"),
        _ => damaged("damaged block"),
    }
}
