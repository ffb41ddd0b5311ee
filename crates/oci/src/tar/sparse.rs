//! Sparse files: the map of where stored bytes belong (GNU tar manual, "Storing Sparse Files").
//!
//! Old GNU headers and PAX formats 0.0, 0.1 and 1.0 end in the same list of segments.

use super::header::{BLOCK, size};
use super::pax::decimal;

/// Stored bytes that belong at an offset of the unpacked file.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Segment {
    pub(super) offset: u64,
    pub(super) len: u64,
}

/// The 24-byte segments of an old GNU header or its extension blocks; false when one is damaged or there are too many.
pub(super) fn old_segments(fields: &[u8], map: &mut Vec<Segment>, max: usize) -> bool {
    for field in fields.chunks_exact(24) {
        let (offset, len) = field.split_at(12);
        if offset.first() == Some(&0) || len.first() == Some(&0) {
            break;
        }
        match (size(offset), size(len)) {
            (Some(offset), Some(len)) if map.len() < max => map.push(Segment { offset, len }),
            _ => return false,
        }
    }
    true
}

/// Format 1.0: the map stands before the content as decimal lines, padded to a block.
#[derive(Debug, Default)]
pub(super) struct MapText {
    number: Vec<u8>,
    count: Option<u64>,
    offset: Option<u64>,
    pub(super) map: Vec<Segment>,
    /// Bytes of the text read so far.
    read: u64,
}

impl MapText {
    /// Takes bytes until the map and its padding are complete. Gives how many were used and whether it is complete;
    /// none when the map is damaged.
    pub(super) fn push(&mut self, bytes: &[u8], max: usize) -> Option<(usize, bool)> {
        let block = BLOCK as u64;
        for (at, byte) in bytes.iter().enumerate() {
            if self.complete() {
                if self.read.is_multiple_of(block) {
                    return Some((at, true));
                }
            } else if *byte == b'\n' {
                let value = decimal(&self.number)?;
                self.number.clear();
                match (self.count, self.offset.take()) {
                    (None, _) => self.count = Some(value),
                    (Some(_), None) => self.offset = Some(value),
                    (Some(_), Some(offset)) if self.map.len() < max => self.map.push(Segment { offset, len: value }),
                    _ => return None,
                }
            } else if self.number.len() < 20 {
                self.number.push(*byte);
            } else {
                return None;
            }
            self.read += 1;
        }
        Some((bytes.len(), self.complete() && self.read.is_multiple_of(block)))
    }

    fn complete(&self) -> bool {
        self.count == Some(self.map.len() as u64)
    }
}

/// Unpacks stored bytes: zeros between the segments.
#[derive(Debug)]
pub(super) struct Unpacker {
    map: std::vec::IntoIter<Segment>,
    current: Option<Segment>,
    at: u64,
    end: u64,
}

const ZEROS: [u8; 16 * 1024] = [0; 16 * 1024];

impl Unpacker {
    /// None when the map overlaps, runs backwards, or does not fit `stored` and `logical` bytes.
    pub(super) fn new(map: Vec<Segment>, stored: u64, logical: u64) -> Option<Self> {
        let (mut end, mut sum) = (0u64, 0u64);
        for segment in &map {
            if segment.offset < end {
                return None;
            }
            end = segment.offset.checked_add(segment.len)?;
            sum = sum.checked_add(segment.len)?;
        }
        if end > logical || sum != stored {
            return None;
        }
        let mut map = map.into_iter();
        let current = map.next();
        Some(Self { map, current, at: 0, end: logical })
    }

    /// Takes stored bytes, gives unpacked ones.
    pub(super) fn push(&mut self, mut bytes: &[u8], mut out: impl FnMut(&[u8])) {
        while let Some(segment) = &mut self.current {
            if segment.len == 0 {
                self.current = self.map.next();
                continue;
            }
            if bytes.is_empty() {
                return;
            }
            zeros(segment.offset - self.at, &mut out);
            let take = bytes.len().min(usize::try_from(segment.len).unwrap_or(usize::MAX));
            let (head, rest) = bytes.split_at(take);
            out(head);
            segment.offset += take as u64;
            segment.len -= take as u64;
            self.at = segment.offset;
            bytes = rest;
        }
    }

    /// The hole at the end.
    pub(super) fn finish(&mut self, mut out: impl FnMut(&[u8])) {
        zeros(self.end.saturating_sub(self.at), &mut out);
        self.at = self.end;
    }
}

fn zeros(mut len: u64, out: &mut impl FnMut(&[u8])) {
    while len > 0 {
        let take = usize::try_from(len).unwrap_or(usize::MAX).min(ZEROS.len());
        out(ZEROS.get(..take).unwrap_or_default());
        len -= take as u64;
    }
}
