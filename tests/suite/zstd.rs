//! zstd: what the C library's encoder writes and what nobody does, chopped anywhere, held against the C library's decoder.

use std::io::Write;

use porthole_tests::unzstd::{Decoded, compare, ours};
use proptest::prelude::*;
use zstd::zstd_safe::{CParameter, Strategy};

/// The same, and the same damage, in any pieces, and what the C library makes of it.
fn agrees(stream: &[u8]) -> Decoded {
    let whole = ours(stream, stream.len().max(1));
    for piece in [1, 7, 1000] {
        assert_eq!(ours(stream, piece), whole, "in pieces of {piece}");
    }
    compare(stream, &whole);
    whole
}

fn decodes_to(stream: &[u8], bytes: &[u8]) {
    let decoded = agrees(stream);
    assert_eq!(decoded.error, None);
    assert!(decoded.bytes == bytes, "{} bytes of {}", decoded.bytes.len(), bytes.len());
}

fn is_damaged(stream: &[u8], error: &str) {
    assert_eq!(agrees(stream).error.as_deref(), Some(error));
}

/// Encodes with parameters that are set one by one.
fn encode(bytes: &[u8], level: i32, parameters: &[CParameter]) -> Vec<u8> {
    let mut encoder = zstd::Encoder::new(Vec::new(), level).expect("an encoder");
    for parameter in parameters {
        encoder.set_parameter(*parameter).expect("a parameter");
    }
    encoder.write_all(bytes).expect("written to memory");
    encoder.finish().expect("written to memory")
}

/// A frame without a window of its own: it is as large as the content, which `size` says.
fn single(size: &[u8], blocks: &[&[u8]]) -> Vec<u8> {
    let descriptor = match size.len() {
        1 => 0x20,
        2 => 0x60,
        4 => 0xa0,
        _ => 0xe0,
    };
    [&[0x28, 0xb5, 0x2f, 0xfd, descriptor], size, &blocks.concat()].concat()
}

/// A block: `kind` 0 is stored, 1 one byte many times, 2 compressed, 3 nobody's.
fn block(last: bool, kind: u32, size: usize, bytes: &[u8]) -> Vec<u8> {
    [&(u32::from(last) | kind << 1 | (size as u32) << 3).to_le_bytes()[..3], bytes].concat()
}

/// Bytes that nobody can compress.
fn noise(len: usize) -> Vec<u8> {
    let mut state = 0x2545_f491_4f6c_dd1du64;
    let mut next = || {
        state ^= state << 13;
        state ^= state >> 7;
        state ^= state << 17;
        (state >> 32) as u8
    };
    (0..len).map(|_| next()).collect()
}

/// Words that come again and again, from near and from far.
fn prose(len: usize) -> Vec<u8> {
    let dice = noise(len / 4 + 16);
    let mut out = Vec::new();
    for (at, die) in dice.iter().enumerate() {
        match die % 4 {
            0 => out.extend_from_slice(&dice[at / 2..at / 2 + usize::from(die / 16) + 1]),
            1 => out.extend_from_slice(&b"the porthole of the cabin below the deck of the ship"[usize::from(die / 8)..]),
            2 => out.extend(std::iter::repeat_n(b'a' + die % 7, usize::from(*die) / 9)),
            _ => out.extend_from_slice(format!("{at}:{die}\n").as_bytes()),
        }
    }
    out.truncate(len);
    out
}

/// Contents that lead to each kind of block, of literals and of tables.
fn contents() -> Vec<(&'static str, Vec<u8>)> {
    let periods = (1..40usize).flat_map(|period| noise(period).into_iter().cycle().take(500 + period)).collect();
    let skewed = noise(300_000).into_iter().map(|byte| byte.leading_zeros() as u8).collect();
    vec![
        ("nothing", Vec::new()),
        ("a byte", vec![7]),
        ("few", b"hello, hello".to_vec()),
        ("zeros", vec![0; 600_000]),
        ("noise", noise(400_000)),
        ("prose", prose(700_000)),
        ("periods", periods),
        ("few symbols", skewed),
        ("noise twice", noise(200_000).repeat(2)),
    ]
}

