//! The push decoders: what independent encoders write, chopped anywhere, damaged anywhere.

use std::io::Write;

use porthole_oci::codec::{Compression, Decoder};
use porthole_oci::{Error, ErrorFamily, Limits};
use porthole_tests::image::gzip;
use proptest::prelude::*;

struct Decoded {
    bytes: Vec<u8>,
    compression: Option<Compression>,
    warnings: Vec<String>,
    result: Result<(), Error>,
    largest: usize,
}

fn decode_within(input: &[u8], step: usize, limits: Limits) -> Decoded {
    let (mut bytes, mut largest) = (Vec::new(), 0);
    let mut decoder = Decoder::sniffing(limits);
    let mut out = |piece: &[u8]| {
        largest = largest.max(piece.len());
        bytes.extend_from_slice(piece);
        Ok(())
    };
    let result = input.chunks(step.max(1)).try_for_each(|chunk| decoder.push(chunk, &mut out));
    let result = result.and_then(|()| decoder.finish(&mut out));
    let (compression, warnings) = (decoder.compression(), decoder.take_warnings());
    Decoded { bytes, compression, warnings, result, largest }
}

fn decode(input: &[u8], step: usize) -> Decoded {
    decode_within(input, step, Limits::default())
}

/// Decodes whole and by single bytes; both must agree, succeed, and warn as told.
fn decodes_to(input: &[u8], expected: &[u8], compression: Compression, warnings: usize) {
    for step in [input.len(), 1, 3] {
        let decoded = decode(input, step);
        assert_eq!(decoded.result, Ok(()), "in pieces of {step}");
        assert!(decoded.bytes == expected, "in pieces of {step}: {} bytes of {}", decoded.bytes.len(), expected.len());
        assert_eq!((decoded.compression, decoded.warnings.len()), (Some(compression), warnings), "{:?}", decoded.warnings);
    }
}

fn fails_with(input: &[u8], message: &str) {
    for step in [input.len(), 1] {
        let error = decode(input, step).result.expect_err(message);
        assert_eq!(error.to_string(), message, "in pieces of {step}");
    }
}

/// Text that compresses, and noise that does not.
fn sample(len: usize) -> Vec<u8> {
    let mut state = 1u32;
    let mut noise = move || {
        state = state.wrapping_mul(1_664_525).wrapping_add(1_013_904_223);
        (state >> 24) as u8
    };
    (0..len).map(|at| if at / 3000 % 3 == 0 { noise() } else { b"the quick brown fox "[at % 20] }).collect()
}

/// The C library's encoder: levels, checksums and windows that no pure-Rust encoder writes.
fn zstd_c(bytes: &[u8], level: i32, checksum: bool, window_log: Option<u32>) -> Vec<u8> {
    let mut encoder = zstd::Encoder::new(Vec::new(), level).unwrap();
    encoder.include_checksum(checksum).unwrap();
    if let Some(log) = window_log {
        encoder.long_distance_matching(true).unwrap();
        encoder.window_log(log).unwrap();
    }
    encoder.write_all(bytes).unwrap();
    encoder.finish().unwrap()
}

fn skippable(content: &[u8]) -> Vec<u8> {
    [&0x184d_2a5e_u32.to_le_bytes()[..], &u32::try_from(content.len()).unwrap().to_le_bytes(), content].concat()
}

#[test]
fn bytes_that_are_not_compressed_go_through() {
    for input in [&b""[..], b"x", b"abc", b"\x1f", b"\x28\xb5\x2f", b"plain text"] {
        decodes_to(input, input, Compression::None, 0);
    }
}

#[test]
fn gzip_of_every_level_decodes() {
    let bytes = sample(300_000);
    for level in [0, 1, 6, 9] {
        let mut encoder = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::new(level));
        encoder.write_all(&bytes).unwrap();
        decodes_to(&encoder.finish().unwrap(), &bytes, Compression::Gzip, 0);
    }
}

#[test]
fn gzip_headers_may_have_every_field() {
    let mut header = vec![0x1f, 0x8b, 8, 2 | 4 | 8 | 16, 1, 2, 3, 4, 0, 3];
    header.extend([5, 0, 1, 2, 3, 4, 5]);
    header.extend(b"name\0comment\0");
    header.extend([0xaa, 0xbb]);
    let plain = gzip(b"hello");
    let whole = [&header[..], &plain[10..]].concat();
    decodes_to(&whole, b"hello", Compression::Gzip, 0);
    let empty_extra = [&[0x1f, 0x8b, 8, 4, 0, 0, 0, 0, 0, 3, 0, 0][..], &plain[10..]].concat();
    decodes_to(&empty_extra, b"hello", Compression::Gzip, 0);
}

