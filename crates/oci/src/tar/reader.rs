//! The push machine: blocks in, entries and their content out.

use tar::{EntryType, Header};

use super::before::{Before, Fields, Type, type_of};
use super::content::{Mode, cut, padding};
use super::header::{BLOCK, Kind, TarEntry, checksum_holds, size, text};
use super::sink::Sink;
use super::sparse::{Segment, old_segments};
use crate::error::{Error, shown};
use crate::limits::Limits;

/// Reads one tar, pushed in pieces of any size.
pub struct TarReader {
    limits: Limits,
    state: State,
    /// A block whose end has not come yet.
    block: [u8; BLOCK],
    have: usize,
    position: u64,
    entries: u64,
    zero_blocks: u64,
    /// True from an end marker to the next entry's name.
    resumes: bool,
    /// Content of the extended header being read.
    extended: Vec<u8>,
    before: Before,
    /// Name of the entry at hand, for messages.
    name: Vec<u8>,
}

enum State {
    Header,
    Extended {
        kind: Extended,
        left: u64,
        keep: bool,
    },
    /// Extension blocks of an old sparse header.
    SparseBlocks(Box<Pending>),
    Content {
        left: u64,
        mode: Mode,
    },
    Padding {
        left: u64,
    },
    /// Behind the end: nothing is read any more.
    Garbage,
    Failed,
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum Extended {
    Name,
    Link,
    Local,
    Global,
}

/// An entry whose header goes on in further blocks.
struct Pending {
    fields: Fields,
    name: Vec<u8>,
    link: Vec<u8>,
    map: Vec<Segment>,
    damaged: bool,
}

impl TarReader {
    /// A reader at the start of an archive.
    pub fn new(limits: Limits) -> Self {
        Self {
            limits,
            state: State::Header,
            block: [0; BLOCK],
            have: 0,
            position: 0,
            entries: 0,
            zero_blocks: 0,
            resumes: false,
            extended: Vec::new(),
            before: Before::default(),
            name: Vec::new(),
        }
    }

    /// Bytes taken so far, skipped ones included.
    pub fn position(&self) -> u64 {
        self.position.saturating_add(self.have as u64)
    }

    /// Headers seen so far, extended ones included.
    pub fn entries(&self) -> u64 {
        self.entries
    }

    /// True when an end marker was read: at least one block of zeros.
    pub fn at_end(&self) -> bool {
        self.zero_blocks > 0 || matches!(self.state, State::Garbage)
    }

    /// Bytes that can be passed over with [`Self::skip`] right now: what is left of plain content, or of padding.
    pub fn skippable(&self) -> u64 {
        match &self.state {
            State::Content { left, mode: Mode::Plain | Mode::Skip { .. } } | State::Padding { left } => *left,
            _ => 0,
        }
    }

    /// Counts `len` bytes as read without seeing them, for callers who can seek; the sink does not see them either.
    ///
    /// # Errors
    /// [`Error::Misuse`] when it is more than [`Self::skippable`].
    pub fn skip(&mut self, len: u64, sink: &mut impl Sink) -> Result<(), Error> {
        if len > self.skippable() {
            return Err(Error::Misuse { what: "skipped more than an entry's content" });
        }
        self.position = self.position.saturating_add(len);
        if let State::Content { left, .. } | State::Padding { left } = &mut self.state {
            *left = left.saturating_sub(len);
        }
        // Ends the entry, where this was its last byte.
        self.push(&[], sink)
    }

    /// Takes the next bytes.
    ///
    /// # Errors
    /// Damage after which nothing more can be read: everything before was already given to the sink.
    pub fn push(&mut self, mut bytes: &[u8], sink: &mut impl Sink) -> Result<(), Error> {
        loop {
            let used = match &mut self.state {
                State::Header | State::SparseBlocks(_) => {
                    let Some(used) = self.take_block(bytes, sink)? else {
                        return Ok(());
                    };
                    used
                }
                State::Content { left: 0, .. } => {
                    self.end_content(sink);
                    0
                }
                State::Content { left, mode } => {
                    if bytes.is_empty() {
                        return Ok(());
                    }
                    let take = cut(bytes, *left);
                    let used = mode.push(take, left, &self.name, self.limits.max_sparse_segments, sink);
                    self.advance(used);
                    used
                }
                State::Extended { left: 0, .. } => {
                    self.end_extended()?;
                    0
                }
                State::Extended { left, keep, .. } => {
                    if bytes.is_empty() {
                        return Ok(());
                    }
                    let take = cut(bytes, *left);
                    *left -= take.len() as u64;
                    if *keep {
                        self.extended.extend_from_slice(take);
                    }
                    let used = take.len();
                    self.advance(used);
                    used
                }
                State::Padding { left: 0 } => {
                    self.state = State::Header;
                    0
                }
                State::Padding { left } => {
                    if bytes.is_empty() {
                        return Ok(());
                    }
                    let used = cut(bytes, *left).len();
                    *left -= used as u64;
                    self.advance(used);
                    used
                }
                State::Garbage | State::Failed => {
                    self.advance(bytes.len());
                    return Ok(());
                }
            };
            bytes = bytes.get(used..).unwrap_or_default();
        }
    }

