//! Berkeley DB as far as old RPM needs it: a hash whose values are header blobs, mostly on overflow pages.
//!
//! Follows Berkeley DB's `dbinc/db_page.h`: the metadata page, hash pages with pairs of key and value, off-page values.
//! Both byte orders occur. Buckets are not searched: every page is looked at once, in order.

use porthole_report::GapKind;

use super::number::{be16, be32, le16, le32};
use super::{Reading, Visited};

const HASH_MAGIC: u32 = 0x0006_1561;
/// Bytes of a page's header, before its index.
const PAGE_HEADER: usize = 26;

const PAGE_HASH_UNSORTED: u8 = 2;
const PAGE_OVERFLOW: u8 = 7;
const PAGE_HASH: u8 = 13;

const ITEM_KEYDATA: u8 = 1;
const ITEM_OFFPAGE: u8 = 3;

struct Database<'a> {
    bytes: &'a [u8],
    page_size: usize,
    big_endian: bool,
    visited: Visited,
}

pub(super) fn is_hash(bytes: &[u8]) -> bool {
    le32(bytes, 12) == Some(HASH_MAGIC) || be32(bytes, 12) == Some(HASH_MAGIC)
}

/// Every value that is long enough to be a header.
pub(super) fn blobs(bytes: &[u8], reading: &mut Reading) {
    let big_endian = be32(bytes, 12) == Some(HASH_MAGIC);
    let number = |at| if big_endian { be32(bytes, at) } else { le32(bytes, at) };
    let page_size = number(20).and_then(|size| usize::try_from(size).ok());
    let Some(page_size) = page_size.filter(|size| (512..=65536).contains(size) && size.is_power_of_two()) else {
        return reading.damage(GapKind::Malformed, "damaged Berkeley DB header");
    };
    if bytes.get(24) != Some(&0) {
        return reading.damage(GapKind::Unsupported, "encrypted Berkeley DB");
    }
    let pages = bytes.len().div_ceil(page_size);
    if number(32).is_none_or(|last| usize::try_from(last).is_ok_and(|last| last >= pages)) {
        reading.damage(GapKind::Malformed, "Berkeley DB pages are missing");
    }
    let mut database = Database { bytes, page_size, big_endian, visited: Visited::new(pages) };
    for page in 1..pages {
        database.hash_page(page, reading);
    }
}

impl<'a> Database<'a> {
    fn u16(&self, bytes: &[u8], at: usize) -> Option<usize> {
        if self.big_endian { be16(bytes, at) } else { le16(bytes, at) }.map(usize::from)
    }

    fn u32(&self, bytes: &[u8], at: usize) -> Option<usize> {
        usize::try_from(if self.big_endian { be32(bytes, at) } else { le32(bytes, at) }?).ok()
    }

    fn page(&self, number: usize) -> Option<&'a [u8]> {
        let start = number.checked_mul(self.page_size)?;
        self.bytes.get(start..start.checked_add(self.page_size)?)
    }

    /// The values of one hash page: items are keys and values by turns, filled in from the page's end.
    fn hash_page(&mut self, number: usize, reading: &mut Reading) {
        let Some(page) = self.page(number) else { return };
        if !matches!(page.get(25), Some(&(PAGE_HASH | PAGE_HASH_UNSORTED))) {
            return;
        }
        let items = self.u16(page, 20).unwrap_or(0);
        for value in (1..items).step_by(2) {
            let at = |i: usize| self.u16(page, PAGE_HEADER + 2 * i);
            let (Some(start), Some(end)) = (at(value), at(value - 1)) else {
                return reading.damage(GapKind::Malformed, "damaged Berkeley DB page");
            };
            let Some(item) = page.get(start..end.min(page.len())) else {
                reading.damage(GapKind::Malformed, "damaged Berkeley DB page");
                continue;
            };
            match item.first() {
                Some(&ITEM_OFFPAGE) => match self.off_page(item) {
                    Some(blob) => reading.blob(&blob),
                    None => reading.damage(GapKind::Malformed, "Berkeley DB pages are missing"),
                },
                // The first record is a counter of four bytes, not a header.
                Some(&ITEM_KEYDATA) if item.len() > 16 => reading.blob(&item[1..]),
                _ => {}
            }
        }
    }

    /// Joins the overflow pages that an item names: kind, three unused bytes, first page, length.
    fn off_page(&mut self, item: &[u8]) -> Option<Vec<u8>> {
        let mut next = self.u32(item, 4)?;
        let length = self.u32(item, 8).filter(|length| *length <= self.bytes.len())?;
        let mut blob = Vec::with_capacity(length);
        while next != 0 && blob.len() < length {
            let page = self.page(next).filter(|page| page.get(25) == Some(&PAGE_OVERFLOW))?;
            if !self.visited.enter(next) {
                return None;
            }
            // On overflow pages the free-space offset holds the length of the data.
            let used = self.u16(page, 22)?;
            blob.extend_from_slice(page.get(PAGE_HEADER..PAGE_HEADER.checked_add(used)?)?);
            next = self.u32(page, 16)?;
        }
        (blob.len() >= length).then_some(blob)
    }
}
