//! Compressed data that unpacks to far more than it is, or to nothing.

use porthole_tests::image::{gzip, image, zstd};
use porthole_tests::layer::layer;

use crate::case::{Case, Input, Says, case, hold};
use crate::make::{header, one};

/// A layer of one file of a hundred bytes, in one gzip member.
fn small() -> Vec<u8> {
    layer().file("a", [7; 100]).gzip().blob()
}

/// A zstd frame of a tar header for an endless file, then blocks of four bytes that stand for 128 KiB of zeros each.
fn zstd_bomb(blocks: usize) -> Vec<u8> {
    let head = header("zeros", b'0', 1 << 40, |_| {});
    let mut out = vec![0x28, 0xb5, 0x2f, 0xfd, 0x00, 0x58];
    out.extend(((head.len() as u32) << 3).to_le_bytes().iter().take(3));
    out.extend(head);
    for _ in 0..blocks {
        out.extend(((128_u32 << 10) << 3 | 0b010).to_le_bytes().iter().take(3));
        out.push(0);
    }
    out
}

pub(crate) const CASES: &[Case] = &[
    case(
        "gzip-bomb",
        "a layer of one megabyte that unpacks to 256 MiB of zeros",
        Says::Nothing("gzip cannot do worse than 1 to 1032; bytes are counted as they pass, and none is kept"),
        || {
            let sixteen = gzip(&vec![0; 16 << 20]);
            let head = gzip(&header("zeros", b'0', 256 << 20, |_| {}));
            Input::Layers(vec![[head, sixteen.repeat(16), gzip(&[0; 1024])].concat()])
        },
    )
    .seconds(30),
    case(
        "zstd-bomb",
        "four bytes for every 128 KiB of zeros",
        Says::Gap("2569 bytes expand to more than 67108864: refused as a decompression bomb"),
        || Input::Layers(vec![zstd_bomb(4000)]),
    )
    .within(|options| options.limits.expansion_floor = 64 << 20)
    .seconds(30),
    case(
        "zstd-window-of-2-gib",
        "a frame that asks for a window of 2 GiB before its first byte",
        Says::Gap("zstd: window of 2147483648 bytes is over the limit of 134217728"),
        || Input::Layers(vec![vec![0x28, 0xb5, 0x2f, 0xfd, 0x00, 0xa8, 0x01, 0x00, 0x00]]),
    ),
    case(
        "zstd-window-of-4-tib",
        "the largest window that the format can ask for",
        Says::Gap("zstd: window of 4123168604160 bytes is over the limit of 134217728"),
        || Input::Layers(vec![vec![0x28, 0xb5, 0x2f, 0xfd, 0x00, 0xff, 0x01, 0x00, 0x00]]),
    ),
    case(
        "zstd-dictionary",
        "a frame that cannot be read without a dictionary that nobody has",
        Says::Gap("zstd: needs dictionary 7, which is not part of the data"),
        || Input::Layers(vec![vec![0x28, 0xb5, 0x2f, 0xfd, 0x01, 0x58, 0x07, 0x01, 0x00, 0x00]]),
    ),
    case(
        "zstd-skippable-frames-without-end",
        "a hundred thousand skippable frames, then nothing",
        Says::Gap("tar: the end marker is missing"),
        || Input::Layers(vec![[0x50, 0x2a, 0x4d, 0x18, 0, 0, 0, 0].repeat(100_000)]),
    ),
    case(
        "zstd-skippable-frame-of-4-gib",
        "a skippable frame that says it has 4 GiB and has ten bytes",
        Says::Gap("zstd: the data ends early, after 18 bytes"),
        || Input::Layers(vec![[&[0x5f, 0x2a, 0x4d, 0x18, 0xff, 0xff, 0xff, 0xff][..], &[1; 10]].concat()]),
    ),
    case(
        "gzip-empty-members-without-end",
        "a hundred thousand members of nothing",
        Says::Gap("tar: the end marker is missing"),
        || Input::Layers(vec![gzip(b"").repeat(100_000)]),
    ),
    case(
        "gzip-name-without-end",
        "a file name in the gzip header that goes on for four megabytes and never ends",
        Says::Gap("gzip: the data ends early, after 4194314 bytes"),
        || Input::Layers(vec![[&[0x1f, 0x8b, 8, 8, 0, 0, 0, 0, 0, 0][..], &vec![b'n'; 4 << 20]].concat()]),
    ),
    case("gzip-lies-about-its-sum", "a member whose check is wrong", Says::Gap("gzip: bad crc"), || {
        let mut blob = small();
        let at = blob.len() - 8;
        blob[at] ^= 1;
        Input::Layers(vec![blob])
    }),
    case("gzip-lies-about-its-length", "a member whose length is wrong", Says::Gap("gzip: bad length"), || {
        let mut blob = small();
        let at = blob.len() - 1;
        blob[at] ^= 1;
        Input::Layers(vec![blob])
    }),
    case(
        "gzip-with-a-tail",
        "something else behind the last member, where other readers do not look",
        Says::Gap("gzip: bytes after the last member are ignored"),
        || Input::Layers(vec![[small(), b"#!/bin/sh".to_vec()].concat()]),
    ),
    case("gzip-cut", "a layer that breaks off in the middle", Says::Gap("gzip: the data ends early, after 60 bytes"), || {
        Input::Layers(vec![small()[..60].to_vec()])
    }),
    case(
        "layer-compressed-twice",
        "a layer that is gzip in gzip",
        Says::Gap("not a tar archive: the first block has no valid checksum"),
        || Input::Layers(vec![gzip(&[gzip(&layer().file("a", noise(4000)).tar()), vec![0; 600]].concat())]),
    ),
    case(
        "archive-compressed-twice",
        "an archive that is gzip in zstd, and so on for ever as a quine would be",
        Says::Error("inside zstd: this is compressed more than once: unpack it first"),
        || Input::Stream(zstd(&gzip(&image().layer(layer().file("a", "x")).docker_archive()))),
    ),
    case(
        "archive-that-unpacks-to-itself",
        "an archive whose only layer is the archive, as a quine unpacks to itself: opened once, never again",
        Says::Nothing("an archive in a layer is a file like others, and is not opened"),
        || {
            let inner = image().layer(layer().file("a", "x")).docker_archive();
            Input::Archive(
                image().layer(layer().file("image.tar", inner.clone()).file("image.tar.gz", gzip(&inner))).docker_archive(),
            )
        },
    ),
    case(
        "layer-is-xz",
        "a layer in a compression that no runtime reads",
        Says::Gap("not a tar archive: the first block has no valid checksum"),
        || Input::Layers(vec![[&b"\xfd7zXZ\0\0\x04"[..], &[0x55; 600]].concat()]),
    ),
    case(
        "layer-of-one-byte",
        "a layer of less than a header",
        Says::Gap("not a tar archive: 1 bytes are less than one header"),
        || Input::Layers(vec![vec![b'x']]),
    ),
    case(
        "zeros-without-end",
        "a layer of 64 MiB of zeros and nothing else",
        Says::Nothing("zeros are an empty tar, however many"),
        || Input::Made(|push| (0..1024).for_each(|_| push(&[0; 64 << 10]))),
    ),
    case(
        "bytes-behind-the-end",
        "a gzip layer with another archive behind the tar's end, where most readers stop",
        Says::Gap("/hidden: tar: entries go on behind an end marker, at offset 2048; a runtime may not unpack them"),
        || one(layer().file("a", "x").tail(layer().file("hidden", "x").tar()).gzip()),
    ),
];

/// Bytes that do not compress.
pub(crate) fn noise(len: usize) -> Vec<u8> {
    let mut state = 1u32;
    (0..len)
        .map(|_| {
            state = state.wrapping_mul(1_664_525).wrapping_add(1_013_904_223);
            (state >> 24) as u8
        })
        .collect()
}

#[test]
fn compressed_tricks_cost_little_and_are_told() {
    hold(CASES);
}
