//! A sliding window over a streamed file: every position is looked at once, with a known number of bytes around it.
//!
//! Proof: this file's tests, and every streamed cataloger's test with one-byte pushes.

/// New bytes that are gathered before they are looked at, so that tiny pushes cost no more than large ones.
const STEP: usize = 64 << 10;

/// Keeps as much of a stream as its owner has to see at once.
#[derive(Debug)]
pub(super) struct Window {
    buffer: Vec<u8>,
    /// Position in the file of the buffer's first byte.
    offset: u64,
    /// Positions before this index of the buffer were looked at.
    seen: usize,
    before: usize,
    after: usize,
}

/// What is looked at: the positions `from..to`, inside bytes that reach further on both sides where the file does.
#[derive(Debug, Clone, Copy)]
pub(super) struct View<'a> {
    /// The positions' surroundings.
    pub(super) bytes: &'a [u8],
    /// First position to look at.
    pub(super) from: usize,
    /// End of the positions to look at.
    pub(super) to: usize,
    /// Position in the file of the first of `bytes`.
    pub(super) offset: u64,
}

impl View<'_> {
    /// Where a text begins, for all beginnings within the positions.
    pub(super) fn find_all(self, finder: &memchr::memmem::Finder<'_>) -> impl Iterator<Item = usize> {
        let end = (self.to + finder.needle().len().saturating_sub(1)).min(self.bytes.len());
        finder.find_iter(&self.bytes[self.from.min(end)..end]).map(move |at| at + self.from)
    }
}

impl Window {
    /// Every position gets `before` bytes on its left and `after` on its right, itself included.
    pub(super) fn new(before: usize, after: usize) -> Self {
        Self { buffer: Vec::new(), offset: 0, seen: 0, before, after }
    }

    /// Takes bytes, looks at the positions that are complete.
    pub(super) fn push(&mut self, mut bytes: &[u8], mut look: impl FnMut(View<'_>)) {
        while !bytes.is_empty() {
            let room = (self.seen + self.after + STEP).saturating_sub(self.buffer.len()).max(1);
            let (now, later) = bytes.split_at(room.min(bytes.len()));
            self.buffer.extend_from_slice(now);
            bytes = later;
            if self.buffer.len() >= self.seen + self.after + STEP {
                let to = self.buffer.len() - self.after;
                self.look(to, &mut look);
            }
        }
    }

    /// Looks at the positions that are left.
    pub(super) fn finish(&mut self, mut look: impl FnMut(View<'_>)) {
        let to = self.buffer.len();
        self.look(to, &mut look);
    }

    fn look(&mut self, to: usize, look: &mut impl FnMut(View<'_>)) {
        if to > self.seen {
            look(View { bytes: &self.buffer, from: self.seen, to, offset: self.offset });
        }
        let drop = to.saturating_sub(self.before);
        self.buffer.drain(..drop);
        self.offset += drop as u64;
        self.seen = to - drop;
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn hits(file: &[u8], chunk: usize) -> Vec<(u64, Vec<u8>)> {
        let finder = memchr::memmem::Finder::new(b"needle");
        let mut found = Vec::new();
        let mut look = |view: View<'_>| {
            for at in view.find_all(&finder) {
                let around = view.bytes[at.saturating_sub(3)..(at + 10).min(view.bytes.len())].to_vec();
                found.push((view.offset + at as u64, around));
            }
        };
        let mut window = Window::new(3, 10);
        for chunk in file.chunks(chunk) {
            window.push(chunk, &mut look);
        }
        window.finish(&mut look);
        found
    }

    #[test]
    fn any_chopping_sees_the_same_with_its_surroundings() {
        let mut file = vec![b'.'; 3 * STEP];
        let positions = [0, 7, STEP - 12, STEP - 3, STEP + 4, 2 * STEP - 6, 3 * STEP - 6];
        for at in positions {
            file[at..at + 6].copy_from_slice(b"needle");
        }
        let whole = hits(&file, file.len());
        assert_eq!(whole.iter().map(|(at, _)| *at as usize).collect::<Vec<_>>(), positions);
        for chunk in [1, 7, 4096, STEP, STEP + 1] {
            assert_eq!(hits(&file, chunk), whole, "chunks of {chunk}");
        }
    }
}
