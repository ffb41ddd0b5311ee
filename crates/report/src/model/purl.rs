//! Package URLs (package-url/purl-spec): written canonically, read back into their parts.

use crate::sorting;
use std::fmt;

/// A package URL in parts. [`fmt::Display`] writes the canonical form (purl-spec, "Rules for each purl component").
#[derive(Debug, Clone, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Purl {
    /// Type, lower case: `deb`, `npm`, …
    pub kind: String,
    /// Namespace segments joined with `/`, unescaped; empty when there is none.
    pub namespace: String,
    /// Name, unescaped.
    pub name: String,
    /// Version, unescaped; empty when there is none.
    pub version: String,
    /// Qualifiers; written sorted by key, empty values dropped.
    pub qualifiers: Vec<(String, String)>,
    /// Subpath, unescaped; empty when there is none.
    pub subpath: String,
}

impl Purl {
    /// Reads a package URL. `None` when the scheme, the type or the name is missing.
    pub fn parse(text: &str) -> Option<Self> {
        let rest = text.strip_prefix("pkg:")?.trim_start_matches('/');
        let (rest, subpath) = rest.split_once('#').unwrap_or((rest, ""));
        let (rest, query) = rest.split_once('?').unwrap_or((rest, ""));
        let (kind, rest) = rest.split_once('/')?;
        // The version starts at the last `@` that is no scope's (`%40` is required there, but `@scope/` occurs).
        let (path, version) = match rest.rfind('@') {
            Some(at) if at > rest.rfind('/').map_or(0, |slash| slash + 1) => (&rest[..at], &rest[at + 1..]),
            _ => (rest, ""),
        };
        let path = path.trim_matches('/');
        let (namespace, name) = path.rsplit_once('/').unwrap_or(("", path));
        if kind.is_empty() || name.is_empty() {
            return None;
        }
        let mut qualifiers: Vec<_> = query
            .split('&')
            .filter_map(|pair| pair.split_once('='))
            .map(|(key, value)| (key.to_ascii_lowercase(), unescape(value)))
            .collect();
        sorting::sort(&mut qualifiers);
        Some(Self {
            kind: kind.to_ascii_lowercase(),
            namespace: unescape(namespace),
            name: unescape(name),
            version: unescape(version),
            qualifiers,
            subpath: unescape(subpath.trim_matches('/')),
        })
    }

    /// Writes namespace and name as their type wants them, so that two spellings of one package are one (purl-spec,
    /// "Known purl types").
    pub fn normalize(&mut self) {
        match self.kind.as_str() {
            "pypi" => self.name = self.name.to_lowercase().replace('_', "-"),
            "bitbucket" | "bitnami" | "composer" | "github" | "hex" | "pub" => {
                self.namespace = self.namespace.to_lowercase();
                self.name = self.name.to_lowercase();
            }
            _ => {}
        }
    }

    /// A qualifier's value.
    pub fn qualifier(&self, key: &str) -> Option<&str> {
        self.qualifiers.iter().find(|(name, _)| name == key).map(|(_, value)| value.as_str())
    }
}

impl fmt::Display for Purl {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "pkg:{}/", self.kind)?;
        for segment in self.namespace.split('/').filter(|segment| !segment.is_empty()) {
            escape(f, segment)?;
            f.write_str("/")?;
        }
        escape(f, &self.name)?;
        if !self.version.is_empty() {
            f.write_str("@")?;
            escape(f, &self.version)?;
        }
        let mut qualifiers: Vec<_> = self.qualifiers.iter().filter(|(_, value)| !value.is_empty()).collect();
        sorting::sort(&mut qualifiers);
        for (i, (key, value)) in qualifiers.into_iter().enumerate() {
            write!(f, "{}{key}=", if i == 0 { '?' } else { '&' })?;
            escape(f, value)?;
        }
        let mut mark = "#";
        for segment in self.subpath.split('/').filter(|segment| !matches!(*segment, "" | "." | "..")) {
            f.write_str(mark)?;
            escape(f, segment)?;
            mark = "/";
        }
        Ok(())
    }
}

/// Percent-encodes everything but the unreserved characters and the colon (purl-spec, "Character encoding").
fn escape(f: &mut fmt::Formatter<'_>, text: &str) -> fmt::Result {
    for byte in text.bytes() {
        match byte {
            b'A'..=b'Z' | b'a'..=b'z' | b'0'..=b'9' | b'-' | b'.' | b'_' | b'~' | b':' => write!(f, "{}", byte as char)?,
            _ => write!(f, "%{byte:02X}")?,
        }
    }
    Ok(())
}

fn unescape(text: &str) -> String {
    let bytes = text.as_bytes();
    let mut out = Vec::with_capacity(bytes.len());
    let mut i = 0;
    while let Some(&byte) = bytes.get(i) {
        let hex = |at: usize| bytes.get(at).and_then(|b| (*b as char).to_digit(16));
        match (byte, hex(i + 1), hex(i + 2)) {
            (b'%', Some(high), Some(low)) => {
                out.push((high * 16 + low) as u8);
                i += 3;
            }
            _ => {
                out.push(byte);
                i += 1;
            }
        }
    }
    String::from_utf8_lossy(&out).into_owned()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn canonical_forms_round_trip() {
        for text in [
            "pkg:deb/debian/bash@5.2.15-2%2Bb2?arch=amd64&distro=debian-12",
            "pkg:npm/%40angular/core@12.3.1",
            "pkg:maven/org.apache.commons/io@1.3.4",
            "pkg:golang/google.golang.org/genproto@v0.0.0#googleapis/api/annotations",
            "pkg:deb/debian/dbus@1:1.14.10-1~deb12u1",
            "pkg:generic/node",
        ] {
            assert_eq!(Purl::parse(text).expect(text).to_string(), text);
        }
    }

    #[test]
    fn unescaped_scopes_are_read() {
        let purl = Purl::parse("pkg:npm/@types/node@20.1.0").expect("purl");
        assert_eq!((purl.namespace.as_str(), purl.name.as_str(), purl.version.as_str()), ("@types", "node", "20.1.0"));
        let purl = Purl::parse("pkg:npm/@types/node").expect("purl");
        assert_eq!((purl.name.as_str(), purl.version.as_str()), ("node", ""));
    }

    #[test]
    fn spellings_of_one_package_are_one() {
        for (text, canonical) in [
            ("pkg:pypi/Typing_Extensions@4.0", "pkg:pypi/typing-extensions@4.0"),
            ("pkg:composer/Monolog/Monolog@2", "pkg:composer/monolog/monolog@2"),
            ("pkg:npm/JSONStream@1", "pkg:npm/JSONStream@1"),
            ("pkg:maven/Org.A/B@1", "pkg:maven/Org.A/B@1"),
        ] {
            let mut purl = Purl::parse(text).expect(text);
            purl.normalize();
            assert_eq!(purl.to_string(), canonical);
        }
    }

    #[test]
    fn nonsense_is_refused() {
        for text in ["", "pkg:", "pkg:npm", "pkg:npm/", "npm/x", "pkg:/x"] {
            assert_eq!(Purl::parse(text), None, "{text}");
        }
    }
}
