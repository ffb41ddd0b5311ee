//! One file's bytes, out of a layer blob that is read again: nothing of a file is kept while scanning.
//!
//! Knows the blob's bytes and a place in the uncompressed tar (`Version::offset`, `Version::size`), nothing else.
//! Proof: tests below.

use porthole_oci::archive::{StreamReader, StreamSink};
use porthole_oci::codec::Decoder;
use porthole_oci::{Error, Limits};

/// Takes a window out of a layer blob, compressed or not, pushed in pieces of any size.
pub struct Extract {
    decoder: Decoder,
    from: u64,
    to: u64,
    at: u64,
    bytes: Vec<u8>,
}

impl Extract {
    /// The window of `size` bytes at `offset` of the uncompressed tar, but at most `limit` bytes of it.
    pub fn new(limits: Limits, offset: u64, size: u64, limit: u64) -> Self {
        let to = offset.saturating_add(size.min(limit));
        Self { decoder: Decoder::sniffing(limits), from: offset, to, at: 0, bytes: Vec::new() }
    }

    /// The next bytes of the blob. True when the window is complete: nothing more is needed.
    ///
    /// # Errors
    /// When the blob's compression is damaged before the window ends.
    pub fn push(&mut self, chunk: &[u8]) -> Result<bool, Error> {
        let Self { decoder, from, to, at, bytes } = self;
        decoder.push(chunk, &mut |piece| {
            let start = from.saturating_sub(*at).min(piece.len() as u64) as usize;
            let end = to.saturating_sub(*at).min(piece.len() as u64) as usize;
            if let Some(wanted) = piece.get(start..end) {
                bytes.extend_from_slice(wanted);
            }
            *at = at.saturating_add(piece.len() as u64);
            Ok(())
        })?;
        Ok(*at >= *to)
    }

    /// The window, or as much of it as there was.
    pub fn finish(mut self) -> Vec<u8> {
        // Bytes that the decoder still holds belong to a blob shorter than any magic number.
        let _ = self.push(&[]);
        self.bytes
    }
}

/// The same out of an archive that is compressed as a whole: it goes by once more, up to the file.
pub struct StreamExtract {
    reader: StreamReader,
    picked: Picked,
}

struct Picked {
    name: String,
    here: bool,
    window: Extract,
    done: Result<bool, Error>,
}

impl StreamSink for Picked {
    fn blob(&mut self, name: &str, _size: u64) {
        self.here = name == self.name;
    }

    fn data(&mut self, bytes: &[u8]) {
        if self.here && matches!(self.done, Ok(false)) {
            self.done = self.window.push(bytes);
        }
    }

    fn end(&mut self) {
        self.here = false;
    }
}

impl StreamExtract {
    /// The window of [`Extract::new`] in the blob of this name (`Location::Streamed`).
    pub fn new(limits: Limits, name: String, offset: u64, size: u64, limit: u64) -> Self {
        let window = Extract::new(limits.clone(), offset, size, limit);
        let picked = Picked { name, here: false, window, done: Ok(false) };
        Self { reader: StreamReader::new(limits), picked }
    }

    /// The next bytes of the archive. True when the window is complete: nothing more is needed.
    ///
    /// # Errors
    /// When the archive or the blob is damaged before the window ends.
    pub fn push(&mut self, bytes: &[u8]) -> Result<bool, Error> {
        self.reader.push(bytes, &mut self.picked)?;
        self.picked.done.clone()
    }

    /// The window, or as much of it as there was.
    pub fn finish(self) -> Vec<u8> {
        self.picked.window.finish()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use flate2::{Compression, write::GzEncoder};
    use std::io::Write;

    fn take(blob: &[u8], chunk: usize, offset: u64, size: u64, limit: u64) -> (bool, Vec<u8>) {
        let mut extract = Extract::new(Limits::default(), offset, size, limit);
        let mut done = false;
        for piece in blob.chunks(chunk) {
            done = extract.push(piece).expect("well formed");
            if done {
                break;
            }
        }
        (done, extract.finish())
    }

    #[test]
    fn the_window_is_the_same_for_any_chopping() {
        let plain: Vec<u8> = (0..5000u32).flat_map(|n| n.to_le_bytes()).collect();
        let mut gzip = GzEncoder::new(Vec::new(), Compression::fast());
        gzip.write_all(&plain).expect("in memory");
        let gzip = gzip.finish().expect("in memory");
        for blob in [&plain, &gzip] {
            for chunk in [1, 7, 4096, 1 << 20] {
                assert_eq!(take(blob, chunk, 1000, 300, 1 << 20), (true, plain[1000..1300].to_vec()));
                assert_eq!(take(blob, chunk, 1000, 300, 10), (true, plain[1000..1010].to_vec()));
            }
        }
    }

    #[test]
    fn a_blob_that_ends_early_gives_what_there_was() {
        let plain = vec![7; 100];
        assert_eq!(take(&plain, 9, 90, 50, 1 << 20), (false, vec![7; 10]));
    }

    #[test]
    fn a_file_of_an_archive_that_is_compressed_as_a_whole_is_read_again() {
        let layer = vec![9; 3000];
        let mut outer = tar::Builder::new(Vec::new());
        for (name, content) in [("a.tar", vec![1; 2000]), ("b.tar", layer)] {
            let mut header = tar::Header::new_gnu();
            header.set_size(content.len() as u64);
            outer.append_data(&mut header, name, content.as_slice()).expect("in memory");
        }
        let mut gzip = GzEncoder::new(Vec::new(), Compression::fast());
        gzip.write_all(&outer.into_inner().expect("in memory")).expect("in memory");
        let mut extract = StreamExtract::new(Limits::default(), "b.tar".into(), 100, 50, 1 << 20);
        for piece in gzip.finish().expect("in memory").chunks(3) {
            if extract.push(piece).expect("well formed") {
                break;
            }
        }
        assert_eq!(extract.finish(), vec![9; 50]);
    }
}
