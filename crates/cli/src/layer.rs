//! One layer's bytes into facts: on this thread, or on two.
//!
//! Layers are read side by side, the largest first; one that holds more than its share of an image would keep a single
//! processor busy while the others wait. It is decoded on one thread and scanned on another, with a few pieces between them.

use std::io::Read;
use std::thread;

use porthole_scan::oci::layer::BlobEnd;
use porthole_scan::{LayerFacts, LayerOptions, LayerScan};

use crate::pieces::{each, handing_over};

/// Reads a blob to its end; `read` is told of every piece.
pub(crate) fn on_one(blob: impl Read, options: &LayerOptions, read: &mut dyn FnMut(u64)) -> Result<LayerFacts, String> {
    let mut scan = LayerScan::new(options);
    each(blob, "a layer", read, |chunk| {
        scan.push(chunk);
        Ok(())
    })?;
    Ok(scan.finish())
}

/// The same on two threads; the facts are the same.
pub(crate) fn on_two(blob: impl Read, options: &LayerOptions, read: &mut dyn FnMut(u64)) -> Result<LayerFacts, String> {
    let (mut decoder, mut tar) = LayerScan::halves(options);
    let (mut other, pieces, emptied) = handing_over::<Vec<u8>>();
    thread::scope(|scope| {
        let scanning = scope.spawn(move || {
            for piece in pieces {
                tar.push(&piece);
                emptied.give_back(piece);
            }
            tar
        });
        each(blob, "a layer", read, |chunk| {
            decoder.push(chunk, &mut |bytes| other.add(bytes));
            Ok(())
        })?;
        let end: BlobEnd = decoder.finish(&mut |bytes| other.add(bytes));
        other.hand_over();
        // The other thread ends when nothing more can come.
        drop(other);
        let tar = scanning.join().map_err(|_| "a thread that read a layer broke off".to_owned())?;
        Ok(tar.finish(end))
    })
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
