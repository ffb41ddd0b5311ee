//! ZIP archives as a stream: local headers one after the other, never the central directory, so that an archive of any
//! size costs one inflate window.
//!
//! Follows APPNOTE.TXT 6.3.10, sections 4.3 to 4.5. Entries whose size is only stated behind them (general purpose bit 3)
//! are inflated to their end when their content is wanted; otherwise the data descriptor is searched, which is about
//! ten times faster: it must carry the number of bytes passed over, so a chance hit is out of the question.
//!
//! Knows nothing of what is inside. Proof: this folder's tests.

mod header;

use flate2::{Decompress, FlushDecompress, Status};

use header::{Header, descriptor_length, find_descriptor};

/// Told of the entries of an archive.
pub(crate) trait Visitor {
    /// A file begins. True when its content is wanted.
    fn begin(&mut self, name: &[u8]) -> bool;
    /// The next bytes of the wanted file; false when nothing more of it is wanted ([`Visitor::end`] comes all the same).
    fn data(&mut self, bytes: &[u8]) -> bool;
    /// The wanted file ends; `whole` is false when it was damaged.
    fn end(&mut self, whole: bool);
}

/// How far into the file the first entry may begin: executable archives have a script in front.
const MAX_PREFIX: usize = 1 << 20;
/// Bytes that are kept back while a descriptor is searched: the longest one with the signature behind it.
const DESCRIPTOR_WINDOW: usize = 28;

