//! The fast pass: where in a text an anchor of any rule may be.
//!
//! Every anchor gives one window of four bytes, so of any two neighbouring positions one starts a trigram of the window:
//! it is enough to look at every second position. A trigram (case folded) is hashed into a bitmap of 8 KiB that stays in
//! the first-level cache; a hit is compared byte by byte. Anchors of three bytes are extended by the bytes that may stand
//! before a token. The tables are made at compile time.
//!
//! Rejected: an Aho-Corasick automaton (measured at a quarter of this speed in WASM: one dependent load a byte), a regex
//! set (size), SIMD shuffles (need `unsafe` or a compile-time CPU feature). Proof: `tests.rs`, speed: `benches`.

use super::rule::Rule;
use super::rules;

/// Bytes that may stand before an anchor of three bytes.
pub(crate) const BEFORE_SHORT: &[u8] = b"\"'` \n\r\t=:>([{,;/@|&<!\\";

const WORDS: usize = 1024;
const BUCKETS: usize = 2048;
const NONE: u16 = u16::MAX;

/// One trigram of one anchor.
#[derive(Clone, Copy)]
struct Gram {
    key: u32,
    rule: u16,
    anchor: u8,
    /// Where the anchor starts, seen from the trigram.
    back: i8,
    next: u16,
}

/// The tables of the fast pass.
pub(crate) struct Index {
    bits: [u64; WORDS],
    heads: [u16; BUCKETS],
    grams: [Gram; GRAMS],
}

const GRAMS: usize = count();
/// Tables over all rules.
pub(crate) static INDEX: Index = build();

const fn fold(trigram: u32) -> u32 {
    (trigram | 0x20_2020) & 0xFF_FFFF
}

const fn hash(key: u32) -> u32 {
    (key << 8).wrapping_mul(0x9E37_79B1) >> 16
}

const fn count() -> usize {
    let mut grams = 0;
    let mut rule = 0;
    while rule < rules::COUNT {
        let mut anchor = 0;
        while anchor < rules::at(rule).anchor_count() {
            grams += if rules::at(rule).anchor(anchor).len() == 3 { 1 + BEFORE_SHORT.len() } else { 2 };
            anchor += 1;
        }
        rule += 1;
    }
    grams
}

/// How common a byte is in text and code, roughly; rare windows make rare hits.
const fn weight(byte: u8) -> u32 {
    match byte | 0x20 {
        b'e' | b't' | b's' | b'r' | b'a' | b'n' | b'i' | b'o' => 10,
        b'l' | b'c' | b'd' | b'u' | b'p' | b'm' | b' ' | b'-' => 7,
        b'f' | b'h' | b'g' | b'y' | b'b' | b'.' | b'v' => 5,
        b'w' | b'k' | b'0'..=b'9' | b':' | b'/' | 0x7F => 3,
        _ => 1,
    }
}

const fn window(anchor: &[u8]) -> usize {
    let mut best = 0;
    let mut least = u32::MAX;
    let mut at = 0;
    while at + 4 <= anchor.len() {
        let sum = weight(anchor[at]) * weight(anchor[at + 1]) * weight(anchor[at + 2]) * weight(anchor[at + 3]);
        if sum < least {
            least = sum;
            best = at;
        }
        at += 1;
    }
    best
}

