//! Inflating: what independent encoders write and what nobody does, chopped anywhere, held against zlib-rs.

use std::io::Write;

use flate2::Compression;
use flate2::write::DeflateEncoder;
use porthole_oci::codec::{Inflate, Pause};
use porthole_tests::inflating::{Inflated, ours, theirs};
use proptest::prelude::*;

fn deflate(bytes: &[u8], level: u32) -> Vec<u8> {
    let mut encoder = DeflateEncoder::new(Vec::new(), Compression::new(level));
    encoder.write_all(bytes).expect("written to memory");
    encoder.finish().expect("written to memory")
}

/// Bits, the first lowest: streams that no encoder writes.
#[derive(Default)]
struct Bits {
    bytes: Vec<u8>,
    count: usize,
}

impl Bits {
    /// An integer, its lowest bit first (RFC 1951, 3.1.1).
    fn int(mut self, value: u32, bits: usize) -> Self {
        for bit in 0..bits {
            if self.count.is_multiple_of(8) {
                self.bytes.push(0);
            }
            *self.bytes.last_mut().expect("just pushed") |=
                ((value.checked_shr(bit as u32).unwrap_or(0) & 1) as u8) << (self.count % 8);
            self.count += 1;
        }
        self
    }

    /// A code, its highest bit first.
    fn code(self, code: u32, bits: usize) -> Self {
        (0..bits).rev().fold(self, |all, bit| all.int(code >> bit & 1, 1))
    }

    /// The header of a last block with codes of its own (3.2.7).
    fn dynamic(symbols: u32, distances: u32) -> Self {
        Self::default().int(1, 1).int(2, 2).int(symbols - 257, 5).int(distances - 1, 5)
    }
}

/// The same, and the same damage, in any pieces, and what zlib-rs makes of it.
fn agrees(stream: &[u8]) -> Inflated {
    let expected = theirs(stream);
    for piece in [stream.len().max(1), 1, 7, 100] {
        let got = ours(stream, piece);
        assert_eq!((got.read, got.pause), (expected.read, expected.pause), "in pieces of {piece}");
        assert!(got.bytes == expected.bytes, "in pieces of {piece}: {} bytes of {}", got.bytes.len(), expected.bytes.len());
    }
    expected
}

fn is_damaged(stream: &[u8], before: &[u8]) {
    let inflated = agrees(stream);
    assert_eq!((inflated.pause, &inflated.bytes[..]), (Pause::Damaged, before));
}

/// Lengths of codes for a block with the literal `a`, the end, and one length and distance: one bit or two each.
fn small(literal: usize, end: usize, length: usize) -> Bits {
    // Code lengths 0, 1, 2 and 18 (many zeros) have two bits each: 0 = 00, 1 = 01, 2 = 10, 18 = 11.
    let mut bits = Bits::dynamic(258, 1).int(15, 4);
    for symbol in [16, 17, 18, 0, 8, 7, 9, 6, 10, 5, 11, 4, 12, 3, 13, 2, 14, 1, 15] {
        bits = bits.int(if [0, 1, 2, 18].contains(&symbol) { 2 } else { 0 }, 3);
    }
    let zeros = |bits: Bits, n: u32| bits.code(3, 2).int(n - 11, 7);
    bits = zeros(bits, 97).code(literal as u32, 2);
    bits = zeros(zeros(bits, 138), 20);
    bits.code(end as u32, 2).code(length as u32, 2)
}

#[test]
fn codes_of_one_bit_and_sets_that_leave_some_unused() {
    // a = 0, end = 10, length 3 = 11; the only distance, 1, has the code 0.
    let stream = small(1, 2, 2).code(1, 2).code(0, 1).code(3, 2).code(0, 1).code(2, 2).bytes;
    assert_eq!(agrees(&stream).bytes, b"aaaa");
    // The other code of one bit is nobody's.
    is_damaged(&small(1, 2, 2).code(1, 2).code(0, 1).code(3, 2).code(1, 1).int(0, 32).bytes, b"a");
    // No distance at all: good as long as none is used.
    assert_eq!(agrees(&small(1, 2, 2).code(0, 2).code(0, 1).code(2, 2).bytes).pause, Pause::End);
    is_damaged(&small(1, 2, 2).code(0, 2).code(0, 1).code(3, 2).int(0, 32).bytes, b"a");
    // One code of two bits leaves three unused, which is too many, as is a length more than there are codes.
    is_damaged(&small(0, 2, 0).code(0, 2).int(0, 32).bytes, b"");
    is_damaged(&small(1, 1, 1).code(1, 2).int(0, 32).bytes, b"");
    // Nothing ends this block.
    is_damaged(&small(1, 0, 1).code(1, 2).int(0, 32).bytes, b"");
}