#[test]
fn all_that_the_encoder_can_do_is_decoded() {
    for (_, bytes) in contents() {
        for level in [-50, -1, 1, 3, 7, 12, 19] {
            decodes_to(&encode(&bytes, level, &[CParameter::ChecksumFlag(level % 2 != 0)]), &bytes);
            decodes_to(&zstd::bulk::compress(&bytes, level).expect("written to memory"), &bytes);
        }
        for strategy in [Strategy::ZSTD_fast, Strategy::ZSTD_lazy2, Strategy::ZSTD_btultra2] {
            decodes_to(&encode(&bytes, 3, &[CParameter::Strategy(strategy), CParameter::MinMatch(3)]), &bytes);
        }
    }
}

#[test]
fn windows_of_all_sizes_wrap_around() {
    let bytes = prose(900_000);
    for log in 10..=20 {
        for level in [1, 9] {
            decodes_to(&encode(&bytes, level, &[CParameter::WindowLog(log)]), &bytes);
        }
    }
    // A window that is no power of two: of what a single segment holds.
    decodes_to(&zstd::bulk::compress(&bytes[..777_777], 5).expect("written to memory"), &bytes[..777_777]);
}

#[test]
fn frames_know_nothing_of_each_other() {
    let bytes = prose(150_000);
    let mut frames = Vec::new();
    let mut plain = Vec::new();
    for (at, window) in [17, 10, 20, 12].into_iter().enumerate() {
        let part = &bytes[at * 30_000..(at + 1) * 30_000];
        frames.extend(encode(part, 3, &[CParameter::WindowLog(window)]));
        plain.extend_from_slice(part);
    }
    decodes_to(&frames, &plain);
    // A match that would reach into the frame before; tables and codes that only that frame has.
    let first = single(&[4], &[&block(true, 0, 4, b"abcd")]);
    let match_of_3_from_4 = block(true, 2, 7, &[0x00, 0x01, 0x54, 0x00, 0x00, 0x00, 0x01]);
    decodes_to(&single(&[7], &[&block(false, 0, 4, b"abcd"), &match_of_3_from_4]), b"abcdabc");
    is_damaged(&[first, single(&[7], &[&block(false, 0, 3, b"abc"), &match_of_3_from_4])].concat(), "zstd: damaged block");
}

#[test]
fn blocks_written_by_hand() {
    decodes_to(&single(&[0], &[&block(true, 0, 0, b"")]), b"");
    decodes_to(&single(&[5], &[&block(false, 0, 2, b"ab"), &block(true, 1, 3, b"c")]), b"abccc");
    let size = 300u16 - 256;
    decodes_to(&single(&size.to_le_bytes(), &[&block(true, 1, 300, b"x")]), &[b'x'; 300]);
    decodes_to(&single(&300u32.to_le_bytes(), &[&block(true, 1, 300, b"x")]), &[b'x'; 300]);
    decodes_to(&single(&300u64.to_le_bytes(), &[&block(true, 1, 300, b"x")]), &[b'x'; 300]);
    decodes_to(&single(&[1], &[&block(false, 0, 1, b"a"), &block(false, 2, 0, b""), &block(true, 2, 0, b"")]), b"a");
    // Literals alone, stored and repeated, with sizes in one, two and three bytes.
    let stored = block(true, 2, 5, &[3 << 3, b'a', b'b', b'c', 0]);
    decodes_to(&single(&[9], &[&block(false, 0, 6, b"abcdef"), &stored]), b"abcdefabc");
    // A block is no longer than the window, as it is stored neither.
    is_damaged(&single(&[3], &[&stored]), "zstd: damaged block");
    decodes_to(&single(&[30], &[&block(true, 2, 3, &[1 | 30 << 3, b'a', 0])]), &[b'a'; 30]);
    decodes_to(&single(&[30], &[&block(true, 2, 4, &[0x05 | (30 & 15) << 4, 30 >> 4, b'a', 0])]), &[b'a'; 30]);
    decodes_to(&single(&[30], &[&block(true, 2, 5, &[0x0d | (30 & 15) << 4, 30 >> 4, 0, b'a', 0])]), &[b'a'; 30]);
}

