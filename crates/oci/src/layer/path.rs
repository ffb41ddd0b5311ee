//! Paths inside an image: rooted, normalised, raw bytes.
//!
//! `./x`, `/x`, `x/` and `x//` are one path; `..` above the root clamps to the root (image-spec `layer.md`; what runtimes do).

use std::fmt;

use serde::{Deserialize, Serialize};

/// A path from the image's root, without a leading or trailing slash; the root itself is empty.
///
/// Bytes, since tar names need not be UTF-8. Ordered bytewise.
#[derive(Clone, Default, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub struct ImagePath(#[serde(with = "bytes")] Vec<u8>);

impl ImagePath {
    /// Normalises a name as a tar header or a link target gives it. Never fails.
    pub fn new(raw: impl AsRef<[u8]>) -> Self {
        let raw = raw.as_ref();
        let mut out: Vec<u8> = Vec::with_capacity(raw.len());
        for part in raw.split(|byte| *byte == b'/') {
            match part {
                b"" | b"." => {}
                b".." => out.truncate(out.iter().rposition(|byte| *byte == b'/').unwrap_or(0)),
                _ => {
                    if !out.is_empty() {
                        out.push(b'/');
                    }
                    out.extend_from_slice(part);
                }
            }
        }
        Self(out)
    }

    /// The path that a symbolic link at `self` with this target points at: absolute, or relative to the link's folder.
    pub fn resolve_link(&self, target: &[u8]) -> Self {
        if target.first() == Some(&b'/') {
            return Self::new(target);
        }
        let mut joined = self.parent().map_or_else(Vec::new, |parent| parent.0);
        joined.push(b'/');
        joined.extend_from_slice(target);
        Self::new(joined)
    }

    /// Raw bytes, no leading slash.
    pub fn as_bytes(&self) -> &[u8] {
        &self.0
    }

    /// True for the image's root.
    pub fn is_root(&self) -> bool {
        self.0.is_empty()
    }

    /// Last component; empty for the root.
    pub fn name(&self) -> &[u8] {
        self.0.rsplit(|byte| *byte == b'/').next().unwrap_or_default()
    }

    /// The folder that holds it; none for the root.
    pub fn parent(&self) -> Option<Self> {
        if self.is_root() {
            return None;
        }
        Some(Self(self.0.iter().rposition(|byte| *byte == b'/').map_or_else(Vec::new, |at| self.0[..at].to_vec())))
    }

    /// A child of this folder. `name` is one normalised component.
    pub fn join(&self, name: impl AsRef<[u8]>) -> Self {
        let mut joined = self.0.clone();
        joined.push(b'/');
        joined.extend_from_slice(name.as_ref());
        Self::new(joined)
    }

    /// True when `self` is `folder` or lies below it.
    pub fn starts_with(&self, folder: &Self) -> bool {
        folder.is_root()
            || self.0.strip_prefix(folder.0.as_slice()).is_some_and(|rest| rest.is_empty() || rest.first() == Some(&b'/'))
    }

    /// Lossy text with a leading slash, as reports show it.
    pub fn display(&self) -> String {
        format!("/{}", String::from_utf8_lossy(&self.0))
    }
}

impl fmt::Debug for ImagePath {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{:?}", self.display())
    }
}

/// Compact bytes for serde, readable back from formats that only have sequences.
mod bytes {
    use serde::{Deserialize, Deserializer, Serializer};

    pub(super) fn serialize<S: Serializer>(bytes: &[u8], serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_bytes(bytes)
    }

    pub(super) fn deserialize<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Vec<u8>, D::Error> {
        <Vec<u8>>::deserialize(deserializer)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn spellings_of_one_path_are_equal() {
        for raw in ["usr/bin/x", "/usr/bin/x", "./usr/bin/x", "usr//bin/./x/", "../usr/bin/x", "usr/lib/../bin/x"] {
            assert_eq!(ImagePath::new(raw).as_bytes(), b"usr/bin/x", "{raw}");
        }
        for raw in ["", ".", "/", "./", "..", "a/.."] {
            assert!(ImagePath::new(raw).is_root(), "{raw}");
        }
    }

    #[test]
    fn links_resolve_from_their_folder() {
        let link = ImagePath::new("usr/lib/libx.so");
        assert_eq!(link.resolve_link(b"libx.so.1").as_bytes(), b"usr/lib/libx.so.1");
        assert_eq!(link.resolve_link(b"../../bin/x").as_bytes(), b"bin/x");
        assert_eq!(link.resolve_link(b"/bin/x").as_bytes(), b"bin/x");
        assert_eq!(link.resolve_link(b"../../../../x").as_bytes(), b"x");
    }

    #[test]
    fn starts_with_respects_components() {
        assert!(ImagePath::new("usr/bin").starts_with(&ImagePath::new("usr")));
        assert!(!ImagePath::new("usrbin").starts_with(&ImagePath::new("usr")));
        assert!(ImagePath::new("x").starts_with(&ImagePath::new("/")));
    }
}
