//! Inflating (RFC 1951) in pieces, into a window from which decoded bytes are handed out where they lie.
//!
//! Ours, since most of the time of a scan goes by here: in WebAssembly it takes seven tenths of the time that zlib-rs does, and
//! natively nine. Blocks and their tables are read here, bit by bit; what is in them by `codes`, as fast as it goes.
//! Must not know: gzip, zip, sums. Proof: `tests/suite/inflate.rs` and the fuzz target `inflate` hold it against zlib-rs.

mod codes;
mod table;

use table::{Space, Unused};

/// Farthest back that a match reaches (RFC 1951, 2).
const REACH: usize = 32 * 1024;

/// A raw deflate stream, pushed.
pub struct Inflate {
    state: State,
    /// The block is the last one.
    last: bool,
    bits: Bits,
    window: codes::Window,
    /// How much of the window was handed out.
    given: usize,
    /// Where it is full.
    full: usize,
    tables: Box<Space>,
    /// Lengths of codes, while a block's tables are read.
    lengths: [u8; 320],
}

/// Bits that were read and not used, the next one lowest. Those beyond `count` are zero, or the input's next.
#[derive(Clone, Copy, Default)]
struct Bits {
    bits: u64,
    count: u32,
}

#[derive(Clone, Copy)]
enum State {
    /// Before a block's header.
    Block,
    /// Length and its complement (3.2.4).
    StoredLength,
    Stored {
        left: usize,
    },
    /// How many codes have lengths (3.2.7).
    Counts,
    /// Lengths of the codes that lengths are written in.
    CodeLengths {
        symbols: usize,
        distances: usize,
        codes: usize,
        have: usize,
    },
    Lengths {
        symbols: usize,
        distances: usize,
        have: usize,
    },
    Codes,
    End,
    Damaged,
}

/// Why decoding paused.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Pause {
    /// All input is used, and nothing more can be decoded without more of it.
    Input,
    /// The window is full: there is more to decode.
    Output,
    /// The stream ended; what follows it in the input was left.
    End,
    /// What follows the decoded bytes is no deflate stream.
    Damaged,
}

struct Damaged;

impl Inflate {
    /// A decoder that hands out about `output` bytes at once, 1 KiB to 223 KiB. It holds 280 KiB.
    pub fn new(output: usize) -> Self {
        Self {
            state: State::Block,
            last: false,
            bits: Bits::default(),
            window: codes::Window::new(REACH),
            given: REACH,
            full: REACH + output.clamp(1024, codes::Window::ROOM - REACH),
            tables: table::space(),
            lengths: [0; 320],
        }
    }

    /// Begins another stream, once the bytes of this one are taken.
    pub fn reset(&mut self) {
        self.state = State::Block;
        self.last = false;
        self.bits = Bits::default();
        self.window.forget();
    }

    /// Decodes until the input is used, the window is full, or the stream ends: how many bytes of the input were taken, and why it
    /// paused. The window gets full behind the same code of a stream in any pieces.
    pub fn run(&mut self, input: &[u8]) -> (usize, Pause) {
        if self.window.end() >= self.full {
            if self.given < self.window.end() {
                return (0, Pause::Output);
            }
            self.window.keep(REACH);
            self.given = self.window.end();
        }
        let mut read = 0;
        let pause = self.decode(input, &mut read).unwrap_or_else(|Damaged| {
            self.state = State::Damaged;
            Pause::Damaged
        });
        if pause == Pause::Output {
            self.bits.put_back(&mut read);
        }
        (read, pause)
    }

    /// Hands out what was decoded and not handed out before.
    pub fn take(&mut self) -> &[u8] {
        let from = std::mem::replace(&mut self.given, self.window.end());
        self.window.since(from)
    }

    /// How many of the bytes that were taken from the input are not decoded yet: less than eight, and none but when it pauses for input.
    pub fn ahead(&self) -> usize {
        self.bits.count as usize / 8
    }