/// Why an archive was not read to its end.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Trouble {
    /// Not a ZIP archive, or damaged.
    Malformed(&'static str),
    /// An entry is stored in a way that is not read.
    Unsupported(&'static str),
    /// More bytes would be inflated than allowed.
    TooLarge,
}

/// A reader of one archive.
pub(crate) struct Zip {
    state: State,
    /// Bytes of a structure that is not complete yet.
    carry: Vec<u8>,
    /// Bytes that the next step needs at least.
    need: usize,
    inflate: Option<Box<Decompress>>,
    /// Bytes that may still be inflated.
    budget: u64,
    /// The first trouble; a damaged entry of known size does not end the walk.
    trouble: Option<Trouble>,
}

#[derive(Debug, Clone, Copy)]
enum State {
    /// Looking for the first local header.
    Prefix { passed: usize },
    /// At the signature of the next structure.
    Structure,
    /// Content that nobody wants.
    Skip { left: u64 },
    /// Wanted content, stored as it is.
    Stored { left: u64, wanted: bool },
    /// Wanted content, deflated; `left` is none when the size is stated behind it.
    Inflate { left: Option<u64>, read: u64, written: u64, wanted: bool },
    /// A data descriptor behind inflated content.
    Descriptor { read: u64, written: u64 },
    /// Unwanted content of unknown size.
    Seek { passed: u64 },
    /// The central directory or damage: nothing more is read.
    Done,
}

impl Zip {
    /// A reader that inflates at most `budget` bytes.
    pub(crate) fn new(budget: u64) -> Self {
        Self { state: State::Prefix { passed: 0 }, carry: Vec::new(), need: 4, inflate: None, budget, trouble: None }
    }

    /// True when nothing more will be read.
    pub(crate) fn is_done(&self) -> bool {
        matches!(self.state, State::Done)
    }

    /// Takes the next bytes of the archive, in any chopping.
    pub(crate) fn push(&mut self, bytes: &[u8], visitor: &mut dyn Visitor) {
        if self.is_done() || bytes.is_empty() {
            return;
        }
        if self.carry.is_empty() {
            let rest = self.run(bytes, visitor);
            self.carry.extend_from_slice(rest);
            return;
        }
        self.carry.extend_from_slice(bytes);
        if self.carry.len() >= self.need {
            let carried = std::mem::take(&mut self.carry);
            let rest = self.run(&carried, visitor);
            self.carry = rest.to_vec();
        }
    }

    /// The end of the archive. The trouble it had, if any.
    pub(crate) fn finish(&mut self, visitor: &mut dyn Visitor) -> Option<Trouble> {
        // A step may do with less than it waited for: in one piece it would have been tried with these bytes.
        let carried = std::mem::take(&mut self.carry);
        self.run(&carried, visitor);
        match self.state {
            State::Done => {}
            State::Prefix { .. } => self.fail(Trouble::Malformed("it holds no zip entry")),
            State::Stored { .. } | State::Inflate { .. } => {
                visitor.end(false);
                self.fail(Trouble::Malformed("it ends inside an entry"));
            }
            _ => self.fail(Trouble::Malformed("it ends before its directory")),
        }
        self.trouble
    }

    fn fail(&mut self, trouble: Trouble) {
        self.trouble.get_or_insert(trouble);
        self.state = State::Done;
    }

    /// Reads as far as it can; gives back what is too short for the next step, which needs `self.need` bytes.
    fn run<'b>(&mut self, mut bytes: &'b [u8], visitor: &mut dyn Visitor) -> &'b [u8] {
        self.need = 1;
        while !bytes.is_empty() {
            let before = bytes.len();
            match self.state {
                State::Done => return &[],
                State::Prefix { passed } => self.prefix(&mut bytes, passed),
                State::Structure => self.structure(&mut bytes, visitor),
                State::Skip { left } => {
                    let left = left - take(&mut bytes, left).len() as u64;
                    self.state = if left == 0 { State::Structure } else { State::Skip { left } };
                }
                State::Stored { left, wanted } => {
                    let piece = take(&mut bytes, left);
                    let left = left - piece.len() as u64;
                    self.state = State::Stored { left, wanted: wanted && visitor.data(piece) };
                    if left == 0 {
                        visitor.end(true);
                        self.state = State::Structure;
                    }
                }
                State::Inflate { .. } => self.inflate(&mut bytes, visitor),
                State::Descriptor { read, written } => match descriptor_length(bytes, read, written) {
                    Ok(length) => {
                        take(&mut bytes, length as u64);
                        self.state = State::Structure;
                    }
                    Err(need) if need > bytes.len() => self.need = need,
                    Err(_) => self.fail(Trouble::Malformed("the sizes behind an entry do not fit it")),
                },
                State::Seek { passed } => match find_descriptor(bytes, passed) {
                    Some(behind) => {
                        take(&mut bytes, behind as u64);
                        self.state = State::Structure;
                    }
                    None => {
                        let done = bytes.len().saturating_sub(DESCRIPTOR_WINDOW);
                        take(&mut bytes, done as u64);
                        self.state = State::Seek { passed: passed + done as u64 };
                        self.need = DESCRIPTOR_WINDOW + 1;
                    }
                },
            }
            if self.need > 1 && (bytes.len() < self.need || bytes.len() == before) {
                break;
            }
        }
        bytes
    }

    fn prefix(&mut self, bytes: &mut &[u8], passed: usize) {
        if passed == 0 && bytes.starts_with(b"PK\x05\x06") {
            // An archive without entries.
            self.state = State::Done;
            return;
        }
        match memchr::memmem::find(bytes, b"PK\x03\x04") {
            Some(at) => {
                take(bytes, at as u64);
                self.state = State::Structure;
            }
            None => {
                let done = bytes.len().saturating_sub(3);
                take(bytes, done as u64);
                self.need = 4;
                self.state = State::Prefix { passed: passed + done };
                if passed + done > MAX_PREFIX {
                    self.fail(Trouble::Malformed("it holds no zip entry"));
                }
            }
        }
    }

    /// A local header, or what comes behind the last entry.
    fn structure(&mut self, bytes: &mut &[u8], visitor: &mut dyn Visitor) {
        match bytes.get(..4) {
            None => self.need = 4,
            Some(b"PK\x03\x04") => match Header::parse(bytes) {
                Ok((header, length)) => {
                    take(bytes, length as u64);
                    self.begin(&header, visitor);
                }
                Err(need) => self.need = need,
            },
            Some(b"PK\x01\x02" | b"PK\x05\x06" | b"PK\x06\x06" | b"PK\x06\x08") => self.state = State::Done,
            Some(_) => self.fail(Trouble::Malformed("something else stands where an entry should begin")),
        }
    }

    fn begin(&mut self, header: &Header<'_>, visitor: &mut dyn Visitor) {
        let is_folder = header.name.ends_with(b"/");
        let known = header.stored_size();
        let readable = !header.is_encrypted() && matches!(header.method, 0 | 8);
        let wanted = !is_folder && visitor.begin(header.name);
        if wanted && (!readable || (header.method == 0 && known.is_none())) {
            visitor.end(false);
            self.trouble.get_or_insert(Trouble::Unsupported("an entry is encrypted or compressed in an unknown way"));
        } else if wanted && header.method == 8 {
            self.inflate.get_or_insert_with(|| Box::new(Decompress::new(false))).reset(false);
            self.state = State::Inflate { left: known, read: 0, written: 0, wanted: true };
            return;
        } else if wanted {
            self.state = State::Stored { left: known.unwrap_or(0), wanted: true };
            if known == Some(0) {
                visitor.end(true);
                self.state = State::Structure;
            }
            return;
        }
        self.state = match known {
            Some(0) => State::Structure,
            Some(left) => State::Skip { left },
            None => State::Seek { passed: 0 },
        };
    }

    /// Inflates until nothing moves any more: what is said of an entry that is cut short or damaged is then the same for every
    /// chopping, since no output waits inside for a next call.
    fn inflate(&mut self, bytes: &mut &[u8], visitor: &mut dyn Visitor) {
        while let State::Inflate { left, read, written, wanted } = self.state {
            let Some(inflate) = &mut self.inflate else { return };
            let available = left.map_or(bytes.len(), |left| bytes.len().min(usize::try_from(left).unwrap_or(usize::MAX)));
            let mut out = [0; 16 * 1024];
            let (in_before, out_before) = (inflate.total_in(), inflate.total_out());
            let status = inflate.decompress(bytes.get(..available).unwrap_or_default(), &mut out, FlushDecompress::None);
            let consumed = inflate.total_in() - in_before;
            let produced = inflate.total_out() - out_before;
            take(bytes, consumed);
            let wanted = wanted && visitor.data(out.get(..produced as usize).unwrap_or_default());
            let (left, read, written) = (left.map(|left| left - consumed), read + consumed, written + produced);
            self.state = State::Inflate { left, read, written, wanted };
            self.budget = self.budget.saturating_sub(produced);
            let ended = match status {
                Ok(Status::StreamEnd) => true,
                // Nothing moved: more is needed, or, where there is or will be no more, the stream is damaged.
                Ok(_) if consumed == 0 && produced == 0 => {
                    if left != Some(0) && available == 0 {
                        return;
                    }
                    false
                }
                Ok(_) => {
                    if self.budget == 0 {
                        visitor.end(false);
                        self.fail(Trouble::TooLarge);
                    }
                    continue;
                }
                Err(_) => false,
            };
            visitor.end(ended);
            if !ended {
                self.trouble.get_or_insert(Trouble::Malformed("a compressed entry is damaged"));
            }
            match left {
                Some(0) => self.state = State::Structure,
                Some(left) => self.state = State::Skip { left },
                None if ended => self.state = State::Descriptor { read, written },
                // Where the next entry begins can still be found by its descriptor, counted from here.
                None => self.fail(Trouble::Malformed("a compressed entry is damaged")),
            }
        }
    }
}

/// Takes up to `count` bytes off the front.
fn take<'b>(bytes: &mut &'b [u8], count: u64) -> &'b [u8] {
    let count = usize::try_from(count).unwrap_or(usize::MAX).min(bytes.len());
    let (front, rest) = bytes.split_at(count);
    *bytes = rest;
    front
}

#[cfg(test)]
pub(crate) mod builder;
#[cfg(test)]
mod tests;
