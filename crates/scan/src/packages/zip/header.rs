//! Local file headers (APPNOTE 4.3.7), ZIP64 sizes (4.5.3), data descriptors (4.3.9).

/// The fixed part of a local file header, bytes.
const FIXED: usize = 30;

/// A local file header.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Header<'b> {
    flags: u16,
    /// 0 is stored, 8 is deflated.
    pub(super) method: u16,
    /// Size as stored, as far as the header knows it.
    stored: u64,
    pub(super) name: &'b [u8],
}

impl<'b> Header<'b> {
    /// Reads a header and gives its length; the error is the number of bytes needed. The signature was checked.
    pub(super) fn parse(bytes: &'b [u8]) -> Result<(Self, usize), usize> {
        let fixed = bytes.get(..FIXED).ok_or(FIXED)?;
        let (name_length, extra_length) = (u16_at(fixed, 26) as usize, u16_at(fixed, 28) as usize);
        let length = FIXED + name_length + extra_length;
        let whole = bytes.get(..length).ok_or(length)?;
        let (name, extra) = whole.get(FIXED..).unwrap_or_default().split_at(name_length);
        let (stored, size) = (u32_at(fixed, 18), u32_at(fixed, 22));
        let stored = if stored == u32::MAX {
            zip64_stored(extra, size == u32::MAX).unwrap_or(u64::from(stored))
        } else {
            u64::from(stored)
        };
        Ok((Self { flags: u16_at(fixed, 6), method: u16_at(fixed, 8), stored, name }, length))
    }

    pub(super) fn is_encrypted(&self) -> bool {
        self.flags & 1 != 0
    }

    /// Bytes of content that follow; none when only the descriptor behind them knows.
    pub(super) fn stored_size(&self) -> Option<u64> {
        let behind = self.flags & 8 != 0;
        // Some writers set the bit and state the size all the same.
        (!behind || (self.stored != 0 && self.stored != u64::from(u32::MAX))).then_some(self.stored)
    }
}

/// The stored size in a ZIP64 extra field; it comes behind the plain size when that is there too.
fn zip64_stored(mut extra: &[u8], size_first: bool) -> Option<u64> {
    while let Some((head, rest)) = extra.split_at_checked(4) {
        let (field, rest) = rest.split_at_checked(usize::from(u16_at(head, 2)))?;
        if u16_at(head, 0) == 1 {
            let at = if size_first { 8 } else { 0 };
            return Some(u64::from_le_bytes(field.get(at..at + 8)?.try_into().ok()?));
        }
        extra = rest;
    }
    None
}

/// Length of the data descriptor at the front, behind content of these sizes. The error is the number of bytes needed,
/// or no more than there are when the sizes do not fit.
pub(super) fn descriptor_length(bytes: &[u8], stored: u64, size: u64) -> Result<usize, usize> {
    let signature = if bytes.get(..4).ok_or(4_usize)? == b"PK\x07\x08" { 4 } else { 0 };
    let short = signature + 12;
    let field = |at: usize| u32_at(bytes, signature + at);
    if bytes.len() < short {
        return Err(short);
    }
    if field(4) != stored as u32 {
        return Err(0);
    }
    // In the long form the upper half of the stored size stands where the short form has the size. Both are zero for an
    // empty file: then what follows tells.
    if field(8) == size as u32 {
        let is_structure = |at: usize| bytes.get(at..at + 2) == Some(b"PK");
        let (short_end, long_end) = (short, signature + 20);
        if size != 0 || is_structure(short_end) {
            return Ok(short_end);
        }
        return if bytes.len() < long_end + 2 {
            Err(long_end + 2)
        } else {
            Ok(if is_structure(long_end) { long_end } else { short_end })
        };
    }
    let long = signature + 20;
    if bytes.len() < long { Err(long) } else { Ok(long) }
}

/// Searches the data descriptor of content that began `passed` bytes before `bytes`. Gives the position behind it.
pub(super) fn find_descriptor(bytes: &[u8], passed: u64) -> Option<usize> {
    for at in memchr::memmem::find_iter(bytes, b"PK") {
        let here = passed + at as u64;
        match bytes.get(at + 2..at + 4)? {
            // The signature, the checksum, then the number of bytes passed over.
            [7, 8] if bytes.len() >= at + 16 && u32_at(bytes, at + 8) == here as u32 => {
                let is_structure = |at: usize| bytes.get(at..at + 2) == Some(b"PK");
                // Wait for more when the next structure is not in sight yet.
                let _ = bytes.get(at + 26)?;
                return Some(if !is_structure(at + 16) && is_structure(at + 24) { at + 24 } else { at + 16 });
            }
            // Without a signature: the next structure, with checksum and sizes before it.
            [3, 4] | [1, 2] => {
                let matches = at.checked_sub(8).map(|size| u32_at(bytes, size)) == here.checked_sub(12).map(|size| size as u32);
                if at >= 12 && matches && here >= 12 {
                    return Some(at);
                }
                // A folder or an empty file: no content at all, and no descriptor either.
                if here == 0 {
                    return Some(at);
                }
            }
            _ => {}
        }
    }
    None
}

fn u16_at(bytes: &[u8], at: usize) -> u16 {
    bytes.get(at..at + 2).and_then(|field| field.try_into().ok()).map_or(0, u16::from_le_bytes)
}

fn u32_at(bytes: &[u8], at: usize) -> u32 {
    bytes.get(at..at + 4).and_then(|field| field.try_into().ok()).map_or(0, u32::from_le_bytes)
}