    fn decode(&mut self, input: &[u8], read: &mut usize) -> Result<Pause, Damaged> {
        loop {
            match self.state {
                State::Block if self.last => {
                    self.bits.put_back(read);
                    self.state = State::End;
                }
                State::Block => {
                    let Some(head) = self.bits.take(3, input, read) else { return Ok(Pause::Input) };
                    self.last = head & 1 != 0;
                    self.state = match head >> 1 {
                        0 => {
                            self.bits.align();
                            State::StoredLength
                        }
                        1 => self.fixed()?,
                        2 => State::Counts,
                        _ => return Err(Damaged),
                    };
                }
                State::StoredLength => {
                    let Some(lengths) = self.bits.take(32, input, read) else { return Ok(Pause::Input) };
                    let (length, complement) = (lengths & 0xffff, lengths >> 16);
                    if length ^ complement != 0xffff {
                        return Err(Damaged);
                    }
                    self.bits.put_back(read);
                    self.state = State::Stored { left: length as usize };
                }
                State::Stored { left: 0 } => self.state = State::Block,
                State::Stored { left } => {
                    let rest = input.get(*read..).unwrap_or_default();
                    let stored = rest.get(..left.min(self.full.saturating_sub(self.window.end()))).unwrap_or(rest);
                    if stored.is_empty() {
                        return Ok(if rest.is_empty() { Pause::Input } else { Pause::Output });
                    }
                    self.window.append(stored);
                    *read += stored.len();
                    self.state = State::Stored { left: left - stored.len() };
                }
                State::Counts => {
                    let Some(counts) = self.bits.take(14, input, read) else { return Ok(Pause::Input) };
                    let (symbols, distances, codes) =
                        ((counts & 31) as usize + 257, (counts >> 5 & 31) as usize + 1, (counts >> 10) as usize + 4);
                    if symbols > 286 || distances > 30 {
                        return Err(Damaged);
                    }
                    self.lengths = [0; 320];
                    self.state = State::CodeLengths { symbols, distances, codes, have: 0 };
                }
                State::CodeLengths { symbols, distances, codes, have } if have < codes => {
                    const ORDER: [u8; 19] = [16, 17, 18, 0, 8, 7, 9, 6, 10, 5, 11, 4, 12, 3, 13, 2, 14, 1, 15];
                    let Some(length) = self.bits.take(3, input, read) else { return Ok(Pause::Input) };
                    if let Some(slot) = ORDER.get(have).and_then(|symbol| self.lengths.get_mut(usize::from(*symbol))) {
                        *slot = length as u8;
                    }
                    self.state = State::CodeLengths { symbols, distances, codes, have: have + 1 };
                }
                State::CodeLengths { symbols, distances, .. } => {
                    // This table is not needed once all lengths are read: it lies where that of the distances will.
                    let table = table::of_distances(&mut self.tables);
                    if !table::fill(table, table::LENGTH_BITS, &self.lengths[..19], Unused::Never, table::code_length) {
                        return Err(Damaged);
                    }
                    self.lengths = [0; 320];
                    self.state = State::Lengths { symbols, distances, have: 0 };
                }
                State::Lengths { symbols, distances, have } if have < symbols + distances => {
                    let Some(n) = self.length(have, symbols + distances, input, read)? else { return Ok(Pause::Input) };
                    self.state = State::Lengths { symbols, distances, have: have + n };
                }
                State::Lengths { symbols, distances, .. } => {
                    // A block without a code for its end could not end.
                    if self.lengths[256] == 0 {
                        return Err(Damaged);
                    }
                    let (symbols, rest) = self.lengths.split_at(symbols);
                    let distances = rest.get(..distances).unwrap_or_default();
                    self.state = tables(&mut self.tables, symbols, distances, Unused::Single)?;
                }
                State::Codes => {
                    if self.window.end() >= self.full {
                        return Ok(Pause::Output);
                    }
                    let ended = if input.len() - *read >= codes::TURN_INPUT && self.full - self.window.end() >= codes::TURN_OUTPUT
                    {
                        codes::many(input, read, &mut self.bits, &mut self.window, self.full - codes::TURN_OUTPUT, &self.tables)?
                    } else {
                        match codes::one(input, read, &mut self.bits, &mut self.window, &self.tables)? {
                            Some(ended) => ended,
                            None => return Ok(Pause::Input),
                        }
                    };
                    if ended {
                        self.state = State::Block;
                    }
                }
                State::End => return Ok(Pause::End),
                State::Damaged => return Ok(Pause::Damaged),
            }
        }
    }

