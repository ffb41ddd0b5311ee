//! Codecs, tar, layers: any chopping tells the same.

use porthole_oci::codec::Decoder;
use porthole_oci::tar::TarReader;
use porthole_scan::{LayerFacts, LayerOptions, LayerScan};

use super::{limits, step};
use crate::inflating;
use crate::open::read_layer_within;
use crate::tar_log::Log;
use crate::unzstd;

/// Law: what comes out does not depend on how the bytes came in, and stays within the limits.
pub(super) fn codec(bytes: &[u8]) {
    let decode = |step: usize| {
        let mut out = Vec::new();
        let mut decoder = Decoder::sniffing(limits());
        let mut sink = |piece: &[u8]| {
            out.extend_from_slice(piece);
            Ok(())
        };
        let pushed = bytes.chunks(step).try_for_each(|chunk| decoder.push(chunk, &mut sink));
        let ended = pushed.and_then(|()| decoder.finish(&mut sink));
        (out, ended, decoder.take_warnings())
    };
    let whole = decode(bytes.len().max(1));
    let floor = limits().expansion_floor as usize;
    assert!(
        whole.0.len() <= floor.max(bytes.len() * limits().max_expansion_ratio as usize) + limits().output_buffer,
        "{} bytes came out",
        whole.0.len()
    );
    assert_eq!(decode(step(bytes)), whole);
}

/// Law: another decoder gives out the same bytes, and ends or finds damage at the same one, and so do pieces.
pub(super) fn inflate(bytes: &[u8]) {
    let theirs = inflating::theirs(bytes);
    for piece in [bytes.len().max(1), step(bytes)] {
        assert_eq!(inflating::ours(bytes, piece), theirs);
    }
}

/// Law: what the C library makes of a stream of zstd, and the same in any pieces.
pub(super) fn zstd(bytes: &[u8]) {
    // Without the first bytes of a frame it is no zstd, and goes through.
    let frame = [&[0x28, 0xb5, 0x2f, 0xfd], bytes].concat();
    let whole = unzstd::ours(&frame, frame.len());
    assert_eq!(unzstd::ours(&frame, step(bytes)), whole);
    unzstd::compare(&frame, &whole);
}

/// Law: the same entries, contents, warnings and verdict for any chopping.
pub(super) fn tar(bytes: &[u8]) {
    let read = |step: usize| {
        let mut log = Log::default();
        let mut reader = TarReader::new(limits());
        let pushed = bytes.chunks(step).try_for_each(|chunk| reader.push(chunk, &mut log));
        let ended = pushed.and_then(|()| reader.finish(&mut log));
        (log, ended)
    };
    let whole = read(bytes.len().max(1));
    assert!(whole.0.entries.len() as u64 <= limits().max_entries);
    assert_eq!(read(step(bytes)), whole);
}

/// Law: a layer's entries and its facts are the same for any chopping, and facts survive being kept.
pub(super) fn layer(bytes: &[u8]) {
    let whole = read_layer_within(bytes, bytes.len(), limits());
    assert_eq!(read_layer_within(bytes, step(bytes), limits()), whole);
    let options = LayerOptions { limits: limits(), ..LayerOptions::default() };
    let scan = |step: usize| {
        let mut scan = LayerScan::new(&options);
        bytes.chunks(step).for_each(|chunk| scan.push(chunk));
        scan.finish()
    };
    let facts = scan(bytes.len().max(1));
    assert_eq!(scan(step(bytes)), facts);
    assert_eq!(LayerFacts::from_bytes(&facts.to_bytes()).as_ref(), Ok(&facts));
}
