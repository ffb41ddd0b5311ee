//! gzip: members one after another (RFC 1952), each a raw deflate stream between a header and a check.
//!
//! Header and trailer are read here, so that the inflater's state is reused: eStargz has one member a file.

use super::Counted;
use super::inflate::{Inflate, Pause};
use crate::error::Error;

const FHCRC: u8 = 2;
const FEXTRA: u8 = 4;
const FNAME: u8 = 8;
const FCOMMENT: u8 = 16;
const RESERVED: u8 = 0xe0;

pub(super) struct Gzip {
    inflate: Inflate,
    crc32: Crc32,
    /// CRC-32 of the member so far.
    sum: u32,
    /// Bytes of the stream so far.
    taken: u64,
    /// Bytes of the member so far, modulo 2³².
    len: u32,
    state: State,
}

/// CRC-32 of bytes that follow what has this sum; 0 at the start.
pub(super) type Crc32 = fn(u32, &[u8]) -> u32;

enum State {
    /// Fixed part of a member's header.
    Head {
        seen: usize,
        flags: u8,
    },
    /// Length of the extra field.
    ExtraLen {
        seen: usize,
        len: u16,
        flags: u8,
    },
    /// Extra field.
    Extra {
        left: u16,
        flags: u8,
    },
    /// Zero-terminated name, then comment, then header check: whichever `flags` still has.
    Text {
        flags: u8,
    },
    HeaderCrc {
        seen: usize,
    },
    Body,
    Trailer {
        bytes: [u8; 8],
        seen: usize,
    },
    /// After a member: another one, zero padding, or something that does not belong here.
    Between {
        magic: bool,
        padding: bool,
    },
    /// Something after the last member that is not gzip.
    Garbage,
}

impl Gzip {
    pub(super) fn new(buffer: usize, crc32: Crc32) -> Self {
        Self { inflate: Inflate::new(buffer), crc32, sum: 0, taken: 0, len: 0, state: State::Head { seen: 0, flags: 0 } }
    }

    pub(super) fn push(&mut self, mut input: &[u8], out: &mut Counted<'_>, warnings: &mut Vec<String>) -> Result<(), Error> {
        loop {
            if let State::Body = self.state {
                let (read, pause) = self.inflate.run(input);
                input = input.get(read..).unwrap_or_default();
                self.taken = self.taken.saturating_add(read as u64);
                if pause == Pause::Input {
                    // Decoded bytes wait until the window is full: then what was handed out before an error is the same for any pieces.
                    return Ok(());
                }
                // How far damaged data was read depends on the pieces: what came before it is less than one buffer, and let through.
                self.give(out, if pause == Pause::Damaged { u64::MAX } else { self.taken })?;
                match pause {
                    Pause::Input | Pause::Output => {}
                    Pause::End => self.state = State::Trailer { bytes: [0; 8], seen: 0 },
                    Pause::Damaged => return Err(damaged("damaged deflate data")),
                }
                continue;
            }
            let Some((byte, rest)) = input.split_first() else {
                return Ok(());
            };
            input = rest;
            self.taken = self.taken.saturating_add(1);
            self.state = self.frame(*byte, warnings)?;
        }
    }

    /// Hands out what is decoded of the first `stored` bytes.
    fn give(&mut self, out: &mut Counted<'_>, stored: u64) -> Result<(), Error> {
        let bytes = self.inflate.take();
        if bytes.is_empty() {
            return Ok(());
        }
        self.sum = (self.crc32)(self.sum, bytes);
        self.len = self.len.wrapping_add(bytes.len() as u32);
        out(bytes, stored)
    }

    /// One byte of framing.
    fn frame(&mut self, byte: u8, warnings: &mut Vec<String>) -> Result<State, Error> {
        Ok(match std::mem::replace(&mut self.state, State::Garbage) {
            State::Head { seen, mut flags } => {
                match (seen, byte) {
                    (0, 0x1f) | (1, 0x8b) | (2, 8) | (4.., _) => {}
                    (3, _) if byte & RESERVED == 0 => flags = byte,
                    _ => return Err(damaged("damaged header")),
                }
                if seen == 9 { self.after_head(flags) } else { State::Head { seen: seen + 1, flags } }
            }
            State::ExtraLen { seen, len, flags } => {
                let len = len | u16::from(byte) << (8 * seen);
                match seen {
                    0 => State::ExtraLen { seen: 1, len, flags },
                    _ if len == 0 => self.after_head(flags & !FEXTRA),
                    _ => State::Extra { left: len, flags },
                }
            }
            State::Extra { left, flags } if left > 1 => State::Extra { left: left - 1, flags },
            State::Extra { flags, .. } => self.after_head(flags & !FEXTRA),
            State::Text { flags } if byte != 0 => State::Text { flags },
            State::Text { flags } => self.after_head(flags & !if flags & FNAME != 0 { FNAME } else { FCOMMENT }),
            State::HeaderCrc { seen: 0 } => State::HeaderCrc { seen: 1 },
            State::HeaderCrc { .. } => self.after_head(0),
            State::Trailer { mut bytes, seen } => {
                if let Some(slot) = bytes.get_mut(seen) {
                    *slot = byte;
                }
                if seen < 7 {
                    State::Trailer { bytes, seen: seen + 1 }
                } else {
                    self.check(bytes)?;
                    State::Between { magic: false, padding: false }
                }
            }
            State::Between { magic: false, padding } => match byte {
                0x1f => State::Between { magic: true, padding },
                0 => State::Between { magic: false, padding: true },
                _ => trailing(warnings),
            },
            State::Between { magic: true, .. } if byte == 0x8b => State::Head { seen: 2, flags: 0 },
            State::Between { .. } => trailing(warnings),
            state @ (State::Garbage | State::Body) => state,
        })
    }

    /// What follows in a member's header, by the flags that are left.
    fn after_head(&mut self, flags: u8) -> State {
        if flags & FEXTRA != 0 {
            State::ExtraLen { seen: 0, len: 0, flags }
        } else if flags & (FNAME | FCOMMENT) != 0 {
            State::Text { flags }
        } else if flags & FHCRC != 0 {
            State::HeaderCrc { seen: 0 }
        } else {
            self.inflate.reset();
            (self.sum, self.len) = (0, 0);
            State::Body
        }
    }

    fn check(&self, trailer: [u8; 8]) -> Result<(), Error> {
        let [a, b, c, d, e, f, g, h] = trailer;
        if u32::from_le_bytes([e, f, g, h]) != self.len {
            return Err(damaged("bad length"));
        }
        if u32::from_le_bytes([a, b, c, d]) != self.sum {
            return Err(damaged("bad crc"));
        }
        Ok(())
    }

    pub(super) fn finish(&mut self, out: &mut Counted<'_>, at: u64) -> Result<(), Error> {
        self.give(out, self.taken.saturating_sub(self.inflate.ahead() as u64))?;
        match self.state {
            State::Between { .. } | State::Garbage => Ok(()),
            _ => Err(Error::CodecTruncated { codec: "gzip", at }),
        }
    }
}

fn damaged(what: &str) -> Error {
    Error::Codec { codec: "gzip", what: what.to_owned() }
}

fn trailing(warnings: &mut Vec<String>) -> State {
    warnings.push("gzip: bytes after the last member are ignored".to_owned());
    State::Garbage
}
