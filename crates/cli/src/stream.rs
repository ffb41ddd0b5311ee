//! An archive that cannot seek: every blob is scanned as it passes, the manifest says afterwards which counted.
//!
//! What is inside is unpacked on one thread and scanned on another, with a few pieces between them: nothing else could be done at
//! the same time.

use std::collections::HashMap;
use std::io::Read;
use std::sync::Arc;
use std::thread;

use porthole_scan::oci::archive::{Archive, StreamReader, StreamSink};
use porthole_scan::{LayerFacts, LayerOptions, StreamScan};

use crate::pieces::{Pieces, each, handing_over};

/// Facts of the blobs that went by, by their name in the archive.
pub(crate) type Streamed = HashMap<String, Arc<LayerFacts>>;

/// Reads an archive to its end; `read` is told of every piece.
pub(crate) fn on_one(
    archive: impl Read,
    options: &LayerOptions,
    read: &mut dyn FnMut(u64),
) -> Result<(Archive, Streamed), String> {
    let mut scan = StreamScan::new(options.clone());
    let archive = unpack(archive, options, read, &mut scan)?;
    Ok((archive, scan.finish()))
}

/// The same on two threads; what is found is the same.
pub(crate) fn on_two(
    archive: impl Read,
    options: &LayerOptions,
    read: &mut dyn FnMut(u64),
) -> Result<(Archive, Streamed), String> {
    let (mut other, passed, emptied) = handing_over::<Passed>();
    let mut scan = StreamScan::new(options.clone());
    thread::scope(|scope| {
        let scanning = scope.spawn(move || {
            for passed in passed {
                match passed {
                    Passed::Blob(name, size) => scan.blob(&name, size),
                    Passed::Data(piece) => {
                        scan.data(&piece);
                        emptied.give_back(piece);
                    }
                    Passed::End => scan.end(),
                }
            }
            scan.finish()
        });
        let archive = unpack(archive, options, read, &mut other);
        // The other thread ends when nothing more can come.
        drop(other);
        let done = scanning.join().map_err(|_| "a thread that read the archive broke off".to_owned())?;
        Ok((archive?, done))
    })
}

fn unpack(
    archive: impl Read,
    options: &LayerOptions,
    read: &mut dyn FnMut(u64),
    sink: &mut impl StreamSink,
) -> Result<Archive, String> {
    let mut machine = StreamReader::new(options.limits.clone());
    each(archive, "the archive", read, |chunk| machine.push(chunk, sink).map_err(|error| error.to_string()))?;
    // A blob that the end cuts off keeps what was read of it.
    sink.end();
    machine.finish(sink).map_err(|error| error.to_string())
}

/// What one thread tells the other.
enum Passed {
    Blob(String, u64),
    Data(Vec<u8>),
    End,
}

impl From<Vec<u8>> for Passed {
    fn from(piece: Vec<u8>) -> Self {
        Self::Data(piece)
    }
}

impl StreamSink for Pieces<Passed> {
    fn blob(&mut self, name: &str, size: u64) {
        self.say(Passed::Blob(name.to_owned(), size));
    }

    fn data(&mut self, bytes: &[u8]) {
        self.add(bytes);
    }

    fn end(&mut self) {
        self.say(Passed::End);
    }
}

#[cfg(test)]
mod tests {
    use porthole_tests::image::{gzip, image, outer_tar};
    use porthole_tests::layer::layer;

    use super::*;

    #[test]
    fn two_threads_find_what_one_finds() {
        let many = (0..50).fold(layer(), |layer, at| layer.file(format!("srv/{at}"), vec![at; 30_000 + usize::from(at)]));
        let made = image().layer(layer().file("etc/os-release", "ID=alpine\nVERSION_ID=3.20.3\n")).layer(many.whiteout("app"));
        let (docker, plain) = (made.docker_archive(), outer_tar(&made.layout()));
        let mut cut = gzip(&plain);
        cut.truncate(cut.len() / 2);
        let none = b"no archive at all, whoever looks at it".repeat(100);
        for archive in [docker, gzip(&plain), plain, cut, none, Vec::new()] {
            let options = LayerOptions::default();
            let (mut one, mut two) = (0, 0);
            let first = on_one(archive.as_slice(), &options, &mut |count| one += count);
            let second = on_two(archive.as_slice(), &options, &mut |count| two += count);
            let told =
                |read: Result<(Archive, Streamed), String>| read.map(|(archive, done)| (archive.images, archive.gaps, done));
            assert_eq!(told(second), told(first));
            assert_eq!(one, two);
        }
    }
}
