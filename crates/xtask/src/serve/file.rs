//! From a request's path to a file of the folder, or to nothing.

use std::fs::Metadata;
use std::path::{Path, PathBuf};
use std::time::UNIX_EPOCH;

/// Smaller files do not get smaller.
const WORTH_COMPRESSING: u64 = 1024;

/// A file that may be sent.
pub(super) struct Found {
    /// Where it is.
    pub(super) path: PathBuf,
    meta: Metadata,
}

/// The file that `url` (path and query, as requested) names below `root`.
pub(super) fn find(root: &Path, url: &str) -> Option<Found> {
    let path = url.split(['?', '#']).next()?;
    let path = decode(path)?;
    let mut file = root.to_path_buf();
    for part in path.split('/').filter(|part| !part.is_empty()) {
        // Nothing that is built has such names; everything that would leave the folder has.
        if part == "." || part == ".." || part.contains(['\\', '\0', ':']) {
            return None;
        }
        file.push(part);
    }
    if path.ends_with('/') {
        file.push("index.html");
    }
    let meta = std::fs::metadata(&file).ok().filter(Metadata::is_file)?;
    Some(Found { path: file, meta })
}

/// Percent-decoding (RFC 3986, 2.1); `None` for what is not UTF-8 after it.
fn decode(path: &str) -> Option<String> {
    let mut out = Vec::with_capacity(path.len());
    let mut rest = path.bytes();
    while let Some(byte) = rest.next() {
        if byte == b'%' {
            let digit = |byte: Option<u8>| char::from(byte?).to_digit(16);
            let (high, low) = (digit(rest.next())?, digit(rest.next())?);
            out.push(u8::try_from(high * 16 + low).ok()?);
        } else {
            out.push(byte);
        }
    }
    String::from_utf8(out).ok()
}

impl Found {
    /// Its media type, with the encoding where there is one.
    pub(super) fn media_type(&self) -> String {
        let media_type = mime_guess::from_path(&self.path).first_or_octet_stream();
        let text = media_type.type_() == mime_guess::mime::TEXT || media_type.subtype() == mime_guess::mime::JAVASCRIPT;
        if text { format!("{}; charset=utf-8", media_type.essence_str()) } else { media_type.essence_str().to_owned() }
    }

    /// Changes when the file does.
    pub(super) fn tag(&self) -> String {
        let modified = self.meta.modified().ok().and_then(|time| time.duration_since(UNIX_EPOCH).ok()).unwrap_or_default();
        format!("\"{:x}-{:x}\"", self.meta.len(), modified.as_nanos())
    }

    /// Whether gzip makes it smaller.
    pub(super) fn is_worth_compressing(&self) -> bool {
        let media_type = self.media_type();
        let text = media_type.starts_with("text/")
            || ["json", "wasm", "svg", "javascript", "manifest"].iter().any(|word| media_type.contains(word));
        text && self.meta.len() >= WORTH_COMPRESSING
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn paths_are_decoded_once() {
        assert_eq!(decode("/a%20b").as_deref(), Some("/a b"));
        assert_eq!(decode("/%252e").as_deref(), Some("/%2e"));
        assert_eq!(decode("/%zz"), None);
        assert_eq!(decode("/%f"), None);
        assert_eq!(decode("/%ff"), None);
    }
}
