//! One layer as a list of entries (image-spec `layer.md`).

mod entry;
mod path;
mod reader;
mod whiteout;

pub use entry::{Entry, EntryKind};
pub use path::ImagePath;
pub use reader::{BlobEnd, BlobReader, LayerReader, LayerSink, LayerSummary, TarSide, Verify, halves};
pub use whiteout::{Meaning, meaning};
