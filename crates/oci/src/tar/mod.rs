//! Tar as a push reader: v7, ustar, GNU and PAX, as POSIX.1-2001 `pax` and the GNU tar manual describe them.
//!
//! Headers are borrowed, content is handed through without a copy, and an ordinary entry costs no allocation.
//! Must not know: compression, images, whiteouts. Proof: `tests/suite/tar_reader.rs`, against the `tar` crate too.

mod before;
mod content;
mod header;
mod pax;
mod reader;
mod sink;
mod sparse;

pub use header::{Kind, TarEntry, is_header};
pub use reader::TarReader;
pub use sink::Sink;