#[test]
fn what_lies_about_itself_is_damaged() {
    let damaged = "zstd: damaged block";
    // Longer and shorter than it says; larger than the window.
    is_damaged(&single(&[5], &[&block(true, 0, 4, b"abcd")]), "zstd: a frame is shorter than it says");
    is_damaged(&single(&[5], &[&block(false, 0, 3, b"abc"), &block(true, 0, 3, b"def")]), "zstd: a frame is longer than it says");
    is_damaged(&single(&[3], &[&block(true, 0, 4, b"abcd")]), damaged);
    is_damaged(&single(&[3], &[&block(true, 1, 4, b"a")]), damaged);
    is_damaged(&single(&[4], &[&block(true, 3, 4, b"abcd")]), "zstd: damaged block header");
    // A bit that is reserved, in a frame's header and in a block's.
    is_damaged(&[0x28, 0xb5, 0x2f, 0xfd, 0x28, 1, 0x09, 0, 0, b'a'], "zstd: damaged frame header");
    is_damaged(&single(&[30], &[&block(true, 2, 9, &[0, 1, 1, 0, 0, 0, 0, 0, 1])]), damaged);
    // No literals; more of them than there are; a code that no block before has left; sequences that nothing follows.
    is_damaged(&single(&[9], &[&block(true, 2, 1, &[0])]), damaged);
    is_damaged(&single(&[9], &[&block(true, 2, 3, &[9 << 3, b'a', 0])]), damaged);
    is_damaged(&single(&[9], &[&block(true, 2, 5, &[0x93, 0x40, 0, 1, 0])]), damaged);
    is_damaged(&single(&[9], &[&block(true, 2, 4, &[1 << 3, b'a', 1, 0xfc])]), damaged);
    is_damaged(&single(&[9], &[&block(true, 2, 4, &[1 << 3, b'a', 0, 0])]), damaged);
}

#[test]
fn a_match_from_behind_the_window_is_damage() {
    let far = noise(3000);
    let bytes = [&far[..], &vec![0; 200_000], &far].concat();
    let mut frame = encode(&bytes, 19, &[CParameter::WindowLog(20), CParameter::ContentSizeFlag(false)]);
    decodes_to(&frame, &bytes);
    assert_eq!(frame[4..6], [0x00, 10 << 3]);
    // The same frame, of a window of 128 KiB.
    frame[5] = 7 << 3;
    assert_eq!(ours(&frame, 1000).error.as_deref(), Some("zstd: damaged block"));
}

#[test]
fn every_bit_may_be_wrong() {
    for level in [1, 19] {
        let whole = encode(&prose(1000), level, &[CParameter::ChecksumFlag(level == 1)]);
        for at in 4..whole.len() {
            for bit in 0..8 {
                let mut frame = whole.clone();
                frame[at] ^= 1 << bit;
                let decoded = ours(&frame, frame.len());
                compare(&frame, &decoded);
                assert_eq!(ours(&frame, 7), decoded, "bit {bit} of byte {at}");
            }
        }
        for end in 4..whole.len() {
            assert!(agrees(&whole[..end]).error.is_some(), "{end} of {} bytes", whole.len());
        }
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(40))]

    /// Oracle: the C library, both ways.
    #[test]
    fn random_contents_and_parameters(
        len in 0usize..200_000, kind in 0usize..3, level in -20i32..16, log in 10u32..22, piece in 1usize..40_000,
        wrong in prop::option::of((any::<prop::sample::Index>(), any::<u8>())),
    ) {
        let bytes = match kind {
            0 => prose(len),
            1 => noise(len),
            _ => prose(len / 3 + 1).repeat(3),
        };
        let mut frame = encode(&bytes, level, &[CParameter::WindowLog(log)]);
        if let Some((at, byte)) = wrong {
            let at = 4 + at.index(frame.len() - 4);
            frame[at] = byte;
        }
        let decoded = ours(&frame, piece);
        compare(&frame, &decoded);
        if wrong.is_none() {
            prop_assert_eq!(&decoded.error, &None);
            prop_assert!(decoded.bytes == bytes);
        }
    }
}
