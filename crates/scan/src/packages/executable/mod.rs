//! Programs and libraries that say what they were built from: Go build info, cargo-auditable data, ELF package notes,
//! the SBOM of a GraalVM native image.
//!
//! One stream over each ELF, PE or Mach-O file, whatever its section layout: what is looked for carries its own marks.
//! It stops at the first bytes of a file that is no such program, and as soon as a Go program has told everything.
//! Knows no version strings (`binary` does). Proof: this folder's tests, and `tests/suite/packages_os.rs` against
//! `go version -m`.

mod elf_note;
mod golang;
mod graal;
mod rust_audit;

use porthole_oci::layer::{Entry, ImagePath};

use super::window::{View, Window};
use super::{Cataloger, Interest, StreamParser};
use crate::facts::Parsed;

pub use elf_note::parse as parse_elf_note;
pub use golang::parse_modules;
pub use graal::parse as parse_native_image_sbom;
pub use rust_audit::parse as parse_audit_data;

/// The cataloger.
pub struct Executable;

impl Cataloger for Executable {
    fn id(&self) -> &'static str {
        "executable"
    }

    fn interest(&self, entry: &Entry) -> Interest {
        if may_be_program(entry) { Interest::Stream } else { Interest::Skip }
    }

    fn parse(&self, _path: &ImagePath, bytes: &[u8]) -> Parsed {
        parse(bytes)
    }

    fn stream(&self, _entry: &Entry) -> Option<Box<dyn StreamParser>> {
        Some(Box::new(Parser::new()))
    }
}

/// Reads a whole program.
pub fn parse(bytes: &[u8]) -> Parsed {
    let mut parser = Box::new(Parser::new());
    parser.push(bytes);
    parser.finish()
}

/// Smallest file that could hold anything of interest, bytes.
const MIN_SIZE: u64 = 256;

/// By mode and name alone: executable, or a library's name.
fn may_be_program(entry: &Entry) -> bool {
    entry.size >= MIN_SIZE && (entry.mode & 0o111 != 0 || is_library_name(entry.path.name()))
}

/// `libc.so`, `libc.so.6`, `addon.node`, `tool.exe`: programs whose mode need not say so.
pub(super) fn is_library_name(name: &[u8]) -> bool {
    let Some(dot) = memchr::memrchr(b'.', name) else { return false };
    match &name[dot + 1..] {
        b"so" | b"dll" | b"exe" | b"dylib" | b"node" | b"pyd" => true,
        [b'0'..=b'9', ..] => memchr::memmem::find(name, b".so.").is_some(),
        _ => false,
    }
}

/// True for the first bytes of an ELF, PE or Mach-O file.
pub(super) fn is_program(head: &[u8]) -> bool {
    const MACH_O: [[u8; 4]; 5] = [
        [0xFE, 0xED, 0xFA, 0xCE],
        [0xFE, 0xED, 0xFA, 0xCF],
        [0xCE, 0xFA, 0xED, 0xFE],
        [0xCF, 0xFA, 0xED, 0xFE],
        [0xCA, 0xFE, 0xBA, 0xBE],
    ];
    head.starts_with(b"\x7FELF") || head.starts_with(b"MZ") || MACH_O.iter().any(|magic| head.starts_with(magic))
}

/// Bytes of the beginning that are kept: program headers and notes lie there.
const HEAD: usize = 16 << 10;

/// How far beyond a mark is looked without state: enough to inflate the first words behind a compressed block's tables.
const AFTER: usize = 512;

struct Parser {
    head: Vec<u8>,
    state: State,
    window: Window,
    golang: golang::Reader,
    rust: rust_audit::Reader,
    graal: graal::Reader,
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum State {
    /// Too few bytes to tell.
    Unknown,
    /// A program: search it.
    Program,
    /// Nothing more to learn.
    Done,
}

impl Parser {
    fn new() -> Self {
        Self {
            head: Vec::new(),
            state: State::Unknown,
            window: Window::new(0, AFTER),
            golang: golang::Reader::default(),
            rust: rust_audit::Reader::default(),
            graal: graal::Reader::default(),
        }
    }

    fn look(golang: &mut golang::Reader, rust: &mut rust_audit::Reader, graal: &mut graal::Reader, view: View<'_>) {
        golang.look(view);
        // What a Go program holds is told by its build info.
        if !golang.is_done() {
            rust.look(view);
            graal.look(view);
        }
    }
}

impl StreamParser for Parser {
    fn push(&mut self, bytes: &[u8]) {
        if self.state == State::Done {
            return;
        }
        if self.head.len() < HEAD {
            self.head.extend_from_slice(&bytes[..bytes.len().min(HEAD - self.head.len())]);
        }
        if self.state == State::Unknown && self.head.len() >= 4 {
            self.state = if is_program(&self.head) { State::Program } else { State::Done };
        }
        if self.state == State::Done {
            return;
        }
        let Self { window, golang, rust, graal, .. } = self;
        window.push(bytes, |view| Self::look(golang, rust, graal, view));
        if golang.is_done() {
            self.state = State::Done;
        }
    }

    fn is_done(&self) -> bool {
        self.state == State::Done
    }

    fn finish(mut self: Box<Self>) -> Parsed {
        if !is_program(&self.head) {
            return Parsed::default();
        }
        let Self { window, golang, rust, graal, .. } = &mut *self;
        window.finish(|view| Self::look(golang, rust, graal, view));
        let mut parsed = elf_note::parse(&self.head);
        self.golang.finish(&mut parsed);
        self.rust.finish(&mut parsed);
        self.graal.finish(&mut parsed);
        parsed
    }
}

/// Collects what follows a mark, up to a cap, over as many views as it takes.
#[derive(Debug, Default)]
struct Tail {
    bytes: Vec<u8>,
    /// Position in the file of the next byte to take; none when nothing is collected.
    next: Option<u64>,
    wanted: usize,
}

impl Tail {
    /// Starts to collect at a position in the file.
    fn start(&mut self, at: u64, wanted: usize) {
        self.bytes.clear();
        self.next = Some(at);
        self.wanted = wanted;
    }

    /// Takes what a view has of it.
    fn feed(&mut self, view: View<'_>) {
        let Some(next) = self.next else { return };
        let Some(from) = next.checked_sub(view.offset).and_then(|from| usize::try_from(from).ok()) else { return };
        let rest = view.bytes.get(from..).unwrap_or_default();
        let take = rest.len().min(self.wanted - self.bytes.len());
        self.bytes.extend_from_slice(&rest[..take]);
        self.next = Some(next + take as u64);
    }

    /// True while more bytes are wanted.
    fn is_collecting(&self) -> bool {
        self.next.is_some() && self.bytes.len() < self.wanted
    }
}

#[cfg(test)]
mod tests;
