//! Bytes that are read to their end, and on their way from one thread to another: in pieces, which come back empty.

use std::io::Read;
use std::sync::mpsc::{Receiver, Sender, SyncSender, channel, sync_channel};

/// Bytes read at once: large enough that calls cost nothing, small enough for the cache.
const CHUNK: usize = 256 * 1024;
/// Decoded bytes that change threads at once.
const PIECE: usize = 256 * 1024;
/// Messages that may wait, most of them pieces.
const WAITING: usize = 4;

/// Reads `input`, called `what` where it fails, to its end; `read` is told how many bytes were taken.
pub(crate) fn each(
    mut input: impl Read,
    what: &str,
    read: &mut dyn FnMut(u64),
    mut take: impl FnMut(&[u8]) -> Result<(), String>,
) -> Result<(), String> {
    let mut buffer = vec![0; CHUNK];
    loop {
        let count = input.read(&mut buffer).map_err(|error| format!("reading {what}: {error}"))?;
        if count == 0 {
            return Ok(());
        }
        take(&buffer[..count])?;
        read(count as u64);
    }
}

/// The side that hands over. Once it is dropped, the other side's messages end.
pub(crate) struct Pieces<T> {
    next: SyncSender<T>,
    emptied: Receiver<Vec<u8>>,
    /// Bytes that were not handed over yet.
    piece: Vec<u8>,
}

/// Takes pieces back.
pub(crate) struct Emptied(Sender<Vec<u8>>);

/// A way for messages, some of which are pieces.
pub(crate) fn handing_over<T: From<Vec<u8>>>() -> (Pieces<T>, Receiver<T>, Emptied) {
    let (next, messages) = sync_channel(WAITING);
    let (back, emptied) = channel();
    (Pieces { next, emptied, piece: Vec::with_capacity(PIECE) }, messages, Emptied(back))
}

impl<T: From<Vec<u8>>> Pieces<T> {
    /// More bytes, handed over once they are a piece.
    pub(crate) fn add(&mut self, bytes: &[u8]) {
        self.piece.extend_from_slice(bytes);
        if self.piece.len() >= PIECE {
            self.hand_over();
        }
    }

    /// Hands over what there is of a piece.
    pub(crate) fn hand_over(&mut self) {
        if !self.piece.is_empty() {
            let empty = self.emptied.try_recv().unwrap_or_else(|_| Vec::with_capacity(PIECE));
            let piece = std::mem::replace(&mut self.piece, empty);
            self.send(piece.into());
        }
    }

    /// Says something, behind the bytes before it.
    pub(crate) fn say(&mut self, message: T) {
        self.hand_over();
        self.send(message);
    }

    fn send(&self, message: T) {
        // The other side only goes away when it breaks off, which joining it tells.
        let _ = self.next.send(message);
    }
}

impl Emptied {
    pub(crate) fn give_back(&self, mut piece: Vec<u8>) {
        piece.clear();
        // Nobody takes it back once everything is decoded.
        let _ = self.0.send(piece);
    }
}