#[test]
fn all_members_of_a_gzip_file_decode() {
    let bytes = sample(50_000);
    let members: Vec<u8> = bytes.chunks(777).flat_map(gzip).collect();
    decodes_to(&members, &bytes, Compression::Gzip, 0);
    let with_empty = [gzip(b""), members, gzip(b"")].concat();
    decodes_to(&with_empty, &bytes, Compression::Gzip, 0);
}

#[test]
fn what_stands_behind_the_last_member_is_tolerated() {
    let padded = [gzip(b"hello"), vec![0; 500]].concat();
    decodes_to(&padded, b"hello", Compression::Gzip, 0);
    let padded_between = [gzip(b"hel"), vec![0; 3], gzip(b"lo")].concat();
    decodes_to(&padded_between, b"hello", Compression::Gzip, 0);
    for garbage in [&b"garbage"[..], b"\x1f\x00", b"\0\0x"] {
        decodes_to(&[&gzip(b"hello"), garbage].concat(), b"hello", Compression::Gzip, 1);
    }
}

#[test]
fn damage_in_gzip_is_named() {
    let whole = gzip(&sample(5000));
    let changed = |at: usize| {
        let mut bytes = whole.clone();
        bytes[at] ^= 0xff;
        bytes
    };
    fails_with(&changed(whole.len() - 8), "gzip: bad crc");
    fails_with(&changed(whole.len() - 1), "gzip: bad length");
    fails_with(&changed(2), "gzip: damaged header");
    fails_with(&changed(3), "gzip: damaged header");
    for len in [3, 9, 10, 11, 1000, whole.len() - 1] {
        fails_with(&whole[..len], &format!("gzip: the data ends early, after {len} bytes"));
    }
    let second = [gzip(b"first"), changed(2)].concat();
    assert_eq!(decode(&second, 7).bytes, b"first", "what came before is kept");
}

#[test]
fn zstd_of_every_level_decodes() {
    let bytes = sample(400_000);
    for level in [-5, 1, 3, 9, 19] {
        for checksum in [false, true] {
            decodes_to(&zstd_c(&bytes, level, checksum, None), &bytes, Compression::Zstd, 0);
        }
    }
    for bytes in [Vec::new(), vec![0; 1 << 20], sample(1)] {
        decodes_to(&zstd_c(&bytes, 3, true, None), &bytes, Compression::Zstd, 0);
        decodes_to(&zstd::bulk::compress(&bytes, 3).unwrap(), &bytes, Compression::Zstd, 0);
    }
    let ours = porthole_tests::image::zstd(&bytes);
    decodes_to(&ours, &bytes, Compression::Zstd, 0);
}

#[test]
fn matches_far_back_in_a_long_window_decode() {
    let block = sample(3000);
    let mut bytes = block.clone();
    bytes.resize(15 << 20, 0);
    bytes.extend_from_slice(&block);
    let compressed = zstd_c(&bytes, 3, true, Some(24));
    for step in [compressed.len(), 1000] {
        let decoded = decode(&compressed, step);
        assert!(decoded.bytes == bytes && decoded.result == Ok(()));
        assert!(decoded.largest <= (16 << 20) + 128 * 1024, "no piece is longer than the window and a block");
    }
}

#[test]
fn several_and_skippable_frames_of_zstd_decode() {
    let bytes = sample(40_000);
    let frames: Vec<u8> =
        bytes.chunks(9000).flat_map(|chunk| [zstd_c(chunk, 3, true, None), skippable(b"toc")].concat()).collect();
    // zstd:chunked ends in a skippable frame; others begin with one.
    let whole = [skippable(b""), skippable(&[7; 300]), frames].concat();
    decodes_to(&whole, &bytes, Compression::Zstd, 0);
    decodes_to(&[&zstd_c(b"hello", 3, true, None)[..], b"garbage"].concat(), b"hello", Compression::Zstd, 1);
    decodes_to(&[zstd_c(b"hello", 3, true, None), vec![0; 100]].concat(), b"hello", Compression::Zstd, 0);
}

#[test]
fn damage_in_zstd_is_named() {
    let whole = zstd_c(&sample(5000), 3, true, None);
    let mut bytes = whole.clone();
    *bytes.last_mut().unwrap() ^= 1;
    fails_with(&bytes, "zstd: bad checksum");
    for len in [4, 5, 100, whole.len() - 1] {
        fails_with(&whole[..len], &format!("zstd: the data ends early, after {len} bytes"));
    }
    let reserved_block = [0x28, 0xb5, 0x2f, 0xfd, 0x00, 0x58, 0x07, 0x00, 0x00];
    fails_with(&reserved_block, "zstd: damaged block header");
    let dictionary = zstd::bulk::Compressor::with_dictionary(3, &sample(3000)).unwrap().compress(b"hello hello").unwrap();
    let error = decode(&dictionary, 1).result;
    assert!(error.is_err() || decode(&dictionary, 1).bytes == b"hello hello");
    fails_with(&skippable(&[1; 10])[..12], "zstd: the data ends early, after 12 bytes");
}

