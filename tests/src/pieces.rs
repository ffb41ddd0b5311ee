//! In which pieces the suite pushes: whole, unless `PORTHOLE_PIECES=1` runs all of it once more, byte by byte
//! (`cargo xtask test pieces`).

use std::sync::LazyLock;

static SIZE: LazyLock<usize> = LazyLock::new(|| {
    let size = std::env::var("PORTHOLE_PIECES").ok().and_then(|size| size.parse().ok());
    size.unwrap_or(usize::MAX).max(1)
});

/// The pieces of a blob.
pub fn pieces(bytes: &[u8]) -> impl Iterator<Item = &[u8]> {
    bytes.chunks(*SIZE)
}

/// A size of pieces that a test chose, or the smaller one that all of the suite runs with.
pub fn at_most(size: usize) -> usize {
    size.min(*SIZE).max(1)
}

/// True when everything is pushed in small pieces: too slow for images of hundreds of megabytes.
pub fn are_small() -> bool {
    *SIZE < 1024
}
