//! Sequences: so many literals, then so many bytes from so far back (RFC 8878, 3.1.1.3.2).

use super::Damaged;
use super::bits::Backward;
use super::fse::{Counts, MAX_LOG};

/// One sequence, its offset already an absolute one.
#[derive(Clone, Copy, Default)]
pub(super) struct Sequence {
    pub(super) literals: u32,
    pub(super) length: u32,
    pub(super) offset: u32,
}

/// What a state of a table stands for, and what follows it.
#[derive(Clone, Copy, Default)]
struct State {
    /// The value, without the bits that are read.
    base: u32,
    /// How many bits are read for the value.
    extra: u8,
    /// How many are read for the next state, and what is added to them.
    bits: u8,
    next: u16,
}

/// A kind of code: its baselines and extra bits, and its table where none is described.
struct Kind {
    value: fn(usize) -> Option<(u32, u8)>,
    symbols: usize,
    max_log: u32,
    usual: (&'static [i16], u32),
}

const LITERALS: Kind = Kind {
    value: |code| match code {
        0..16 => Some((code as u32, 0)),
        _ => LITERAL_CODES.get(code - 16).copied(),
    },
    symbols: 36,
    max_log: 9,
    usual: (&[4, 3, 2, 2, 2, 2, 2, 2, 2, 2, 2, 2, 2, 1, 1, 1, 2, 2, 2, 2, 2, 2, 2, 2, 2, 3, 2, 1, 1, 1, 1, 1, -1, -1, -1, -1], 6),
};
const LENGTHS: Kind = Kind {
    value: |code| match code {
        0..32 => Some((code as u32 + 3, 0)),
        _ => LENGTH_CODES.get(code - 32).copied(),
    },
    symbols: 53,
    max_log: 9,
    usual: (
        &[
            1, 4, 3, 2, 2, 2, 2, 2, 2, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1,
            1, 1, 1, 1, 1, 1, 1, -1, -1, -1, -1, -1, -1, -1,
        ],
        6,
    ),
};
const OFFSETS: Kind = Kind {
    value: |code| Some((1u32.checked_shl(code as u32)?, code as u8)),
    symbols: 32,
    max_log: 8,
    usual: (&[1, 1, 1, 1, 1, 1, 2, 2, 2, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, -1, -1, -1, -1, -1], 5),
};

/// Baselines and extra bits of the codes that do not stand for themselves.
const LITERAL_CODES: [(u32, u8); 20] = [
    (16, 1),
    (18, 1),
    (20, 1),
    (22, 1),
    (24, 2),
    (28, 2),
    (32, 3),
    (40, 3),
    (48, 4),
    (64, 6),
    (128, 7),
    (256, 8),
    (512, 9),
    (1024, 10),
    (2048, 11),
    (4096, 12),
    (8192, 13),
    (16384, 14),
    (32768, 15),
    (65536, 16),
];
const LENGTH_CODES: [(u32, u8); 21] = [
    (35, 1),
    (37, 1),
    (39, 1),
    (41, 1),
    (43, 2),
    (47, 2),
    (51, 3),
    (59, 3),
    (67, 4),
    (83, 4),
    (99, 5),
    (131, 7),
    (259, 8),
    (515, 9),
    (1027, 10),
    (2051, 11),
    (4099, 12),
    (8195, 13),
    (16387, 14),
    (32771, 15),
    (65539, 16),
];

/// The states of one kind of code, kept from block to block.
struct Table {
    states: Box<[State; 1 << MAX_LOG]>,
    log: u32,
}

impl Table {
    fn new() -> Self {
        Self { states: Box::new([State::default(); 1 << MAX_LOG]), log: 0 }
    }

    /// Reads the table of a block, as `mode` says; gives how long its description is.
    fn read(&mut self, kind: &Kind, mode: u8, bytes: &[u8], known: bool) -> Result<usize, Damaged> {
        let (counts, len) = match mode {
            0 => (Counts::known(kind.usual.0, kind.usual.1), 0),
            1 => {
                let symbol = usize::from(*bytes.first().ok_or(Damaged)?);
                let (base, extra) = (kind.value)(symbol).filter(|_| symbol < kind.symbols).ok_or(Damaged)?;
                self.states[0] = State { base, extra, bits: 0, next: 0 };
                self.log = 0;
                return Ok(1);
            }
            2 => Counts::read(bytes, kind.symbols, kind.max_log)?,
            _ => return if known { Ok(0) } else { Err(Damaged) },
        };
        let states = &mut self.states;
        counts.states(|index, symbol, bits, next| {
            if let (Some(slot), Some((base, extra))) = (states.get_mut(index), (kind.value)(usize::from(symbol))) {
                *slot = State { base, extra, bits, next };
            }
        })?;
        self.log = counts.log();
        Ok(len)
    }
}

/// Tables and offsets that blocks of a frame leave to the next one.
pub(super) struct Sequences {
    literals: Table,
    lengths: Table,
    offsets: Table,
    /// Whether the tables are of this frame.
    known: bool,
    /// The last three offsets.
    recent: [u32; 3],
}

/// The sequences of one block, as far as they are not decoded.
pub(super) struct Coded<'a> {
    stream: Backward<'a>,
    states: [u32; 3],
    left: usize,
}