#[test]
fn a_window_over_the_limit_is_refused_before_it_is_allocated() {
    let limits = Limits { max_zstd_window: 8 << 20, ..Limits::default() };
    let bytes = vec![1; 20 << 20];
    let decoded = decode_within(&zstd_c(&bytes, 3, true, Some(27)), 4096, limits);
    let Err(error @ Error::ZstdWindow { limit, .. }) = decoded.result else { panic!("{:?}", decoded.result) };
    assert_eq!((limit, error.family()), (8 << 20, ErrorFamily::OverBudget));
    // Nearly 2^42 bytes, as a header may ask for.
    let huge = [0x28, 0xb5, 0x2f, 0xfd, 0x00, 0xff, 0x01, 0x00, 0x00];
    assert!(matches!(decode(&huge, 1).result, Err(Error::ZstdWindow { .. })));
}

#[test]
fn bombs_are_refused() {
    let limits = Limits { max_expansion_ratio: 100, expansion_floor: 1 << 20, ..Limits::default() };
    let zeros = vec![0; 4 << 20];
    for bomb in [gzip(&zeros), zstd_c(&zeros, 3, true, None)] {
        let decoded = decode_within(&bomb, 256, limits.clone());
        let Err(error @ Error::Expansion { .. }) = decoded.result else { panic!("{:?}", decoded.result) };
        assert_eq!(error.family(), ErrorFamily::OverBudget);
        assert!(decoded.bytes.len() <= 2 << 20);
        // Below the floor anything goes.
        assert_eq!(decode(&bomb, 256).result, Ok(()));
    }
}

#[test]
fn an_error_of_the_output_ends_the_decoding() {
    for input in [b"plain text".to_vec(), gzip(&sample(1000)), zstd_c(&sample(1000), 3, true, None)] {
        let mut decoder = Decoder::sniffing(Limits::default());
        let refused = decoder.push(&input, &mut |_| Err(Error::Misuse { what: "enough" }));
        assert_eq!(refused, Err(Error::Misuse { what: "enough" }));
        let mut more = 0;
        decoder
            .push(&input, &mut |_| {
                more += 1;
                Ok(())
            })
            .unwrap();
        assert_eq!(more, 0, "nothing more is decoded");
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(60))]

    /// Oracle: the bytes themselves, by way of independent encoders, in pieces of random sizes.
    #[test]
    fn round_trips_at_random_chunk_sizes(
        bytes in prop_oneof![prop::collection::vec(any::<u8>(), 0..3000), (0usize..300_000).prop_map(sample)],
        level in 1i32..12, checksum: bool, steps in prop::collection::vec(1usize..70_000, 1..8),
    ) {
        for input in [gzip(&bytes), zstd_c(&bytes, level, checksum, None), bytes.clone()] {
            prop_assume!(input != bytes || Compression::sniff(&bytes) == Compression::None);
            let mut decoder = Decoder::sniffing(Limits::default());
            let mut out = Vec::new();
            let mut rest = input.as_slice();
            for step in steps.iter().cycle() {
                let (chunk, next) = rest.split_at(rest.len().min(*step));
                decoder.push(chunk, &mut |piece| { out.extend_from_slice(piece); Ok(()) }).unwrap();
                rest = next;
                if rest.is_empty() {
                    break;
                }
            }
            decoder.finish(&mut |piece| { out.extend_from_slice(piece); Ok(()) }).unwrap();
            prop_assert!(out == bytes);
        }
    }

    /// Oracle: the same bytes pushed whole. Damage anywhere must end the same way, and never in a panic.
    #[test]
    fn damaged_data_ends_the_same_in_any_pieces(
        len in 1usize..20_000, zstd: bool, at in any::<prop::sample::Index>(), byte: u8, cut in any::<prop::sample::Index>(), step in 1usize..500,
    ) {
        let mut input = if zstd { zstd_c(&sample(len), 3, true, None) } else { gzip(&sample(len)) };
        let at = at.index(input.len());
        input[at] = byte;
        input.truncate(cut.index(input.len()) + 1);
        let (whole, pieces) = (decode(&input, input.len()), decode(&input, step));
        prop_assert_eq!(whole.result.is_ok(), pieces.result.is_ok());
        if whole.result.is_ok() {
            prop_assert!(whole.bytes == pieces.bytes);
        }
    }
}

#[test]
fn what_came_before_damage_in_deflate_is_the_same_in_any_pieces() {
    let plain = sample(9_000);
    let whole = gzip(&plain);
    for at in (20..whole.len() - 8).step_by(7) {
        let mut input = whole.clone();
        input[at] ^= 0x5a;
        let expected = decode(&input, input.len());
        for step in [1, 7, 500] {
            let seen = decode(&input, step);
            assert_eq!((seen.bytes, seen.result), (expected.bytes.clone(), expected.result.clone()), "{at} in pieces of {step}");
        }
    }
}
