//! One entry of a layer tar, whiteouts told apart from files.

use serde::{Deserialize, Serialize};

use super::ImagePath;

/// What an entry is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub enum EntryKind {
    /// Regular file (also contiguous and sparse ones).
    File,
    /// Directory.
    Directory,
    /// Symbolic link.
    Symlink,
    /// Hard link: same content as its target.
    Hardlink,
    /// Character device.
    CharDevice,
    /// Block device.
    BlockDevice,
    /// Named pipe.
    Fifo,
    /// `.wh.NAME`: the path is `NAME`'s, which lower layers lose.
    Whiteout,
    /// `.wh..wh..opq`: the path is the folder's, whose lower children are hidden.
    Opaque,
}

/// One entry of a layer.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Entry {
    /// Normalised path; for whiteouts the path that is hidden.
    pub path: ImagePath,
    /// What it is.
    pub kind: EntryKind,
    /// Bytes of content stored in the layer (0 for anything but files).
    pub size: u64,
    /// Bytes that the file has when unpacked; differs from `size` for sparse files.
    pub logical_size: u64,
    /// Permission bits with setuid, setgid and sticky, at most `0o7777`.
    pub mode: u32,
    /// Owner.
    pub uid: u64,
    /// Group.
    pub gid: u64,
    /// Modification time, seconds since 1970.
    pub mtime: i64,
    /// Target of a symbolic link (as written) or of a hard link (normalise with [`ImagePath::new`]).
    pub link: Option<Vec<u8>>,
    /// Offset of the content in the uncompressed tar.
    pub offset: u64,
}
