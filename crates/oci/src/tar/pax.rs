//! PAX records: `length key=value\n`, for one entry or for all that follow.
//!
//! The `tar` crate splits records at newlines, which binary attribute values may hold; so the lengths are followed here.

use super::sparse::Segment;
use crate::error::Error;

/// What extended headers say instead of the plain header.
#[derive(Debug, Clone, Default)]
pub(super) struct Records {
    pub(super) path: Option<Vec<u8>>,
    pub(super) link: Option<Vec<u8>>,
    pub(super) size: Option<u64>,
    pub(super) uid: Option<u64>,
    pub(super) gid: Option<u64>,
    pub(super) mtime: Option<i64>,
    pub(super) xattrs: Vec<(Vec<u8>, Vec<u8>)>,
    pub(super) sparse: SparseRecords,
}

/// The `GNU.sparse.` records, of all three formats.
#[derive(Debug, Clone, Default)]
pub(super) struct SparseRecords {
    pub(super) major: Option<u64>,
    pub(super) name: Option<Vec<u8>>,
    pub(super) real_size: Option<u64>,
    /// Map of formats 0.0 and 0.1; none when it is damaged or too long.
    pub(super) map: Option<Vec<Segment>>,
    pub(super) bad_map: bool,
    offset: Option<u64>,
}

impl Records {
    /// Reads the records of one extended header, `offset` being where it lies. Later ones win.
    pub(super) fn read(&mut self, mut data: &[u8], offset: u64, max_segments: usize) -> Result<(), Error> {
        let damaged = || Error::TarPax { offset };
        while let Some(first) = data.first() {
            // Some writers pad with zero bytes.
            if *first == 0 {
                break;
            }
            let space = data.iter().take(20).position(|byte| *byte == b' ').ok_or_else(damaged)?;
            let len = data.get(..space).and_then(decimal).and_then(|len| usize::try_from(len).ok()).ok_or_else(damaged)?;
            let record = data.get(..len).and_then(|record| record.get(space + 1..)).ok_or_else(damaged)?;
            let record = record.strip_suffix(b"\n").ok_or_else(damaged)?;
            let equals = memchr::memchr(b'=', record).ok_or_else(damaged)?;
            let (key, value) = (record.get(..equals).unwrap_or_default(), record.get(equals + 1..).unwrap_or_default());
            self.record(key, value, max_segments).ok_or_else(damaged)?;
            data = data.get(len..).unwrap_or_default();
        }
        Ok(())
    }

    /// One record; none when its value is not what its key needs. An empty value takes the record back.
    fn record(&mut self, key: &[u8], value: &[u8], max_segments: usize) -> Option<()> {
        match key {
            b"path" => self.path = given(value),
            b"linkpath" => self.link = given(value),
            b"size" => self.size = optional(value, decimal)?,
            b"uid" => self.uid = optional(value, decimal)?,
            b"gid" => self.gid = optional(value, decimal)?,
            b"mtime" => self.mtime = optional(value, seconds)?,
            b"GNU.sparse.major" => self.sparse.major = optional(value, decimal)?,
            b"GNU.sparse.name" => self.sparse.name = given(value),
            b"GNU.sparse.size" | b"GNU.sparse.realsize" => self.sparse.real_size = optional(value, decimal)?,
            b"GNU.sparse.offset" => self.sparse.offset = optional(value, decimal)?,
            b"GNU.sparse.numbytes" => {
                let segment = Segment { offset: self.sparse.offset.take().unwrap_or(u64::MAX), len: decimal(value)? };
                self.sparse.add(segment, max_segments);
            }
            b"GNU.sparse.map" => {
                let mut numbers = value.split(|byte| *byte == b',').filter(|part| !part.is_empty()).map(decimal);
                self.sparse.map = Some(Vec::new());
                while let Some(offset) = numbers.next() {
                    match (offset, numbers.next().flatten()) {
                        (Some(offset), Some(len)) => self.sparse.add(Segment { offset, len }, max_segments),
                        _ => self.sparse.bad_map = true,
                    }
                }
            }
            _ => {
                if let Some(name) = key.strip_prefix(b"SCHILY.xattr.") {
                    self.xattrs.push((name.to_vec(), value.to_vec()));
                }
            }
        }
        Some(())
    }
}

impl SparseRecords {
    fn add(&mut self, segment: Segment, max_segments: usize) {
        let map = self.map.get_or_insert_default();
        if map.len() < max_segments {
            map.push(segment);
        } else {
            self.bad_map = true;
        }
    }
}

fn given(value: &[u8]) -> Option<Vec<u8>> {
    (!value.is_empty()).then(|| value.to_vec())
}

fn optional<T>(value: &[u8], parse: impl Fn(&[u8]) -> Option<T>) -> Option<Option<T>> {
    if value.is_empty() { Some(None) } else { parse(value).map(Some) }
}

/// A decimal number of digits alone.
pub(super) fn decimal(text: &[u8]) -> Option<u64> {
    if text.is_empty() {
        return None;
    }
    text.iter().try_fold(0u64, |value, byte| {
        let digit = byte.is_ascii_digit().then(|| u64::from(byte - b'0'))?;
        value.checked_mul(10)?.checked_add(digit)
    })
}

/// Seconds with an optional sign and fraction, rounded down.
fn seconds(text: &[u8]) -> Option<i64> {
    let (negative, text) = match text.strip_prefix(b"-") {
        Some(rest) => (true, rest),
        None => (false, text),
    };
    let mut parts = text.splitn(2, |byte| *byte == b'.');
    let whole = i64::try_from(decimal(parts.next()?)?).ok()?;
    let fraction = parts.next().unwrap_or_default();
    if !fraction.iter().all(u8::is_ascii_digit) {
        return None;
    }
    let partly = fraction.iter().any(|digit| *digit != b'0');
    Some(if negative { -whole - i64::from(partly) } else { whole })
}
