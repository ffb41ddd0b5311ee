//! The three shapes of data in a shard: columns in byte planes, spans, strings. Read in place, every access checked.

/// Entries between two anchors of [`Strings`] and [`Spans`].
pub(crate) const STRIDE: usize = 16;

/// Numbers of `width` bytes, stored as that many planes, the lowest byte of all of them first. Little data compresses better so.
#[derive(Debug, Clone, Copy, Default)]
pub(crate) struct Column<'a> {
    bytes: &'a [u8],
    width: usize,
    len: usize,
}

impl<'a> Column<'a> {
    /// `None` when the bytes are no whole number of entries.
    pub(crate) fn new(bytes: &'a [u8], width: u8) -> Option<Self> {
        let width = usize::from(width);
        (1..=8).contains(&width).then_some(())?;
        bytes.len().is_multiple_of(width).then_some(Self { bytes, width, len: bytes.len() / width })
    }

    pub(crate) fn len(&self) -> usize {
        self.len
    }

    pub(crate) fn get(&self, index: usize) -> Option<u64> {
        if index >= self.len {
            return None;
        }
        let mut value = 0;
        for plane in 0..self.width {
            value |= u64::from(*self.bytes.get(plane * self.len + index)?) << (8 * plane);
        }
        Some(value)
    }

    pub(crate) fn index(&self, index: usize) -> Option<usize> {
        usize::try_from(self.get(index)?).ok()
    }
}

/// Consecutive runs: how many entries of another table belong to each entry here.
#[derive(Debug, Clone, Copy, Default)]
pub(crate) struct Spans<'a> {
    counts: Column<'a>,
    anchors: Column<'a>,
}

impl<'a> Spans<'a> {
    pub(crate) fn new(counts: Column<'a>, anchors: Column<'a>) -> Option<Self> {
        (anchors.len() == counts.len().div_ceil(STRIDE)).then_some(Self { counts, anchors })
    }

    pub(crate) fn len(&self) -> usize {
        self.counts.len()
    }

    /// The run of an entry.
    pub(crate) fn get(&self, index: usize) -> Option<std::ops::Range<usize>> {
        let block = index / STRIDE;
        let mut start = self.anchors.index(block)?;
        for before in block * STRIDE..index {
            start = start.checked_add(self.counts.index(before)?)?;
        }
        Some(start..start.checked_add(self.counts.index(index)?)?)
    }
}

/// Strings, each with its length before it; an anchor every [`STRIDE`] strings.
#[derive(Debug, Clone, Copy, Default)]
pub(crate) struct Strings<'a> {
    blob: &'a [u8],
    anchors: Column<'a>,
    len: usize,
}

impl<'a> Strings<'a> {
    pub(crate) fn new(blob: &'a [u8], anchors: Column<'a>, len: usize) -> Option<Self> {
        (anchors.len() == len.div_ceil(STRIDE)).then_some(Self { blob, anchors, len })
    }

    pub(crate) fn len(&self) -> usize {
        self.len
    }

    pub(crate) fn get(&self, index: usize) -> Option<&'a str> {
        if index >= self.len {
            return None;
        }
        let mut rest = self.blob.get(self.anchors.index(index / STRIDE)?..)?;
        for _ in 0..index % STRIDE {
            rest = read(rest)?.1;
        }
        std::str::from_utf8(read(rest)?.0).ok()
    }

    /// Where a string is in sorted strings.
    pub(crate) fn find(&self, text: &str) -> Option<usize> {
        let (mut low, mut high) = (0, self.len);
        while low < high {
            let middle = low + (high - low) / 2;
            match self.get(middle)?.cmp(text) {
                std::cmp::Ordering::Equal => return Some(middle),
                std::cmp::Ordering::Less => low = middle + 1,
                std::cmp::Ordering::Greater => high = middle,
            }
        }
        None
    }
}

/// One string and what follows: a length below 128 in one byte, else 15 bits in two, the higher first and marked.
fn read(bytes: &[u8]) -> Option<(&[u8], &[u8])> {
    let (&first, rest) = bytes.split_first()?;
    let (len, rest) = if first < 0x80 {
        (usize::from(first), rest)
    } else {
        let (&second, rest) = rest.split_first()?;
        (usize::from(first & 0x7f) << 8 | usize::from(second), rest)
    };
    rest.split_at_checked(len)
}
