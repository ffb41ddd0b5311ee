//! Every parser of signatures comes back from damaged bytes: cut at every length, with bytes changed, and with anything at all.

use porthole_scan::signatures::Parsers;
use proptest::prelude::*;

use super::scenes::Samples;

/// Samples of every kind of blob, the longest left out: they differ in content alone.
fn blobs() -> Vec<Vec<u8>> {
    let samples = Samples::read();
    let names = [
        "ECDSA P-256",
        "bundle 0.3 with a statement",
        "bundle 0.1",
        "signed timestamp instead of a promise",
        "second kind of log",
        "notation application/jose+json ES256",
        "notation application/cose ES256",
        "timestamp outlives the certificate application/cose",
        "cosign's annotations",
        "provenance 1 by a key",
        "OpenVEX",
        "Docker Content Trust",
    ];
    names.iter().flat_map(|name| samples.blobs(samples.named(name)).into_values()).collect()
}

#[test]
fn samples_cut_anywhere_are_refused_quietly() {
    let parsers = Parsers::default();
    for blob in blobs() {
        let step = (blob.len() / 100).max(1);
        for at in (0..blob.len()).step_by(step) {
            parsers.all(&blob[..at]);
        }
    }
}

#[test]
fn samples_with_changed_bytes_are_refused_quietly() {
    let parsers = Parsers::default();
    for blob in blobs() {
        for at in (0..blob.len()).step_by((blob.len() / 60).max(1)) {
            for value in [0x00, 0x30, 0x84] {
                let mut changed = blob.clone();
                changed[at] = value;
                parsers.all(&changed);
            }
        }
    }
}

/// DER, CBOR and JSON that nest deeper than any stack, or promise more than there is.
#[test]
fn nesting_and_false_lengths_end() {
    let parsers = Parsers::default();
    let deep = |open: &[u8]| open.repeat(100_000);
    let inputs = [
        deep(b"\x30\x80"),
        deep(b"\x30\x84\x7f\xff\xff\xff"),
        deep(b"\xa0\x80"),
        deep(b"\x81"),
        deep(b"\x9f"),
        deep(b"\xbf\x01"),
        deep(b"\xc1"),
        b"\x9b\xff\xff\xff\xff\xff\xff\xff\xff".to_vec(),
        b"\x5b\x7f\xff\xff\xff\xff\xff\xff\xff".to_vec(),
        deep(b"["),
        deep(b"{\"a\":"),
        [b"{\"mediaType\":".to_vec(), deep(b"[")].concat(),
        deep(b"-----BEGIN CERTIFICATE-----\n"),
    ];
    for input in inputs {
        parsers.all(&input);
    }
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 256, ..ProptestConfig::default() })]

    /// Oracle: none is needed; coming back is the promise.
    #[test]
    fn anything_at_all_ends(input in proptest::collection::vec(any::<u8>(), 0..600)) {
        let parsers = Parsers::default();
        parsers.any(&input);
        parsers.all(&input);
    }
}
