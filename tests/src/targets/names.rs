//! References, digests, platforms, URLs, versions: what is read can be written and read again.

use std::cmp::Ordering;

use porthole_advisory::version::Scheme;
use porthole_oci::registry::Url;
use porthole_oci::{Digest, Platform, Reference};
use porthole_report::Purl;

use super::split;

/// Law: what is accepted is written in a form that reads as the same value.
pub(super) fn references(bytes: &[u8]) {
    let Ok(text) = std::str::from_utf8(bytes) else { return };
    if let Ok(reference) = Reference::parse(text) {
        // Written with its tag, which the person may have left out.
        let whole = reference.to_string();
        assert_eq!(Reference::parse(&whole).map(|again| again.to_string()).as_ref(), Ok(&whole));
        assert_eq!(Reference::parse(&reference.familiar()).map(|again| again.to_string()), Ok(whole));
    }
    if let Ok(digest) = Digest::parse(text) {
        assert_eq!(Digest::parse(&digest.to_string()), Ok(digest));
    }
    if let Ok(platform) = text.parse::<Platform>() {
        let _ = platform.normalised().to_string();
    }
    let (base, location) = text.split_once('\n').unwrap_or((text, ""));
    if let Ok(url) = Url::parse(base) {
        assert_eq!(Url::parse(&url.to_string()).as_ref(), Ok(&url));
        if let Ok(joined) = url.join(location) {
            assert_eq!(Url::parse(&joined.to_string()), Ok(joined));
        }
    }
    if let Some(purl) = Purl::parse(text) {
        // Written, empty parts are left out; from then on nothing changes.
        let whole = purl.to_string();
        assert_eq!(Purl::parse(&whole).map(|again| again.to_string()), Some(whole));
    }
}

/// Law: an order: equal to itself, the same from both sides, and transitive, in every scheme.
///
/// Allowed: the rules of Maven, RPM and Composer go in circles on odd versions (in Maven `x` is after nothing, nothing is after
/// `0cr`, and `0cr` is after `x`), and we follow them.
pub(super) fn versions(bytes: &[u8]) {
    let (a, rest) = split(bytes, b'\n');
    let (b, c) = split(rest, b'\n');
    let (Ok(a), Ok(b), Ok(c)) = (std::str::from_utf8(a), std::str::from_utf8(b), std::str::from_utf8(c)) else { return };
    for scheme in Scheme::ALL {
        let _ = scheme.order(a, b);
        let (Some(ab), Some(bc), Some(ac)) = (scheme.compare(a, b), scheme.compare(b, c), scheme.compare(a, c)) else { continue };
        let name = scheme.name();
        assert_eq!(scheme.compare(a, a), Some(Ordering::Equal), "{name}: {a:?}");
        assert_eq!(scheme.compare(b, a), Some(ab.reverse()), "{name}: {a:?} and {b:?}");
        if ab == bc && !matches!(scheme, Scheme::Maven | Scheme::Rpm | Scheme::Packagist) {
            assert_eq!(ac, ab, "{name}: {a:?}, {b:?}, {c:?}");
        }
    }
}
