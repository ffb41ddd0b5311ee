//! The little of a URL that registries need (RFC 3986): scheme, host, port, path with query; redirects resolved.
//!
//! A full URL crate would bring tables for international names, which registries never use: a host here is ASCII.

use core::net::{Ipv4Addr, Ipv6Addr};
use std::fmt;

use super::{Error, Place};

/// An absolute `http` or `https` URL. Never has user information or a fragment.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Url {
    /// True for `https`.
    pub tls: bool,
    /// Host name, IPv4 or bracketed IPv6 literal, lower case.
    pub host: String,
    /// Port, where it is not the scheme's own.
    pub port: Option<u16>,
    /// Path and query, with the leading slash.
    pub path: String,
}

impl Url {
    /// Reads an absolute URL.
    ///
    /// # Errors
    /// [`Error::BadUrl`] for other schemes, user information, control characters, non-ASCII text, an empty or odd host.
    pub fn parse(text: &str) -> Result<Self, Error> {
        let bad = |why| Error::BadUrl { text: text.chars().take(200).collect(), why };
        if text.bytes().any(|byte| byte <= b' ' || byte >= 0x7f || byte == b'\\') {
            return Err(bad("it has spaces, control or non-ASCII characters"));
        }
        let (tls, rest) = match text.split_once("://") {
            Some((scheme, rest)) if scheme.eq_ignore_ascii_case("https") => (true, rest),
            Some((scheme, rest)) if scheme.eq_ignore_ascii_case("http") => (false, rest),
            _ => return Err(bad("its scheme is neither https nor http")),
        };
        let rest = rest.split('#').next().unwrap_or_default();
        let end = rest.find(['/', '?']).unwrap_or(rest.len());
        let (authority, path) = rest.split_at(end);
        if authority.contains('@') {
            return Err(bad("it carries a user name"));
        }
        let (host, port) = match authority.rsplit_once(':') {
            Some((host, port)) if !port.contains(']') => {
                (host, Some(port.parse::<u16>().map_err(|_| bad("its port is no number"))?))
            }
            _ => (authority, None),
        };
        if !is_host(host) {
            return Err(bad("its host is not a host name"));
        }
        let path = if path.starts_with('/') { path.to_owned() } else { format!("/{path}") };
        let own = if tls { 443 } else { 80 };
        Ok(Self { tls, host: host.to_ascii_lowercase(), port: port.filter(|port| *port != own), path })
    }

    /// Where its host is, as far as the name tells.
    pub fn place(&self) -> Place {
        Place::of(&self.host)
    }

    /// Whether somebody at `self` may send us to `to`: into our own network only from within it, and to link-local addresses,
    /// where clouds answer with credentials, from nowhere else.
    pub fn may_send_to(&self, to: &Self) -> bool {
        match to.place() {
            Place::Public => true,
            Place::Loopback | Place::Private => self.place() != Place::Public,
            Place::LinkLocal => self.place() == Place::LinkLocal,
        }
    }

    /// What a `Location` header means from here (RFC 3986 section 5, without dot segments in relative paths).
    ///
    /// # Errors
    /// As [`Url::parse`].
    pub fn join(&self, location: &str) -> Result<Self, Error> {
        if location.contains("://") && location.find("://") < location.find(['/', '?']).map(|at| at + 2) {
            return Self::parse(location);
        }
        let scheme = if self.tls { "https" } else { "http" };
        if let Some(rest) = location.strip_prefix("//") {
            return Self::parse(&format!("{scheme}://{rest}"));
        }
        let origin = self.origin();
        if location.starts_with('/') {
            return Self::parse(&format!("{origin}{location}"));
        }
        let path = self.path.split('?').next().unwrap_or_default();
        let folder = path.rfind('/').map_or("/", |at| &path[..=at]);
        if location.starts_with('?') {
            return Self::parse(&format!("{origin}{path}{location}"));
        }
        Self::parse(&format!("{origin}{folder}{location}"))
    }

    /// Scheme, host and port, as browsers compare them.
    pub fn origin(&self) -> String {
        format!("{}://{}", if self.tls { "https" } else { "http" }, self.authority())
    }

    /// Host, and port where it is not the scheme's own.
    pub fn authority(&self) -> String {
        self.port.map_or_else(|| self.host.clone(), |port| format!("{}:{port}", self.host))
    }