    /// Ends the archive.
    ///
    /// # Errors
    /// [`Error::TarTruncated`] when it ends inside an entry. A missing end marker is a warning only.
    pub fn finish(&mut self, sink: &mut impl Sink) -> Result<(), Error> {
        // What is complete without further bytes is told first.
        self.push(&[], sink)?;
        let truncated = |name: String, missing: u64| Err(Error::TarTruncated { name, missing });
        match &self.state {
            State::Failed | State::Garbage => Ok(()),
            State::Header if self.have > 0 && self.zero_blocks > 0 => Ok(()),
            State::Header if self.have > 0 && self.entries == 0 => {
                Err(Error::NotTar { why: format!("{} bytes are less than one header", self.have) })
            }
            State::Header if self.have > 0 => truncated("header".to_owned(), (BLOCK - self.have) as u64),
            State::Header | State::Padding { .. } => {
                if self.zero_blocks == 0 {
                    sink.warning(b"", "tar: the end marker is missing".to_owned());
                }
                Ok(())
            }
            State::Content { left, .. } => truncated(shown(&self.name), *left),
            State::Extended { left, .. } => truncated("extended header".to_owned(), *left),
            State::SparseBlocks(pending) => truncated(shown(&pending.name), BLOCK as u64),
        }
    }

    fn advance(&mut self, used: usize) {
        self.position = self.position.saturating_add(used as u64);
    }

    fn fail<T>(&mut self, error: Error) -> Result<T, Error> {
        self.state = State::Failed;
        Err(error)
    }

    /// One block, from the input where it is whole. None when more bytes are needed; else how many were used.
    fn take_block(&mut self, bytes: &[u8], sink: &mut impl Sink) -> Result<Option<usize>, Error> {
        if self.have == 0
            && let Some((block, _)) = bytes.split_first_chunk::<BLOCK>()
        {
            self.on_block(block, sink)?;
            return Ok(Some(BLOCK));
        }
        let used = bytes.len().min(BLOCK - self.have);
        if let (Some(slots), Some(head)) = (self.block.get_mut(self.have..self.have + used), bytes.get(..used)) {
            slots.copy_from_slice(head);
        }
        self.have += used;
        if self.have < BLOCK {
            return Ok(None);
        }
        self.have = 0;
        let block = self.block;
        self.on_block(&block, sink)?;
        Ok(Some(used))
    }

    fn on_block(&mut self, block: &[u8; BLOCK], sink: &mut impl Sink) -> Result<(), Error> {
        let at = self.position;
        self.advance(BLOCK);
        match std::mem::replace(&mut self.state, State::Header) {
            State::SparseBlocks(mut pending) => {
                let (fields, rest) = block.split_at(21 * 24);
                if !old_segments(fields, &mut pending.map, self.limits.max_sparse_segments) {
                    pending.damaged = true;
                }
                self.entries += 1;
                if self.entries > self.limits.max_entries {
                    return self.fail(Error::TooManyEntries { limit: self.limits.max_entries });
                }
                if rest.first() == Some(&1) {
                    self.state = State::SparseBlocks(pending);
                } else {
                    self.begin_old_sparse(*pending, sink);
                }
                Ok(())
            }
            _ => self.on_header(block, at, sink),
        }
    }

