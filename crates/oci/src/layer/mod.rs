//! One layer as a list of entries (image-spec `layer.md`).

mod entry;
mod path;

pub use entry::{Entry, EntryKind};
pub use path::ImagePath;