    /// The port that a connection goes to.
    pub fn port(&self) -> u16 {
        self.port.unwrap_or(if self.tls { 443 } else { 80 })
    }
}

impl fmt::Display for Url {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}{}", self.origin(), self.path)
    }
}

fn is_host(host: &str) -> bool {
    if let Some(literal) = host.strip_prefix('[').and_then(|host| host.strip_suffix(']')) {
        return literal.parse::<Ipv6Addr>().is_ok();
    }
    !host.is_empty()
        && host.len() <= 253
        && host.split('.').all(|label| !label.is_empty() || host.ends_with('.'))
        && host.bytes().all(|byte| byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'.' | b'_'))
        && (!ends_in_number(host) || host.parse::<Ipv4Addr>().is_ok())
}

/// True for what resolvers take for an IPv4 address in one of its old spellings (`2130706433`, `127.1`, `0x7f.1`): such a host
/// would not be where it seems to be.
fn ends_in_number(host: &str) -> bool {
    let last = host.trim_end_matches('.').rsplit('.').next().unwrap_or_default();
    let hexadecimal = |rest: &str| rest.bytes().all(|byte| byte.is_ascii_hexdigit());
    last.bytes().all(|byte| byte.is_ascii_digit()) || last.strip_prefix("0x").or(last.strip_prefix("0X")).is_some_and(hexadecimal)
}

/// Percent-encodes a query value (RFC 3986 section 2.3: everything but unreserved characters, colon and slash).
pub(super) fn query(value: &str) -> String {
    let mut out = String::with_capacity(value.len());
    for byte in value.bytes() {
        match byte {
            b'A'..=b'Z' | b'a'..=b'z' | b'0'..=b'9' | b'-' | b'.' | b'_' | b'~' | b':' | b'/' => out.push(byte as char),
            _ => out.push_str(&format!("%{byte:02X}")),
        }
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn urls_are_read_and_written() {
        for (text, written) in [
            ("https://ghcr.io/v2/", "https://ghcr.io/v2/"),
            ("HTTPS://GHCR.io:443", "https://ghcr.io/"),
            ("http://127.0.0.1:5000/v2/x?y=z#f", "http://127.0.0.1:5000/v2/x?y=z"),
            ("https://[::1]:8443/x", "https://[::1]:8443/x"),
            ("https://h?scope=1", "https://h/?scope=1"),
        ] {
            assert_eq!(Url::parse(text).map(|url| url.to_string()), Ok(written.to_owned()), "{text}");
        }
        for text in [
            "ftp://x/",
            "//x/",
            "https://",
            "https://u:p@x/",
            "https://x:99999/",
            "https://x y/",
            "file:///etc/passwd",
            "https://é/",
            "https://x\\@y/",
            "https://2130706433/",
            "https://127.1/",
            "https://0x7f000001/",
            "https://0177.0.0.1/",
            "https://1.2.3.4.5/",
            "https://127.0.0.1./",
        ] {
            assert!(Url::parse(text).is_err(), "{text}");
        }
    }

    #[test]
    fn nobody_out_there_sends_into_our_network() {
        let at = |host: &str| Url::parse(&format!("https://{host}/")).expect(host);
        assert!(at("ghcr.io").may_send_to(&at("cdn.example.com")));
        assert!(!at("ghcr.io").may_send_to(&at("10.0.0.1")));
        assert!(!at("ghcr.io").may_send_to(&at("localhost")));
        assert!(at("registry.lan").may_send_to(&at("10.0.0.1")));
        assert!(!at("127.0.0.1").may_send_to(&at("169.254.169.254")));
    }

    #[test]
    fn redirects_resolve_as_browsers_do() {
        let base = Url::parse("https://r.example/v2/a/blobs/x?n=1").expect("url");
        for (location, to) in [
            ("https://cdn.example/b", "https://cdn.example/b"),
            ("//cdn.example/b", "https://cdn.example/b"),
            ("/b?c", "https://r.example/b?c"),
            ("b", "https://r.example/v2/a/blobs/b"),
            ("?m=2", "https://r.example/v2/a/blobs/x?m=2"),
            ("/b?u=http://x/", "https://r.example/b?u=http://x/"),
        ] {
            assert_eq!(base.join(location).map(|url| url.to_string()), Ok(to.to_owned()), "{location}");
        }
        assert!(base.join("javascript:alert(1)").is_ok_and(|url| url.host == "r.example"));
        assert!(base.join("gopher://x/").is_err());
    }
}
