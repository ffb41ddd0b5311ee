//! ndb, RPM's own "new database": slots of sixteen bytes that point at blobs (rpm's `lib/backend/ndb/rpmpkg.c`).

use porthole_report::GapKind;

use super::Reading;
use super::number::le32;

pub(super) const MAGIC: &[u8] = b"RpmP";

const SLOT: &[u8] = b"Slot";
const BLOB: &[u8] = b"BlbS";
/// Slots and blobs are addressed in blocks.
const BLOCK: usize = 16;
const PAGE: usize = 4096;

/// Every header blob that a slot in use points at.
pub(super) fn blobs(bytes: &[u8], reading: &mut Reading) {
    let slots_end = le32(bytes, 12).and_then(|pages| usize::try_from(pages).ok()?.checked_mul(PAGE));
    // The file header takes the place of the first two slots.
    let Some(slots) = slots_end.and_then(|end| bytes.get(2 * BLOCK..end)) else {
        return reading.damage(GapKind::Malformed, "damaged ndb header");
    };
    // Blobs do not overlap, so all together weigh no more than the file; a hostile one might let every slot point at one.
    let mut budget = bytes.len();
    for slot in slots.chunks_exact(BLOCK) {
        let index = le32(slot, 4).unwrap_or(0);
        if !slot.starts_with(SLOT) || index == 0 {
            continue;
        }
        match blob(bytes, slot, index).filter(|blob| blob.len() <= budget) {
            Some(blob) => {
                budget -= blob.len();
                reading.blob(blob);
            }
            None => reading.damage(GapKind::Malformed, "damaged ndb blob"),
        }
    }
}

/// `BlbS`, package index, generation, length, then the data.
fn blob<'a>(bytes: &'a [u8], slot: &[u8], index: u32) -> Option<&'a [u8]> {
    let start = usize::try_from(le32(slot, 8)?).ok()?.checked_mul(BLOCK)?;
    let head = bytes.get(start..start.checked_add(BLOCK)?)?;
    if !head.starts_with(BLOB) || le32(head, 4)? != index {
        return None;
    }
    let length = usize::try_from(le32(head, 12)?).ok()?;
    let data = start + BLOCK;
    bytes.get(data..data.checked_add(length)?)
}
