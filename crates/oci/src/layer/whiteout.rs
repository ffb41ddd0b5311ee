//! Whiteouts: names that say what lower layers lose.
//!
//! Follows image-spec `layer.md`, section Whiteouts. Knows paths only. Proof: the table below and `tests/suite/layer.rs`.

use super::ImagePath;

const PREFIX: &[u8] = b".wh.";
const META: &[u8] = b".wh..wh.";
const OPAQUE: &[u8] = b".wh..wh..opq";

/// What a name in a layer means.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Meaning {
    /// An ordinary entry.
    Plain(ImagePath),
    /// Lower layers lose this path.
    Whiteout(ImagePath),
    /// Lower layers lose everything below this folder.
    Opaque(ImagePath),
    /// A leftover of aufs (`.wh..wh.plnk`, …): no file, hides nothing.
    Leftover,
    /// `.wh.` alone, which hides nothing and is no file.
    Invalid,
}

/// Reads a normalised path.
pub fn meaning(path: ImagePath) -> Meaning {
    let name = path.name();
    if !name.starts_with(PREFIX) {
        // Below a leftover folder everything is leftover too.
        let leftover = path.as_bytes().starts_with(META) || memchr::memmem::find(path.as_bytes(), b"/.wh..wh.").is_some();
        return if leftover { Meaning::Leftover } else { Meaning::Plain(path) };
    }
    let folder = path.parent().unwrap_or_default();
    if name == OPAQUE {
        Meaning::Opaque(folder)
    } else if name.starts_with(META) {
        Meaning::Leftover
    } else {
        match name.strip_prefix(PREFIX) {
            None | Some(b"") => Meaning::Invalid,
            // `.wh..` and `.wh...` would name the folder itself and the one above it.
            Some(b"." | b"..") => Meaning::Invalid,
            Some(hidden) => Meaning::Whiteout(folder.join(hidden)),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_mean_what_the_specification_says() {
        let path = |raw: &str| ImagePath::new(raw);
        let table = [
            ("a/b", Meaning::Plain(path("a/b"))),
            ("a/.wh.b", Meaning::Whiteout(path("a/b"))),
            (".wh.b", Meaning::Whiteout(path("b"))),
            ("a/.wh..wh..opq", Meaning::Opaque(path("a"))),
            (".wh..wh..opq", Meaning::Opaque(path(""))),
            ("not.a.wh..wh..opq", Meaning::Plain(path("not.a.wh..wh..opq"))),
            ("a/.wh.", Meaning::Invalid),
            ("a/.wh..", Meaning::Invalid),
            ("a/.wh...", Meaning::Invalid),
            (".wh..wh.plnk", Meaning::Leftover),
            (".wh..wh.plnk/77.99", Meaning::Leftover),
            (".wh..wh.aufs", Meaning::Leftover),
            ("a/.wh..wh.orph/x", Meaning::Leftover),
            ("a/.wh..hidden", Meaning::Whiteout(path("a/.hidden"))),
            ("a.wh./b", Meaning::Plain(path("a.wh./b"))),
        ];
        for (raw, expected) in table {
            assert_eq!(meaning(path(raw)), expected, "{raw}");
        }
    }
}