#[test]
fn matches_reach_no_farther_than_the_stream() {
    // Fixed codes: 3 bytes from 1 before the first.
    is_damaged(&Bits::default().int(1, 1).int(1, 2).code(1, 7).code(0, 5).int(0, 64).bytes, b"");
    let far = |back: u32| {
        // Distance symbols 28 and 29 end at 24576 and 32768.
        let mut stored = Bits::default().int(0, 3).int(0, 5).bytes;
        let content: Vec<u8> = (0..32_768u32).map(|at| (at.wrapping_mul(2_654_435_761) >> 24) as u8).collect();
        stored.extend([0x00, 0x80, 0xff, 0x7f]);
        stored.extend(&content);
        let coded = Bits::default().int(1, 1).int(1, 2).code(1, 7).code(29, 5).int(back - 24_577, 13).code(0, 7).int(0, 64);
        stored.extend(coded.bytes);
        (stored, content)
    };
    let (stream, content) = far(32_768);
    let inflated = agrees(&stream);
    assert_eq!(inflated.bytes[32_768..], content[..3]);
    let (mut short, _) = far(32_768);
    // One byte less before it.
    short.drain(5..6);
    short[1..5].copy_from_slice(&[0xff, 0x7f, 0x00, 0x80]);
    assert_eq!(agrees(&short).pause, Pause::Damaged);
    // Nor into the stream before this one.
    let mut inflate = Inflate::new(4096);
    let behind = Bits::default().int(1, 1).int(1, 2).code(1, 7).code(0, 5).int(0, 64).bytes;
    assert_eq!(inflate.run(&deflate(&content[..1000], 6)).1, Pause::End);
    assert_eq!(inflate.take(), &content[..1000]);
    inflate.reset();
    assert_eq!(inflate.run(&behind).1, Pause::Damaged);
    // What is not taken is not lost.
    inflate.reset();
    let stream = deflate(&content, 6);
    let (read, pause) = inflate.run(&stream);
    assert_eq!((pause, inflate.run(&stream[read..])), (Pause::Output, (0, Pause::Output)));
    assert!(content.starts_with(inflate.take()));
}

#[test]
fn headers_that_lie() {
    is_damaged(&[0x07, 0, 0, 0, 0, 0, 0, 0, 0], b"");
    is_damaged(&[0x01, 1, 0, 0, 0, 0, 0, 0, 0], b"");
    is_damaged(&Bits::default().int(1, 1).int(2, 2).int(30, 5).int(0, 64).bytes, b"");
    is_damaged(&Bits::default().int(1, 1).int(2, 2).int(0, 5).int(30, 5).int(0, 64).bytes, b"");
    // Fixed codes that mean nothing: length 286, distance 30.
    is_damaged(&Bits::default().int(1, 1).int(1, 2).code(0xc6, 8).int(0, 64).bytes, b"");
    is_damaged(&Bits::default().int(1, 1).int(1, 2).code(0x30, 8).code(1, 7).code(30, 5).int(0, 64).bytes, b"\0");
    // A stream may be empty, and may stop anywhere.
    assert_eq!(agrees(&[]).pause, Pause::Input);
    let stream = deflate(&b"nothing ends here, nothing begins. ".repeat(40), 9);
    for end in 0..stream.len() {
        assert_eq!(agrees(&stream[..end]).pause, Pause::Input, "{end} of {} bytes", stream.len());
    }
}

#[test]
fn the_window_moves_and_the_stream_goes_on() {
    // Far beyond the window, with matches of every distance and length, and what lies behind is left.
    let mut state = 7u32;
    let mut bytes = Vec::new();
    while bytes.len() < 1_500_000 {
        state = state.wrapping_mul(1_664_525).wrapping_add(1_013_904_223);
        let (len, back) = ((state >> 8) as usize % 300 + 1, (state >> 16) as usize % 40_000 + 1);
        if state.is_multiple_of(3) || back > bytes.len() {
            bytes.extend((0..len % 20).map(|at| (state >> (at % 24)) as u8));
        } else {
            let from = bytes.len() - back;
            (0..len).for_each(|at| bytes.push(bytes[from + at]));
        }
    }
    for level in [0, 1, 6, 9] {
        let mut stream = deflate(&bytes, level);
        let len = stream.len();
        stream.extend(b"what follows");
        for output in [0, 4096, 128 * 1024, usize::MAX] {
            let mut inflate = Inflate::new(output);
            let (mut got, mut at) = (Vec::new(), 0);
            loop {
                let (read, pause) = inflate.run(&stream[at..]);
                let taken = inflate.take();
                got.extend_from_slice(taken);
                at += read;
                match pause {
                    Pause::Output => assert!(taken.len() >= output.clamp(1024, 200_000)),
                    pause => break assert_eq!(pause, Pause::End),
                }
            }
            assert!(got == bytes, "level {level}, {output} bytes at once");
            assert_eq!(at, len, "level {level}");
        }
    }
}

proptest! {
    #[test]
    fn anything_deflated_comes_back(runs in prop::collection::vec((any::<u8>(), 1usize..600, 0u8..4), 0..60), level in 0u32..10) {
        let bytes: Vec<u8> = runs.iter().flat_map(|(byte, n, step)| (0..*n).map(move |at| byte.wrapping_add((at as u8).wrapping_mul(*step)))).collect();
        let inflated = agrees(&deflate(&bytes, level));
        prop_assert_eq!(inflated.bytes, bytes);
    }

    #[test]
    fn damage_is_the_same_to_both(seed in prop::collection::vec(any::<u8>(), 0..300), level in 1u32..10, at in any::<prop::sample::Index>(), bits in 1u8..) {
        let mut stream = deflate(&seed.repeat(3), level);
        let at = at.index(stream.len());
        stream[at] ^= bits;
        agrees(&stream);
    }

    #[test]
    fn noise_is_the_same_to_both(mut stream in prop::collection::vec(any::<u8>(), 1..200)) {
        // A last block with codes of its own, so that noise gets somewhere.
        stream[0] = stream[0] & !7 | 5;
        agrees(&stream);
    }
}
