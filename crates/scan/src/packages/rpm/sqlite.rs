//! SQLite as far as RPM needs it: the table `Packages`, walked from its root page to its leaves.
//!
//! Follows "Database File Format", sections 1.3 (header), 1.6 (b-tree pages), 1.6.2 (overflow), 2.1 (records). Indexes,
//! other tables, freed pages and the write-ahead log are not looked at.

use std::borrow::Cow;

use porthole_report::GapKind;

use super::number::{be16, be32};
use super::{Reading, Visited};

pub(super) const MAGIC: &[u8] = b"SQLite format 3\0";

const LEAF: u8 = 0x0D;
const INTERIOR: u8 = 0x05;

struct Database<'a> {
    bytes: &'a [u8],
    page_size: usize,
    /// Page size less what is reserved at each page's end.
    usable: usize,
    visited: Visited,
}

/// Every header blob of the table `Packages`.
pub(super) fn blobs(bytes: &[u8], reading: &mut Reading) {
    let Some(mut database) = Database::new(bytes) else {
        return reading.damage(GapKind::Malformed, "damaged sqlite header");
    };
    let mut root = None;
    database.walk(1, reading, &mut |payload, _| {
        if root.is_none() {
            root = root_of_packages(payload);
        }
    });
    match root {
        Some(root) => database.walk(root, reading, &mut |payload, reading| match blob(payload) {
            Some(blob) => reading.blob(blob),
            None => reading.damage(GapKind::Malformed, "damaged sqlite record"),
        }),
        None => reading.damage(GapKind::Malformed, "no table of packages in it"),
    }
}

impl<'a> Database<'a> {
    fn new(bytes: &'a [u8]) -> Option<Self> {
        let page_size = match be16(bytes, 16)? {
            1 => 65536,
            size if size >= 512 && size.is_power_of_two() => usize::from(size),
            _ => return None,
        };
        let usable = page_size.checked_sub(usize::from(*bytes.get(20)?)).filter(|usable| *usable >= 480)?;
        Some(Self { bytes, page_size, usable, visited: Visited::new(bytes.len() / page_size + 1) })
    }

    /// Page numbers count from 1. The last page of a cut file may be short.
    fn page(&self, number: usize) -> Option<&'a [u8]> {
        let start = number.checked_sub(1)?.checked_mul(self.page_size)?;
        let rest = self.bytes.get(start..).filter(|rest| !rest.is_empty())?;
        Some(&rest[..rest.len().min(self.page_size)])
    }

    /// Gives the payload of every cell below a page, depth first.
    fn walk(&mut self, root: usize, reading: &mut Reading, found: &mut dyn FnMut(&[u8], &mut Reading)) {
        let mut stack = vec![root];
        while let Some(number) = stack.pop() {
            let Some(page) = self.page(number).filter(|_| self.visited.enter(number)) else {
                reading.damage(GapKind::Malformed, "sqlite pages are missing or named twice");
                continue;
            };
            // The file header stands before the first page's own.
            let base = if number == 1 { 100 } else { 0 };
            let (Some(kind), Some(cells)) = (page.get(base), be16(page, base + 3)) else {
                reading.damage(GapKind::Malformed, "damaged sqlite page");
                continue;
            };
            let pointers = base + if *kind == INTERIOR { 12 } else { 8 };
            let cell = |i: usize| be16(page, pointers + 2 * i).map(usize::from);
            match *kind {
                INTERIOR => {
                    let children = (0..usize::from(cells)).map(|i| be32(page, cell(i)?)).chain([be32(page, base + 8)]);
                    let at = stack.len();
                    for child in children {
                        match child.and_then(|child| usize::try_from(child).ok()) {
                            Some(child) => stack.push(child),
                            None => reading.damage(GapKind::Malformed, "damaged sqlite page"),
                        }
                    }
                    stack[at..].reverse();
                }
                LEAF => {
                    for i in 0..usize::from(cells) {
                        match cell(i).and_then(|at| self.payload(page, at)) {
                            Some(payload) => found(&payload, reading),
                            None => reading.damage(GapKind::Malformed, "damaged sqlite cell"),
                        }
                    }
                }
                _ => reading.damage(GapKind::Malformed, "damaged sqlite page"),
            }
        }
    }

    /// The payload of a leaf cell, its overflow pages joined.
    fn payload(&mut self, page: &'a [u8], at: usize) -> Option<Cow<'a, [u8]>> {
        let mut cell = page.get(at..)?;
        let length = usize::try_from(varint(&mut cell)?).ok().filter(|length| *length <= self.bytes.len())?;
        varint(&mut cell)?; // the row id
        let most = self.usable - 35;
        if length <= most {
            return Some(Cow::Borrowed(cell.get(..length)?));
        }
        let least = (self.usable - 12) * 32 / 255 - 23;
        let local = Some(least + (length - least) % (self.usable - 4)).filter(|local| *local <= most).unwrap_or(least);
        let mut payload = cell.get(..local)?.to_vec();
        let mut next = be32(cell, local)?;
        while payload.len() < length {
            let number = usize::try_from(next).ok()?;
            let page = self.page(number).filter(|_| self.visited.enter(number))?;
            next = be32(page, 0)?;
            let take = (length - payload.len()).min(self.usable - 4);
            payload.extend_from_slice(page.get(4..4 + take)?);
        }
        Some(Cow::Owned(payload))
    }
}

/// A big-endian number of one to nine bytes, seven bits each, the ninth all eight.
fn varint(bytes: &mut &[u8]) -> Option<u64> {
    let mut value = 0_u64;
    for i in 0..9 {
        let (byte, rest) = bytes.split_first()?;
        *bytes = rest;
        if i == 8 {
            return Some((value << 8) | u64::from(*byte));
        }
        value = (value << 7) | u64::from(byte & 0x7F);
        if byte & 0x80 == 0 {
            return Some(value);
        }
    }
    None
}

/// The values of a record: serial type and bytes of each.
fn record(payload: &[u8]) -> Option<Vec<(u64, &[u8])>> {
    let mut types = payload;
    let header = usize::try_from(varint(&mut types)?).ok()?;
    let mut types = payload.get(payload.len() - types.len()..header)?;
    let mut body = payload.get(header..)?;
    let mut values = Vec::new();
    while !types.is_empty() && values.len() < 16 {
        let kind = varint(&mut types)?;
        let length = match kind {
            0 | 8 | 9 => 0,
            1..=4 => usize::try_from(kind).ok()?,
            5 => 6,
            6 | 7 => 8,
            10 | 11 => return None,
            _ => usize::try_from((kind - 12) / 2).ok()?,
        };
        let (value, rest) = body.split_at_checked(length)?;
        values.push((kind, value));
        body = rest;
    }
    Some(values)
}

/// `type, name, tbl_name, rootpage, sql` of the schema: the root page when this is the table.
fn root_of_packages(payload: &[u8]) -> Option<usize> {
    let values = record(payload)?;
    let [(_, kind), (_, name), _, (1..=6, root), ..] = values.as_slice() else { return None };
    (*kind == b"table" && *name == b"Packages")
        .then(|| root.iter().try_fold(0_usize, |value, byte| value.checked_mul(256)?.checked_add(usize::from(*byte))))?
}

/// `hnum, blob`: the blob.
fn blob(payload: &[u8]) -> Option<&[u8]> {
    match *record(payload)?.as_slice() {
        [_, (kind, blob), ..] if kind >= 12 => Some(blob),
        _ => None,
    }
}
