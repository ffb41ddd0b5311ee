//! CRC-32 as gzip has it (RFC 1952, section 8).
//!
//! Native code has the processor's multiplication without carries for it. WebAssembly has not, and a look-up a byte is a seventh of a
//! scan. There, most of the bytes are folded away first, without a table: modulo the polynomial of the CRC,
//! x^(64·300) = x^(64·155) + x^(64·117) + x^(64·89) + 1. So a word of 64 bits may be added to those 145, 183, 211 and 300 words
//! behind it, and be zero from then on; what is left in the end are 300 words. (Sparse multiples of the polynomial for it: S. Russell,
//! "Chorba: A novel CRC32 implementation", arXiv 2412.16398. This one was searched for: it is the shortest that is all in whole words
//! and as far away as a block of them.)
//! Proof: tests below; `tests/suite/codec.rs`.

/// Words back from which a word is added to.
const BACK: [usize; 4] = [145, 183, 211, 300];
const WINDOW: usize = BACK[3];
/// Words at a time: none of them is added to another.
const BLOCK: usize = BACK[0];
/// Words between two moves of the window to the buffer's beginning.
const STEP: usize = 12 * BLOCK;

type Word = [u8; 8];

/// CRC-32 (ISO-HDLC: of gzip, zip and more) of bytes that follow what has the sum `start`; 0 at the start.
pub fn crc32(start: u32, bytes: &[u8]) -> u32 {
    if cfg!(target_family = "wasm") { folded(start, bytes) } else { zlib_rs::crc32::crc32(start, bytes) }
}

fn folded(start: u32, bytes: &[u8]) -> u32 {
    let (words, rest) = bytes.as_chunks::<8>();
    if words.len() < 4 * WINDOW {
        return zlib_rs::crc32::crc32(start, bytes);
    }
    let (front, last) = words.split_at(words.len() - WINDOW);
    // Before the first word there is nothing, and behind the window nothing yet.
    let mut words = [0; WINDOW + STEP];
    let mut register = u64::from(!start);
    for step in front.chunks(STEP) {
        for (block, at) in step.chunks(BLOCK).zip((WINDOW..).step_by(BLOCK)) {
            let (before, now) = words.split_at_mut(at);
            add(block, before, now);
            now[0] ^= std::mem::take(&mut register);
        }
        words.copy_within(step.len()..step.len() + WINDOW, 0);
    }
    // The last words are added to, and stay.
    words[WINDOW..].fill(0);
    let mut left = [0; WINDOW];
    for (block, at) in last.chunks(BLOCK).zip((0..).step_by(BLOCK)) {
        add(block, &words[..WINDOW + at], &mut left[at..]);
    }
    let left = left.map(u64::to_le_bytes);
    // The register is among the words: it is zero, which as a sum is all ones.
    zlib_rs::crc32::crc32(zlib_rs::crc32::crc32(!0, left.as_flattened()), rest)
}

/// What a block's words are, with those added that are before them.
fn add(block: &[Word], before: &[u64], now: &mut [u64]) {
    let [a, b, c, d] = BACK.map(|back| &before[before.len() - back..][..block.len()]);
    for (((((now, word), a), b), c), d) in now.iter_mut().zip(block).zip(a).zip(b).zip(c).zip(d) {
        *now = u64::from_le_bytes(*word) ^ a ^ b ^ c ^ d;
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    /// x to the power of `n`, modulo the polynomial; the highest power first, as the CRC has it.
    fn power(n: usize) -> u32 {
        (0..n).fold(1 << 31, |power: u32, _| power >> 1 ^ (0xedb8_8320 & (power & 1).wrapping_neg()))
    }

    #[test]
    fn a_word_is_the_sum_of_words_behind_it() {
        let sum = BACK.iter().fold(0, |sum, back| sum ^ power(64 * (WINDOW - back)));
        assert_eq!(sum, power(64 * WINDOW));
    }

    #[test]
    fn it_is_the_one_of_the_catalogue() {
        // The check value of CRC-32/ISO-HDLC in the CRC RevEng catalogue.
        assert_eq!(crc32(0, b"123456789"), 0xcbf4_3926);
    }

    proptest! {
        /// Oracle: zlib-rs.
        #[test]
        fn folded_is_the_sum_that_a_table_gives(start: u32, seed: u64, len in 0usize..60_000) {
            let mut state = seed;
            let bytes: Vec<u8> = (0..len).map(|_| { state = state.wrapping_mul(0x5851_f42d_4c95_7f2d).wrapping_add(1); (state >> 56) as u8 }).collect();
            prop_assert_eq!(folded(start, &bytes), zlib_rs::crc32::crc32(start, &bytes));
        }
    }
}
