//! One deflate stream, inflated by Porthole and by zlib-rs.

use flate2::{Decompress, FlushDecompress, Status};
use porthole_oci::codec::{Inflate, Pause};

/// What a decoder made of a stream.
#[derive(Debug, PartialEq, Eq)]
pub struct Inflated {
    /// Bytes of the stream; of a damaged one that it has been looked at, which is not compared.
    pub read: usize,
    /// Decoded bytes.
    pub bytes: Vec<u8>,
    /// How it ended.
    pub pause: Pause,
}

/// Ours, pushed in pieces.
pub fn ours(stream: &[u8], piece: usize) -> Inflated {
    let mut inflate = Inflate::new(4096);
    let mut inflated = Inflated { read: 0, bytes: Vec::new(), pause: Pause::Input };
    for mut input in stream.chunks(piece) {
        loop {
            let (read, pause) = inflate.run(input);
            inflated.read += read;
            inflated.pause = pause;
            input = &input[read..];
            match pause {
                Pause::Input => break,
                _ => inflated.bytes.extend_from_slice(inflate.take()),
            }
            match pause {
                Pause::End => return inflated,
                Pause::Damaged => return Inflated { read: 0, ..inflated },
                Pause::Input | Pause::Output => {}
            }
        }
    }
    inflated.bytes.extend_from_slice(inflate.take());
    inflated
}

/// Theirs.
///
/// # Panics
/// When zlib-rs stands still before the input ends.
pub fn theirs(stream: &[u8]) -> Inflated {
    let mut inflate = Decompress::new(false);
    let mut buffer = vec![0; 64 * 1024];
    let mut inflated = Inflated { read: 0, bytes: Vec::new(), pause: Pause::Input };
    loop {
        let (before, written) = (inflated.read, inflated.bytes.len());
        let status = inflate.decompress(&stream[before..], &mut buffer, FlushDecompress::None);
        inflated.read = usize::try_from(inflate.total_in()).unwrap_or(usize::MAX);
        let wrote = usize::try_from(inflate.total_out()).unwrap_or(usize::MAX) - written;
        inflated.bytes.extend_from_slice(&buffer[..wrote]);
        match status {
            Err(_) => return Inflated { read: 0, pause: Pause::Damaged, ..inflated },
            Ok(Status::StreamEnd) => return Inflated { pause: Pause::End, ..inflated },
            _ if inflated.read == stream.len() && wrote < buffer.len() => return inflated,
            _ => assert!(inflated.read > before || wrote > 0, "zlib-rs stands still after {before} bytes"),
        }
    }
}
