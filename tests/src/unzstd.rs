//! A stream of zstd, decoded by Porthole and by the C library.

use std::io::Read;

use porthole_oci::codec::Decoder;
use porthole_oci::{Error, Limits};

/// What is decoded at most, bytes: a few bytes can stand for gigabytes.
const MOST: usize = 4 << 20;

/// What a decoder made of a stream.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Decoded {
    /// Decoded bytes.
    pub bytes: Vec<u8>,
    /// Why that is all; none at the end of the stream.
    pub error: Option<String>,
    /// Whether there was more than one cares to look at.
    pub cut: bool,
    /// What was tolerated.
    pub warnings: Vec<String>,
}

/// Ours, pushed in pieces.
pub fn ours(stream: &[u8], piece: usize) -> Decoded {
    let mut decoder = Decoder::sniffing(Limits { max_expansion_ratio: u64::MAX, ..Limits::default() });
    let mut bytes = Vec::new();
    let mut take = |piece: &[u8]| {
        bytes.extend_from_slice(piece);
        if bytes.len() > MOST { Err(Error::Misuse { what: "enough" }) } else { Ok(()) }
    };
    let pushed = stream.chunks(piece).try_for_each(|chunk| decoder.push(chunk, &mut take));
    let ended = pushed.and_then(|()| decoder.finish(&mut take));
    let cut = bytes.len() > MOST;
    Decoded { bytes, error: ended.err().map(|error| error.to_string()), cut, warnings: decoder.take_warnings() }
}

/// Theirs.
///
/// # Panics
/// When the C library has no memory.
pub fn theirs(stream: &[u8]) -> Decoded {
    let mut decoder = zstd::Decoder::with_buffer(stream).expect("memory for a decoder");
    let mut bytes = Vec::new();
    let mut buffer = vec![0; 64 << 10];
    loop {
        let (read, error) = match decoder.read(&mut buffer) {
            Ok(read) => (read, None),
            Err(error) => (0, Some(error.to_string())),
        };
        bytes.extend_from_slice(&buffer[..read]);
        let cut = bytes.len() > MOST;
        if read == 0 || cut {
            return Decoded { bytes, error, cut, warnings: Vec::new() };
        }
    }
}

/// Holds ours against theirs: what both take is the same, and what one takes, the other does.
///
/// Three differences there may be. Bytes behind the last frame are damage to the C library, and a warning to us, zeros not even that:
/// they are what tapes are filled up with. Whether a frame is as long as it says, the C library does not ask where its last block is
/// empty. And it follows matches that reach farther back than the window, as far as its buffer happens to hold what is there; to us that is damage, as it
/// is to the RFC (3.1.1.1.2). No such match is possible in less than a kilobyte, the smallest window.
///
/// # Panics
/// When they differ.
pub fn compare(stream: &[u8], ours: &Decoded) {
    let theirs = theirs(stream);
    let both = ours.bytes.len().min(theirs.bytes.len());
    assert!(ours.bytes[..both] == theirs.bytes[..both], "what comes first, of {both} bytes");
    match (&ours.error, &theirs.error) {
        _ if ours.cut || theirs.cut => {}
        (None, None) => assert_eq!(ours.bytes.len(), theirs.bytes.len()),
        (None, Some(error)) => assert!(!ours.warnings.is_empty() || stream.ends_with(&[0]), "to us it is good, to them {error}"),
        (Some(error), None) if error == "zstd: a frame is shorter than it says" => {}
        (Some(error), None) => assert!(theirs.bytes.len() > 1024, "to them it is good, to us {error}"),
        (Some(_), Some(_)) => {}
    }
}
