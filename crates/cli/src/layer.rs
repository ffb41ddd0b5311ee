//! One layer's bytes into facts: on this thread, or on two.
//!
//! Layers are read side by side, the largest first; one that holds more than its share of an image would keep a single
//! processor busy while the others wait. It is decoded on one thread and scanned on another, with a few pieces between them.

use std::io::Read;
use std::sync::mpsc;
use std::thread;

use porthole_scan::oci::layer::BlobEnd;
use porthole_scan::{LayerFacts, LayerOptions, LayerScan};

/// Bytes read at once: large enough that calls cost nothing, small enough for the cache.
pub(crate) const CHUNK: usize = 256 * 1024;
/// Decoded bytes that change threads at once.
pub(crate) const PIECE: usize = 256 * 1024;
/// Pieces that may wait.
pub(crate) const PIECES: usize = 4;

/// Reads a blob to its end; `read` is told of every piece.
pub(crate) fn on_one(mut blob: impl Read, options: &LayerOptions, read: &mut dyn FnMut(u64)) -> Result<LayerFacts, String> {
    let mut scan = LayerScan::new(options);
    each(&mut blob, read, |chunk| scan.push(chunk))?;
    Ok(scan.finish())
}

/// The same on two threads; the facts are the same.
pub(crate) fn on_two(mut blob: impl Read, options: &LayerOptions, read: &mut dyn FnMut(u64)) -> Result<LayerFacts, String> {
    let (mut decoder, mut tar) = LayerScan::halves(options);
    let (full, filled) = mpsc::sync_channel::<Vec<u8>>(PIECES);
    let (back, emptied) = mpsc::channel::<Vec<u8>>();
    thread::scope(|scope| {
        let scanning = scope.spawn(move || {
            for mut piece in filled {
                tar.push(&piece);
                piece.clear();
                // Nobody takes it back once everything is decoded.
                let _ = back.send(piece);
            }
            tar
        });
        let mut piece = Vec::with_capacity(PIECE);
        let mut out = |bytes: &[u8]| {
            piece.extend_from_slice(bytes);
            if piece.len() >= PIECE {
                let next = emptied.try_recv().unwrap_or_else(|_| Vec::with_capacity(PIECE));
                // The other side only goes away when it breaks off, which joining it tells.
                let _ = full.send(std::mem::replace(&mut piece, next));
            }
        };
        each(&mut blob, read, |chunk| decoder.push(chunk, &mut out))?;
        let end: BlobEnd = decoder.finish(&mut out);
        let _ = full.send(piece);
        drop(full);
        let tar = scanning.join().map_err(|_| "a thread that read a layer broke off".to_owned())?;
        Ok(tar.finish(end))
    })
}

fn each(blob: &mut impl Read, read: &mut dyn FnMut(u64), mut take: impl FnMut(&[u8])) -> Result<(), String> {
    let mut buffer = vec![0; CHUNK];
    loop {
        let count = blob.read(&mut buffer).map_err(|error| format!("reading a layer: {error}"))?;
        if count == 0 {
            return Ok(());
        }
        take(&buffer[..count]);
        read(count as u64);
    }
}

#[cfg(test)]
mod tests {
    use porthole_tests::layer::layer;

    use super::*;

    #[test]
    fn two_threads_find_what_one_finds() {
        let big = |layer: porthole_tests::layer::Layer| {
            (0..40).fold(layer, |layer, at| layer.file(format!("srv/{at}"), vec![at; 50_000 + usize::from(at)]))
        };
        let made = big(layer().file("etc/os-release", "ID=alpine\nVERSION_ID=3.20.3\n").file("app/.env", "TOKEN=x\n"));
        let mut cut = made.clone().gzip().blob();
        cut.truncate(cut.len() / 2);
        let trailing = [made.clone().gzip().blob(), b"more".to_vec()].concat();
        for blob in [made.blob(), made.clone().gzip().blob(), made.zstd().blob(), cut, trailing, Vec::new()] {
            let options = LayerOptions::default();
            let (mut one, mut two) = (0, 0);
            let facts = on_one(blob.as_slice(), &options, &mut |count| one += count).expect("read");
            assert_eq!(on_two(blob.as_slice(), &options, &mut |count| two += count).expect("read"), facts);
            assert_eq!((one, two), (blob.len() as u64, blob.len() as u64));
        }
    }

    #[test]
    fn a_blob_that_cannot_be_read_says_so_either_way() {
        struct Broken;
        impl Read for Broken {
            fn read(&mut self, _: &mut [u8]) -> std::io::Result<usize> {
                Err(std::io::Error::other("gone"))
            }
        }
        let options = LayerOptions::default();
        let said = Err("reading a layer: gone".to_owned());
        assert_eq!(on_one(Broken, &options, &mut |_| {}), said);
        assert_eq!(on_two(Broken, &options, &mut |_| {}), said);
    }
}
