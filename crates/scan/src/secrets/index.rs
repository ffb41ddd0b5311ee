//! The fast pass: where in a text an anchor of any rule may be.
//!
//! Every anchor gives one window of five bytes, so of any two neighbouring positions one starts a four-byte group of the
//! window: it is enough to look at every second position. A group (case folded) is hashed to two bits of a bitmap of 16 KiB that
//! stays in the first-level cache; a hit is compared byte by byte. Shorter anchors are extended by the bytes that may stand
//! before or behind them. The tables are made at compile time.
//!
//! Rejected: an Aho-Corasick automaton (one dependent load a byte, a quarter of this speed in WASM), a regex set (size),
//! groups of three bytes (common words hit them), SIMD shuffles (need `unsafe` or a compile-time CPU feature).
//! Proof: `tests.rs`.

use super::rule::{Part, Rule, Shape};
use super::rules;

/// Bytes that may stand before a short anchor; letters and digits are ends of escapes (`\n`, `%3D`).
const BEFORE: &[u8] = b"\"'` \n\r\t=:>([{,;/@|&<!\\ntrda270";
/// Bytes that end a URL's scheme (RFC 3986 section 3.1).
const SCHEME: &[u8] = b"abcdefghijklmnopqrstuvwxyz0123456789";
/// Bytes that may stand behind a short anchor.
const AFTER: &[u8] = b"abcdefghijklmnopqrstuvwxyz0123456789_-./+:%~\"'` \n\r\t,;<)}]&|\\";

const WORDS: usize = 2048;
const BUCKETS: usize = 4096;
const NONE: u16 = u16::MAX;
/// More than any anchor's length.
const LONGEST: usize = 64;

/// One four-byte group of one anchor.
#[derive(Clone, Copy)]
struct Group {
    key: u32,
    rule: u16,
    next: u16,
    anchor: u8,
    /// How far behind the anchor's start the group starts.
    ahead: i8,
}

/// How an anchor of fewer than five bytes is extended.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Extension {
    None,
    Before,
    After,
    Both,
}

/// The tables of the fast pass.
pub(crate) struct Index {
    /// Groups of every rule.
    all: [u64; WORDS],
    /// Groups of the rules that speak in any text.
    code: [u64; WORDS],
    heads: [u16; BUCKETS],
    groups: [Group; GROUPS],
}

/// Room for groups; a little more than there are, and the compiler says when it is not enough.
const GROUPS: usize = 7168;
/// Tables over all rules.
pub(crate) static INDEX: Index = {
    let empty = Group { key: 0, rule: 0, next: NONE, anchor: 0, ahead: 0 };
    let mut index = Index { all: [0; WORDS], code: [0; WORDS], heads: [NONE; BUCKETS], groups: [empty; GROUPS] };
    walk(&mut index);
    index
};

const fn hash(key: u32) -> u32 {
    key.wrapping_mul(0x9E37_79B1)
}

const fn extension(rule: &Rule, anchor: &str) -> Extension {
    let first = match rule.shape {
        Shape::Token(parts) => matches!(parts[0], Part::Lit(_)),
        Shape::Keyed { .. } => false,
        Shape::Custom(_) => true,
    };
    match (anchor.len(), first) {
        (3, true) => Extension::Both,
        (4, true) => Extension::Before,
        (4, false) => Extension::After,
        (0..=4, _) => panic!("an anchor of three bytes begins its match"),
        _ => Extension::None,
    }
}

/// Bytes that may stand before a short anchor.
const fn before(anchor: &[u8]) -> &'static [u8] {
    if anchor[0] == b':' { SCHEME } else { BEFORE }
}

/// How common a byte is in text and code, roughly; rare windows make rare hits.
const fn weight(byte: u8) -> u32 {
    match byte | 0x20 {
        b'e' | b't' => 12,
        b's' | b'r' | b'a' | b'n' | b'i' | b'o' => 9,
        b'l' | b'c' | b'd' | b'u' | b'p' | b'm' | b' ' | b'-' => 5,
        b'f' | b'h' | b'g' | b'y' | b'b' | b'.' | b'v' | b'=' => 3,
        b'w' | b'k' | b'0'..=b'9' | b':' | b'/' | 0x7F => 2,
        _ => 1,
    }
}

/// The rarest five bytes of an anchor.
const fn window(anchor: &[u8]) -> usize {
    let (mut best, mut least, mut at) = (0, u32::MAX, 0);
    while at + 5 <= anchor.len() {
        let shared = weight(anchor[at + 1]) * weight(anchor[at + 2]) * weight(anchor[at + 3]);
        let sum = shared * (weight(anchor[at]) + weight(anchor[at + 4]));
        if sum < least {
            least = sum;
            best = at;
        }
        at += 1;
    }
    best
}

const fn key(a: u8, b: u8, c: u8, d: u8) -> u32 {
    u32::from_le_bytes([a, b, c, d]) | 0x2020_2020
}