    /// Reads the next length, or several: how many. None if the input ends within.
    fn length(&mut self, have: usize, all: usize, input: &[u8], read: &mut usize) -> Result<Option<usize>, Damaged> {
        self.bits.top_up(input, read);
        let mut bits = self.bits;
        let Some(symbol) = table::length_symbol(&self.tables, &mut bits) else { return Ok(None) };
        let (extra, base) = match symbol {
            16 => (2, 3),
            17 => (3, 3),
            18 => (7, 11),
            _ => (0, 1),
        };
        let Some(more) = bits.take(extra, &[], &mut 0) else { return Ok(None) };
        let n = base + more as usize;
        let value = match symbol {
            16 => *have.checked_sub(1).and_then(|before| self.lengths.get(before)).ok_or(Damaged)?,
            17 | 18 => 0,
            _ => symbol,
        };
        self.bits = bits;
        if have + n > all {
            return Err(Damaged);
        }
        self.lengths.get_mut(have..have + n).ok_or(Damaged)?.fill(value);
        Ok(Some(n))
    }

    /// Codes that need no lengths in the stream (3.2.6).
    fn fixed(&mut self) -> Result<State, Damaged> {
        let mut symbols = [8; 288];
        symbols[144..256].fill(9);
        symbols[256..280].fill(7);
        tables(&mut self.tables, &symbols, &[5; 32], Unused::Never)
    }
}

fn tables(space: &mut Space, symbols: &[u8], distances: &[u8], unused: Unused) -> Result<State, Damaged> {
    let filled = table::fill(table::of_symbols(space), table::SYMBOL_BITS, symbols, unused, table::literal_or_length)
        && table::fill(table::of_distances(space), table::DISTANCE_BITS, distances, unused, table::distance);
    if filled { Ok(State::Codes) } else { Err(Damaged) }
}

impl Bits {
    /// The next `n` bits, up to 32. None if the input ends before.
    fn take(&mut self, n: u32, input: &[u8], read: &mut usize) -> Option<u64> {
        if self.count < n {
            self.top_up(input, read);
        }
        self.count = self.count.checked_sub(n)?;
        let value = self.bits & ((1 << n) - 1);
        self.bits >>= n;
        Some(value)
    }

    /// Leaves out the bits of an entry. None if there are not that many.
    fn used(&mut self, entry: u32) -> Option<()> {
        self.count = self.count.checked_sub(entry & 63)?;
        self.bits >>= entry & 63;
        Some(())
    }

    /// Leaves out what is left of a byte.
    fn align(&mut self) {
        self.bits >>= self.count % 8;
        self.count -= self.count % 8;
    }

    /// Takes whole bytes, as many as there is room for.
    fn top_up(&mut self, input: &[u8], read: &mut usize) {
        while self.count < 56
            && let Some(byte) = input.get(*read)
        {
            self.bits |= u64::from(*byte) << self.count;
            self.count += 8;
            *read += 1;
        }
    }

    /// Gives whole bytes back. They are of this input: what was left of the one before did not make a whole code.
    fn put_back(&mut self, read: &mut usize) {
        *read -= (self.count / 8) as usize;
        self.count %= 8;
        self.bits &= (1 << self.count) - 1;
    }
}
