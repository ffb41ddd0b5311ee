//! CVE ids that a Debian changelog claims to have fixed (Debian Policy 4.4).

use std::io::Read;

use flate2::read::GzDecoder;
use memchr::memmem;
use porthole_report::{Gap, GapKind, sorting};

/// Most text that is read of one changelog, bytes; the newest entries come first.
const MAX_TEXT: u64 = 4 << 20;

/// Most ids that are kept of one changelog.
const MAX_IDS: usize = 4096;

/// Ids in a gzip-compressed changelog, sorted; empty when it is not Debian's but upstream's.
///
/// Lines that say a package is not affected, or that take a fix back, do not count.
pub fn fixes(gzip: &[u8]) -> (Vec<String>, Option<Gap>) {
    let mut decoder = GzDecoder::new(gzip);
    let mut text = Vec::new();
    let gap =
        |kind, message: &str| Some(Gap { kind, layer: None, path: String::new(), message: format!("changelog: {message}") });
    // The first line decides: `name (version) suite; urgency=low`.
    let head = decoder.by_ref().take(1024).read_to_end(&mut text);
    let first = text.split(|byte| *byte == b'\n').find(|line| !line.trim_ascii().is_empty()).unwrap_or_default();
    if head.is_ok() && memmem::find(first, b"; urgency=").is_none() {
        return (Vec::new(), None);
    }
    let read = head.and_then(|_| decoder.take(MAX_TEXT).read_to_end(&mut text));
    let gap = match read {
        Err(_) => gap(GapKind::Malformed, "damaged gzip data"),
        Ok(read) if read as u64 == MAX_TEXT => gap(GapKind::OverBudget, "only the newest 4 MiB were read"),
        Ok(_) => None,
    };
    (ids(&text), gap)
}

fn ids(text: &[u8]) -> Vec<String> {
    let mut found = Vec::new();
    for at in memmem::find_iter(text, b"CVE-") {
        let Some(id) = id_at(&text[at..]) else {
            continue;
        };
        let start = memchr::memrchr(b'\n', &text[..at]).map_or(0, |newline| newline + 1);
        let end = memchr::memchr(b'\n', &text[at..]).map_or(text.len(), |newline| at + newline);
        // Lines are short; a hostile one of megabytes would make this loop quadratic.
        if end - start > 1024 || !takes_back(&text[start..end]) {
            found.push(id);
        }
        if found.len() == MAX_IDS * 4 {
            break;
        }
    }
    sorting::sort(&mut found);
    found.dedup();
    found.truncate(MAX_IDS);
    found
}

fn takes_back(line: &[u8]) -> bool {
    let line = line.to_ascii_lowercase();
    [b"revert".as_slice(), b"not affect", b"not vulnerable", b"unfixed"].iter().any(|word| memmem::find(&line, word).is_some())
}

/// `CVE-YYYY-NNNN…` at the beginning of `text`.
fn id_at(text: &[u8]) -> Option<String> {
    let digits = |from: usize| text.get(from..)?.iter().take(12).take_while(|byte| byte.is_ascii_digit()).count().into();
    let year: Option<usize> = digits(4);
    let number: Option<usize> = digits(9);
    let (4, number @ 4..=10, Some(b'-')) = (year?, number?, text.get(8)) else {
        return None;
    };
    Some(String::from_utf8_lossy(text.get(..9 + number)?).into_owned())
}
