//! Push decoders with bounded output, told apart by magic bytes.
//!
//! Compression is what the bytes say, never what a name or a media type claims. gzip follows RFC 1952 (several members),
//! zstd RFC 8878 (several and skippable frames). Must not know: tar, layers. Proof: `tests/suite/codec.rs`.

mod crc32;
mod gzip;
mod inflate;
mod zstd;

pub use crc32::crc32;
pub use inflate::{Inflate, Pause};

use crate::error::Error;
use crate::limits::Limits;
use gzip::{Crc32, Gzip};
use zstd::Zstd;

/// How bytes are compressed.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default)]
pub enum Compression {
    /// Not at all.
    #[default]
    None,
    /// gzip.
    Gzip,
    /// zstd.
    Zstd,
}

impl Compression {
    /// `none`, `gzip` or `zstd`.
    pub fn name(self) -> &'static str {
        match self {
            Self::None => "none",
            Self::Gzip => "gzip",
            Self::Zstd => "zstd",
        }
    }

    /// What the first bytes say. Four bytes are enough; with fewer the answer may be `None` too early.
    pub fn sniff(head: &[u8]) -> Self {
        match head {
            [0x1f, 0x8b, ..] => Self::Gzip,
            [0x28, 0xb5, 0x2f, 0xfd, ..] | [0x50..=0x5f, 0x2a, 0x4d, 0x18, ..] => Self::Zstd,
            _ => Self::None,
        }
    }
}

/// Where decoded bytes go. An error ends the decoding and is handed back by `push`.
pub type Output<'a> = dyn FnMut(&[u8]) -> Result<(), Error> + 'a;

/// The same inside of this room, with how many bytes of the stream these took: where a bomb is refused must not depend on the
/// pieces in which it came.
type Counted<'a> = dyn FnMut(&[u8], u64) -> Result<(), Error> + 'a;

/// Decodes a pushed stream whose compression its first bytes tell.
///
/// Memory is the decoder's window plus one output buffer, whatever the stream. After an error nothing more is decoded.
pub struct Decoder {
    limits: Limits,
    state: State,
    compression: Option<Compression>,
    crc32: Crc32,
    stored: u64,
    expanded: u64,
    warnings: Vec<String>,
}

enum State {
    Sniffing { head: [u8; 4], len: usize },
    Plain,
    Gzip(Box<Gzip>),
    Zstd(Box<Zstd>),
    Failed,
}

impl Decoder {
    /// A decoder that looks at the first bytes.
    pub fn sniffing(limits: Limits) -> Self {
        let state = State::Sniffing { head: [0; 4], len: 0 };
        Self { limits, state, compression: None, crc32, stored: 0, expanded: 0, warnings: Vec::new() }
    }

    /// Has the host compute the CRC-32 of gzip members; before the first byte.
    pub(crate) fn crc_by(&mut self, host: fn(u32, &[u8]) -> u32) {
        self.crc32 = host;
    }

    /// What the first bytes told; none before four bytes came (or the end).
    pub fn compression(&self) -> Option<Compression> {
        self.compression
    }

    /// Bytes pushed so far.
    pub fn stored(&self) -> u64 {
        self.stored
    }

    /// Bytes given out so far.
    pub fn expanded(&self) -> u64 {
        self.expanded
    }

    /// What was tolerated, in words; emptied by the call.
    pub fn take_warnings(&mut self) -> Vec<String> {
        std::mem::take(&mut self.warnings)
    }

    /// Takes the next bytes, gives out what they decode to.
    pub fn push(&mut self, input: &[u8], out: &mut Output<'_>) -> Result<(), Error> {
        self.stored = self.stored.saturating_add(input.len() as u64);
        let mut input = input;
        if let State::Sniffing { head, len } = &mut self.state {
            // A whole head in one piece is the ordinary case; only then nothing needs to be kept.
            if *len == 0 && input.len() >= head.len() {
                self.begin(Compression::sniff(input));
            } else {
                while *len < head.len() {
                    let Some((first, rest)) = input.split_first() else {
                        return Ok(());
                    };
                    if let Some(slot) = head.get_mut(*len) {
                        *slot = *first;
                    }
                    *len += 1;
                    input = rest;
                }
                let head = *head;
                self.begin(Compression::sniff(&head));
                self.decode(&head, out)?;
            }
        }
        self.decode(input, out)
    }

    /// Ends the stream; says whether it ended where it may.
    pub fn finish(&mut self, out: &mut Output<'_>) -> Result<(), Error> {
        if let State::Sniffing { head, len } = &self.state {
            let (head, len) = (*head, *len);
            let head = head.get(..len).unwrap_or_default();
            self.begin(Compression::sniff(head));
            self.decode(head, out)?;
        }
        match &mut self.state {
            State::Sniffing { .. } | State::Plain | State::Failed => Ok(()),
            State::Gzip(gzip) => gzip.finish(&mut within(&self.limits, &mut self.expanded, out), self.stored),
            State::Zstd(zstd) => zstd.finish(self.stored),
        }
    }

    fn begin(&mut self, compression: Compression) {
        self.compression = Some(compression);
        self.state = match compression {
            Compression::None => State::Plain,
            Compression::Gzip => State::Gzip(Box::new(Gzip::new(self.limits.output_buffer, self.crc32))),
            Compression::Zstd => State::Zstd(Box::new(Zstd::new(self.limits.max_zstd_window))),
        };
    }

    fn decode(&mut self, input: &[u8], out: &mut Output<'_>) -> Result<(), Error> {
        if input.is_empty() {
            return Ok(());
        }
        let mut counted = within(&self.limits, &mut self.expanded, out);
        let result = match &mut self.state {
            State::Sniffing { .. } | State::Failed => Ok(()),
            State::Plain => counted(input, u64::MAX),
            State::Gzip(gzip) => gzip.push(input, &mut counted, &mut self.warnings),
            State::Zstd(zstd) => zstd.push(input, &mut counted, &mut self.warnings),
        };
        if result.is_err() {
            self.state = State::Failed;
        }
        result
    }
}

/// Counts what is handed out, and refuses more of it than the limits allow for as much of the stream.
fn within(limits: &Limits, expanded: &mut u64, out: &mut Output<'_>) -> impl FnMut(&[u8], u64) -> Result<(), Error> {
    |bytes, stored| {
        *expanded = expanded.saturating_add(bytes.len() as u64);
        if *expanded > limits.expansion_floor {
            let limit = stored.saturating_mul(limits.max_expansion_ratio).max(limits.expansion_floor);
            if *expanded > limit {
                return Err(Error::Expansion { stored, limit });
            }
        }
        out(bytes)
    }
}
