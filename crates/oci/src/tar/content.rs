//! What happens to an entry's stored bytes.

use super::header::BLOCK;
use super::sink::Sink;
use super::sparse::{MapText, Segment, Unpacker};
use crate::limits::Limits;

/// How stored bytes are given out.
pub(super) enum Mode {
    /// As they are.
    Plain,
    /// Not at all; `shown` when the sink saw the entry.
    Skip { shown: bool },
    /// The map of a sparse file comes first.
    MapText { text: Box<MapText>, logical: u64 },
    /// With zeros between.
    Unpack(Box<Unpacker>),
}

impl Mode {
    /// For a sparse file: its map, or none when that is damaged.
    pub(super) fn sparse(map: Option<Vec<Segment>>, stored: u64, logical: u64, name: &[u8], sink: &mut impl Sink) -> Self {
        match map.and_then(|map| Unpacker::new(map, stored, logical)) {
            Some(unpacker) => Self::Unpack(Box::new(unpacker)),
            None => damaged_map(name, sink),
        }
    }

    /// A hole costs the archive nothing and us its whole length: content of files that are too long is not read.
    pub(super) fn affordable(self, logical: u64, name: &[u8], limits: &Limits, sink: &mut impl Sink) -> Self {
        if logical <= limits.max_sparse_size || matches!(self, Self::Skip { .. }) {
            return self;
        }
        sink.warning(name, format!("tar: a sparse file of {logical} bytes, the content is not read"));
        Self::Skip { shown: true }
    }

    /// Takes stored bytes, at most `left`, of which that many are left then. Gives how many were used.
    pub(super) fn push(&mut self, bytes: &[u8], left: &mut u64, name: &[u8], max_segments: usize, sink: &mut impl Sink) -> usize {
        let mut used = bytes.len();
        match self {
            Self::Plain => sink.data(bytes),
            Self::Skip { .. } => {}
            Self::Unpack(unpacker) => unpacker.push(bytes, |bytes| sink.data(bytes)),
            Self::MapText { text, logical } => match text.push(bytes, max_segments) {
                Some((read, complete)) => {
                    used = read;
                    if complete {
                        let stored = left.saturating_sub(read as u64);
                        *self = Self::sparse(Some(std::mem::take(&mut text.map)), stored, *logical, name, sink);
                    }
                }
                None => *self = damaged_map(name, sink),
            },
        }
        *left = left.saturating_sub(used as u64);
        used
    }

    /// Ends the content.
    pub(super) fn finish(self, name: &[u8], sink: &mut impl Sink) {
        match self {
            Self::Skip { shown: false } => return,
            Self::Unpack(mut unpacker) => unpacker.finish(|bytes| sink.data(bytes)),
            Self::MapText { .. } => drop(damaged_map(name, sink)),
            Self::Plain | Self::Skip { .. } => {}
        }
        sink.end_entry();
    }
}

fn damaged_map(name: &[u8], sink: &mut impl Sink) -> Mode {
    sink.warning(name, "tar: damaged sparse map, the content is not read".to_owned());
    Mode::Skip { shown: true }
}

/// As many of the bytes as are left.
pub(super) fn cut(bytes: &[u8], left: u64) -> &[u8] {
    let len = bytes.len().min(usize::try_from(left).unwrap_or(usize::MAX));
    bytes.get(..len).unwrap_or_default()
}

/// Bytes up to the next block.
pub(super) fn padding(size: u64) -> u64 {
    (BLOCK as u64 - size % BLOCK as u64) % BLOCK as u64
}