const fn build() -> Index {
    let empty = Gram { key: 0, rule: 0, anchor: 0, back: 0, next: NONE };
    let mut index = Index { bits: [0; WORDS], heads: [NONE; BUCKETS], grams: [empty; GRAMS] };
    let mut len = 0;
    let mut rule = 0;
    while rule < rules::COUNT {
        let mut anchor = 0;
        while anchor < rules::at(rule).anchor_count() {
            let text = rules::at(rule).anchor(anchor).as_bytes();
            assert!(text.len() >= 3);
            let at = window(text);
            let key = text[at] as u32 | (text[at + 1] as u32) << 8 | (text[at + 2] as u32) << 16;
            len = insert(&mut index, len, Gram { key: fold(key), rule: rule as u16, anchor: anchor as u8, back: at as i8, next: NONE });
            if text.len() == 3 {
                let mut i = 0;
                while i < BEFORE_SHORT.len() {
                    let key = BEFORE_SHORT[i] as u32 | (text[0] as u32) << 8 | (text[1] as u32) << 16;
                    len = insert(&mut index, len, Gram { key: fold(key), rule: rule as u16, anchor: anchor as u8, back: -1, next: NONE });
                    i += 1;
                }
            } else {
                let key = text[at + 1] as u32 | (text[at + 2] as u32) << 8 | (text[at + 3] as u32) << 16;
                let back = at as i8 + 1;
                len = insert(&mut index, len, Gram { key: fold(key), rule: rule as u16, anchor: anchor as u8, back, next: NONE });
            }
            anchor += 1;
        }
        rule += 1;
    }
    index
}

const fn insert(index: &mut Index, len: usize, gram: Gram) -> usize {
    let hash = hash(gram.key);
    index.bits[(hash >> 6) as usize] |= 1 << (hash & 63);
    let bucket = (hash >> 5) as usize;
    index.grams[len] = gram;
    index.grams[len].next = index.heads[bucket];
    index.heads[bucket] = len as u16;
    len + 1
}

impl Index {
    /// Calls `hit(rule, anchor length, position)` for every anchor that starts in `text[from..to]`, each once.
    pub(crate) fn scan(&self, text: &[u8], from: usize, to: usize, mut hit: impl FnMut(&'static Rule, usize, usize)) {
        let mut at = from;
        // Anchors that start before `to` have their window within this distance.
        let end = text.len().min(to.saturating_add(LONGEST));
        while let Some(eight) = text.get(at..at + 8).filter(|_| at < end).and_then(|bytes| bytes.first_chunk::<8>()) {
            let eight = u64::from_le_bytes(*eight) | 0x2020_2020_2020_2020;
            let (a, b, c) = (eight as u32, (eight >> 16) as u32, (eight >> 32) as u32);
            let (a, b, c) = (hash(a & 0xFF_FFFF), hash(b & 0xFF_FFFF), hash(c & 0xFF_FFFF));
            if (self.bit(a) | self.bit(b) | self.bit(c)) & 1 != 0 {
                self.confirm(text, at, from, to, &mut hit);
                self.confirm(text, at + 2, from, to, &mut hit);
                self.confirm(text, at + 4, from, to, &mut hit);
            }
            at += 6;
        }
        while at < end {
            self.confirm(text, at, from, to, &mut hit);
            at += 2;
        }
    }

    #[inline(always)]
    fn bit(&self, hash: u32) -> u64 {
        self.bits[(hash >> 6) as usize % WORDS] >> (hash & 63)
    }

    /// Compares whole anchors at a position whose trigram may be one of ours.
    fn confirm(&self, text: &[u8], at: usize, from: usize, to: usize, hit: &mut impl FnMut(&'static Rule, usize, usize)) {
        let Some(three) = text.get(at..).and_then(|rest| rest.first_chunk::<3>()) else { return };
        let key = fold(u32::from(three[0]) | u32::from(three[1]) << 8 | u32::from(three[2]) << 16);
        let hash = hash(key);
        if self.bit(hash) & 1 == 0 {
            return;
        }
        let mut next = self.heads.get((hash >> 5) as usize).copied().unwrap_or(NONE);
        while let Some(gram) = self.grams.get(usize::from(next)) {
            next = gram.next;
            if gram.key != key {
                continue;
            }
            let Some(start) = at.checked_add_signed(-isize::from(gram.back)).filter(|start| (from..to).contains(start)) else { continue };
            let rule = rules::at(usize::from(gram.rule));
            let anchor = rule.anchor(usize::from(gram.anchor)).as_bytes();
            let Some(found) = text.get(start..start + anchor.len()) else { continue };
            if if rule.folds_case() { found.eq_ignore_ascii_case(anchor) } else { found == anchor } {
                hit(rule, anchor.len(), start);
            }
        }
    }
}

/// More than any anchor's length.
const LONGEST: usize = 64;
