//! An archive that cannot seek: every blob is scanned as it passes, the manifest says afterwards which counted.
//!
//! What is inside is unpacked on one thread and scanned on another, with a few pieces between them: nothing else could be done at
//! the same time.

use std::collections::HashMap;
use std::io::Read;
use std::sync::Arc;
use std::sync::mpsc::{Receiver, Sender, SyncSender, channel, sync_channel};
use std::thread;

use porthole_scan::oci::archive::{Archive, StreamReader, StreamSink};
use porthole_scan::oci::layer::Verify;
use porthole_scan::{LayerFacts, LayerOptions, LayerScan};

use crate::layer::{CHUNK, PIECE, PIECES};

/// Facts of the blobs that went by, by their name in the archive.
pub(crate) type Streamed = HashMap<String, Arc<LayerFacts>>;

/// Reads an archive to its end; `read` is told of every piece.
pub(crate) fn on_one(
    mut archive: impl Read,
    options: &LayerOptions,
    read: &mut dyn FnMut(u64),
) -> Result<(Archive, Streamed), String> {
    let mut blobs = Blobs { options, open: None, done: HashMap::new() };
    let archive = each(&mut archive, options, read, &mut blobs)?;
    Ok((archive, blobs.done))
}

/// The same on two threads; what is found is the same.
pub(crate) fn on_two(
    mut archive: impl Read,
    options: &LayerOptions,
    read: &mut dyn FnMut(u64),
) -> Result<(Archive, Streamed), String> {
    let (next, passed) = sync_channel::<Passed>(PIECES);
    let (back, emptied) = channel::<Vec<u8>>();
    thread::scope(|scope| {
        let scanning = scope.spawn(move || {
            let mut blobs = Blobs { options, open: None, done: HashMap::new() };
            for passed in passed {
                blobs.take(passed, &back);
            }
            blobs.done
        });
        let mut other = Other { next, emptied, piece: Vec::with_capacity(PIECE) };
        let archive = each(&mut archive, options, read, &mut other);
        // The other thread ends when nothing more can come.
        drop(other);
        let done = scanning.join().map_err(|_| "a thread that read the archive broke off".to_owned())?;
        Ok((archive?, done))
    })
}

fn each(
    archive: &mut impl Read,
    options: &LayerOptions,
    read: &mut dyn FnMut(u64),
    sink: &mut impl StreamSink,
) -> Result<Archive, String> {
    let mut machine = StreamReader::new(options.limits.clone());
    let mut buffer = vec![0; CHUNK];
    loop {
        let count = archive.read(&mut buffer).map_err(|error| format!("reading the archive: {error}"))?;
        if count == 0 {
            break;
        }
        machine.push(&buffer[..count], sink).map_err(|error| error.to_string())?;
        read(count as u64);
    }
    // A blob that the end cuts off keeps what was read of it.
    sink.end();
    machine.finish(sink).map_err(|error| error.to_string())
}

/// Scans what passes.
struct Blobs<'a> {
    options: &'a LayerOptions,
    open: Option<(String, LayerScan)>,
    done: Streamed,
}

impl Blobs<'_> {
    fn take(&mut self, passed: Passed, back: &Sender<Vec<u8>>) {
        match passed {
            Passed::Blob(name, size) => self.blob(&name, size),
            Passed::Data(mut piece) => {
                self.data(&piece);
                piece.clear();
                // Nobody takes it back once everything is unpacked.
                let _ = back.send(piece);
            }
            Passed::End => self.end(),
        }
    }
}

impl StreamSink for Blobs<'_> {
    fn blob(&mut self, name: &str, _size: u64) {
        let options = LayerOptions { verify: Verify::by_name(name), ..self.options.clone() };
        self.open = Some((name.to_owned(), LayerScan::new(&options)));
    }

    fn data(&mut self, bytes: &[u8]) {
        if let Some((_, scan)) = &mut self.open {
            scan.push(bytes);
        }
    }

    fn end(&mut self) {
        if let Some((name, scan)) = self.open.take() {
            self.done.insert(name, Arc::new(scan.finish()));
        }
    }
}

/// What one thread tells the other.
enum Passed {
    Blob(String, u64),
    Data(Vec<u8>),
    End,
}

/// Hands what passes to the other thread.
struct Other {
    next: SyncSender<Passed>,
    emptied: Receiver<Vec<u8>>,
    /// Bytes that were not handed over yet.
    piece: Vec<u8>,
}

impl Other {
    fn hand_over(&mut self) {
        if !self.piece.is_empty() {
            let empty = self.emptied.try_recv().unwrap_or_else(|_| Vec::with_capacity(PIECE));
            let piece = std::mem::replace(&mut self.piece, empty);
            self.say(Passed::Data(piece));
        }
    }

    fn say(&self, passed: Passed) {
        // The other side only goes away when it breaks off, which joining it tells.
        let _ = self.next.send(passed);
    }
}

impl StreamSink for Other {
    fn blob(&mut self, name: &str, size: u64) {
        self.hand_over();
        self.say(Passed::Blob(name.to_owned(), size));
    }

    fn data(&mut self, bytes: &[u8]) {
        self.piece.extend_from_slice(bytes);
        if self.piece.len() >= PIECE {
            self.hand_over();
        }
    }

    fn end(&mut self) {
        self.hand_over();
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
