//! Finite state entropy: how often each symbol comes, and the table of states that follows from it (RFC 8878, 4.1.1).

use super::Damaged;
use super::bits::Forward;

/// The largest table that zstd has, as a power of two.
pub(super) const MAX_LOG: u32 = 9;

/// How many states of a table stand for each symbol; -1 for the one that reads a whole new state.
pub(super) struct Counts {
    of: [i16; 256],
    log: u32,
}

impl Counts {
    /// Those of a table that needs no description.
    pub(super) fn known(counts: &[i16], log: u32) -> Self {
        let mut of = [0; 256];
        of.iter_mut().zip(counts).for_each(|(slot, count)| *slot = *count);
        Self { of, log }
    }

    /// Reads a description: of up to `max_symbols` symbols, in a table of up to `1 << max_log` states. Gives its length, too.
    pub(super) fn read(bytes: &[u8], max_symbols: usize, max_log: u32) -> Result<(Self, usize), Damaged> {
        let mut bits = Forward::new(bytes);
        let log = bits.take(4) + 5;
        if log > max_log {
            return Err(Damaged);
        }
        let mut of = [0; 256];
        let mut slots = of.iter_mut().take(max_symbols);
        let mut left = 1i32 << log;
        while left > 0 {
            // Values from nothing to `left + 1`, in as few bits as it takes: the lower ones save one.
            let width = (left + 1).ilog2() + 1;
            let (value, short) = (bits.peek(width), (1 << width) - 2 - left as u32);
            let low = value & ((1 << (width - 1)) - 1);
            let value = if low < short {
                bits.take(width - 1);
                low
            } else {
                bits.take(width);
                if value >> (width - 1) == 0 { value } else { value - short }
            };
            let count = value as i32 - 1;
            left -= count.abs();
            *slots.next().ok_or(Damaged)? = count as i16;
            if count == 0 {
                loop {
                    let zeros = bits.take(2);
                    for _ in 0..zeros {
                        slots.next().ok_or(Damaged)?;
                    }
                    if zeros < 3 {
                        break;
                    }
                    bits.bytes_read()?;
                }
            }
        }
        if left < 0 {
            return Err(Damaged);
        }
        Ok((Self { of, log }, bits.bytes_read()?))
    }

    pub(super) fn log(&self) -> u32 {
        self.log
    }

    /// Hands over each state in order: its symbol, how many bits the next state takes, and what is added to them.
    pub(super) fn states(&self, mut state: impl FnMut(usize, u8, u8, u16)) -> Result<(), Damaged> {
        let size = 1usize << self.log;
        let mut symbols = [0u8; 1 << MAX_LOG];
        let symbols = symbols.get_mut(..size).ok_or(Damaged)?;
        let mut next = [0u16; 256];
        let mut rare = size;
        for ((symbol, count), next) in self.of.iter().enumerate().zip(&mut next) {
            *next = count.unsigned_abs();
            if *count == -1 {
                rare -= 1;
                *symbols.get_mut(rare).ok_or(Damaged)? = symbol as u8;
            }
        }
        let step = (size >> 1) + (size >> 3) + 3;
        let mut at = 0;
        for (symbol, count) in self.of.iter().enumerate() {
            for _ in 0..*count {
                *symbols.get_mut(at).ok_or(Damaged)? = symbol as u8;
                at = (at + step) & (size - 1);
                while at >= rare {
                    at = (at + step) & (size - 1);
                }
            }
        }
        if at != 0 {
            return Err(Damaged);
        }
        for (index, symbol) in symbols.iter().enumerate() {
            let next = &mut next[usize::from(*symbol)];
            let bits = self.log - next.checked_ilog2().ok_or(Damaged)?;
            state(index, *symbol, bits as u8, (*next << bits) - size as u16);
            *next += 1;
        }
        Ok(())
    }
}