    fn on_header(&mut self, block: &[u8; BLOCK], at: u64, sink: &mut impl Sink) -> Result<(), Error> {
        if block.iter().fold(0, |all, byte| all | byte) == 0 {
            self.zero_blocks += 1;
            return Ok(());
        }
        if !checksum_holds(block) {
            if self.entries == 0 {
                return self.fail(Error::NotTar { why: "the first block has no valid checksum".to_owned() });
            }
            if self.zero_blocks > 0 {
                sink.warning(b"", format!("tar: bytes behind the end marker, from offset {at} on, are ignored"));
                self.state = State::Garbage;
                return Ok(());
            }
            let after = shown(&self.name);
            return self.fail(Error::TarHeader { offset: at, after });
        }
        self.resumes |= self.zero_blocks > 0 && self.entries > 0;
        self.zero_blocks = 0;
        self.entries += 1;
        if self.entries > self.limits.max_entries {
            return self.fail(Error::TooManyEntries { limit: self.limits.max_entries });
        }
        let header = Header::from_byte_slice(block);
        let raw = header.as_old();
        let Some(stored) = size(&raw.size) else {
            let name = shown(text(&raw.name));
            return self.fail(Error::TarNumber { name, field: "size" });
        };
        let extended = match header.entry_type() {
            EntryType::GNULongName => Extended::Name,
            EntryType::GNULongLink => Extended::Link,
            EntryType::XHeader => Extended::Local,
            EntryType::XGlobalHeader => Extended::Global,
            // What Solaris called `x` before POSIX did.
            other if other.as_byte() == b'X' => Extended::Local,
            _ => {
                let mut before = std::mem::take(&mut self.before);
                let begun = self.on_entry(header, stored, at, &mut before, sink);
                before.next();
                self.before = before;
                return begun;
            }
        };
        let keep = match extended {
            Extended::Name | Extended::Link => stored <= self.limits.max_path_len as u64 + 1,
            Extended::Local | Extended::Global if stored > self.limits.max_pax_len => {
                return self.fail(Error::ExtendedHeaderTooLong { size: stored, limit: self.limits.max_pax_len });
            }
            Extended::Local | Extended::Global => true,
        };
        self.extended.clear();
        self.state = State::Extended { kind: extended, left: stored, keep };
        Ok(())
    }

    fn end_extended(&mut self) -> Result<(), Error> {
        let State::Extended { kind, keep, .. } = std::mem::replace(&mut self.state, State::Header) else {
            return Ok(());
        };
        let data = std::mem::take(&mut self.extended);
        let offset = self.position.saturating_sub(data.len() as u64);
        let max = self.limits.max_sparse_segments;
        let result = match kind {
            Extended::Name | Extended::Link => {
                // A name that was not kept is longer than any that is allowed: the entry is left out below.
                let name = if keep { text(&data).to_vec() } else { vec![b'?'; self.limits.max_path_len + 1] };
                *if kind == Extended::Name { &mut self.before.long_name } else { &mut self.before.long_link } = Some(name);
                Ok(())
            }
            // A further header takes the place of the one before, as in Go's reader: records that pile up have no bound.
            Extended::Local => {
                self.before.local = Default::default();
                self.before.local.read(&data, offset, max)
            }
            Extended::Global => {
                let global = &mut self.before.global;
                let read = global.read(&data, offset, max);
                // Nothing asks for these of a global header.
                (global.xattrs, global.sparse) = Default::default();
                read
            }
        };
        if let Err(error) = result {
            // Without its size the entry's end is unknown; without its name it is another file.
            return self.fail(error);
        }
        self.state = State::Padding { left: padding(self.position) };
        self.extended = data;
        Ok(())
    }