/// Puts every group into the index.
const fn walk(index: &mut Index) {
    let (mut len, mut rule) = (0, 0);
    while rule < rules::COUNT {
        let mut anchor = 0;
        while anchor < rules::at(rule).anchor_count() {
            let text = rules::at(rule).anchor(anchor).as_bytes();
            let extension = extension(rules::at(rule), rules::at(rule).anchor(anchor));
            let at = if text.len() >= 5 { window(text) } else { 0 };
            let mut group = Group { key: 0, rule: rule as u16, next: NONE, anchor: anchor as u8, ahead: at as i8 };
            if text.len() >= 4 {
                group.key = key(text[at], text[at + 1], text[at + 2], text[at + 3]);
                len = insert(index, len, group);
            }
            if text.len() >= 5 {
                group.key = key(text[at + 1], text[at + 2], text[at + 3], text[at + 4]);
                group.ahead = at as i8 + 1;
                len = insert(index, len, group);
            }
            let mut i = 0;
            while matches!(extension, Extension::Before | Extension::Both) && i < before(text).len() {
                group.key = key(before(text)[i], text[0], text[1], text[2]);
                group.ahead = -1;
                len = insert(index, len, group);
                i += 1;
            }
            let mut i = 0;
            while matches!(extension, Extension::After | Extension::Both) && i < AFTER.len() {
                let last = text.len() - 3;
                group.key = key(text[last], text[last + 1], text[last + 2], AFTER[i]);
                group.ahead = last as i8;
                len = insert(index, len, group);
                i += 1;
            }
            anchor += 1;
        }
        rule += 1;
    }
}

const fn insert(index: &mut Index, len: usize, group: Group) -> usize {
    let hash = hash(group.key);
    let (word, bits) = (word(hash), 1 << (hash >> 15 & 63) | 1 << (hash >> 9 & 63));
    index.all[word] |= bits;
    if !rules::at(group.rule as usize).configuration_only {
        index.code[word] |= bits;
    }
    let bucket = bucket(hash);
    index.groups[len] = group;
    index.groups[len].next = index.heads[bucket];
    index.heads[bucket] = len as u16;
    len + 1
}

impl Index {
    /// Calls `hit(rule, anchor length, position)` for every anchor that starts in `text[from..to]`; maybe twice at the end.
    /// `start_of_file` says that nothing precedes `text`; `configuration` lets the vague rules speak.
    pub(crate) fn scan(
        &self,
        text: &[u8],
        from: usize,
        to: usize,
        configuration: bool,
        mut hit: impl FnMut(&'static Rule, usize, usize),
    ) {
        let bits = if configuration { &self.all } else { &self.code };
        // Groups of anchors that start before `to` start within this distance.
        let end = text.len().min(to.saturating_add(LONGEST));
        let mut at = from;
        let mut confirm = |at: usize| self.confirm(bits, text, at, from, to, &mut hit);
        // Groups start at 0, 2 and 4 of eight bytes.
        while let Some(eight) = text.get(at..end).and_then(|rest| rest.first_chunk::<8>()) {
            let eight = u64::from_le_bytes(*eight) | 0x2020_2020_2020_2020;
            let (a, b, c) = (hash(eight as u32), hash((eight >> 16) as u32), hash((eight >> 32) as u32));
            if (bit(bits, a) | bit(bits, b) | bit(bits, c)) & 1 != 0 {
                for (i, hash) in [a, b, c].into_iter().enumerate() {
                    if bit(bits, hash) & 1 != 0 {
                        confirm(at + 2 * i);
                    }
                }
            }
            at += 6;
        }
        // Extended groups of short anchors may be cut off at the end: every position is looked at.
        while at < end {
            confirm(at);
            at += 1;
        }
    }

    /// Compares whole anchors at a position whose group may be one of ours.
    #[inline(never)]
    fn confirm(
        &self,
        bits: &[u64; WORDS],
        text: &[u8],
        at: usize,
        from: usize,
        to: usize,
        hit: &mut impl FnMut(&'static Rule, usize, usize),
    ) {
        let Some([a, b, c, d]) = text.get(at..).and_then(|rest| rest.first_chunk::<4>()) else { return };
        let key = key(*a, *b, *c, *d);
        let hash = hash(key);
        if bit(bits, hash) & 1 == 0 {
            return;
        }
        let mut next = self.heads.get(bucket(hash)).copied().unwrap_or(NONE);
        while let Some(group) = self.groups.get(usize::from(next)) {
            next = group.next;
            if group.key != key {
                continue;
            }
            let Some(start) = at.checked_add_signed(-isize::from(group.ahead)).filter(|start| (from..to).contains(start)) else {
                continue;
            };
            let rule = rules::at(usize::from(group.rule));
            let anchor = rule.anchor(usize::from(group.anchor));
            let Some(found) = text.get(start..start + anchor.len()) else { continue };
            let equal =
                if rule.folds_case() { found.eq_ignore_ascii_case(anchor.as_bytes()) } else { found == anchor.as_bytes() };
            if equal && surrounded(rule, anchor, text, start) {
                hit(rule, anchor.len(), start);
            }
        }
    }
}

#[inline(always)]
fn bit(bits: &[u64; WORDS], hash: u32) -> u64 {
    let word = bits[word(hash)];
    (word >> (hash >> 15 & 63)) & (word >> (hash >> 9 & 63))
}

/// The word of the bitmap: the hash's first eleven bits. Two further pieces of it are two bits in that word.
const fn word(hash: u32) -> usize {
    (hash >> 21) as usize % WORDS
}

const fn bucket(hash: u32) -> usize {
    (hash >> 20) as usize % BUCKETS
}

/// Short anchors count only where their extended groups see them, so that no alignment makes a difference.
fn surrounded(rule: &Rule, anchor: &str, text: &[u8], start: usize) -> bool {
    let extension = extension(rule, anchor);
    let preceded = start
        .checked_sub(1)
        .and_then(|at| text.get(at))
        .is_none_or(|byte| before(anchor.as_bytes()).contains(byte) || before(anchor.as_bytes()).contains(&(byte | 0x20)));
    let followed = text.get(start + anchor.len()).is_none_or(|byte| AFTER.contains(&byte.to_ascii_lowercase()));
    match extension {
        Extension::None => true,
        Extension::Before => preceded,
        Extension::After => followed,
        Extension::Both => preceded && followed,
    }
}