impl Coded<'_> {
    pub(super) fn is_done(&self) -> bool {
        self.left == 0
    }
}

impl Sequences {
    pub(super) fn new() -> Self {
        let [literals, lengths, offsets] = [Table::new(), Table::new(), Table::new()];
        Self { literals, lengths, offsets, known: false, recent: [1, 4, 8] }
    }

    /// At the start of a frame.
    pub(super) fn forget(&mut self) {
        self.known = false;
        self.recent = [1, 4, 8];
    }

    /// Reads the header of the section and its tables; none where there are no sequences.
    pub(super) fn begin<'a>(&mut self, bytes: &'a [u8]) -> Result<Option<Coded<'a>>, Damaged> {
        let (left, mut rest) = match bytes {
            [0] => return Ok(None),
            [few @ 1..128, rest @ ..] => (usize::from(*few), rest),
            [high @ 128..=254, low, rest @ ..] => (usize::from(high - 128) << 8 | usize::from(*low), rest),
            [255, low, high, rest @ ..] => (0x7f00 + (usize::from(*low) | usize::from(*high) << 8), rest),
            _ => return Err(Damaged),
        };
        let (modes, behind) = rest.split_first().ok_or(Damaged)?;
        if modes & 3 != 0 {
            return Err(Damaged);
        }
        rest = behind;
        let tables = [(&mut self.literals, LITERALS, 6), (&mut self.offsets, OFFSETS, 4), (&mut self.lengths, LENGTHS, 2)];
        for (table, kind, shift) in tables {
            let len = table.read(&kind, modes >> shift & 3, rest, self.known)?;
            rest = rest.get(len..).ok_or(Damaged)?;
        }
        self.known = true;
        let mut stream = Backward::new(rest)?;
        let states = [&self.literals, &self.offsets, &self.lengths].map(|table| stream.take(table.log));
        if stream.is_overrun() {
            return Err(Damaged);
        }
        Ok(Some(Coded { stream, states, left }))
    }

    /// Decodes as many as there is room for in `out`; gives how many.
    ///
    /// A function of its own, with few variables, as many as the processor has registers for.
    #[inline(never)]
    pub(super) fn decode(&mut self, coded: &mut Coded<'_>, out: &mut [Sequence]) -> Result<usize, Damaged> {
        const MASK: usize = (1 << MAX_LOG) - 1;
        let count = coded.left.min(out.len());
        coded.left -= count;
        let mut stream = coded.stream;
        let [mut literal, mut offset, mut length] = coded.states;
        let [mut first, mut second, mut third] = self.recent;
        let mut for_next = 0;
        let (literals, offsets, lengths) = (&*self.literals.states, &*self.offsets.states, &*self.lengths.states);
        for slot in out.iter_mut().take(count) {
            let (of, ll, ml) =
                (offsets[offset as usize & MASK], literals[literal as usize & MASK], lengths[length as usize & MASK]);
            stream.refill();
            let value = of.base.wrapping_add(stream.take(u32::from(of.extra)));
            // Of 57 bits, 26 are for the next states.
            let extra = u32::from(of.extra) + u32::from(ml.extra) + u32::from(ll.extra);
            if extra > 31 {
                stream.refill();
            }
            let match_length = ml.base + stream.take(u32::from(ml.extra));
            let literal_length = ll.base + stream.take(u32::from(ll.extra));
            if extra > 31 {
                stream.refill();
            }
            let distance = if value > 3 {
                (third, second, first) = (second, first, value - 3);
                first
            } else {
                // One of the last, counted from the second where no literals come before it.
                match value.wrapping_sub(u32::from(literal_length != 0)) {
                    0 => first,
                    1 => {
                        (first, second) = (second, first);
                        first
                    }
                    2 => {
                        (first, second, third) = (third, first, second);
                        first
                    }
                    _ => {
                        (third, second, first) = (second, first, first.wrapping_sub(1));
                        first
                    }
                }
            };
            *slot = Sequence { literals: literal_length, length: match_length, offset: distance };
            literal = u32::from(ll.next) + stream.take(u32::from(ll.bits));
            length = u32::from(ml.next) + stream.take(u32::from(ml.bits));
            offset = u32::from(of.next) + stream.take(u32::from(of.bits));
            for_next = u32::from(ll.bits) + u32::from(ml.bits) + u32::from(of.bits);
        }
        if coded.left == 0 {
            // The last one has no next.
            stream.put_back(for_next);
            stream.refill();
            if !stream.is_read() {
                return Err(Damaged);
            }
        }
        coded.states = [literal, offset, length];
        coded.stream = stream;
        self.recent = [first, second, third];
        Ok(count)
    }
}