    fn on_entry(
        &mut self,
        header: &Header,
        stored: u64,
        at: u64,
        before: &mut Before,
        sink: &mut impl Sink,
    ) -> Result<(), Error> {
        before.name(header, &mut self.name);
        if std::mem::take(&mut self.resumes) {
            sink.resumed(&self.name, at);
        }
        let link = before.link(header);
        let content = before.content(header, stored);
        if self.position.checked_add(content).and_then(|end| end.checked_add(padding(content))).is_none() {
            let name = shown(&self.name);
            return self.fail(Error::TarNumber { name, field: "size" });
        }
        let type_byte = char::from(header.entry_type().as_byte());
        if self.name.len().max(link.len()) > self.limits.max_path_len {
            let message = format!("tar: a path of more than {} bytes, the entry is left out", self.limits.max_path_len);
            self.leave_out(message, content, sink);
            return Ok(());
        }
        let kind = match type_of(header, &self.name) {
            Type::Known(kind) => kind,
            Type::NoFile => {
                self.leave_out(format!("tar: an entry of type {type_byte:?} is left out"), content, sink);
                return Ok(());
            }
            Type::Unknown => {
                sink.warning(&self.name, format!("tar: unknown entry type {type_byte:?} is read as a file"));
                Kind::File
            }
        };
        let (mut fields, wrong) = before.fields(header, kind, content, at);
        if let Some(field) = wrong {
            sink.warning(&self.name, format!("tar: field {field} is not a number, read as 0"));
        }
        let is_file = kind == Kind::File;
        if is_file && header.entry_type() == EntryType::GNUSparse && header.as_gnu().is_some() {
            let link = link.to_vec();
            return self.on_old_sparse(header, fields, link, sink);
        }
        let sparse = &before.local.sparse;
        let has_map = is_file && (sparse.map.is_some() || sparse.major == Some(1));
        if has_map {
            fields.logical_size = sparse.real_size.unwrap_or(content);
        }
        self.show(&fields, link, &before.local.xattrs, sink);
        let mode = if !is_file {
            Mode::Skip { shown: true }
        } else if !has_map {
            Mode::Plain
        } else {
            let logical = fields.logical_size;
            let sparse = &mut before.local.sparse;
            let mode = if sparse.major == Some(1) {
                Mode::MapText { text: Box::default(), logical }
            } else {
                let map = sparse.map.take().filter(|_| !sparse.bad_map);
                Mode::sparse(map, content, logical, &self.name, sink)
            };
            mode.affordable(logical, &self.name, &self.limits, sink)
        };
        self.state = State::Content { left: content, mode };
        Ok(())
    }

    /// Passes over an entry that the sink does not see.
    fn leave_out(&mut self, message: String, content: u64, sink: &mut impl Sink) {
        // What is shown of a name that is too long.
        const MOST: usize = 200;
        self.name.truncate(MOST);
        sink.warning(&self.name, message);
        self.state = State::Content { left: content, mode: Mode::Skip { shown: false } };
    }

    fn on_old_sparse(&mut self, header: &Header, fields: Fields, link: Vec<u8>, sink: &mut impl Sink) -> Result<(), Error> {
        let Some(gnu) = header.as_gnu() else {
            return Ok(());
        };
        let mut pending = Pending { fields, name: self.name.clone(), link, map: Vec::new(), damaged: false };
        match size(&gnu.realsize) {
            Some(real) => pending.fields.logical_size = real,
            None => pending.damaged = true,
        }
        let segments = header.as_bytes().get(386..386 + 4 * 24).unwrap_or_default();
        if !old_segments(segments, &mut pending.map, self.limits.max_sparse_segments) {
            pending.damaged = true;
        }
        if gnu.is_extended() {
            self.state = State::SparseBlocks(Box::new(pending));
        } else {
            self.begin_old_sparse(pending, sink);
        }
        Ok(())
    }

    fn begin_old_sparse(&mut self, pending: Pending, sink: &mut impl Sink) {
        let Pending { fields, name, link, map, damaged } = pending;
        self.name = name;
        self.show(&fields, &link, &[], sink);
        let map = (!damaged).then_some(map);
        let mode = Mode::sparse(map, fields.size, fields.logical_size, &self.name, sink);
        let mode = mode.affordable(fields.logical_size, &self.name, &self.limits, sink);
        self.state = State::Content { left: fields.size, mode };
    }

    fn show(&self, fields: &Fields, link: &[u8], xattrs: &[(Vec<u8>, Vec<u8>)], sink: &mut impl Sink) {
        sink.entry(&TarEntry {
            name: &self.name,
            link: if matches!(fields.kind, Kind::Symlink | Kind::Hardlink) { link } else { &[] },
            kind: fields.kind,
            size: fields.size,
            logical_size: fields.logical_size,
            mode: fields.mode,
            uid: fields.uid,
            gid: fields.gid,
            mtime: fields.mtime,
            header_offset: fields.header_offset,
            offset: self.position,
            xattrs,
        });
    }

    fn end_content(&mut self, sink: &mut impl Sink) {
        let next = State::Padding { left: padding(self.position) };
        if let State::Content { mode, .. } = std::mem::replace(&mut self.state, next) {
            mode.finish(&self.name, sink);
        }
    }
}
